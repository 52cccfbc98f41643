"""Any application served in earnest, on a free port of this machine."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp


@contextmanager
def servir_asgi(app: ASGIApp) -> Iterator[str]:
    """The address at which the application answers until the end of the block."""
    servidor = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=0, ws="none", log_config=None, access_log=False)
    )
    hilo = threading.Thread(target=servidor.run)
    hilo.start()
    try:
        limite = time.monotonic() + 20
        while not servidor.started and hilo.is_alive() and time.monotonic() < limite:
            time.sleep(0.01)
        assert servidor.started, "the application did not start"
        yield f"http://127.0.0.1:{servidor.servers[0].sockets[0].getsockname()[1]}"
    finally:
        servidor.should_exit = True
        hilo.join()
