"""Fixed queries beneath the indicators: which years, levels and zones there are, and in which version."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Text, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from observatorio.db.queries.geojson import rasgo
from observatorio.db.tablas import establecimiento_anio as ea
from observatorio.db.tablas import nivel as t_nivel
from observatorio.db.tablas import version as t_version
from observatorio.db.tablas import zona as t_zona
from observatorio.vocabulario import Formalidad


def versiones(conn: Connection, cut: str) -> dict[int, int]:
    """Year -> version of the consolidated register of that year in a comuna, by year."""
    rows = conn.execute(
        select(t_version.c.anio, t_version.c.version).where(t_version.c.cut == cut).order_by(t_version.c.anio)
    )
    return {row.anio: row.version for row in rows}


def anios_con(conn: Connection, cut: str, anios: Sequence[int], condicion: ColumnElement[bool]) -> set[int]:
    """Of `anios`, those in which some active establishment of the comuna meets a condition on its row."""
    hay = (
        select(literal(1))
        .where(ea.c.cut == cut, ea.c.anio == t_version.c.anio, ea.c.formalidad != Formalidad.INACTIVO, condicion)
        .exists()
    )
    return set(conn.scalars(select(t_version.c.anio).where(t_version.c.cut == cut, t_version.c.anio.in_(anios), hay)))


def niveles(conn: Connection) -> list[str]:
    """The zone levels that were loaded or come built in."""
    return list(conn.scalars(select(t_nivel.c.nivel).order_by(t_nivel.c.nivel)))


def zonas_cargadas(conn: Connection) -> str:
    """A mark that changes when a level is loaded again or zones are added to one."""
    cargado = select(func.max(t_nivel.c.cargado)).scalar_subquery()
    zonas_ = select(func.count()).select_from(t_zona).scalar_subquery()
    ultima, cuantas = conn.execute(select(cargado, zonas_)).one()
    return f"{ultima.isoformat() if ultima else ''}/{cuantas}"


def existe_zona(conn: Connection, nivel: str, zona: str) -> bool:
    """Whether the level has that zone."""
    found = conn.scalar(select(t_zona.c.zona).where(t_zona.c.nivel == nivel, t_zona.c.zona == zona))
    return found is not None


def detalle_niveles(conn: Connection) -> list[dict[str, object]]:
    """Every level with its name, origin, whether it comes built in, its number of zones and when it was loaded."""
    rows = conn.execute(
        select(
            t_nivel.c.nivel,
            t_nivel.c.nombre,
            t_nivel.c.origen,
            t_nivel.c.incorporado,
            t_nivel.c.cargado,
            func.count(t_zona.c.zona).label("zonas"),
        )
        .outerjoin(t_zona, t_zona.c.nivel == t_nivel.c.nivel)
        .group_by(t_nivel.c.nivel)
        .order_by(t_nivel.c.nivel)
    )
    return [dict(row._mapping) for row in rows]


def zonas(conn: Connection, nivel: str) -> list[dict[str, object]]:
    """The zones of a level without their geometry: population (estimated or not) and geodesic area in km²."""
    columnas = [c for c in t_zona.c if c.name not in ("geom", "nivel")]
    rows = conn.execute(select(*columnas).where(t_zona.c.nivel == nivel).order_by(t_zona.c.zona))
    return [dict(row._mapping) for row in rows]


def zonas_geojson(conn: Connection, nivel: str) -> str:
    """The zones of a level as the text of a GeoJSON FeatureCollection (EPSG:4326, six decimals), built by PostGIS."""
    columnas = [c for c in t_zona.c if c.name != "nivel"]
    rasgos = select(*columnas).where(t_zona.c.nivel == nivel).subquery("rasgos")
    juntos = func.string_agg(rasgo(rasgos), aggregate_order_by(literal(",", Text), rasgos.c.zona), type_=Text)
    cuerpo = conn.scalar(select(func.coalesce(juntos, "", type_=Text)))
    return f'{{"type":"FeatureCollection","features":[{cuerpo}]}}'


def geometrias(conn: Connection, nivel: str) -> dict[str, str | None]:
    """Zone -> GeoJSON geometry (EPSG:4326, six decimals) as text built by PostGIS; None where it has none."""
    rows = conn.execute(
        select(t_zona.c.zona, func.ST_AsGeoJSON(t_zona.c.geom, 6, 0).label("geojson")).where(t_zona.c.nivel == nivel)
    )
    return {row.zona: row.geojson for row in rows}


def nombres_zonas(conn: Connection, nivel: str) -> dict[str, str]:
    """Zone -> its name, for those that have one."""
    rows = conn.execute(
        select(t_zona.c.zona, t_zona.c.nombre).where(t_zona.c.nivel == nivel, t_zona.c.nombre.is_not(None))
    )
    return {row.zona: row.nombre for row in rows}
