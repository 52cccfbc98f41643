"""Fixed queries over what is published: the only tables of figures that the public role may read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from sqlalchemy import ColumnElement, Connection, Row, any_, column, func, select, table, text

from observatorio.db.copia import leer
from observatorio.db.tablas import celda as t_celda
from observatorio.db.tablas import publicacion as t_publicacion


def anios(conn: Connection, cut: str) -> list[int]:
    """The years of a comuna that have a release, oldest first."""
    t = t_publicacion.c
    return list(conn.scalars(select(t.anio).where(t.cut == cut, t.vigente).order_by(t.anio)))


def vigentes(conn: Connection, cut: str, de_anios: Sequence[int] | None = None) -> Sequence[Row[*tuple[Any, ...]]]:
    """The releases of a comuna that hold (every column), of some years or of all, newest year first."""
    t = t_publicacion.c
    consulta = select(t_publicacion).where(t.cut == cut, t.vigente).order_by(t.anio.desc())
    if de_anios is not None:
        consulta = consulta.where(t_publicacion.c.anio.in_(de_anios))
    return conn.execute(consulta).all()


def todas(conn: Connection, cut: str) -> Sequence[Row[*tuple[Any, ...]]]:
    """Every release of a comuna that was made (every column), newest year first and within it the newest release
    first."""
    t = t_publicacion.c
    consulta = select(t_publicacion).where(t.cut == cut).order_by(t.anio.desc(), t.publicacion.desc())
    return conn.execute(consulta).all()


def tablas(conn: Connection, cut: str) -> list[dict[str, object]]:
    """Every published table of a comuna (indicador, anio, por, nivel) with its number of cells, shown and in all."""
    rows = conn.execute(
        select(
            t_celda.c.indicador,
            t_celda.c.anio,
            t_celda.c.por,
            t_celda.c.nivel,
            func.count().label("celdas"),
        )
        .where(_vigente(cut))
        .group_by(t_celda.c.indicador, t_celda.c.anio, t_celda.c.por, t_celda.c.nivel)
        .order_by(t_celda.c.indicador, t_celda.c.anio, t_celda.c.por, t_celda.c.nivel)
    )
    return [dict(row._mapping) for row in rows]


def cuadros(conn: Connection, cut: str, indicador: str, anio: int) -> set[tuple[str, str]]:
    """(dimensions, zone level) of every table that the release of `anio` has of an indicador."""
    consulta = (
        select(t_celda.c.por, t_celda.c.nivel).where(_vigente(cut, [anio]), t_celda.c.indicador == indicador).distinct()
    )
    return {(por, nivel) for por, nivel in conn.execute(consulta)}


def existe_tabla(conn: Connection, cut: str, indicador: str, anio: int, por: str, nivel: str) -> bool:
    """Whether the release of `anio` holds that table."""
    found = conn.scalar(
        select(t_celda.c.anio)
        .where(
            _vigente(cut, [anio]),
            t_celda.c.indicador == indicador,
            t_celda.c.por == por,
            t_celda.c.nivel == nivel,
        )
        .limit(1)
    )
    return found is not None


def celdas(
    conn: Connection,
    cut: str,
    indicador: str,
    de_anios: Sequence[int],
    por: str,
    nivel: str,
    filtros: Mapping[str, str],
) -> Sequence[Row[*tuple[Any, ...]]]:
    """The cells of one table (anio, dimensiones, valor, n, cobertura, redondeo, estado) in which each filter holds."""
    consulta = select(
        t_celda.c.anio,
        t_celda.c.dimensiones,
        t_celda.c.valor,
        t_celda.c.n,
        t_celda.c.cobertura,
        t_celda.c.redondeo,
        t_celda.c.estado,
    ).where(
        _vigente(cut, de_anios),
        t_celda.c.indicador == indicador,
        t_celda.c.por == por,
        t_celda.c.nivel == nivel,
        *(t_celda.c.dimensiones[nombre].astext == valor for nombre, valor in filtros.items()),
    )
    return conn.execute(consulta.order_by(t_celda.c.anio, t_celda.c.dimensiones)).all()


def _vigente(cut: str, de_anios: Sequence[int] | None = None) -> ColumnElement[bool]:
    """Whether a cell is of a release of the comuna that holds, of some years or of any."""
    numeros = select(t_publicacion.c.publicacion).where(t_publicacion.c.cut == cut, t_publicacion.c.vigente)
    if de_anios is not None:
        numeros = numeros.where(t_publicacion.c.anio.in_(de_anios))
    # As an array they are found before the cells are, which then come by their key: releases are kept, so that those
    # that hold are an ever smaller part of the table.
    return t_celda.c.publicacion == any_(func.array(numeros.scalar_subquery()))


ACTIVO: dict[str, Any] = {
    "id": pl.Utf8,
    "rut": pl.Int64,
    "grupo": pl.Utf8,
    "tipo_persona": pl.Utf8,
    "seccion": pl.Utf8,
    "division": pl.Utf8,
    "tamano": pl.Utf8,
    "formalidad": pl.Utf8,
    "empleo": pl.Int64,
    "impuestos_clp": pl.Int64,
    "ubicado": pl.Boolean,
}
"""Columns of an active establishment, as a release counts it."""

_ACTIVOS = """
    SELECT e.id, e.rut, f.grupo_empresarial, e.tipo_persona, e.seccion, e.division, e.tamano, e.formalidad,
           e.empleo_total, e.impuestos_clp, e.geom IS NOT NULL
      FROM catastro.establecimiento_anio e
      LEFT JOIN catastro.empresa f USING (rut)
     WHERE e.cut = %(cut)s AND e.anio = %(anio)s AND e.formalidad <> 'inactivo'
