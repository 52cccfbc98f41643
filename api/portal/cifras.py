"""The figures of the pages: exact for who may read the register, from the release for everybody else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from maps.escritura import palabra
from maps.layers import secciones
from observatorio.indicadores import compute, publicado
from observatorio.indicadores.contract import Definicion
from observatorio.indicadores.cuadro import Cuadro, Fila
from observatorio.indicadores.lista import definiciones
from observatorio.indicadores.publicado import ErrorNoPublicado

PRINCIPALES: Final = ("establecimientos", "empleo", "tasa_informalidad")
_CORTES: Final = (("tamano", "Por tamaño"), ("formalidad", "Por formalidad"))
_ORDEN: Final = (
    "micro",
    "pequena",
    "mediana",
    "grande",
    "formal",
    "en_proceso",
    "informal",
    "indeterminado",
    "sin_dato",
)


@dataclass(frozen=True)
class Renglon:
    """A row of a table of the home page: its name, its cell for each indicator, and its share of the greatest."""

    nombre: str
    celdas: list[Fila | None]
    parte: float


@dataclass(frozen=True)
class Clave:
    """A key figure."""

    indicador: Definicion
    fila: Fila | None


@dataclass(frozen=True)
class Corte:
    """The establishments by one dimension."""

    id: str
    titulo: str
    filas: list[Renglon]


@dataclass(frozen=True)
class ResumenAnio:
    """What the home page says of a year."""

    anio: int
    version: int
    indicadores: list[Definicion]
    claves: list[Clave]
    sectores: list[Renglon]
    cortes: list[Corte]


def indicadores() -> dict[str, Definicion]:
    """Every indicator by id."""
    return definiciones()


def preguntar(
    conn: Connection,
    indicador: Definicion,
    por: Sequence[str] = (),
    *,
    cut: str,
    anio: int,
    exacta: bool,
    nivel: str | None = None,
    filtros: Mapping[str, str] | None = None,
) -> Cuadro:
    """The figures of an indicator with those of the year before, by the door that the asker may use."""
    if exacta:
        return compute.calcular(
            conn, indicador, por, cut=cut, anio=anio, nivel=nivel, filtros=filtros, con_anterior=True
        )
    return publicado.leer(conn, indicador, por, cut=cut, anio=anio, nivel=nivel, filtros=filtros, con_anterior=True)


def resumir(conn: Connection, cut: str, anio: int, exacta: bool) -> ResumenAnio:
    """The key figures of a year, by sector for the main indicators, and by size and formality for the first one."""
    todos = indicadores()
    lista = [todos[i] for i in PRINCIPALES if i in todos]
    totales = [_tabla(conn, i, (), cut, anio, exacta) for i in lista]
    por_sector = [_por_llave(_tabla(conn, i, ("seccion",), cut, anio, exacta), "seccion") for i in lista]
    cortes = []
    for dimension, titulo in _CORTES:
        filas = _por_llave(_tabla(conn, lista[0], (dimension,), cut, anio, exacta), dimension)
        ordenadas = sorted(filas, key=orden)
        cortes.append(Corte(dimension, titulo, _renglones([filas], ordenadas, palabra)))
    nombres = secciones()
    por_numero = sorted(por_sector[0], key=lambda s: (-(por_sector[0][s].valor or -1), s))
    return ResumenAnio(
        anio=anio,
        version=max((t.version for t in totales if t), default=0),
        indicadores=lista,
        claves=[Clave(i, t.filas[0] if t and t.filas else None) for i, t in zip(lista, totales, strict=True)],
        sectores=_renglones(por_sector, por_numero, lambda s: nombres.get(s, s)),
        cortes=cortes,
    )


def orden(valor: str) -> tuple[int, str]:
    """A sort key that sets sizes and degrees of formality in their natural order, and other values by name."""
    return (_ORDEN.index(valor), "") if valor in _ORDEN else (-1, valor)


def _tabla(
    conn: Connection, indicador: Definicion, por: tuple[str, ...], cut: str, anio: int, exacta: bool
) -> Cuadro | None:
    """One table, or None where the release does not hold it: the rest of the page still stands."""
    try:
        return preguntar(conn, indicador, por, cut=cut, anio=anio, exacta=exacta)
    except ErrorNoPublicado:
        return None


def _por_llave(cuadro: Cuadro | None, dimension: str) -> dict[str, Fila]:
    return {f.dimensiones[dimension]: f for f in cuadro.filas} if cuadro else {}


def _renglones(columnas: list[dict[str, Fila]], orden: list[str], nombre: Callable[[str], str]) -> list[Renglon]:
    mayor = max((f.valor or 0 for f in columnas[0].values()), default=0) or 1
    return [Renglon(nombre(v), [c.get(v) for c in columnas], (columnas[0][v].valor or 0) / mayor) for v in orden]
