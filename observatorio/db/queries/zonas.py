"""Levels and zones of the territory, and which zone each establishment lies in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Any

import polars as pl
from sqlalchemy import Connection, func, select, text
from sqlalchemy.dialects.postgresql import insert

from observatorio.db import tablas
from observatorio.db.copia import copiar, crear_etapa, leer

ZONA: Mapping[str, Any] = {
    "zona": pl.Utf8,
    "nombre": pl.Utf8,
    "cut": pl.Utf8,
    "geom": pl.Utf8,
    "poblacion": pl.Float64,
    "poblacion_anio": pl.Int32,
}
"""A zone on its way in: `geom` is a MultiPolygon (EPSG:4326) as hexadecimal WKB, or null."""

_INSERTAR = text(
    """
    INSERT INTO territorio.zona (nivel, zona, nombre, cut, geom, poblacion, poblacion_anio, area_km2)
    SELECT :nivel, e.zona, e.nombre, e.cut, f.forma, e.poblacion, e.poblacion_anio,
           ST_Area(f.forma::geography) / 1e6
      FROM pg_temp.zonas_nuevas e,
           LATERAL (SELECT ST_SetSRID(e.geom::geometry, 4326) AS forma) f
        ON CONFLICT (nivel, zona) DO NOTHING
    """
)

# The moment of a level is what answers about zones are told apart by. Whoever changes zones holds the lock of
# `bloquear`: the clock is read under it and never goes back, so that no two states of the zones have the same moment.
_MARCAR = text(
    """
    UPDATE territorio.nivel n
       SET cargado = greatest(clock_timestamp(), m.ultimo + interval '1 microsecond')
      FROM (SELECT max(cargado) AS ultimo FROM territorio.nivel) m
     WHERE n.nivel = ANY(:niveles)
    """
)

_COMUNA = text(
    """
    INSERT INTO territorio.zona (nivel, zona, nombre, cut, geom, area_km2)
    SELECT 'comuna', cut, nombre, cut, geom, ST_Area(geom::geography) / 1e6 FROM ref.comuna WHERE cut = :cut
        ON CONFLICT (nivel, zona) DO NOTHING
    """
)

# A level that somebody loaded keeps the people that it brought; the built-in one follows the census.
_COMUNA_POBLACION = text(
    """
    UPDATE territorio.zona z
       SET poblacion = p.personas, poblacion_anio = p.anio
      FROM (SELECT personas, anio FROM ref.poblacion
             WHERE territorio = :cut AND personas IS NOT NULL ORDER BY anio DESC LIMIT 1) p,
           territorio.nivel n
     WHERE z.nivel = 'comuna' AND z.zona = :cut AND n.nivel = z.nivel
       AND (n.incorporado OR z.poblacion IS NULL)
       AND (z.poblacion, z.poblacion_anio) IS DISTINCT FROM (p.personas::double precision, p.anio)
    """
)

_NIVEL_BASE = text(
    """
    SELECT z.nivel FROM territorio.zona z JOIN territorio.nivel n USING (nivel)
     WHERE z.cut = :cut AND NOT n.incorporado AND n.nivel <> 'comuna' AND z.geom IS NOT NULL AND z.poblacion > 0
     GROUP BY z.nivel ORDER BY avg(z.area_km2), z.nivel LIMIT 1
    """
)

# People are spread over a zone by area. Where no populated zone lies, nothing is known, which is not zero.
# The parts are computed once: without statistics, the planner would compute them again for every cell.
_ESTIMAR = text(
    """
    WITH parte AS MATERIALIZED (
        SELECT c.nivel, c.zona, max(z.poblacion_anio) AS anio,
               round(sum(z.poblacion * ST_Area(ST_Intersection(c.geom, z.geom)::geography)
                         / nullif(z.area_km2 * 1e6, 0))::numeric, 2)::double precision AS personas
          FROM territorio.zona c
          JOIN territorio.zona z ON z.nivel = :base AND z.poblacion IS NOT NULL AND ST_Intersects(z.geom, c.geom)
         WHERE c.nivel = ANY(:niveles) AND c.cut = :cut
         GROUP BY c.nivel, c.zona
        HAVING bool_or(ST_Relate(c.geom, z.geom, '2********'))
    )
    UPDATE territorio.zona c
       SET poblacion = n.personas, poblacion_anio = n.anio, poblacion_estimada = n.personas IS NOT NULL
      FROM (SELECT nivel, zona, p.personas, p.anio
              FROM territorio.zona a LEFT JOIN parte p USING (nivel, zona)
             WHERE a.nivel = ANY(:niveles) AND a.cut = :cut) n
     WHERE c.nivel = n.nivel AND c.zona = n.zona
       AND (c.poblacion, c.poblacion_anio) IS DISTINCT FROM (n.personas, n.anio)
    RETURNING c.nivel
    """
)

# Rows go in in the order of the primary key, so that its pages are filled one after the other.
_ASIGNAR_COMUNA = text(
    """
    INSERT INTO catastro.establecimiento_zona (cut, anio, nivel, id, zona)
    SELECT cut, anio, 'comuna', id, cut FROM catastro.establecimiento_anio WHERE cut = :cut AND anio = :anio
     ORDER BY id
    """
)

# OFFSET 0 keeps each polygon on the outside, so that it is prepared once for all the points in its box.
_ASIGNAR_POLIGONOS = text(
    """
    INSERT INTO catastro.establecimiento_zona (cut, anio, nivel, id, zona)
    SELECT e.cut, e.anio, z.nivel, e.id, min(z.zona)
      FROM territorio.zona z
      JOIN territorio.nivel n USING (nivel)
     CROSS JOIN LATERAL (
           SELECT a.cut, a.anio, a.id FROM catastro.establecimiento_anio a
            WHERE a.cut = :cut AND a.anio = :anio AND ST_Covers(z.geom, a.geom)
           OFFSET 0) e
     WHERE NOT n.incorporado AND n.nivel <> 'comuna' AND n.nivel = ANY(:niveles) AND z.geom IS NOT NULL
     GROUP BY e.cut, e.anio, z.nivel, e.id
     ORDER BY z.nivel, e.id
    """
)

_PUNTOS = """
    SELECT DISTINCT ST_X(geom), ST_Y(geom) FROM catastro.establecimiento_anio
     WHERE cut = %(cut)s AND anio = %(anio)s AND geom IS NOT NULL
