"""What is served as tiles, for whom: the layers, each with its fields, its version and how its tiles are made."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from sqlalchemy import Connection

from api.auth import Identidad
from api.errors import NoEncontrado
from observatorio.db.queries import indicadores as catastro
from observatorio.db.queries import publicacion, teselas
from observatorio.db.queries.malla import Caja, Tesela
from observatorio.settings import Settings

Campos = Mapping[str, tuple[str, str]]

FILTROS: Final = ("seccion", "tamano", "formalidad")
"""What tiles of establishments can be filtered by."""
_N: Final = {"n": ("integer", "Cuántos hay en la celda")}
_SOLO: Final = "del que está solo en su celda"
_ESTABLECIMIENTOS: Final[Campos] = {
    **_N,
    "seccion": ("string", "Sección CIIU más frecuente, A a U, o sin_dato"),
    "formal": ("integer", "Cuántos son formales; sin valor, ninguno"),
    "en_proceso": ("integer", "Cuántos están en proceso; sin valor, ninguno"),
    "informal": ("integer", "Cuántos son informales; sin valor, ninguno"),
    "indeterminado": ("integer", "De cuántos no se sabe; sin valor, ninguno"),
    "id": ("string", f"Identificador {_SOLO}"),
}
_PUNTOS: Final[Campos] = {
    **_N,
    "seccion": ("string", "Sección CIIU más frecuente"),
    "id": ("string", f"Identificador {_SOLO}"),
    "nombre": ("string", f"Nombre {_SOLO}"),
}
_ZONAS: Final[Campos] = {"zona": ("string", "Código"), "nombre": ("string", "Nombre")}


@dataclass(frozen=True)
class CapaTeselas:
    """A layer of tiles as the one who asks may see it.

    `dimension`: 0 points, 2 polygons; `version` changes whenever a tile might; `caja` asks for the box in which
    there is something; `filtros` are the parameters that it takes; `pedir` makes a tile, empty bytes where it
    holds nothing.
    """

    id: str
    titulo: str
    dimension: int
    campos: Campos
    version: str
    caja: Callable[[], Caja]
    pedir: Callable[[Tesela, Mapping[str, str]], bytes]
    filtros: Sequence[str] = ()


def capa(conn: Connection, quien: Identidad, settings: Settings, coleccion: str) -> CapaTeselas:
    """The layer of a collection. Raises `NoEncontrado` where there is none, or not for the role that asks."""
    for patron, hacer in _FAMILIAS:
        hallado = re.fullmatch(patron, coleccion, re.ASCII)
        hecha = hacer(conn, quien, settings, coleccion, hallado[1]) if hallado else None
        if hecha is not None:
            return hecha
    raise NoEncontrado(f"No existe la colección «{coleccion[:80]}».", "Las que hay están en /ogc/collections.")


def _establecimientos(
    conn: Connection, quien: Identidad, settings: Settings, coleccion: str, pedido: str | None
) -> CapaTeselas | None:
    """Those of a year, by default the last one, for the roles that see single establishments."""
    versiones = catastro.versiones(conn, settings.cut) if quien.ve_exacto else {}
    anio = int(pedido) if pedido else max(versiones, default=0)
    if anio not in versiones:
        return None
    cut = settings.cut

    def pedir(tesela: Tesela, filtros: Mapping[str, str]) -> bytes:
        return teselas.establecimientos(conn, coleccion, cut, anio, tesela, filtros)

    titulo, version = f"Establecimientos de {settings.comuna} en {anio}", f"{anio}/{versiones[anio]}"
    caja = partial(teselas.caja_comuna, conn, cut)
    return CapaTeselas(coleccion, titulo, 0, _ESTABLECIMIENTOS, version, caja, pedir, FILTROS)


def _puntos_publicos(
    conn: Connection, _quien: Identidad, settings: Settings, coleccion: str, _pedido: str | None
) -> CapaTeselas | None:
    """Schools and health posts of the last year that was published, the newest that everybody can know of."""
    anios = publicacion.anios(conn, settings.cut)
    if not anios:
        return None
    anio, cut = anios[-1], settings.cut

    def pedir(tesela: Tesela, _filtros: Mapping[str, str]) -> bytes:
        return teselas.puntos_publicos(conn, coleccion, cut, anio, tesela)

    version = f"{anio}/{teselas.version_publica(conn, cut, anio)}"
    titulo = f"Establecimientos de educación y salud en {anio}"
    return CapaTeselas(coleccion, titulo, 0, _PUNTOS, version, partial(teselas.caja_comuna, conn, cut), pedir)


def _zonas(
    conn: Connection, _quien: Identidad, _settings: Settings, coleccion: str, nivel: str | None
) -> CapaTeselas | None:
    """The zones of a level."""
    hallado = teselas.nivel(conn, nivel or "")
    if hallado is None:
        return None

    def pedir(tesela: Tesela, _filtros: Mapping[str, str]) -> bytes:
        return teselas.zonas(conn, coleccion, hallado.nivel, tesela)

    caja = partial(teselas.caja_nivel, conn, hallado.nivel)
    return CapaTeselas(coleccion, f"Zonas: {hallado.nombre}", 2, _ZONAS, hallado.marca, caja, pedir)


_FAMILIAS: Final = (
    (r"establecimientos(?:_(\d{4}))?", _establecimientos),
    (r"puntos_publicos()", _puntos_publicos),
    (r"zonas_([a-z][a-z0-9_]{1,39})", _zonas),
)
