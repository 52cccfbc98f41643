"""Normalised batches into staging, and from there into the observations of their year.

Staging is a temporary table of the transaction. It holds plain coordinates; the geometry is made once, by PostGIS,
when the rows move on.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
from psycopg import sql
from sqlalchemy import Connection

from ingest.trabajo import ESQUEMA_RECHAZO, TipoPolars
from observatorio.db.copia import copiar, crear_etapa, cursor
from observatorio.vocabulario import Destino

_ETAPA = sql.SQL("pg_temp.etapa")


def preparar(conn: Connection, columnas: Mapping[str, TipoPolars]) -> None:
    """Make an empty staging table of these columns (of `trabajo.esquema`); it goes with the transaction."""
    crear_etapa(conn, "etapa", columnas, tipos={"extra": "json"})


def copiar_filas(conn: Connection, filas: pl.DataFrame) -> None:
    """COPY accepted rows into staging."""
    copiar(conn, _ETAPA, filas)


def copiar_rechazos(conn: Connection, carga: int, rechazos: pl.DataFrame) -> None:
    """COPY rejections (`trabajo.ESQUEMA_RECHAZO`) into `ingreso.rechazo` under a load."""
    marco = rechazos.select(pl.lit(carga, pl.Int64).alias("carga"), *ESQUEMA_RECHAZO)
    copiar(conn, sql.SQL("ingreso.rechazo"), marco)


def volcar(conn: Connection, destino: Destino, carga: int, fuente: str) -> dict[int, int]:
    """Move what is in staging into `observacion`, making the partitions of its years.

    Returns the rows of the file by year, years ascending.
    """
    propio = cursor(conn)
    propio.execute("SELECT anio, count(DISTINCT fila) FROM pg_temp.etapa GROUP BY anio ORDER BY anio", prepare=False)
    filas = dict(propio.fetchall())
    for anio in filas:
        propio.execute("SELECT observacion.asegurar_anio(%s, %s)", (str(destino), anio))
    # Never prepared: the staging table of the next load has other columns.
    propio.execute("SELECT * FROM pg_temp.etapa LIMIT 0", prepare=False)
    destinos = [columna.name for columna in propio.description]
    valores: list[sql.Composable] = [sql.Identifier(c) for c in destinos]
    if "lon" in destinos:
        destinos.append("geom")
        valores.append(sql.SQL("ST_SetSRID(ST_MakePoint(lon, lat), 4326)"))
    propio.execute(
        sql.SQL("INSERT INTO observacion.{} (carga, fuente, {}) SELECT %s, %s, {} FROM pg_temp.etapa").format(
            sql.Identifier(str(destino)),
            sql.SQL(", ").join(sql.Identifier(c) for c in destinos),
            sql.SQL(", ").join(valores),
        ),
        (carga, fuente),
        prepare=False,
    )
    propio.execute("DROP TABLE pg_temp.etapa")
    return filas