"""
_ZONAS = """
    SELECT id, nivel, zona FROM catastro.establecimiento_zona
     WHERE cut = %(cut)s AND anio = %(anio)s AND nivel = ANY (%(niveles)s)
"""


def activos(conn: Connection, cut: str, anio: int, niveles: Sequence[str]) -> pl.DataFrame:
    """The active establishments of a year (`ACTIVO`), with a column `zona:NIVEL` for each level, null where in none."""
    donde = {"cut": cut, "anio": anio}
    base = leer(conn, _ACTIVOS, donde, ACTIVO).sort("id")
    zonas = leer(conn, _ZONAS, donde | {"niveles": list(niveles)}, {"id": pl.Utf8, "nivel": pl.Utf8, "zona": pl.Utf8})
    for nivel in niveles:
        suyas = zonas.filter(pl.col("nivel") == nivel).select("id", pl.col("zona").alias(f"zona:{nivel}"))
        base = base.join(suyas, on="id", how="left", maintain_order="left")
    return base


def niveles_exactos(conn: Connection) -> list[str]:
    """The zone levels that somebody loaded: those that come with the project are too fine for exact counts."""
    return list(conn.scalars(text("SELECT nivel FROM territorio.nivel WHERE NOT incorporado ORDER BY nivel")))


def cosechas(conn: Connection, anio: int) -> list[dict[str, Any]]:
    """The sources that speak of a year: fuente, nombre, and when each live load of it came in."""
    consulta = text(
        """
        SELECT v.fuente, f.nombre, count(*) AS cargas, max(c.inicio)::date::text AS cargada
          FROM ingreso.v_viva v
          JOIN ingreso.fuente f USING (fuente)
          JOIN ingreso.carga c USING (carga)
         WHERE v.anio = :anio
         GROUP BY v.fuente, f.nombre
         ORDER BY v.fuente
        """
    )
    return [dict(f) for f in conn.execute(consulta, {"anio": anio}).mappings()]


def hay_sinteticos(conn: Connection) -> bool:
    """Whether anything that counts today came from the synthetic city."""
    return bool(conn.scalar(select(column("sintetico")).select_from(table("v_origen", schema="publicacion"))))
