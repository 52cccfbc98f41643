"""The coordinate reference systems in which `/ogc` answers and is asked, each with the order of its axes.

CRS84 is longitude, latitude. Part 2 of the standard demands the order of the register for the rest: latitude first for
EPSG:4326 and the geographic SIRGAS-Chile, east first for UTM.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import sqlalchemy as sa
from pyproj import Transformer
from pyproj.exceptions import ProjError
from shapely import segmentize, to_wkb, transform
from shapely.geometry import MultiPoint
from shapely.geometry.base import BaseGeometry

from observatorio.db.queries.rasgos import SRID, Forma


@dataclass(frozen=True)
class Crs:
    """A system: its URI, its name, how coordinates leave in it, and whether they are degrees."""

    uri: str
    nombre: str
    forma: Forma
    grados: bool


def _epsg(codigo: int, nombre: str, *, grados: bool) -> Crs:
    """A system of the register: the geographic ones have latitude first. Six decimals of a degree are a tenth of a
    metre."""
    forma = Forma(codigo, invertida=grados, decimales=6 if grados else 2)
    return Crs(f"http://www.opengis.net/def/crs/EPSG/0/{codigo}", nombre, forma, grados)


CRS84: Final = Crs("http://www.opengis.net/def/crs/OGC/1.3/CRS84", "WGS 84, longitud y latitud", Forma(), True)
SISTEMAS: Final = {
    c.uri: c
    for c in (
        CRS84,
        _epsg(4326, "WGS 84, latitud y longitud", grados=True),
        _epsg(5360, "SIRGAS-Chile 2002, latitud y longitud", grados=True),
        _epsg(32719, "WGS 84 / UTM 19S, este y norte", grados=False),
        _epsg(5361, "SIRGAS-Chile 2002 / UTM 19S, este y norte", grados=False),
        _epsg(3857, "Web Mercator, este y norte", grados=False),
    )
}
"""Each by its URI: all of them are in the `spatial_ref_sys` of PostGIS 3.3."""

_TRAMOS: Final = 64
"""Into how many pieces the longest side of a box is cut before it is projected: its straight sides become curves."""


def a_grados(geometria: BaseGeometry, crs: Crs) -> BaseGeometry | None:
    """A geometry that came in `crs`, with its order of axes, in longitude and latitude (EPSG:4326); None where it lies
    outside of what the system can express."""

    def convertir(puntos: np.ndarray) -> np.ndarray:
        x, y = (puntos[:, 1], puntos[:, 0]) if crs.forma.invertida else (puntos[:, 0], puntos[:, 1])
        if crs.forma.srid != SRID:
            x, y = _hacia_grados(crs.forma.srid).transform(x, y, errcheck=True)
        return np.column_stack([x, y])

    try:
        convertida: BaseGeometry = transform(geometria, convertir)
    except ProjError:
        return None
    oeste, sur, este, norte = convertida.bounds
    # Written so that a NaN is refused too.
    return convertida if oeste >= -180 and este <= 180 and sur >= -90 and norte <= 90 else None


def en_sql(geometria: BaseGeometry) -> sa.ColumnElement[Any]:
    """A geometry in EPSG:4326 as a bound value."""
    return sa.func.ST_GeomFromWKB(sa.literal(to_wkb(geometria), sa.LargeBinary), SRID)


def marco(oeste: float, sur: float, este: float, norte: float, crs: Crs) -> BaseGeometry:
    """A box in `crs`, as a polygon whose sides are cut fine enough to be projected. In a system with latitude first the
    names of the sides are those of its axes."""
    # A box without a width or a height is a line or a point.
    rectangulo = MultiPoint([(oeste, sur), (este, sur), (este, norte), (oeste, norte)]).convex_hull
    return rectangulo if crs.grados else segmentize(rectangulo, max(este - oeste, norte - sur) / _TRAMOS or 1)


@cache
def _hacia_grados(srid: int) -> Transformer:
    """From a projected or other geographic system to EPSG:4326, east first on both sides."""
    return Transformer.from_crs(srid, SRID, always_xy=True)
