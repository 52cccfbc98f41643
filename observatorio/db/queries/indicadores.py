"""Fixed queries beneath the indicators: which years, levels and zones there are, and in which version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    Row,
    Text,
    and_,
    case,
    column,
    false,
    func,
    literal,
    null,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from observatorio.db.queries.geojson import rasgo
from observatorio.db.tablas import comuna as t_comuna
from observatorio.db.tablas import establecimiento_anio as ea
from observatorio.db.tablas import nivel as t_nivel
from observatorio.db.tablas import poblacion as t_poblacion
from observatorio.db.tablas import version as t_version
from observatorio.db.tablas import zona as t_zona
from observatorio.vocabulario import EstadoValor, Formalidad

v_serie = table(
    "v_serie",
    *map(column, ("carga", "anio", "territorio", "categoria", "medida", "valor", "estado")),
    schema="observacion",
)
v_firma = table("v_firma", *map(column, ("cut", "anio", "id", "firma")), schema="catastro")
"""Which premises are of one firm, without saying of which: see the view."""


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
    """A mark that changes whenever a zone does."""
    ultima = conn.scalar(select(func.max(t_nivel.c.cargado)))
    return ultima.isoformat() if ultima else ""


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


def zonas(conn: Connection, nivel: str, zona: str = "") -> list[dict[str, object]]:
    """The zones of a level, or one of them, without their geometry: population (estimated or not) and geodesic area in
    km²."""
    columnas = [c for c in t_zona.c if c.name not in ("geom", "nivel")]
    rows = conn.execute(select(*columnas).where(*_las_de(nivel, zona)).order_by(t_zona.c.zona))
    return [dict(row._mapping) for row in rows]


def zonas_geojson(conn: Connection, nivel: str, zona: str = "") -> str:
    """The same as the text of a GeoJSON FeatureCollection (EPSG:4326, six decimals), built by PostGIS."""
    columnas = [c for c in t_zona.c if c.name != "nivel"]
    rasgos = select(*columnas).where(*_las_de(nivel, zona)).subquery("rasgos")
    juntos = func.string_agg(rasgo(rasgos), aggregate_order_by(literal(",", Text), rasgos.c.zona), type_=Text)
    cuerpo = conn.scalar(select(func.coalesce(juntos, "", type_=Text)))
    return f'{{"type":"FeatureCollection","features":[{cuerpo}]}}'


def _las_de(nivel: str, zona: str) -> list[ColumnElement[bool]]:
    """The zones of a level, or one of them."""
    return [t_zona.c.nivel == nivel, *([t_zona.c.zona == zona] if zona else [])]


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


@dataclass(frozen=True)
class Medida:
    """What of a zone a figure is divided by: None where it is not known. `anio` is the year of a population, and
    `estimada` says that it was spread by area."""

    valor: float | None
    anio: int | None
    estimada: bool


def divisores(conn: Connection, cut: str, nivel: str, columna: str) -> dict[str, Medida]:
    """Zone -> its `poblacion` or `area_km2` (geodesic); without a level, those of the comuna under the empty name.

    The comuna's are those of its zone of the level `comuna`, or else the reference's: the newest census, and the area
    of its outline.
    """
    medida, anio = t_zona.c[columna], t_zona.c.poblacion_anio if columna == "poblacion" else null()
    estimada = t_zona.c.poblacion_estimada if columna == "poblacion" else false()
    consulta = select(t_zona.c.zona, medida.label("valor"), anio.label("anio"), estimada.label("estimada"))
    if nivel:
        rows = conn.execute(consulta.where(t_zona.c.nivel == nivel).order_by(t_zona.c.zona))
        return {row.zona: Medida(row.valor, row.anio, row.estimada) for row in rows}
    comuna = conn.execute(consulta.where(t_zona.c.nivel == "comuna", t_zona.c.zona == cut, medida.is_not(None))).first()
    if comuna is not None:
        return {"": Medida(comuna.valor, comuna.anio, comuna.estimada)}
    return {"": _de_referencia(conn, cut, columna)}


def _de_referencia(conn: Connection, cut: str, columna: str) -> Medida:
    if columna == "area_km2":
        area = conn.scalar(select(func.ST_Area(func.geography(t_comuna.c.geom))).where(t_comuna.c.cut == cut))
        return Medida(None if area is None else area / 1e6, None, False)
    personas = (
        select(t_poblacion.c.personas, t_poblacion.c.anio)
        .where(t_poblacion.c.territorio == cut, t_poblacion.c.personas.is_not(None))
        .order_by(t_poblacion.c.anio.desc())
        .limit(1)
    )
    row = conn.execute(personas).first()
    return Medida(float(row.personas), row.anio, False) if row else Medida(None, None, False)


def nombre_region(conn: Connection, cut: str) -> str:
    """The name of the region of a comuna, or nothing for a code that there is not."""
    return conn.scalar(select(t_comuna.c.region).where(t_comuna.c.cut == cut)) or ""


def series_por_seccion(conn: Connection, medida: str, anios: Sequence[int]) -> list[Row[Any]]:
    """`anio`, `territorio`, `seccion` and `valor` of a measure in the aggregates by rubro that count today.

    What one file splits into several rows is added up, and not known when one of them is not. Of several files that
    say the same the greatest figure is taken, whichever was loaded first.
    """
    seccion = func.substring(v_serie.c.categoria, "^ *([A-Z]) *[-.)]", type_=Text).label("seccion")
    sabido = func.bool_and(v_serie.c.estado == EstadoValor.PUBLICADO)
    por_carga = (
        select(
            v_serie.c.anio,
            v_serie.c.territorio,
            seccion,
            case((sabido, func.sum(v_serie.c.valor))).label("valor"),
        )
        .where(v_serie.c.medida == medida, v_serie.c.anio.in_(anios), seccion.is_not(None))
        .group_by(v_serie.c.carga, v_serie.c.anio, v_serie.c.territorio, seccion)
        .subquery()
    )
    llave = (por_carga.c.anio, por_carga.c.territorio, por_carga.c.seccion)
    return list(
        conn.execute(select(*llave, func.max(por_carga.c.valor).label("valor")).group_by(*llave).order_by(*llave))
    )


def puede_leer(conn: Connection, columnas: Sequence[str]) -> bool:
    """Whether the connection's role may read those columns: those of
    `catastro.establecimiento_anio`, and those that have their table's name before them."""
    propia = f"{ea.schema}.{ea.name}"
    partes = [c.rpartition(".") for c in columnas]
    permisos = [func.has_column_privilege(t or propia, c, "SELECT", type_=Boolean) for t, _, c in partes]
    return not permisos or bool(conn.scalar(select(and_(*permisos))))