"""

_ASIGNAR_CELDAS = text(
    """
    INSERT INTO catastro.establecimiento_zona (cut, anio, nivel, id, zona)
    SELECT e.cut, e.anio, c.nivel, e.id, to_hex(c.celda)
      FROM catastro.establecimiento_anio e
      JOIN pg_temp.celdas_de_puntos p ON p.lon = ST_X(e.geom) AND p.lat = ST_Y(e.geom)
     CROSS JOIN LATERAL (VALUES ('h3_7', p.h3_7), ('h3_8', p.h3_8), ('h3_9', p.h3_9)) AS c (nivel, celda)
     WHERE e.cut = :cut AND e.anio = :anio
     ORDER BY c.nivel, e.id
    """
)


def bloquear(conn: Connection) -> None:
    """Let one transaction at a time change zones or what lies in them: to be called before the functions below do."""
    conn.execute(select(func.pg_advisory_xact_lock(func.hashtext("territorio"))))


def declarar_nivel(conn: Connection, nivel: str, nombre: str, origen: str, *, incorporado: bool) -> None:
    """Make a level, or replace what is said of it. A level that was loaded is not made built-in again."""
    orden = insert(tablas.nivel).values(nivel=nivel, nombre=nombre, origen=origen, incorporado=incorporado)
    if incorporado:
        orden = orden.on_conflict_do_nothing()
    else:
        nuevos = {"nombre": nombre, "origen": origen, "incorporado": False}
        orden = orden.on_conflict_do_update(index_elements=["nivel"], set_=nuevos)
    conn.execute(orden)


def vaciar_nivel(conn: Connection, nivel: str) -> None:
    """Take away the zones of a level."""
    conn.execute(tablas.zona.delete().where(tablas.zona.c.nivel == nivel))
    _marcar(conn, {nivel})


def insertar(conn: Connection, nivel: str, marco: pl.DataFrame) -> None:
    """Add zones (a frame like `ZONA`) to a level, with their geodesic area; those that exist stay as they are."""
    etapa = crear_etapa(conn, "zonas_nuevas", ZONA)
    copiar(conn, etapa, marco.select(pl.col(c).cast(t) for c, t in ZONA.items()))
    if conn.execute(_INSERTAR, {"nivel": nivel}).rowcount:
        _marcar(conn, {nivel})


def asegurar_comuna(conn: Connection, cut: str) -> None:
    """Give the level `comuna` this comuna, from the reference polygons unless an official one is there."""
    hechas = [conn.execute(orden, {"cut": cut}).rowcount for orden in (_COMUNA, _COMUNA_POBLACION)]
    if any(hechas):
        _marcar(conn, {"comuna"})


def nivel_base(conn: Connection, cut: str) -> str | None:
    """The loaded level of a comuna with the smallest zones that have both people and a polygon."""
    base: str | None = conn.execute(_NIVEL_BASE, {"cut": cut}).scalar()
    return base


def poligonos(conn: Connection, nivel: str, cut: str) -> list[str]:
    """The polygons (hexadecimal WKB) of the populated zones of a level in a comuna."""
    tabla = tablas.zona
    forma = func.encode(func.ST_AsBinary(tabla.c.geom), "hex")
    donde = (tabla.c.nivel == nivel, tabla.c.cut == cut, tabla.c.geom.is_not(None), tabla.c.poblacion > 0)
    return list(conn.execute(select(forma).where(*donde)).scalars())


def codigos(conn: Connection, nivel: str) -> set[str]:
    """The codes of a level's zones."""
    return set(conn.execute(select(tablas.zona.c.zona).where(tablas.zona.c.nivel == nivel)).scalars())


