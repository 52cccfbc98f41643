"""The access log: one line of JSON for each request, without addresses, query strings, keys or names."""

from __future__ import annotations

import logging
import sys
import time
import uuid
from datetime import UTC, datetime
from typing import Final

import orjson
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ACCESO: Final = logging.getLogger("observatorio.acceso")


class _SalidaEstandar(logging.Handler):
    """Writes each line to what standard output is at that moment, which a host program may have replaced."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write the line and let it go at once."""
        sys.stdout.write(f"{self.format(record)}\n")
        sys.stdout.flush()


def configurar() -> None:
    """Send the access log to standard output, once, unless the host program already gave it a handler."""
    if not ACCESO.handlers:
        ACCESO.addHandler(_SalidaEstandar())
        ACCESO.setLevel(logging.INFO)
        ACCESO.propagate = False


class RegistroMiddleware:
    """Gives each request an id (`X-Request-Id`, `scope["state"]["peticion"]`) and writes its line when it ends."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and log it, also when it ends in an exception (state 500)."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        inicio = time.perf_counter()
        peticion = uuid.uuid4().hex
        scope.setdefault("state", {})["peticion"] = peticion
        estado = 500

        async def anotar(message: Message) -> None:
            nonlocal estado
            if message["type"] == "http.response.start":
                estado = message["status"]
                MutableHeaders(scope=message)["X-Request-Id"] = peticion
            await send(message)

        try:
            await self.app(scope, receive, anotar)
        finally:
            segundos = time.perf_counter() - inicio
            ACCESO.info(_linea(scope, peticion, estado, segundos))
            if (medidas := getattr(scope["app"].state, "medidas", None)) is not None:
                medidas.contar(scope["method"], _ruta(scope), estado, segundos)


def _ruta(scope: Scope) -> str:
    """The route's pattern, which stands in for the path: that may carry the id of somebody's business."""
    return getattr(scope.get("route"), "path", None) or "(sin ruta)"


def _linea(scope: Scope, peticion: str, estado: int, segundos: float) -> str:
    """The line, without anything of what was asked."""
    quien = scope["state"].get("identidad")
    return orjson.dumps(
        {
            "momento": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "peticion": peticion,
            "metodo": scope["method"],
            "ruta": _ruta(scope),
            "estado": estado,
            "ms": round(segundos * 1000, 1),
            "rol": quien.rol.value if quien else None,
        }
    ).decode()
