"""Vector tiles (MVT) of Web Mercator, made by PostGIS under the role of the connection.

Points are never drawn raw: a tile is a grid of cells a few pixels wide. An establishment that is alone in its cell
stands at its own place, with its id; the others are counted. A tile is therefore bounded, whatever lies in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by

from observatorio.db.queries.malla import BORDE, ZOOM_MAXIMO, Tesela, tramos
from observatorio.db.tablas import zona

_EXTENSION: Final = 4096
_PRECISION: Final = 25
"""The zoom of `catastro.mosaico` at which each establishment has its own row."""
_CONTADO: Final = 14
"""Up to this zoom the cells were counted when the year was consolidated."""
_MALLA: Final = 6
"""A tile of establishments has 2^6 by 2^6 cells, each 4 of its 256 pixels wide: points nearer than that overlap."""
_MALLA_PUBLICA: Final = 5
"""Public points carry their name, so that a tile holds a quarter of them."""
_MINIMO_PIXELES: Final = 4
"""Zones that are narrower than this (of the 256 of a tile) are left out."""
SIN_DATO: Final = "sin_dato"
"""The section of those of which nobody knows it."""

_VERSION: Final = sa.table("v_version", *map(sa.column, ("cut", "anio", "version")), schema="publicacion")

# The offset keeps the planner from going through all the rows once and looking each one up among the ranges. The most
# frequent section is found as the greatest number, its count before its letter: to sort the sections of each cell takes
# three times as long. `territorio.eje` is asked of a materialised column, because an expression would be computed again
# for every bit.
_ESTABLECIMIENTOS: Final = sa.text(
    """
    WITH por_seccion AS (
        SELECT min(t.dx) AS dx, min(t.dy) AS dy, m.celda >> :corrimiento AS celda, m.seccion, sum(m.n)::integer AS n,
               sum(m.formal)::integer AS formal, sum(m.en_proceso)::integer AS en_proceso,
               sum(m.informal)::integer AS informal, sum(m.indeterminado)::integer AS indeterminado,
               min(m.lugar) AS lugar, min(m.id) AS id
          FROM unnest(CAST(:desde AS bigint[]), CAST(:hasta AS bigint[]), CAST(:dx AS integer[]),
                      CAST(:dy AS integer[])) AS t (desde, hasta, dx, dy)
         CROSS JOIN LATERAL (
               SELECT celda, seccion, n, formal, en_proceso, informal, indeterminado, lugar, id
                 FROM catastro.mosaico
                WHERE cut = :cut AND anio = :anio AND zoom = :zoom AND celda BETWEEN t.desde AND t.hasta
                  AND (CAST(:seccion AS text) IS NULL OR seccion = :seccion)
                  AND (CAST(:tamano AS text) IS NULL OR tamano = :tamano)
                  AND CASE WHEN CAST(:formalidad AS text) IS NULL THEN formalidad IS DISTINCT FROM 'inactivo'
                           ELSE formalidad = :formalidad END
               OFFSET 0) AS m
         GROUP BY m.celda >> :corrimiento, m.seccion
    ), celda AS MATERIALIZED (
        SELECT min(dx) AS dx, min(dy) AS dy, celda, sum(n)::integer AS n,
               127 - max(n::bigint * 128 + 127 - ascii(seccion)) % 128 AS letra,
               sum(formal)::integer AS formal, sum(en_proceso)::integer AS en_proceso,
               sum(informal)::integer AS informal, sum(indeterminado)::integer AS indeterminado, min(id) AS id,
               CASE WHEN sum(n) = 1 THEN min(lugar) >> :lejos
                    ELSE ((celda & 4095) << 12) | 3072 END AS lugar
          FROM por_seccion
         GROUP BY celda
    ), fila AS (
        SELECT ST_MakePoint(4096 * dx + territorio.eje(lugar), 4096 * dy + territorio.eje(lugar >> 1)) AS geom,
               celda, n, CASE WHEN letra = ascii('s') THEN 'sin_dato' ELSE chr(letra::integer) END AS seccion,
               nullif(formal, 0) AS formal, nullif(en_proceso, 0) AS en_proceso, nullif(informal, 0) AS informal,
               nullif(indeterminado, 0) AS indeterminado, CASE WHEN n = 1 THEN id END AS id
          FROM celda
    )
    SELECT ST_AsMVT(fila, :capa, 4096, 'geom', 'celda' ORDER BY celda) FROM fila
    """
)
_PUNTOS_PUBLICOS: Final = sa.text(
    """
    WITH punto AS MATERIALIZED (
        SELECT territorio.morton(ST_X(geom), ST_Y(geom)) AS lugar, id, nombre, coalesce(seccion, 'sin_dato') AS seccion
          FROM publicacion.v_punto_publico
         WHERE cut = :cut AND anio = :anio AND geom && ST_MakeEnvelope(:oeste, :sur, :este, :norte, 4326)
    ), por_seccion AS (
        SELECT min(t.dx) AS dx, min(t.dy) AS dy, p.lugar >> :corrimiento AS celda, p.seccion, count(*) AS n,
               min(p.lugar) AS lugar, min(p.id) AS id, min(p.nombre) AS nombre
          FROM unnest(CAST(:desde AS bigint[]), CAST(:hasta AS bigint[]), CAST(:dx AS integer[]),
                      CAST(:dy AS integer[])) AS t (desde, hasta, dx, dy)
          JOIN punto AS p ON p.lugar BETWEEN t.desde AND t.hasta
         GROUP BY p.lugar >> :corrimiento, p.seccion
    ), celda AS MATERIALIZED (
        SELECT min(dx) AS dx, min(dy) AS dy, celda, sum(n)::integer AS n,
               127 - max(n * 128 + 127 - ascii(seccion)) % 128 AS letra,
               min(id) AS id, min(nombre) AS nombre,
               CASE WHEN sum(n) = 1 THEN min(lugar) >> :lejos
                    ELSE ((celda & 1023) << 14) | 12288 END AS lugar
          FROM por_seccion
         GROUP BY celda
    ), fila AS (
        SELECT ST_MakePoint(4096 * dx + territorio.eje(lugar), 4096 * dy + territorio.eje(lugar >> 1)) AS geom,
               celda, n, CASE WHEN letra = ascii('s') THEN 'sin_dato' ELSE chr(letra::integer) END AS seccion,
               CASE WHEN n = 1 THEN id END AS id, CASE WHEN n = 1 THEN nombre END AS nombre
          FROM celda
    )
    SELECT ST_AsMVT(fila, :capa, 4096, 'geom', 'celda' ORDER BY celda) FROM fila
    """
)


def establecimientos(
    conn: sa.Connection, capa: str, cut: str, anio: int, tesela: Tesela, filtros: Mapping[str, str]
) -> bytes:
    """The tile of the establishments of a comuna and year, empty where there is none; `filtros`: `seccion tamano
    formalidad`; without the last one the active ones.

    Layer `capa`, points with `n`, the most frequent `seccion`, how many are `formal en_proceso informal indeterminado`
    (absent: none) and, of one that is alone, its `id`. The feature's own number is that of its cell.
    """
    contado = tesela.z <= _CONTADO and not filtros
    zoom = tesela.z if contado else _PRECISION
    valores = {"cut": cut, "anio": anio, "zoom": zoom, "corrimiento": 2 * (zoom - tesela.z)}
    valores |= {f: filtros.get(f) for f in ("seccion", "tamano", "formalidad")}
    return _bytes(conn.scalar(_ESTABLECIMIENTOS, {"capa": capa, **valores, **_recorrido(tesela, zoom + _MALLA)}))


def puntos_publicos(conn: sa.Connection, capa: str, cut: str, anio: int, tesela: Tesela) -> bytes:
    """The tile of the points of a comuna and year that are public by law, empty where there is none.

    Layer `capa`, points with `n`, the most frequent `seccion` and, of one that is alone, its `id` and `nombre`.
    """
    fino = _PRECISION + _MALLA
    caja = dict(zip(("oeste", "sur", "este", "norte"), tesela.caja(2 / 2**BORDE), strict=True))
    valores = {"cut": cut, "anio": anio, "corrimiento": 2 * (fino - tesela.z - _MALLA_PUBLICA), **caja}
    return _bytes(conn.scalar(_PUNTOS_PUBLICOS, {"capa": capa, **valores, **_recorrido(tesela, fino)}))


def zonas(conn: sa.Connection, capa: str, nivel: str, tesela: Tesela) -> bytes:
    """The tile of the zones of a level, empty where there is none: layer `capa`, polygons with `zona` and `nombre`.
    Zones too small to be seen at its zoom are left out."""
    z = zona.c
    marco = sa.func.ST_TileEnvelope(tesela.z, tesela.x, tesela.y)
    forma = sa.func.ST_AsMVTGeom(sa.func.ST_Transform(z.geom, 3857), marco, _EXTENSION, _EXTENSION // 64, True)
    cerca = z.geom.op("&&")(sa.func.ST_MakeEnvelope(*tesela.caja(1 / 64), 4326))
    visible = (z.area_km2 >= (_MINIMO_PIXELES * tesela.pixel_km()) ** 2).is_not(False)
    cortadas = sa.select(z.zona, z.nombre, forma.label("geom")).where(z.nivel == nivel, cerca, visible).subquery("c")
    filas = sa.select(cortadas).where(cortadas.c.geom.is_not(None)).subquery("fila")
    codigo = aggregate_order_by(sa.literal("geom"), filas.c.zona)
    return _bytes(conn.scalar(sa.select(sa.func.ST_AsMVT(filas.table_valued(), capa, _EXTENSION, codigo))))


def version_publica(conn: sa.Connection, cut: str, anio: int) -> int | None:
    """The version of the register of a comuna and year, which any role may ask for; None where there is none."""
    v = _VERSION.c
    version: int | None = conn.scalar(sa.select(v.version).where(v.cut == cut, v.anio == anio))
    return version


def _recorrido(tesela: Tesela, nivel: int) -> dict[str, object]:
    """The cells to go through, as parameters, and how far the places of single ones are cut to those of the tile."""
    todos = list(tramos(tesela, nivel))
    columnas = {c: [getattr(t, c) for t in todos] for c in ("desde", "hasta", "dx", "dy")}
    return {**columnas, "lejos": 2 * (ZOOM_MAXIMO - tesela.z)}


def _bytes(tesela: Any) -> bytes:
    return b"" if tesela is None else bytes(tesela)
