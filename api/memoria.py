"""Answers about what is published, kept as they were sent: a release does not change, and most of its readers ask the
same."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import Final

from cachetools import LRUCache

MAXIMO: Final = 32 * 1024 * 1024
"""Bytes of bodies that one process keeps; beyond them, the one that nobody asked for the longest goes."""


@dataclass(frozen=True)
class Guardada:
    """The body of an answer, and the headers that it has besides those of its caching."""

    cuerpo: bytes
    cabeceras: dict[str, str]


class Memoria:
    """Bodies by the ETag of their answer, which tells the question and the version of the data apart. For threads."""

    def __init__(self, maximo: int = MAXIMO) -> None:
        self._guardadas: LRUCache[str, Guardada] = LRUCache(maximo, getsizeof=lambda g: len(g.cuerpo))
        self._turno = Lock()

    def leer(self, etag: str) -> Guardada | None:
        """What was kept under an ETag, or None."""
        with self._turno:
            return self._guardadas.get(etag)

    def guardar(self, etag: str, respuesta: Guardada) -> None:
        """Keep an answer, unless it alone is more than there is room for."""
        with self._turno:
            if len(respuesta.cuerpo) <= self._guardadas.maxsize:
                self._guardadas[etag] = respuesta
