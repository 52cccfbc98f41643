"""What spatial figures are made of: the polygons of a level, who stands where, and how many of each sector.

Only columns that a planner may read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from sqlalchemy import Connection

from observatorio.db.copia import leer

_ZONAS = """
    SELECT zona, poblacion, poblacion_anio, poblacion_estimada
      FROM territorio.zona
     WHERE nivel = %(nivel)s AND cut = %(cut)s
     ORDER BY zona
"""

_POLIGONOS = """
    SELECT zona, encode(ST_AsBinary(geom), 'hex')
      FROM territorio.zona
     WHERE nivel = %(nivel)s AND cut = %(cut)s
     ORDER BY zona
"""

_POR_SECCION = """
    SELECT z.zona, e.seccion, count(*), sum(e.empleo_total), count(e.empleo_total)
      FROM catastro.establecimiento_anio e
      LEFT JOIN catastro.establecimiento_zona z
        ON z.cut = e.cut AND z.anio = e.anio AND z.id = e.id AND z.nivel = %(nivel)s
     WHERE e.cut = %(cut)s AND e.anio = %(anio)s AND e.formalidad <> 'inactivo'
     GROUP BY z.zona, e.seccion
     ORDER BY z.zona, e.seccion
"""

_EN_PUNTOS = """
    SELECT e.id, ST_X(m.punto), ST_Y(m.punto), e.division, e.formalidad, e.empleo_total
      FROM catastro.establecimiento_anio e
     CROSS JOIN LATERAL (SELECT ST_Transform(e.geom, %(epsg)s::integer) AS punto) AS m
     WHERE e.cut = %(cut)s AND e.anio = %(anio)s AND e.formalidad <> 'inactivo' AND e.geom IS NOT NULL
       AND e.precision = ANY(%(precisiones)s::text[])
       AND EXISTS (SELECT FROM unnest(%(prefijos)s::text[]) AS p WHERE starts_with(e.acteco, p))
     ORDER BY e.id
"""

EN_PUNTOS: Mapping[str, Any] = {
    "id": pl.String,
    "x": pl.Float64,
    "y": pl.Float64,
    "division": pl.String,
    "formalidad": pl.String,
    "empleo_total": pl.Int64,
}
"""An active establishment at a known place, in metres."""


def zonas(conn: Connection, nivel: str, cut: str) -> pl.DataFrame:
    """The zones of a level in a comuna with their people: `zona poblacion poblacion_anio poblacion_estimada`."""
    tipos = {"zona": pl.String, "poblacion": pl.Float64, "poblacion_anio": pl.Int32, "poblacion_estimada": pl.Boolean}
    return leer(conn, _ZONAS, {"nivel": nivel, "cut": cut}, tipos)


def poligonos(conn: Connection, nivel: str, cut: str) -> dict[str, bytes | None]:
    """Zone -> polygon (WKB, EPSG:4326), None where it has none."""
    marco = leer(conn, _POLIGONOS, {"nivel": nivel, "cut": cut}, {"zona": pl.String, "geom": pl.String})
    return {zona: None if geom is None else bytes.fromhex(geom) for zona, geom in marco.iter_rows()}


def por_seccion(conn: Connection, cut: str, anio: int, nivel: str) -> pl.DataFrame:
    """Active establishments by zone of a level (null: in none) and section (null: not known), with their known
    employment and how many of them state it: `zona seccion establecimientos empleo con_empleo`."""
    tipos = {
        "zona": pl.String,
        "seccion": pl.String,
        "establecimientos": pl.Int64,
        "empleo": pl.Int64,
        "con_empleo": pl.Int64,
    }
    return leer(conn, _POR_SECCION, {"cut": cut, "anio": anio, "nivel": nivel}, tipos)


def en_puntos(
    conn: Connection, cut: str, anio: int, prefijos: Sequence[str], precisiones: Sequence[str], epsg: int
) -> pl.DataFrame:
    """`EN_PUNTOS` of the active establishments whose ACTECO begins with one of `prefijos` and whose place is known with
    one of `precisiones`; metres of the CRS `epsg`."""
    parametros = {
        "cut": cut,
        "anio": anio,
        "prefijos": list(prefijos),
        "precisiones": [str(p) for p in precisiones],
        "epsg": epsg,
    }
    return leer(conn, _EN_PUNTOS, parametros, EN_PUNTOS)
