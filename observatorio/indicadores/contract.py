"""What an indicator declares. A new one is one module: in `definitions` with one `INDICADOR` where it is an aggregate
of establishments, in `derivados` with one `DERIVADO` where it is a figure made from another's figures, in `mediciones`
with one `MEDICION` where it is told from more than the establishments of a year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, TableClause, func

from observatorio.errors import ErrorCatalogo
from observatorio.indicadores.dimensiones import DIMENSIONES, TODAS


@dataclass(frozen=True, kw_only=True)
class Ejemplo:
    """An executed example: rows of `catastro.establecimiento_anio` (only the columns that matter) and the total
    that a person computed from them by hand."""

    filas: tuple[Mapping[str, object], ...]
    valor: float | None
    n: int
    cobertura: float | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Requisito:
    """What a year must have for the figure to be knowable: an active establishment that meets `prueba`, a condition on
    its row. Where there is none the figure is `sin_dato`; `motivo` says why and `consejo` what to load."""

    prueba: ColumnElement[bool]
    motivo: str
    consejo: str


@dataclass(frozen=True, kw_only=True)
class Receta:
    """How a release makes the figure out of its own cells: without one it is not published.

    `medida` is what the cells hold (`establecimientos`, `empleo`, `impuestos`), and the figure is the cell itself; or,
    of the cell divided by formality, `numerador` over `denominador`, over all of it where that is empty.
    """

    medida: str = "establecimientos"
    numerador: frozenset[str] = frozenset()
    denominador: frozenset[str] = frozenset()

    @property
    def divide(self) -> bool:
        """Whether the figure is a rate between formalities."""
        return bool(self.numerador)


@dataclass(frozen=True, kw_only=True, eq=False)
class Definicion:
    """What every indicator says of itself, however it is computed.

    `fuentes` names the data and, where it has one, the literature behind the formula. `dimensiones` are those that it
    may be asked by, `exige` those without which it says nothing. `decimales` is the precision with which it is
    published and shown; exact answers are not rounded. `componentes`: id -> name of the parts into which each figure
    falls; they are one more column of the answer. `propias`: id -> heading of the columns that, with the dimensions,
    tell its rows apart (a buyer, a district); `detalles` of those that stand beside the figure.
    """

    id: str
    nombre: str
    descripcion: str
    unidad: str
    formula: str
    fuentes: str = ""
    dimensiones: frozenset[str] = TODAS
    exige: frozenset[str] = frozenset()
    notas: tuple[str, ...] = ()
    decimales: int = 0
    componentes: Mapping[str, str] = field(default_factory=dict)
    propias: Mapping[str, str] = field(default_factory=dict)
    detalles: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        unknown = self.dimensiones - TODAS
        if unknown:
            raise ErrorCatalogo(
                f"El indicador «{self.id}» usa dimensiones que no existen: {', '.join(sorted(unknown))}.",
                f"Las que hay son: {', '.join(DIMENSIONES)}.",
            )
        if not self.exige <= self.dimensiones:
            raise ErrorCatalogo(f"El indicador «{self.id}» exige una dimensión por la que no se puede pedir.")

    @property
    def restringidas(self) -> tuple[str, ...]:
        """The restricted columns behind it (of `catastro.establecimiento_anio`, or named `schema.table.column`): only
        who may read them is answered."""
        return ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Indicador(Definicion):
    """An aggregate over the active establishments (those whose formality is not `inactivo`) of a comuna and year.

    `numerador`, `denominador` and `conocido` are aggregates over `catastro.establecimiento_anio`, and over `unidas`:
    tables or views with one row for each of its rows, under the same `cut`, `anio` and `id`. The figure is
    `escala * numerador / denominador`, or `escala * numerador` without a denominator. `conocido` counts the
    establishments that the figure really knows: it is the answer's `n`, and over the active ones its `cobertura`.
    `receta` says how a release makes it out of what it publishes; an indicator without one is for keys only.
    `requisito` is what tells a zero that was seen from one that nobody could have seen.
    """

    numerador: ColumnElement[Any]
    ejemplo: Ejemplo
    denominador: ColumnElement[Any] | None = None
    conocido: ColumnElement[int] = field(default_factory=func.count)
    escala: int = 1
    unidas: tuple[TableClause, ...] = ()
    columnas_restringidas: tuple[str, ...] = ()
    receta: Receta | None = None
    requisito: Requisito | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.receta is not None and self.receta.divide and self.denominador is None:
            raise ErrorCatalogo(f"El indicador «{self.id}» no es una tasa: su receta no puede dividir.")

    @property
    def restringidas(self) -> tuple[str, ...]:
        return self.columnas_restringidas

    def avisos(self, a_ciegas: Iterable[int]) -> tuple[str, ...]:
        """For a reader, why there is no figure in the years in which it cannot be known, and what to load."""
        if self.requisito is None:
            return ()
        return tuple(f"{self.nombre}, {a}: {self.requisito.motivo} {self.requisito.consejo}" for a in sorted(a_ciegas))
