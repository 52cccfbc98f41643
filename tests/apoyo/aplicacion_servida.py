"""The application served in earnest, on a free port of this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from api.app import create_app
from observatorio.settings import Settings
from servidor_local import servir_asgi


@contextmanager
def servir(settings: Settings) -> Iterator[httpx.Client]:
    """The application, and a client that asks it and follows no redirection."""
    with servir_asgi(create_app(settings)) as url, httpx.Client(base_url=url, timeout=20) as cliente:
        yield cliente
