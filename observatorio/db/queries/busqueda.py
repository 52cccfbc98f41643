"""What somebody looks for among the establishments, and the conditions that it puts on what each role may read.

Every condition stands on an index of its own; see `esquema_0009.sql` for the texts that are searched.
"""

from __future__ import annotations

import math
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from observatorio.db.tablas import establecimiento_zona as ez
from observatorio.normalizar.rut import leer_uno
from observatorio.vocabulario import Formalidad, Precision, Rol

FUERA_DE_ZONAS: Final = "fuera_de_zonas"
"""Asked for as a zone: those whose place is known and that no zone of the level holds."""
SIN_DATO: Final = "sin_dato"
FILTROS: Final = ("seccion", "division", "tamano", "formalidad", "tipo_persona")
MAXIMO_METROS: Final = 100_000.0
"""The greatest radius of a search around a point."""

_PLIEGUE: Final = str.maketrans(
    "ÁÀÂÄÃÅáàâäãåÉÈÊËéèêëÍÌÎÏíìîïÓÒÔÖÕóòôöõÚÙÛÜúùûüÑñÇçÝýÿ" + string.ascii_uppercase,
    "aaaaaaaaaaaaeeeeeeeeiiiiiiiioooooooooouuuuuuuunnccyyy" + string.ascii_lowercase,
)
"""As `catastro.plegar` does, so that other alphabets stay as they are."""
_TRES_SEGUIDAS: Final = re.compile(r"[a-z0-9]{3}")
_CON_LETRAS: Final = re.compile(r"[a-z]{4}")
PARECIDO: Final = 0.4
"""How near a word must be (pg_trgm's word similarity): one wrong letter in a word of six is still found."""
_METROS_POR_GRADO: Final = (110_574.0, 111_694.0)
"""Of latitude, where a degree is shortest and where it is longest."""


@dataclass(frozen=True, kw_only=True)
class Cerca:
    """A circle: its centre in degrees (EPSG:4326) and its radius in metres over the ellipsoid."""

    lon: float
    lat: float
    metros: float


@dataclass(frozen=True, kw_only=True)
class Busqueda:
    """Which establishments: those of a comuna and year whose filters hold (empty lets all pass; the closed ones must
    be asked for), within a box in degrees (EPSG:4326: west, south, east, north), a circle and a polygon (the text of a
    GeoJSON geometry), whose names or address hold every word of `q`, or with `parecida` resemble it."""

    cut: str
    anio: int
    q: str = ""
    seccion: str = ""
    division: str = ""
    tamano: str = ""
    formalidad: str = ""
    tipo_persona: str = ""
    nivel: str = ""
    zona: str = ""
    bbox: tuple[float, float, float, float] | None = None
    cerca: Cerca | None = None
    poligono: str | None = None
    parecida: bool = False

    @property
    def rut(self) -> int | None:
        """The RUT that `q` is, with or without dots and check digit; None where it is a text."""
        return leer_uno(self.q)


def se_puede_buscar(q: str) -> bool:
    """Whether a text holds what the index is made of: three letters or figures in a row, accents or not."""
    return _TRES_SEGUIDAS.search(plegar(q)) is not None


def condiciones(v: sa.TableClause, rol: Rol, b: Busqueda) -> Iterator[sa.ColumnElement[bool]]:
    """One condition on the rows of `v`, the view that `rol` reads, for each thing that is asked for."""
    yield from (v.c.cut == b.cut, v.c.anio == b.anio)
    yield v.c.formalidad == b.formalidad if b.formalidad else v.c.formalidad != Formalidad.INACTIVO
    for nombre in ("seccion", "division", "tamano", "tipo_persona"):
        if valor := getattr(b, nombre):
            # Size has a word of its own for what is not known; the others have nothing.
            nada = valor == SIN_DATO and nombre != "tamano"
            yield v.c[nombre].is_(None) if nada else v.c[nombre] == valor
    if b.zona:
        yield _en_zona(v, b)
    if b.bbox:
        yield v.c.geom.op("&&")(sa.func.ST_MakeEnvelope(*b.bbox, 4326))
    if b.cerca:
        yield from _cerca(v, b.cerca)
    if b.poligono:
        yield sa.func.ST_Intersects(v.c.geom, sa.func.ST_GeomFromGeoJSON(b.poligono))
    if b.q:
        yield v.c.rut == b.rut if b.rut is not None else _texto(v, rol, b)


