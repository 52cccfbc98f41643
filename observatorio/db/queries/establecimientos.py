"""Single establishments, as each role may see them: pages by keyset, the whole selection as a stream, and how many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

import sqlalchemy as sa

from observatorio.db.copia import volcar, volcar_lineas
from observatorio.db.queries.busqueda import FILTROS, PARECIDO, SIN_DATO, Busqueda, condiciones
from observatorio.db.queries.geojson import rasgo
from observatorio.db.queries.paginas import juntos, objeto, pagina_json
from observatorio.db.tablas import establecimiento_anio as ea
from observatorio.vocabulario import Rol

COLUMNAS: Final = (
    *("id", "rut", "nombre", "razon_social", "nombre_fantasia", "tipo_persona", "tipo_sitio", "direccion"),
    *("acteco", "giro_texto", "division", "seccion", "tamano", "tamano_criterio", "formalidad"),
    *("trabajadores", "empleo_total", "empleo_local", "empleo_conmutante", "empleo_sin_dato", "precision", "publica"),
)
RESTRINGIDAS: Final = ("tramo_ventas", "impuestos_clp", "patente_clp", "capital_clp", "telefono", "correo")
_INTERNAS: Final = ("cut", "anio", "geom", "busqueda")
"""What the views have for finding a row, and an answer does not repeat."""
_PELIGROSO: Final = r"^[=+\-@\t\r\n]"
"""How a text begins that a spreadsheet would execute; see `api.formatos.neutral`."""


def columnas(rol: Rol) -> tuple[str, ...]:
    """What a role is told of an establishment: the municipality also reads the restricted columns."""
    return (*_propias(rol), "lon", "lat")


def uno(conn: sa.Connection, rol: Rol, cut: str, identificador: str, anio: int | None) -> str | None:
    """One establishment of the comuna in a year, by default its last one, as the text of a JSON object; None where
    there is none."""
    v = _vista(rol)
    de_entonces = v.c.anio == anio if anio else sa.true()
    propias = sa.select(v.c.anio, *(v.c[n] for n in _propias(rol)), *_lugar(v))
    ultima = propias.where(v.c.cut == cut, v.c.id == identificador, de_entonces).order_by(v.c.anio.desc()).limit(1)
    fila = ultima.subquery("fila")
    return conn.scalar(sa.select(objeto(fila)))


def anios(conn: sa.Connection, rol: Rol, cut: str, identificador: str) -> str:
    """One establishment in every year that it has, newest first, as the text of the objects of a JSON array."""
    v = _vista(rol)
    propias = sa.select(v.c.anio, *(v.c[n] for n in _propias(rol)), *_lugar(v))
    fila = propias.where(v.c.cut == cut, v.c.id == identificador).subquery("fila")
    return conn.scalar(sa.select(juntos(objeto(fila), fila.c.anio.desc()))) or ""


def afinar(conn: sa.Connection, rol: Rol, b: Busqueda) -> Busqueda:
    """The search itself, or the one for what resembles its text where nothing holds every word of it."""
    if not b.q or b.rut is not None:
        return b
    v = _vista(rol)
    hay = conn.scalar(sa.select(sa.select(v.c.id).where(*condiciones(v, rol, b)).exists()))
    return b if hay else replace(b, parecida=True)


def pagina(conn: sa.Connection, rol: Rol, b: Busqueda, desde: str, limite: int) -> tuple[str, str | None]:
    """One page, after the id `desde`, as the text of the objects of a JSON array, which PostgreSQL built; and the id to
    go on from, None at the end."""
    v = _vista(rol)
    _planificar(conn)
    return pagina_json(conn, _seleccion(v, rol, b, _lugar(v)).where(v.c.id > desde), "id", limite)


def tabla(
    conn: sa.Connection, rol: Rol, b: Busqueda, *, separador: str = ",", planilla: bool = False
) -> Iterator[bytes]:
    """Every row of the selection as CSV, in the order of `columnas`. `planilla`: a text that a spreadsheet would take
    for a formula has an apostrophe before it, and with `;` decimals have a comma."""
    v = _vista(rol)
    filas = _seleccion(v, rol, b, _lugar(v))
    if planilla:
        propias = filas.subquery("fila")
        celdas = [_celda(propias.c[n], n, coma=separador == ";").label(n) for n in columnas(rol)]
        filas = sa.select(*celdas).order_by(propias.c.id)
    _planificar(conn)
    return volcar(conn, filas, separador)


def rasgos(conn: sa.Connection, rol: Rol, b: Busqueda) -> Iterator[bytes]:
    """Every row as a line with a GeoJSON feature (EPSG:4326, six decimals)."""
    v = _vista(rol)
    filas = _seleccion(v, rol, b, [v.c.geom]).subquery("fila")
    _planificar(conn)
    return volcar_lineas(conn, sa.select(rasgo(filas)).order_by(filas.c.id))


def _celda(columna: sa.ColumnElement[Any], nombre: str, *, coma: bool) -> sa.ColumnElement[Any]:
    """A value as a spreadsheet may read it."""
    if nombre in ("lon", "lat"):
        return sa.func.replace(sa.cast(columna, sa.Text), ".", ",") if coma else columna
    if isinstance(ea.c[nombre].type, sa.Text):
        return sa.func.regexp_replace(columna, _PELIGROSO, r"'\&", type_=sa.Text)
    return sa.cast(columna, sa.Text)


def contar(conn: sa.Connection, rol: Rol, b: Busqueda, por: Sequence[str]) -> list[dict[str, Any]]:
    """How many establishments the selection has (`valor`), for each combination of `por` (names of `FILTROS`): what a
    row has no value of is `sin_dato`."""
    v = _vista(rol)
    llaves = [sa.func.coalesce(v.c[n], SIN_DATO, type_=sa.Text).label(n) for n in por if n in FILTROS]
    consulta = sa.select(*llaves, sa.func.count().label("valor")).where(*condiciones(v, rol, b))
    _planificar(conn)
    # By position, because each parameter of a repeated expression would be another one to the server.
    puestos: list[sa.ColumnElement[Any]] = [sa.literal_column(str(i)) for i, _ in enumerate(llaves, start=1)]
    return [dict(f) for f in conn.execute(consulta.group_by(*puestos).order_by(*puestos)).mappings()]


def _propias(rol: Rol) -> tuple[str, ...]:
    """The columns of its view that a role is told, without the place."""
    return (*COLUMNAS, *RESTRINGIDAS) if rol is Rol.MUNICIPAL else COLUMNAS


def _vista(rol: Rol) -> sa.TableClause:
    """What the role reads establishments from."""
    municipal = rol is Rol.MUNICIPAL
    vista = "v_establecimiento_municipal" if municipal else "v_establecimiento"
    internas = (*_INTERNAS, "busqueda_reservada") if municipal else _INTERNAS
    return sa.table(vista, *(sa.column(n) for n in (*internas, *_propias(rol))), schema="catastro")


def _lugar(v: sa.TableClause) -> list[sa.ColumnElement[Any]]:
    return [sa.func.ST_X(v.c.geom).label("lon"), sa.func.ST_Y(v.c.geom).label("lat")]


def _seleccion(v: sa.TableClause, rol: Rol, b: Busqueda, lugar: Sequence[sa.ColumnElement[Any]]) -> sa.Select[Any]:
    """The rows of a search, in the order of the primary key."""
    propias = sa.select(*(v.c[n] for n in _propias(rol)), *lugar)
    return propias.where(*condiciones(v, rol, b)).order_by(v.c.id)


def _planificar(conn: sa.Connection) -> None:
    """Say to the transaction what is near, and to plan each search for the values that it has: whether an index serves
    depends on them, and a plan that is kept for all values would walk the whole year for a rare word."""
    ajustes = {"plan_cache_mode": "force_custom_plan", "pg_trgm.word_similarity_threshold": str(PARECIDO)}
    conn.execute(sa.select(*(sa.func.set_config(n, valor, sa.true()) for n, valor in ajustes.items())))