def estimar_poblacion(conn: Connection, cut: str, base: str | None, niveles: Sequence[str]) -> None:
    """Estimate the people of each cell of `niveles` in a comuna by its share of the area of the zones of `base`."""
    cambiadas = conn.scalars(_ESTIMAR, {"cut": cut, "base": base, "niveles": list(niveles)})
    _marcar(conn, set(cambiadas))


def _marcar(conn: Connection, niveles: Set[str]) -> None:
    """Note that zones of these levels changed."""
    if niveles:
        conn.execute(_MARCAR, {"niveles": sorted(niveles)})


def anios_de(conn: Connection) -> list[tuple[str, int]]:
    """The comunas and years that the catastro holds."""
    tabla = tablas.establecimiento_anio
    return [(cut, anio) for cut, anio in conn.execute(select(tabla.c.cut, tabla.c.anio).distinct())]


def niveles_cargados(conn: Connection) -> list[str]:
    """The levels that somebody loaded, but for `comuna`, which is known from each row's own code."""
    tabla = tablas.nivel
    return list(conn.execute(select(tabla.c.nivel).where(~tabla.c.incorporado, tabla.c.nivel != "comuna")).scalars())


def sectores(conn: Connection, cut: str) -> pl.DataFrame:
    """The zones with a name and a polygon of every loaded level of a comuna: `nombre lon lat`, a point inside each
    (EPSG:4326), in the order of their levels and codes."""
    consulta = """
        SELECT z.nombre, ST_X(p.geom) AS lon, ST_Y(p.geom) AS lat
          FROM territorio.zona z
          JOIN territorio.nivel n USING (nivel)
         CROSS JOIN LATERAL (SELECT ST_PointOnSurface(z.geom) AS geom) AS p
         WHERE NOT n.incorporado AND n.nivel <> 'comuna' AND z.cut = %(cut)s AND z.nombre IS NOT NULL
           AND z.geom IS NOT NULL
         ORDER BY z.nivel, z.zona
    """
    return leer(conn, consulta, {"cut": cut}, {"nombre": pl.Utf8, "lon": pl.Float64, "lat": pl.Float64})


def desasignar(conn: Connection, cut: str, anio: int, niveles: Sequence[str] | None = None) -> None:
    """Forget in which zones (of `niveles`; of all, without them) the establishments of a year lie."""
    tabla = tablas.establecimiento_zona
    orden = tabla.delete().where(tabla.c.cut == cut, tabla.c.anio == anio)
    conn.execute(orden if niveles is None else orden.where(tabla.c.nivel.in_(niveles)))


def asignar_comuna(conn: Connection, cut: str, anio: int) -> None:
    """Every establishment of the year lies in its comuna, located or not."""
    conn.execute(_ASIGNAR_COMUNA, {"cut": cut, "anio": anio})


def asignar_poligonos(conn: Connection, cut: str, anio: int, niveles: Sequence[str]) -> None:
    """Put located establishments in the zones that cover them; on a border, in the zone of the smallest code."""
    conn.execute(_ASIGNAR_POLIGONOS, {"cut": cut, "anio": anio, "niveles": list(niveles)})


def puntos(conn: Connection, cut: str, anio: int) -> pl.DataFrame:
    """The distinct places (`lon`, `lat`, EPSG:4326) of the establishments of a year."""
    return leer(conn, _PUNTOS, {"cut": cut, "anio": anio}, {"lon": pl.Float64, "lat": pl.Float64})


def asignar_celdas(conn: Connection, cut: str, anio: int, celdas: pl.DataFrame) -> None:
    """Put located establishments in their H3 cells: `lon`, `lat` and one column of cell numbers a level."""
    esquema = dict(celdas.schema)
    etapa = crear_etapa(conn, "celdas_de_puntos", esquema)
    copiar(conn, etapa, celdas)
    conn.execute(text("ANALYZE pg_temp.celdas_de_puntos"))
    conn.execute(_ASIGNAR_CELDAS, {"cut": cut, "anio": anio})


def comunas_oficiales(conn: Connection) -> dict[str, bytes]:
    """The comuna polygons that somebody loaded, as WKB (EPSG:4326) by code; not those that the project brings along."""
    filas = conn.execute(
        text(
            """SELECT z.zona, ST_AsBinary(z.geom) AS forma
                 FROM territorio.zona z JOIN territorio.nivel n USING (nivel)
                WHERE nivel = 'comuna' AND NOT n.incorporado AND z.geom IS NOT NULL"""
        )
    )
    return {fila.zona: bytes(fila.forma) for fila in filas}
