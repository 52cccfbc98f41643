"""What a request for features says in its query string, read and checked: whatever is not understood is refused."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from fastapi import Request

from api.errors import ErrorParametro
from api.ogc.contract import Coleccion, Propiedad, Tipo
from api.ogc.crs import CRS84, SISTEMAS, Crs
from api.ogc.filtro import condicion
from api.ogc.recorte import NUMERO, en_caja, en_tiempo
from api.parametros import revisar
from observatorio.db.queries.rasgos import Forma

LIMITE: Final = 100
LIMITE_MAXIMO: Final = 10_000
COMUNES: Final = ("f",)
"""What every resource takes."""
DE_ITEM: Final = (*COMUNES, "crs", "properties")
DE_ITEMS: Final = (
    *DE_ITEM,
    *("limit", "cursor", "bbox", "bbox-crs", "datetime", "filter", "filter-lang", "filter-crs"),
)
_ENTERO: Final = re.compile(r"[+-]?\d{1,18}", re.ASCII)


@dataclass(frozen=True)
class Pedido:
    """A request for a page of features: the conditions in the database's terms, and how the features are to leave."""

    limite: int
    cursor: str
    crs: Crs
    propiedades: tuple[str, ...]
    condiciones: Sequence[sa.ColumnElement[bool]]

    @property
    def forma(self) -> Forma:
        """How geometries leave."""
        return self.crs.forma


def leer(request: Request, coleccion: Coleccion) -> Pedido:
    """Read a request for the items of a collection. Raises `ErrorParametro` for a parameter that nobody declared, that
    comes twice or that is badly written."""
    revisar(request, [*DE_ITEMS, "id", *coleccion.por_nombre])
    q = request.query_params
    condiciones = [
        *_igualdades(request, coleccion),
        *en_caja(q.get("bbox"), _crs("bbox-crs", q.get("bbox-crs")), coleccion.capa.geom),
        *en_tiempo(q.get("datetime"), coleccion.anio),
    ]
    lengua, sistema = q.get("filter-lang"), _crs("filter-crs", q.get("filter-crs"))
    if "filter" in q:
        condiciones.append(condicion(q["filter"], lengua or "cql2-text", sistema, coleccion))
    elif lengua is not None or "filter-crs" in q:
        raise ErrorParametro("filter", "", "falta_filtro", "Falta «filter».", "Agréguelo, o quite los otros dos.")
    return Pedido(
        limite=_limite(q.get("limit")),
        cursor=q.get("cursor", ""),
        crs=_crs("crs", q.get("crs")),
        propiedades=_propiedades(q.get("properties"), coleccion.por_nombre),
        condiciones=condiciones,
    )


def leer_uno(request: Request, coleccion: Coleccion) -> Pedido:
    """Read a request for one feature: only how it is to leave. Raises `ErrorParametro`."""
    revisar(request, DE_ITEM)
    q = request.query_params
    propiedades = _propiedades(q.get("properties"), coleccion.por_nombre)
    return Pedido(1, "", _crs("crs", q.get("crs")), propiedades, ())


def _limite(texto: str | None) -> int:
    """How many features at most; above the maximum it is the maximum, as the standard wants."""
    if texto is None:
        return LIMITE
    if not _ENTERO.fullmatch(texto) or int(texto) < 1:
        raise ErrorParametro("limit", texto[:80], "limite_ilegible", "«limit» es un entero desde 1.", "Use limit=100.")
    return min(int(texto), LIMITE_MAXIMO)


def _crs(campo: str, texto: str | None) -> Crs:
    """The system of a URI, CRS84 without one."""
    if texto is None:
        return CRS84
    if texto not in SISTEMAS:
        hay = ", ".join(SISTEMAS)
        raise ErrorParametro(campo, texto[:80], "crs_desconocido", "No se usa ese sistema.", f"Use uno de: {hay}.")
    return SISTEMAS[texto]


def _propiedades(texto: str | None, hay: Collection[str]) -> tuple[str, ...]:
    """The properties to send: those named, in the collection's order; all without a list, none with an empty one."""
    if texto is None:
        return tuple(hay)
    pedidas = {p.strip() for p in texto.split(",") if p.strip()}
    if ajenas := sorted(pedidas - set(hay)):
        raise ErrorParametro(
            "properties",
            ajenas[0][:80],
            "propiedad_desconocida",
            f"No hay una propiedad «{ajenas[0][:80]}».",
            f"Use las de la colección: {', '.join(hay)}.",
        )
    return tuple(p for p in hay if p in pedidas)


def _igualdades(request: Request, coleccion: Coleccion) -> list[sa.ColumnElement[bool]]:
    """One condition for each property whose value was given."""
    q, capa = request.query_params, coleccion.capa
    condiciones = [capa.llave == q["id"]] if "id" in q else []
    for nombre, propiedad in coleccion.por_nombre.items():
        if nombre in q:
            condiciones.append(capa.columnas[nombre] == sa.literal(_valor(propiedad, q[nombre]), propiedad.tipo.sql))
    return condiciones


def _valor(propiedad: Propiedad, texto: str) -> object:
    """The value of a property, in its kind."""
    if propiedad.tipo is Tipo.TEXTO and (not propiedad.valores or texto in propiedad.valores):
        return texto
    if propiedad.tipo is Tipo.ENTERO and _ENTERO.fullmatch(texto):
        return int(texto)
    if propiedad.tipo is Tipo.NUMERO and NUMERO.fullmatch(texto):
        return float(texto)
    if propiedad.tipo is Tipo.SI_NO and texto in ("true", "false"):
        return texto == "true"
    consejo = {
        Tipo.TEXTO: f"Use uno de: {', '.join(propiedad.valores)}.",
        Tipo.ENTERO: "Escriba un número entero.",
        Tipo.NUMERO: "Escriba un número, con punto decimal.",
        Tipo.SI_NO: "Escriba true o false.",
    }[propiedad.tipo]
    raise ErrorParametro(
        propiedad.nombre, texto[:80], "valor_ilegible", f"«{texto[:80]}» no sirve para {propiedad.nombre}.", consejo
    )
