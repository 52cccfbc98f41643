"""What a collection of `/ogc` is made of: the declaration of a family of them, and the collections that there are now.

A family is one small file in `api.ogc.familias`; everything else (the list, the items, the filters, the OpenAPI
document, the pages) is derived from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection

from api.auth import Identidad
from observatorio.db.queries import capas
from observatorio.db.queries.capas import Capa, Consolidado, Nivel
from observatorio.db.queries.malla import Caja, Tesela
from observatorio.settings import Settings
from observatorio.vocabulario import Rol


class Tipo(StrEnum):
    """The kind of a property, by the name that JSON Schema has for it."""

    TEXTO = "string"
    ENTERO = "integer"
    NUMERO = "number"
    SI_NO = "boolean"

    @property
    def sql(self) -> sa.types.TypeEngine[Any]:
        """The type with which its values are compared in the database."""
        return _SQL[self]


_SQL: Final[Mapping[Tipo, sa.types.TypeEngine[Any]]] = {
    Tipo.TEXTO: sa.Text(),
    Tipo.ENTERO: sa.BigInteger(),
    Tipo.NUMERO: sa.Double(),
    Tipo.SI_NO: sa.Boolean(),
}


@dataclass(frozen=True)
class Propiedad:
    """A property of the features: its name, its title in Spanish, its kind, and the only values that it takes, if they
    are few. Every property may be filtered by."""

    nombre: str
    titulo: str
    tipo: Tipo = Tipo.TEXTO
    valores: tuple[str, ...] = ()


def tipos(propiedades: Iterable[Propiedad]) -> capas.Tipos:
    """The columns of these names, as a layer wants them."""
    return tuple((p.nombre, p.tipo.sql) for p in propiedades)


@dataclass(frozen=True)
class Teselado:
    """How a collection is drawn by vector tiles.

    `campos`: what each feature of a tile says; `version` asks for what changes whenever a tile might; `pedir` makes a
    tile, empty bytes where it holds nothing; `filtros` are the parameters that it takes.
    """

    campos: tuple[Propiedad, ...]
    version: Callable[[], str]
    pedir: Callable[[Tesela, Mapping[str, str]], bytes]
    filtros: tuple[str, ...] = ()


@dataclass(frozen=True)
class Coleccion:
    """A collection as the one who asks may see it.

    `geometria` is the GeoJSON type of its features' geometries; `anio` the year that all of them speak of, None where
    time does not matter; `total` asks how many there are; `version` changes whenever any of them might (None: nobody
    knows, and the answer's own content has to tell); `caja` asks for the box in which they lie; `restringida` says that
    looking at it is written into the audit; `teselas` says how it is drawn by vector tiles, None where it is not.
    """

    id: str
    titulo: str
    descripcion: str
    capa: Capa
    propiedades: tuple[Propiedad, ...]
    geometria: str
    caja: Callable[[], Caja | None]
    anio: int | None = None
    total: Callable[[], int] | None = None
    version: str | None = None
    restringida: bool = False
    teselas: Teselado | None = None

    @cached_property
    def por_nombre(self) -> Mapping[str, Propiedad]:
        """Each property by its name."""
        return {p.nombre: p for p in self.propiedades}


class Mundo:
    """What there is at this moment for whoever asks, each part of it read when a family first wants it."""

    def __init__(self, conn: Connection, quien: Identidad, settings: Settings) -> None:
        self.conn = conn
        self.rol: Rol = quien.rol
        self.settings = settings

    @cached_property
    def consolidados(self) -> Sequence[Consolidado]:
        """The years of the register, oldest first. Only for the roles that see exact figures."""
        return capas.consolidados(self.conn, self.settings.cut)

    @cached_property
    def publicaciones(self) -> Mapping[int, int]:
        """Year -> number of the release that holds, by year."""
        return capas.publicaciones(self.conn, self.settings.cut)

    @cached_property
    def niveles(self) -> Sequence[Nivel]:
        """The levels that have zones."""
        return capas.niveles(self.conn)

    def caja_comuna(self) -> Caja | None:
        """The box of the comuna."""
        return capas.caja_comuna(self.conn, self.settings.cut)

    def zonas_de(self, nivel: str) -> int:
        """How many zones a level has."""
        return capas.zonas_de(self.conn, nivel)

    def caja_nivel(self, nivel: str) -> Caja | None:
        """The box of the zones of a level."""
        return capas.caja_nivel(self.conn, nivel)


@dataclass(frozen=True)
class Familia:
    """A family of collections: their ids are its own, or begin with it and `_`; `roles` are those for whom they exist;
    `colecciones` says which there are now."""

    id: str
    roles: frozenset[Rol]
    colecciones: Callable[[Mundo], Iterable[Coleccion]]
