"""Fixed queries over what is published: the only tables of figures that the public role may read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, column, func, select, table

from observatorio.db.tablas import celda as t_celda
from observatorio.db.tablas import publicacion as t_publicacion


def anios(conn: Connection) -> list[int]:
    """The years that have a release, oldest first."""
    return list(conn.scalars(select(t_publicacion.c.anio).distinct().order_by(t_publicacion.c.anio)))


def ultima(conn: Connection) -> int:
    """The number of the newest release, 0 when there is none. It grows whenever any year is published again."""
    return conn.scalar(select(func.coalesce(func.max(t_publicacion.c.publicacion), 0))) or 0


def vigentes(conn: Connection, de_anios: Sequence[int] | None = None) -> Sequence[Row[*tuple[Any, ...]]]:
    """The releases (publicacion, anio, version, regla, momento), of some years or of all, newest year first."""
    consulta = select(t_publicacion).order_by(t_publicacion.c.anio.desc())
    if de_anios is not None:
        consulta = consulta.where(t_publicacion.c.anio.in_(de_anios))
    return conn.execute(consulta).all()


def tablas(conn: Connection) -> list[dict[str, object]]:
    """Every published table (indicador, anio, por, nivel) with its number of cells, shown and in all."""
    rows = conn.execute(
        select(
            t_celda.c.indicador,
            t_celda.c.anio,
            t_celda.c.por,
            t_celda.c.nivel,
            func.count().label("celdas"),
        )
        .group_by(t_celda.c.indicador, t_celda.c.anio, t_celda.c.por, t_celda.c.nivel)
        .order_by(t_celda.c.indicador, t_celda.c.anio, t_celda.c.por, t_celda.c.nivel)
    )
    return [dict(row._mapping) for row in rows]


def existe_tabla(conn: Connection, indicador: str, anio: int, por: str, nivel: str) -> bool:
    """Whether the release of `anio` holds that table."""
    found = conn.scalar(
        select(t_celda.c.anio)
        .where(t_celda.c.indicador == indicador, t_celda.c.anio == anio, t_celda.c.por == por, t_celda.c.nivel == nivel)
        .limit(1)
    )
    return found is not None


def celdas(
    conn: Connection, indicador: str, de_anios: Sequence[int], por: str, nivel: str, filtros: Mapping[str, str]
) -> Sequence[Row[*tuple[Any, ...]]]:
    """The cells of one table (anio, dimensiones, valor, n, cobertura, estado) in which each filter holds."""
    consulta = select(
        t_celda.c.anio,
        t_celda.c.dimensiones,
        t_celda.c.valor,
        t_celda.c.n,
        t_celda.c.cobertura,
        t_celda.c.estado,
    ).where(
        t_celda.c.indicador == indicador,
        t_celda.c.anio.in_(de_anios),
        t_celda.c.por == por,
        t_celda.c.nivel == nivel,
        *(t_celda.c.dimensiones[nombre].astext == valor for nombre, valor in filtros.items()),
    )
    return conn.execute(consulta.order_by(t_celda.c.anio, t_celda.c.dimensiones)).all()


def hay_sinteticos(conn: Connection) -> bool:
    """Whether anything that counts today came from the synthetic city."""
    return bool(conn.scalar(select(column("sintetico")).select_from(table("v_origen", schema="publicacion"))))
