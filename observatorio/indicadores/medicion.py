"""What an indicator declares that is told from more than the establishments of a year: their history, the supplier
network, or how they lie in space."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from sqlalchemy import Connection

from observatorio.indicadores.contract import Definicion
from observatorio.indicadores.cuadro import Fila
from observatorio.indicadores.dimensiones import DIMENSIONES, Pregunta, plantear

Hechos = TypeVar("Hechos")
Clave = tuple[str, ...]
"""The values of a row's dimensions, in the order of its columns."""


@dataclass(frozen=True)
class Medida:
    """Rows; year -> what a reader must know of it (what is missing and how to load it); and the names of the codes of
    some columns, column -> code -> name."""

    filas: list[Fila]
    avisos: Mapping[int, str] = field(default_factory=dict)
    nombres: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class EjemploMedicion(Generic[Hechos]):
    """An executed example: facts, made when it is run, and what a person computed from them by hand.

    `cifras` are all the figures of the answer for `anio`; `detalles`, what stands beside some of them.
    """

    hechos: Callable[[], Hechos]
    anio: int
    cifras: Mapping[Clave, float | None]
    pregunta: Pregunta = field(default_factory=Pregunta)
    detalles: Mapping[Clave, Mapping[str, object]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, eq=False)
class Medicion(Definicion, Generic[Hechos]):
    """A figure that `medir`, a pure function, tells from what `reunir` reads of a comuna.

    `reunir` takes the connection (under the asker's role), the comuna, the years and the question; `medir` the facts,
    the years and the question. `nivel` is the level of zones that is taken where none is asked for: empty for what does
    not need one. Rows always have the dimensions `siempre`, and never those that are `fundidas` into the figure.
    """

    reunir: Callable[[Connection, str, Sequence[int], Pregunta], Hechos]
    medir: Callable[[Hechos, Sequence[int], Pregunta], Medida]
    ejemplo: EjemploMedicion[Hechos]
    nivel: str = ""
    siempre: frozenset[str] = frozenset()
    fundidas: frozenset[str] = frozenset()
    columnas_restringidas: tuple[str, ...] = ()

    @property
    def restringidas(self) -> tuple[str, ...]:
        return self.columnas_restringidas

    def plantear(
        self, por: Sequence[str], nivel: str | None, zona: str | None, filtros: Mapping[str, str] | None
    ) -> Pregunta:
        """The checked question, with the level and the dimensions of its rows. Raises `ErrorPregunta`."""
        pregunta = plantear(self.dimensiones, por, nivel or self.nivel, zona, filtros)
        abiertas = (self.siempre | set(pregunta.por)) - self.fundidas
        return replace(pregunta, por=tuple(d for d in DIMENSIONES if d in abiertas))
