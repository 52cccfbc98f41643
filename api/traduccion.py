"""Refusals that a library writes by itself, in plain English text, told as every other one is."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_DEL_TEXTO: Final = frozenset({"content-type", "content-length"})
"""What the headers of a replaced answer say of its text, and nothing of the refusal."""

Contar = Callable[[Request, int, dict[str, str]], Response]
"""Makes the answer to a request from its status and the headers that it must keep."""


class TraduccionMiddleware:
    """Puts `contar`'s answer in the place of one of state 400 or more that comes as plain text. Our own routes never
    refuse so: the bound on bodies, the check of other sites' pages and the router do."""

    def __init__(self, app: ASGIApp, contar: Contar) -> None:
        self.app = app
        self._contar = contar

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; anything but HTTP is left alone."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        traducida = False

        async def traducir(message: Message) -> None:
            nonlocal traducida
            if message["type"] == "http.response.start" and _ajena(message):
                traducida = True
                propias = {k: v for k, v in Headers(raw=message["headers"]).items() if k not in _DEL_TEXTO}
                respuesta = self._contar(Request(scope), message["status"], propias)
                await respuesta(scope, receive, send)
            elif not traducida:
                await send(message)

        await self.app(scope, receive, traducir)


def _ajena(message: Message) -> bool:
    """Whether an answer is a refusal in plain text."""
    tipo = Headers(raw=message["headers"]).get("content-type", "")
    return bool(message["status"] >= HTTPStatus.BAD_REQUEST) and tipo.startswith("text/plain")
