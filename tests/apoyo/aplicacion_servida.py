"""The application served in earnest, on a free port of this machine."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import uvicorn

from api.app import create_app
from observatorio.settings import Settings


@contextmanager
def servir(settings: Settings) -> Iterator[httpx.Client]:
    """The application on a free port of this machine, and a client that asks it and follows no redirection."""
    servidor = uvicorn.Server(
        uvicorn.Config(create_app(settings), host="127.0.0.1", port=0, log_config=None, access_log=False)
    )
    hilo = threading.Thread(target=servidor.run)
    hilo.start()
    try:
        limite = time.monotonic() + 20
        while not servidor.started and hilo.is_alive() and time.monotonic() < limite:
            time.sleep(0.01)
        assert servidor.started, "the application did not start"
        puerto = servidor.servers[0].sockets[0].getsockname()[1]
        with httpx.Client(base_url=f"http://127.0.0.1:{puerto}", timeout=20) as cliente:
            yield cliente
    finally:
        servidor.should_exit = True
        hilo.join()