def _en_zona(v: sa.TableClause, b: Busqueda) -> sa.ColumnElement[bool]:
    """Within a zone of a level, or in none of them, or nowhere that is known."""
    if b.zona == Precision.SIN_UBICACION:
        return v.c.geom.is_(None)
    del_nivel = sa.select(ez.c.id).where(ez.c.cut == b.cut, ez.c.anio == b.anio, ez.c.nivel == b.nivel)
    if b.zona == FUERA_DE_ZONAS:
        return sa.and_(v.c.geom.is_not(None), ~del_nivel.where(ez.c.id == v.c.id).correlate(v).exists())
    return v.c.id.in_(del_nivel.where(ez.c.zona == b.zona))


def _cerca(v: sa.TableClause, c: Cerca) -> Iterator[sa.ColumnElement[bool]]:
    """Within a distance over the ellipsoid. The index knows degrees: first the box that surely holds the circle. Who is
    in the box that the circle surely holds need not be measured, which is what costs."""
    alto = 1.01 * c.metros / _METROS_POR_GRADO[0]
    ancho = alto / math.cos(math.radians(min(abs(c.lat) + alto, 89.9)))
    oeste, este = (c.lon - ancho, c.lon + ancho) if abs(c.lon) + ancho <= 180 else (-180.0, 180.0)
    yield v.c.geom.op("&&")(sa.func.ST_MakeEnvelope(oeste, c.lat - alto, este, c.lat + alto, 4326))
    bajo = 0.98 * math.sqrt(0.5) * c.metros / _METROS_POR_GRADO[1]
    angosto = bajo / math.cos(math.radians(max(abs(c.lat) - bajo, 0.0)))
    dentro = v.c.geom.op("&&")(
        sa.func.ST_MakeEnvelope(c.lon - angosto, c.lat - bajo, c.lon + angosto, c.lat + bajo, 4326)
    )
    centro = sa.func.ST_SetSRID(sa.func.ST_MakePoint(c.lon, c.lat), 4326)
    yield sa.or_(dentro, sa.func.ST_DWithin(sa.func.geography(v.c.geom), sa.func.geography(centro), c.metros))


def _texto(v: sa.TableClause, rol: Rol, b: Busqueda) -> sa.ColumnElement[bool]:
    """Every word of `q` in what the role may read, in any order; or something near it, where it has letters enough for
    a typing error to leave a trace."""
    leidas: list[sa.ColumnElement[Any]] = [v.c.busqueda]
    if rol is Rol.MUNICIPAL:
        leidas.append(v.c.busqueda_reservada)
    exigidas: list[sa.ColumnElement[bool]] = []
    for palabra in dict.fromkeys(plegar(b.q).split()):
        if b.parecida and _CON_LETRAS.search(palabra):
            exigidas.append(sa.or_(*(sa.literal(palabra).op("<%")(c) for c in leidas)))
        else:
            exigidas.append(sa.or_(*(c.like(f"%{_literal(palabra)}%") for c in leidas)))
    return sa.and_(*exigidas)


def plegar(texto: str) -> str:
    """Without accents or capitals, as the texts that are searched."""
    return texto.translate(_PLIEGUE)


def _literal(palabra: str) -> str:
    """A word in which LIKE sees nothing but letters."""
    return re.sub(r"([\\%_])", r"\\\1", palabra)
