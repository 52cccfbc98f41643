"""Single establishments, as each role may see them: pages by keyset, and the whole selection as a stream."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by

from observatorio.db.queries.geojson import rasgo
from observatorio.db.tablas import establecimiento_zona as ez
from observatorio.vocabulario import Formalidad, Rol

COLUMNAS: Final = (
    *("id", "rut", "nombre", "razon_social", "nombre_fantasia", "tipo_persona", "tipo_sitio", "direccion"),
    *("acteco", "giro_texto", "division", "seccion", "tamano", "tamano_criterio", "formalidad"),
    *("trabajadores", "empleo_total", "empleo_local", "empleo_conmutante", "empleo_sin_dato", "precision", "publica"),
)
RESTRINGIDAS: Final = ("tramo_ventas", "impuestos_clp", "patente_clp", "capital_clp", "telefono", "correo")


@dataclass(frozen=True, kw_only=True)
class Busqueda:
    """Which establishments: those of a comuna and year whose filters hold (empty lets all pass; the closed ones must
    be asked for), within a box in degrees (EPSG:4326: west, south, east, north), whose name resembles `q`."""

    cut: str
    anio: int
    q: str = ""
    seccion: str = ""
    tamano: str = ""
    formalidad: str = ""
    nivel: str = ""
    zona: str = ""
    bbox: tuple[float, float, float, float] | None = None


def columnas(rol: Rol) -> tuple[str, ...]:
    """What a role is told of an establishment: the municipality also reads the restricted columns."""
    propias = (*COLUMNAS, *RESTRINGIDAS) if rol is Rol.MUNICIPAL else COLUMNAS
    return (*propias, "lon", "lat")


def uno(conn: sa.Connection, rol: Rol, cut: str, identificador: str, anio: int | None) -> str | None:
    """One establishment of the comuna in a year, by default its last one, as the text of a JSON object; None where
    there is none."""
    v = _vista(rol)
    de_entonces = v.c.anio == anio if anio else sa.true()
    propias = sa.select(v.c.anio, *(v.c[n] for n in columnas(rol)[:-2]), *_lugar(v))
    ultima = propias.where(v.c.cut == cut, v.c.id == identificador, de_entonces).order_by(v.c.anio.desc()).limit(1)
    fila = ultima.subquery("fila")
    objeto = sa.func.row_to_json(fila.table_valued(), type_=sa.Text)
    return conn.scalar(sa.select(sa.cast(objeto, sa.Text)).select_from(fila))


def pagina(conn: sa.Connection, rol: Rol, busqueda: Busqueda, desde: str, limite: int) -> tuple[str, str | None]:
    """One page, after the id `desde`, as the text of a JSON array that PostGIS built; and the id to go on from, None at
    the end."""
    filas = _seleccion(rol, busqueda, desde).limit(limite).subquery("fila")
    return _juntar(conn, filas, sa.func.row_to_json(filas.table_valued(), type_=sa.Text), limite)


def rasgos(conn: sa.Connection, rol: Rol, busqueda: Busqueda, desde: str, limite: int) -> tuple[str, str | None]:
    """The same page as the text of the features of a GeoJSON collection (EPSG:4326, six decimals)."""
    filas = _seleccion(rol, busqueda, desde, con_geometria=True).limit(limite).subquery("fila")
    return _juntar(conn, filas, rasgo(filas), limite)


def todas(conn: sa.Connection, rol: Rol, busqueda: Busqueda) -> Iterator[dict[str, object]]:
    """Every row of the selection, read from the server two thousand at a time."""
    consulta = _seleccion(rol, busqueda, "")
    nombres = columnas(rol)
    for row in conn.execute(consulta, execution_options={"yield_per": 2_000}):
        yield dict(zip(nombres, row, strict=True))


def _juntar(
    conn: sa.Connection, filas: sa.Subquery, objeto: sa.ColumnElement[Any], limite: int
) -> tuple[str, str | None]:
    """The objects of a page, comma-separated, and the last id if there may be more."""
    texto = sa.cast(objeto, sa.Text)
    juntos = sa.func.string_agg(texto, aggregate_order_by(sa.literal(",", sa.Text), filas.c.id), type_=sa.Text)
    cuerpo, ultimo, cuantas = conn.execute(
        sa.select(sa.func.coalesce(juntos, "", type_=sa.Text), sa.func.max(filas.c.id), sa.func.count())
    ).one()
    return cuerpo, ultimo if cuantas == limite else None


def _seleccion(rol: Rol, b: Busqueda, desde: str, *, con_geometria: bool = False) -> sa.Select[Any]:
    """The rows of a search after an id, in the order of the primary key, from the view of the role."""
    v = _vista(rol)
    lugar = [v.c.geom] if con_geometria else _lugar(v)
    consulta = (
        sa.select(*(v.c[n] for n in columnas(rol)[:-2]), *lugar)
        .where(v.c.cut == b.cut, v.c.anio == b.anio, v.c.id > desde, *_condiciones(v, b))
        .order_by(v.c.id)
    )
    if b.nivel:
        mismo = sa.and_(ez.c.anio == v.c.anio, ez.c.nivel == b.nivel, ez.c.cut == v.c.cut, ez.c.id == v.c.id)
        consulta = consulta.join_from(v, ez, mismo).where(ez.c.zona == b.zona)
    return consulta


def _vista(rol: Rol) -> sa.TableClause:
    """What the role reads establishments from."""
    vista = "v_establecimiento_municipal" if rol is Rol.MUNICIPAL else "v_establecimiento"
    return sa.table(vista, *(sa.column(n) for n in ("cut", "anio", "geom", *columnas(rol)[:-2])), schema="catastro")


def _lugar(v: sa.TableClause) -> list[sa.ColumnElement[Any]]:
    return [sa.func.ST_X(v.c.geom).label("lon"), sa.func.ST_Y(v.c.geom).label("lat")]


def _condiciones(v: sa.TableClause, b: Busqueda) -> Iterator[sa.ColumnElement[bool]]:
    """One condition for each filter that was given."""
    for nombre in ("seccion", "tamano"):
        if valor := getattr(b, nombre):
            yield v.c[nombre] == valor
    yield v.c.formalidad == b.formalidad if b.formalidad else v.c.formalidad != Formalidad.INACTIVO
    if b.bbox:
        yield v.c.geom.op("&&")(sa.func.ST_MakeEnvelope(*b.bbox, 4326))
    if b.q:
        # Part of the name as it is, or a word in it that a typing error keeps near.
        yield sa.or_(v.c.nombre.icontains(b.q, autoescape=True), sa.literal(b.q).op("<%")(v.c.nombre))
