"""How an answer leaves: in the format that was asked for, with the headers that caches live by."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import Request, Response

from api.auth import Identidad
from api.credencial import clave_en_direccion
from api.cuadros import cabeceras_de_cache, coincide
from api.errors import ErrorParametro
from api.formatos import a_json
from api.portal import pagina

_FORMATOS: Final = ("json", "html")
VARIA: Final = "Authorization, X-API-Key, Cookie, Accept"
"""What of a request, besides its address, an answer depends on."""


def negociar(request: Request) -> str:
    """`json` or `html`: what `f` says, or else what the client would rather have; a browser asks for pages and never
    for JSON. Raises `ErrorParametro`."""
    pedido = request.query_params.get("f")
    if pedido is None:
        acepta = request.headers.get("accept", "").lower()
        return "html" if "text/html" in acepta and "json" not in acepta else "json"
    if pedido not in _FORMATOS:
        raise ErrorParametro("f", pedido[:80], "formato_desconocido", "Ese formato no está.", "Use json o html.")
    return pedido


def cabeceras(request: Request, quien: Identidad, version: str) -> dict[str, str]:
    """The headers of an answer in a version of the data: it is also another one for each format."""
    propias = cabeceras_de_cache(request, quien, f"{version}|{negociar(request)}|{request.base_url}")
    return {**propias, "Vary": VARIA}


def intacta(request: Request, propias: Mapping[str, str]) -> Response | None:
    """304 for whoever holds this version already."""
    return Response(status_code=304, headers=dict(propias)) if coincide(request, propias["ETag"]) else None


def documento(
    request: Request, quien: Identidad, cuerpo: Mapping[str, Any], medio: str, titulo: str, *migas: tuple[str, str]
) -> Response:
    """A document as JSON, or as the page that says the same: it has no version but its own content. `migas`: the name
    and path of each document above it."""
    if negociar(request) == "html":
        return en_pagina(request, "ogc.html", doc=cuerpo, titulo=titulo, migas=migas)
    return contenido(request, quien, a_json(cuerpo), medio)


def en_pagina(request: Request, plantilla: str, **ctx: Any) -> Response:
    """A page of the portal, with what its links begin and end with."""
    clave = clave_en_direccion(request)
    respuesta = pagina(
        request, plantilla, base="/ogc", clave=f"?{urlencode({'api_key': clave})}" if clave else "", **ctx
    )
    respuesta.headers["Vary"] = VARIA
    return respuesta


def contenido(
    request: Request, quien: Identidad, texto: bytes, medio: str, ademas: Mapping[str, str] | None = None
) -> Response:
    """Bytes whose digest is their version."""
    propias = {**cabeceras(request, quien, hashlib.sha256(texto).hexdigest()), **(ademas or {})}
    return intacta(request, propias) or Response(texto, headers=propias, media_type=medio)
