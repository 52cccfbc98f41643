"""Frames in and out of PostgreSQL by COPY, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from io import BytesIO
from typing import Any

import pgpq
import polars as pl
from pgpq.encoders import LargeStringEncoderBuilder
from pgpq.schema import Jsonb
from psycopg import sql
from sqlalchemy import Connection, Select

TIPOS_SQL: Mapping[Any, str] = {
    pl.Boolean: "boolean",
    pl.Int16: "smallint",
    pl.Int32: "integer",
    pl.Int64: "bigint",
    pl.Float64: "double precision",
    pl.Date: "date",
    pl.Utf8: "text",
}
"""The column type that takes each kind of series by binary COPY."""


def cursor(conn: Connection) -> Any:
    """A psycopg cursor inside the transaction of a SQLAlchemy connection."""
    return conn.connection.cursor()


def crear_etapa(
    conn: Connection, nombre: str, columnas: Mapping[str, Any], *, tipos: Mapping[str, str] | None = None
) -> sql.Composable:
    """Make an empty staging table `nombre` for a frame's schema and return its identifier.

    It is temporary and goes with the transaction. `tipos` names the column type where the series' kind does not say it.
    """
    declarados = tipos or {}
    tabla = sql.SQL("pg_temp.{}").format(sql.Identifier(nombre))
    cuerpo = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(columna), sql.SQL(declarados.get(columna) or TIPOS_SQL[tipo]))
        for columna, tipo in columnas.items()
    )
    propio = cursor(conn)
    propio.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(tabla))
    propio.execute(sql.SQL("CREATE TEMP TABLE {} ({}) ON COMMIT DROP").format(sql.Identifier(nombre), cuerpo))
    return tabla


def copiar(conn: Connection, tabla: sql.Composable, marco: pl.DataFrame, *, jsonb: Collection[str] = ()) -> None:
    """Binary COPY of a frame into the columns of the same names; columns in `jsonb` hold JSON text."""
    if marco.height == 0:
        return
    arrow = marco.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
    codificadores = {
        campo.name: LargeStringEncoderBuilder.new_with_output(campo, Jsonb())
        if campo.name in jsonb
        else pgpq.ArrowToPostgresBinaryEncoder.infer_encoder(campo)
        for campo in arrow.schema
    }
    codificador = pgpq.ArrowToPostgresBinaryEncoder.new_with_encoders(arrow.schema, codificadores)
    orden = sql.SQL("COPY {} ({}) FROM STDIN WITH (FORMAT BINARY)").format(
        tabla, sql.SQL(", ").join(sql.Identifier(c) for c in marco.columns)
    )
    with cursor(conn).copy(orden) as copia:
        copia.write(codificador.write_header())
        for lote in arrow.to_batches():
            copia.write(codificador.write_batch(lote))
        copia.write(codificador.finish())


def leer(conn: Connection, consulta: str, parametros: Mapping[str, Any], columnas: Mapping[str, Any]) -> pl.DataFrame:
    """The rows of a fixed query, by COPY, as a frame with the schema given; an empty text comes back as null.

    `consulta` has psycopg's named parameters, `%(nombre)s`.
    """
    orden = sql.SQL("COPY ({}) TO STDOUT WITH (FORMAT CSV)").format(sql.SQL(consulta).format())
    salida = BytesIO()
    with cursor(conn).copy(orden, parametros) as copia:
        for trozo in copia:
            salida.write(trozo)
    if salida.tell() == 0:
        return pl.DataFrame(schema=dict(columnas))
    salida.seek(0)
    texto = {c: pl.Utf8 if t in (pl.Boolean, pl.Date) else t for c, t in columnas.items()}
    marco = pl.read_csv(salida, has_header=False, schema=texto)
    return marco.with_columns(
        *(pl.col(c).str.to_date("%Y-%m-%d") for c, t in columnas.items() if t == pl.Date),
        *((pl.col(c) == "t").alias(c) for c, t in columnas.items() if t == pl.Boolean),
    )


def volcar(conn: Connection, consulta: Select[Any], separador: str = ",") -> Iterator[bytes]:
    """The rows of a query by COPY, as CSV in UTF-8 with a header: nothing is an empty cell, and an empty text
    is `""`."""
    opciones = sql.SQL("FORMAT CSV, HEADER, DELIMITER {}").format(sql.Literal(separador))
    return _copiar_fuera(conn, consulta, opciones)


def volcar_lineas(conn: Connection, consulta: Select[Any]) -> Iterator[bytes]:
    """The rows of a query of one column of JSON, a line each. JSON holds no raw control character, so that none of them
    needs the quotes that CSV would put around it."""
    return _copiar_fuera(conn, consulta, sql.SQL("FORMAT CSV, DELIMITER E'\\x02', QUOTE E'\\x01'"))


def _copiar_fuera(conn: Connection, consulta: Select[Any], opciones: sql.Composable) -> Iterator[bytes]:
    compilada = consulta.compile(dialect=conn.dialect)
    orden = sql.SQL("COPY ({}) TO STDOUT WITH ({})").format(sql.SQL(str(compilada)), opciones)
    with cursor(conn).copy(orden, compilada.params) as copia:
        for trozo in copia:
            yield bytes(trozo)
