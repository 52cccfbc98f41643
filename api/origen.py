"""Whether what is served is synthetic: asked of the data themselves, so that no page can forget to say it."""

from __future__ import annotations

from time import monotonic
from typing import Final

from sqlalchemy import Connection

from observatorio.db.queries.publicacion import hay_sinteticos
from observatorio.settings import Settings

_VIGENCIA: Final = 10.0
"""Seconds for which an answer holds: a load takes longer than that."""


class Origen:
    """The settings as the pages see them, with `sintetico` as the data say or as the deployment insists."""

    def __init__(self, settings: Settings) -> None:
        self._propios = settings
        self._vence = 0.0
        self.settings = settings

    def revisar(self, conn: Connection) -> None:
        """Ask again if the last answer is old. Any role may ask."""
        if monotonic() < self._vence:
            return
        sintetico = self._propios.sintetico or hay_sinteticos(conn)
        self.settings = self._propios.model_copy(update={"sintetico": sintetico})
        self._vence = monotonic() + _VIGENCIA
