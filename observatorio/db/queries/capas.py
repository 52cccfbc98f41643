"""Layers: what each kind of spatial collection reads its features from, and what there is to read at this moment.

A layer names its columns one by one: nothing is reflected, so that a column that a view gains is not served by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from observatorio.db.queries.malla import Caja
from observatorio.db.tablas import celda as t_celda
from observatorio.db.tablas import comuna as t_comuna
from observatorio.db.tablas import nivel as t_nivel
from observatorio.db.tablas import publicacion as t_publicacion
from observatorio.db.tablas import version as t_version
from observatorio.db.tablas import zona as t_zona

Columna = sa.ColumnElement[Any]
Tipos = tuple[tuple[str, sa.types.TypeEngine[Any]], ...]
"""Columns of a view by name, each with its type."""

FIGURAS: Final = ("establecimientos", "empleo", "tasa_informalidad")
"""The indicators that a zone is shown with."""


@dataclass(frozen=True)
class Capa:
    """Where features are read: `origen`, the rows of it that count, the text column that tells them apart and orders
    them, their geometry (EPSG:4326, may be null), and each property by name."""

    origen: sa.FromClause
    donde: tuple[sa.ColumnElement[bool], ...]
    llave: Columna
    geom: Columna
    columnas: Mapping[str, Columna]


@dataclass(frozen=True)
class Consolidado:
    """A year of the register: its version, and how many establishments it has, the closed ones too."""

    anio: int
    version: int
    establecimientos: int


@dataclass(frozen=True)
class Nivel:
    """A level of zones: its code and name; `marca` changes whenever a zone of it does."""

    nivel: str
    nombre: str
    marca: str


def establecimientos(cut: str, anio: int, columnas: Tipos, *, municipal: bool) -> Capa:
    """The establishments of a comuna in a year, active or not; `municipal`: from the view that has the restricted
    columns."""
    nombre = "v_establecimiento_municipal" if municipal else "v_establecimiento"
    return _de_vista(_vista("catastro", nombre, columnas), cut, anio, columnas)


def puntos_publicos(cut: str, anio: int, columnas: Tipos) -> Capa:
    """The points of a comuna in a year whose records are public by law."""
    return _de_vista(_vista("publicacion", "v_punto_publico", columnas), cut, anio, columnas)


def zonas(nivel: str) -> Capa:
    """The zones of a level: `nombre poblacion poblacion_anio poblacion_estimada area_km2`."""
    nombres = ("nombre", "poblacion", "poblacion_anio", "poblacion_estimada", "area_km2")
    return Capa(t_zona, (t_zona.c.nivel == nivel,), t_zona.c.zona, t_zona.c.geom, {n: t_zona.c[n] for n in nombres})


def cifras(nivel: str, publicacion: int) -> Capa:
    """The zones of a level with what a release says of each: the value of every one of `FIGURAS` (null where it is
    reserved or unknown), its `_estado` (null where the release says nothing of the zone), and for the count the
    `_redondeo`, of which it is a multiple."""
    origen: sa.FromClause = t_zona
    columnas: dict[str, Columna] = {"nombre": t_zona.c.nombre}
    for figura in FIGURAS:
        celda = t_celda.alias(figura)
        # Every column of the primary key is given, so that each cell is one look into its index.
        suya = sa.and_(
            celda.c.publicacion == publicacion,
            celda.c.indicador == figura,
            celda.c.por == "zona",
            celda.c.nivel == nivel,
            celda.c.dimensiones == sa.func.jsonb_build_object(sa.literal("zona", sa.Text), t_zona.c.zona, type_=JSONB),
        )
        origen = origen.outerjoin(celda, suya)
        columnas |= {figura: celda.c.valor, f"{figura}_estado": celda.c.estado}
        if figura == "establecimientos":
            columnas[f"{figura}_redondeo"] = celda.c.redondeo
    return Capa(origen, (t_zona.c.nivel == nivel,), t_zona.c.zona, t_zona.c.geom, columnas)


def consolidados(conn: sa.Connection, cut: str) -> Sequence[Consolidado]:
    """The years of the register of a comuna, oldest first. For those who may read exact figures."""
    v = t_version.c
    filas = conn.execute(sa.select(v.anio, v.version, v.establecimientos).where(v.cut == cut).order_by(v.anio))
    return [Consolidado(*fila) for fila in filas]


def publicaciones(conn: sa.Connection, cut: str) -> dict[int, int]:
    """Year -> number of the release of a comuna that holds, by year."""
    p = t_publicacion.c
    filas = conn.execute(sa.select(p.anio, p.publicacion).where(p.cut == cut, p.vigente).order_by(p.anio))
    return {fila.anio: fila.publicacion for fila in filas}


def niveles(conn: sa.Connection) -> Sequence[Nivel]:
    """Every level of zones that has any, by code."""
    n = t_nivel.c
    alguna = sa.exists().where(t_zona.c.nivel == n.nivel)
    filas = conn.execute(sa.select(n.nivel, n.nombre, n.cargado).where(alguna).order_by(n.nivel))
    return [Nivel(f.nivel, f.nombre, f.cargado.isoformat()) for f in filas]


def zonas_de(conn: sa.Connection, nivel: str) -> int:
    """How many zones a level has."""
    return conn.scalar(sa.select(sa.func.count()).select_from(t_zona).where(t_zona.c.nivel == nivel)) or 0


def caja_comuna(conn: sa.Connection, cut: str) -> Caja | None:
    """The box of a comuna's outline, in which its establishments lie."""
    return _caja(conn, sa.select(t_comuna.c.geom).where(t_comuna.c.cut == cut))


def caja_nivel(conn: sa.Connection, nivel: str) -> Caja | None:
    """The box of the zones of a level, None where none has a polygon."""
    return _caja(conn, sa.select(t_zona.c.geom).where(t_zona.c.nivel == nivel))


def _caja(conn: sa.Connection, geometrias: sa.Select[Any]) -> Caja | None:
    g = geometrias.subquery()
    marco = sa.select(sa.func.ST_Extent(g.c.geom).label("caja")).subquery()
    lados = (sa.func.ST_XMin, sa.func.ST_YMin, sa.func.ST_XMax, sa.func.ST_YMax)
    oeste, sur, este, norte = conn.execute(sa.select(*(lado(marco.c.caja, type_=sa.Double) for lado in lados))).one()
    return None if oeste is None else (oeste, sur, este, norte)


@cache
def _vista(esquema: str, nombre: str, columnas: Tipos) -> sa.TableClause:
    """A view with the columns that are read of it. It is made once: SQLAlchemy remembers by it what it has compiled."""
    propias: dict[str, sa.types.TypeEngine[Any]] = {"cut": sa.Text(), "anio": sa.Integer(), "id": sa.Text()}
    propias |= dict(columnas)
    return sa.table(nombre, *(sa.column(n, t) for n, t in propias.items()), sa.column("geom"), schema=esquema)


def _de_vista(vista: sa.TableClause, cut: str, anio: int, columnas: Tipos) -> Capa:
    donde = (vista.c.cut == cut, vista.c.anio == anio)
    return Capa(vista, donde, vista.c.id, vista.c.geom, {n: vista.c[n] for n, _ in columnas})
