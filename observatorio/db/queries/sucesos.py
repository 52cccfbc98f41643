"""What events are told from: states and places by year, and the years of each source; and room for the events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
from sqlalchemy import Connection, Row, select

from observatorio.db.copia import leer
from observatorio.db.tablas import suceso

_ESTADOS = """
    SELECT anio, id, rut, formalidad <> 'inactivo'
      FROM catastro.establecimiento_anio
     WHERE cut = %(cut)s
"""

# A point that was computed from an address says nothing that the address does not.
_PUNTOS = """
    SELECT anio, id, ST_X(geom), ST_Y(geom)
      FROM catastro.establecimiento_anio
     WHERE cut = %(cut)s AND precision IN ('gps', 'puerta') AND formalidad <> 'inactivo'
"""

_ANIOS = """
    SELECT DISTINCT f.fuente, coalesce(e.anio, v.anio)
      FROM ingreso.v_viva v
      JOIN ingreso.fuente f ON f.fuente = v.fuente
      LEFT JOIN (SELECT DISTINCT anio FROM catastro.establecimiento_anio WHERE cut = %(cut)s) AS e ON f.historica
     WHERE f.cobertura = 'censo' AND f.destino = 'registro'
"""


_VOCES = """
    SELECT id, fuente, desde FROM catastro.v_voz WHERE cut = %(cut)s
"""

_CUENTAS = """
    SELECT anio, tipo, provisorio, count(*)
      FROM catastro.suceso
     WHERE cut = %(cut)s
     GROUP BY anio, tipo, provisorio
"""


def estados(conn: Connection, cut: str) -> pl.DataFrame:
    """Every establishment of a comuna in every consolidated year: `anio id rut activo`."""
    tipos = {"anio": pl.Int32, "id": pl.String, "rut": pl.Int32, "activo": pl.Boolean}
    return leer(conn, _ESTADOS, {"cut": cut}, tipos)


def puntos(conn: Connection, cut: str) -> pl.DataFrame:
    """Where each active establishment was measured to stand in a year, in degrees (EPSG:4326): `anio id lon lat`."""
    tipos = {"anio": pl.Int32, "id": pl.String, "lon": pl.Float64, "lat": pl.Float64}
    return leer(conn, _PUNTOS, {"cut": cut}, tipos)


def anios_de_fuentes(conn: Connection, cut: str) -> pl.DataFrame:
    """The years for which each register speaks, historical ones for all that are consolidated: `fuente anio`."""
    return leer(conn, _ANIOS, {"cut": cut}, {"fuente": pl.String, "anio": pl.Int32})


def voces(conn: Connection, cut: str) -> pl.DataFrame:
    """The registers that prove each establishment of a comuna, with the earliest start that an office states: `id
    fuente desde`."""
    return leer(conn, _VOCES, {"cut": cut}, {"id": pl.String, "fuente": pl.String, "desde": pl.Date})


def cuentas(conn: Connection, cut: str) -> pl.DataFrame:
    """How many events of each kind a comuna has in each year: `anio tipo provisorio cuantos`."""
    tipos = {"anio": pl.Int32, "tipo": pl.String, "provisorio": pl.Boolean, "cuantos": pl.Int64}
    return leer(conn, _CUENTAS, {"cut": cut}, tipos)


def de_establecimiento(conn: Connection, identificador: str) -> Sequence[Row[*tuple[Any, ...]]]:
    """What happened to an establishment, newest first: `anio tipo provisorio`."""
    consulta = select(suceso.c.anio, suceso.c.tipo, suceso.c.provisorio).where(suceso.c.id == identificador)
    return conn.execute(consulta.order_by(suceso.c.anio.desc(), suceso.c.tipo.collate("C"))).all()


def vaciar(conn: Connection, cut: str) -> None:
    """Empty the events of a comuna, which are about to be written again."""
    conn.execute(suceso.delete().where(suceso.c.cut == cut))
