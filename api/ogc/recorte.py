"""Boxes and times: the parameters `bbox` and `datetime` as conditions, and the boxes of filters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import sqlalchemy as sa
from shapely.geometry.base import BaseGeometry

from api.errors import ErrorParametro
from api.ogc.crs import Crs, a_grados, en_sql, marco

NUMERO: Final = re.compile(r"[+-]?(\d{1,18}(\.\d{0,18})?|\.\d{1,18})([eE][+-]?\d{1,2})?", re.ASCII)
_MOMENTO: Final = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:[Tt]([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?([Zz]|[+-]\d\d:\d\d))?", re.ASCII
)


def en_caja(texto: str | None, crs: Crs, geom: sa.ColumnElement[Any]) -> list[sa.ColumnElement[bool]]:
    """The condition of a `bbox` of 4 or 6 numbers in `crs`; none without one. It lets pass what has no place, as the
    standard wants. Raises `ErrorParametro`."""
    if texto is None:
        return []
    partes = texto.split(",")
    formas = rectangulos([float(p) for p in partes], crs) if all(map(NUMERO.fullmatch, partes)) else []
    if not formas:
        raise ErrorParametro(
            "bbox",
            texto[:80],
            "caja_ilegible",
            f"«{texto[:80]}» no es un rectángulo.",
            "Escriba 4 números, los mínimos y después los máximos, en el sistema y con los ejes de bbox-crs.",
        )
    return [sa.or_(geom.is_(None), *(_toca(geom, en_sql(forma)) for forma in formas))]


def _toca(geom: sa.ColumnElement[Any], forma: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Whether a geometry touches another. Their boxes are compared first: where no index is used, the exact question
    would be put to every row, and it is much the dearer one."""
    return sa.and_(geom.op("&&", is_comparison=True)(forma), sa.func.ST_Intersects(geom, forma, type_=sa.Boolean))


def rectangulos(numeros: Sequence[float], crs: Crs) -> list[BaseGeometry]:
    """A box of 4 numbers, or of 6 with heights that are not looked at, in EPSG:4326: two halves where it goes over the
    antimeridian, and nothing where it is no box of that system."""
    formas = [a_grados(marco(*lados, crs), crs) for lados in _lados(numeros, crs)]
    return [f for f in formas if f is not None] if None not in formas else []


def _lados(numeros: Sequence[float], crs: Crs) -> list[tuple[float, float, float, float]]:
    """The box or both its halves, with its axes in the order of the system. In degrees, a west that is greater than the
    east means that it goes over the antimeridian."""
    if len(numeros) not in (4, 6) or (len(numeros) == 6 and numeros[2] > numeros[5]):
        return []
    medio = len(numeros) // 2
    minimo, maximo = list(numeros[:2]), list(numeros[medio : medio + 2])
    longitud = 1 if crs.forma.invertida else 0
    if minimo[1 - longitud] > maximo[1 - longitud]:
        return []
    if minimo[longitud] <= maximo[longitud]:
        return [(*minimo, *maximo)]  # type: ignore[list-item]
    if not crs.grados:
        return []
    este, oeste = list(maximo), list(minimo)
    este[longitud], oeste[longitud] = 180.0, -180.0
    return [(*minimo, *este), (*oeste, *maximo)]  # type: ignore[list-item]


def en_tiempo(texto: str | None, anio: int | None) -> list[sa.ColumnElement[bool]]:
    """The condition of a `datetime` over features that all speak of one year: all of them pass, or none; and all where
    time does not matter. Raises `ErrorParametro`."""
    if texto is None:
        return []
    desde, raya, hasta = texto.partition("/")
    inicio, fin = (_extremo(desde, texto), _extremo(hasta, texto)) if raya else (_dia(texto, texto),) * 2
    if inicio and fin and inicio > fin:
        raise _ilegible(texto)
    fuera = anio is not None and ((inicio and inicio.year > anio) or (fin and fin.year < anio))
    return [sa.false()] if fuera else []


def _extremo(texto: str, entero: str) -> date | None:
    """An end of an interval, None where it is open."""
    return None if texto in ("", "..") else _dia(texto, entero)


def _dia(texto: str, entero: str) -> date:
    """The day of an instant or date of RFC 3339."""
    partes = _MOMENTO.fullmatch(texto)
    if partes is None:
        raise _ilegible(entero)
    try:
        return date(int(partes[1]), int(partes[2]), int(partes[3]))
    except ValueError as error:
        raise _ilegible(entero) from error


def _ilegible(texto: str) -> ErrorParametro:
    return ErrorParametro(
        "datetime",
        texto[:80],
        "momento_ilegible",
        f"«{texto[:80]}» no es un momento ni un intervalo.",
        "Escriba 2024-06-30, 2024-06-30T12:00:00Z o 2023-01-01/2024-12-31; «..» deja abierto un extremo.",
    )
