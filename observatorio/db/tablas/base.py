"""What the tables are built with: the metadata that holds them all, and a short word for each kind of column."""

from __future__ import annotations

from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Identity,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeEngine

metadata = MetaData()

VACIO = text("'{}'::jsonb")
"""The default of a JSONB column: an empty object."""


def tabla(nombre: str, *contenido: Column[Any] | UniqueConstraint, anual: bool = False) -> Table:
    """The table `schema.name`; `anual` ones have a partition for each year."""
    esquema, propio = nombre.split(".")
    particion = "LIST (anio)" if anual else None
    return Table(propio, metadata, *contenido, schema=esquema, postgresql_partition_by=particion)


def columnas(tipo: type[TypeEngine[Any]], nombres: str, **kw: Any) -> list[Column[Any]]:
    """Columns of one kind, by their names with blanks between."""
    return [Column(nombre, tipo, **kw) for nombre in nombres.split()]


def llave(nombre: str, tipo: type[TypeEngine[Any]] = Text, *extra: Any) -> Column[Any]:
    """A column of the primary key whose value is given and never counted up; `extra`: its foreign key."""
    return Column(nombre, tipo, *extra, primary_key=True, autoincrement=False)


def numerada(nombre: str) -> Column[Any]:
    """A primary key that the database counts up."""
    return Column(nombre, BigInteger, Identity(always=True), primary_key=True)


def momento(nombre: str, reloj: str = "clock_timestamp") -> Column[Any]:
    """An instant with its zone, by default the one at which the row is written; `reloj`: the function that says it."""
    return Column(nombre, DateTime(timezone=True), nullable=False, server_default=text(f"{reloj}()"))


def geometria(tipo: str, **kw: Any) -> Column[Any]:
    """The column `geom` of one kind of geometry, in EPSG:4326."""
    # Each schema declares its GiST indexes by name, as the migration creates them.
    return Column("geom", Geometry(tipo, 4326, spatial_index=False), **kw)


def si_no(nombre: str) -> Column[Any]:
    """A flag that is false unless said."""
    return Column(nombre, Boolean, nullable=False, server_default=text("false"))
