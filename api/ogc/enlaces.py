"""Links: all of them absolute and with a type, because a relative one breaks QGIS and a missing type OWSLib."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, urlencode

from fastapi import Request

from api.credencial import clave_en_direccion

JSON: Final = "application/json"
MVT: Final = "application/vnd.mapbox-vector-tile"
GEOJSON: Final = "application/geo+json"
HTML: Final = "text/html"
ESQUEMA: Final = "application/schema+json"
OPENAPI: Final = "application/vnd.oai.openapi+json;version=3.0"

Enlace = dict[str, str]


class Enlaces:
    """Makes the links of an answer. A key that came in the address goes on in them, for whoever follows one has no
    other way to send it."""

    def __init__(self, request: Request) -> None:
        self.base = f"{str(request.base_url).rstrip('/')}/ogc"
        self._clave = {"api_key": k} if (k := clave_en_direccion(request)) else {}
        self._aqui = f"{str(request.base_url).rstrip('/')}{quote(request.url.path)}"
        self._pedidos = dict(request.query_params)

    def a(self, ruta: str, rel: str, tipo: str, titulo: str, **parametros: str) -> Enlace:
        """To a path under `/ogc`, which may be a template."""
        return _enlace(self.base + quote(ruta, safe="/{}"), rel, tipo, titulo, {**parametros, **self._clave})

    def aqui(self, rel: str, tipo: str, titulo: str, **parametros: str) -> Enlace:
        """To what was asked for, with some parameters changed."""
        return _enlace(self._aqui, rel, tipo, titulo, {**self._pedidos, **parametros, **self._clave})

    def propios(self, formato: str, tipo: str) -> list[Enlace]:
        """To this resource as it was answered, and in the other format."""
        html = formato == "html"
        yo = self.aqui("self", HTML if html else tipo, "Este documento")
        otro = self.aqui("alternate", tipo if html else HTML, "El mismo, en otro formato", f="json" if html else "html")
        return [yo, otro]


def _enlace(href: str, rel: str, tipo: str, titulo: str, parametros: Mapping[str, str]) -> Enlace:
    consulta = f"?{urlencode(parametros, safe=',/:')}" if parametros else ""
    return {"href": href + consulta, "rel": rel, "type": tipo, "title": titulo}
