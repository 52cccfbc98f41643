"""The headers that every answer carries, whatever happened, and the answer that is nothing but headers."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Everything is served by this host: no script, style, font or image of another one, and nothing inline. Leaflet moves
# its panes through the browser's style object, which this policy lets pass. Image data URLs are icons in style sheets.
_CSP: Final = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)
CABECERAS: Final = {
    "Content-Security-Policy": _CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "SAMEORIGIN",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), payment=()",
}


class CabecerasMiddleware:
    """Adds the security headers to every answer, without replacing one that a route set on purpose."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; anything but HTTP is left alone."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def con_cabeceras(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for nombre, valor in CABECERAS.items():
                    headers.setdefault(nombre, valor)
            await send(message)

        await self.app(scope, receive, con_cabeceras)


class SinCuerpoMiddleware:
    """Answers HEAD with what GET would answer, without its body: routes declare GET alone."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; anything but HEAD is left alone."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def sin_cuerpo(message: Message) -> None:
            if message["type"] != "http.response.body":
                await send(message)
            elif not message.get("more_body", False):
                await send({"type": "http.response.body", "body": b""})

        # The server must go on seeing HEAD, or it would wait for the bytes that Content-Length announces.
        interna = {**scope, "method": "GET"}
        try:
            await self.app(interna, receive, sin_cuerpo)
        finally:
            # The access log reads the route that the router left.
            scope.update({k: v for k, v in interna.items() if k != "method"})
