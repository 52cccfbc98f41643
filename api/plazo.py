"""The time that an answer may take to begin: after it, whoever asked is told so, and waits no more."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import problema


class PlazoMiddleware:
    """Answers 504 when nothing has been answered in `segundos`. What was being done goes on to its end, which the time
    limit of its statements brings, and is thrown away: a thread cannot be stopped in the middle."""

    def __init__(self, app: ASGIApp, segundos: float) -> None:
        self.app = app
        self._segundos = segundos

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with a clock beside it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        empezada = False
        aviso: asyncio.Task[None] | None = None

        async def enviar(message: Message) -> None:
            nonlocal empezada
            if aviso is None:
                empezada = True
                await send(message)

        def vencer() -> None:
            nonlocal aviso
            if not empezada:
                aviso = asyncio.ensure_future(_avisar(scope, receive, send))

        reloj = asyncio.get_running_loop().call_later(self._segundos, vencer)
        try:
            await self.app(scope, receive, enviar)
        finally:
            reloj.cancel()
            if aviso is not None:
                await aviso


async def _avisar(scope: Scope, receive: Receive, send: Send) -> None:
    """The answer to whoever waited in vain."""
    respuesta = problema(
        Request(scope),
        504,
        "La respuesta tardó más de lo permitido.",
        consejo="Pida menos: un filtro, un año, una zona.",
    )
    await respuesta(scope, receive, send)
