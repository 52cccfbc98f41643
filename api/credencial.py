"""What a request brings to say who it is: a key or a token in a header, a session's cookie, or nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from ipaddress import IPv6Address, ip_address
from typing import Final
from urllib.parse import unquote_plus

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

COOKIE: Final = "obs_sesion"
PARAMETRO: Final = "api_key"
_PREFIJO_CLAVE: Final = "obs_"
_EN_DIRECCION: Final = "clave_en_direccion"


class Clase(Enum):
    """What kind of thing it is."""

    CLAVE = auto()
    FICHA = auto()
    SESION = auto()


@dataclass(frozen=True)
class Credencial:
    """Something that came with a request, not yet looked at. It is not shown where objects are printed."""

    clase: Clase
    texto: str = field(repr=False)


def leer(request: Request) -> Credencial | None:
    """The credential of a request. A header goes before the cookie; an `Authorization` that is not understood is a key
    that cannot be good."""
    cabecera = request.headers.get("authorization")
    if cabecera is not None:
        esquema, _, texto = cabecera.partition(" ")
        texto = texto.strip() if esquema.lower() == "bearer" else ""
        return Credencial(_clase_de(texto), texto)
    clave = request.headers.get("x-api-key")
    if clave is not None:
        return Credencial(Clase.CLAVE, clave)
    galleta = request.cookies.get(COOKIE)
    return Credencial(Clase.SESION, galleta) if galleta else None


def _clase_de(texto: str) -> Clase:
    """Three parts with dots are a token; a key of ours has none."""
    return Clase.FICHA if texto.count(".") == 2 and not texto.startswith(_PREFIJO_CLAVE) else Clase.CLAVE


def clave_en_direccion(request: Request) -> str | None:
    """The key that came as `?api_key=`, for the links of an answer: whoever sends it so has no other way. No message
    and no log may repeat it."""
    clave: str | None = request.scope.get("state", {}).get(_EN_DIRECCION)
    return clave


def direccion(request: Request) -> str:
    """Where a request comes from: its IPv4 address, or the network of its IPv6 one, in which a single machine has
    more addresses than anybody could count."""
    if request.client is None:
        return "local"
    try:
        numero = ip_address(request.client.host)
    except ValueError:
        return request.client.host
    if isinstance(numero, IPv6Address):
        return str(numero.ipv4_mapped) if numero.ipv4_mapped else numero.exploded[:19]
    return str(numero)


class ClaveEnDireccionMiddleware:
    """Takes `?api_key=` out of the address before anybody reads it: no log, link or message can repeat it.

    Under `/ogc` it counts as the header `X-API-Key`, for map programs that know no headers. Elsewhere its value is
    dropped and its name stays, to be refused like any parameter that is not known.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; one without the parameter is left alone."""
        if scope["type"] == "http" and scope["query_string"]:
            _guardar_clave(scope)
        await self.app(scope, receive, send)


def _guardar_clave(scope: Scope) -> None:
    """Put the key of a request where it belongs."""
    consulta = scope["query_string"]
    if b"api" not in consulta and b"%" not in consulta:
        return
    partes = consulta.decode("latin-1").split("&")
    claves = [p for p in partes if unquote_plus(p.partition("=")[0]) == PARAMETRO]
    if not claves:
        return
    resto = [p for p in partes if p not in claves]
    if not _es_ogc(scope["path"]):
        scope["query_string"] = "&".join([*resto, f"{PARAMETRO}="]).encode("latin-1")
        return
    cabeceras = list(scope["headers"])
    if not {b"authorization", b"x-api-key"} & {nombre for nombre, _ in cabeceras}:
        # Two keys are none: which one was meant?
        texto = unquote_plus(claves[0].partition("=")[2]) if len(claves) == 1 else ""
        scope.setdefault("state", {})[_EN_DIRECCION] = texto
        cabeceras.append((b"x-api-key", texto.encode("utf-8", "replace")))
    scope["query_string"] = "&".join(resto).encode("latin-1")
    scope["headers"] = cabeceras


def _es_ogc(ruta: str) -> bool:
    return ruta == "/ogc" or ruta.startswith("/ogc/")
