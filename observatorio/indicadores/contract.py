"""What an indicator declares. A new indicator is one module in `definitions` with one `INDICADOR`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, func

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
class Indicador:
    """One indicator over the active establishments (those whose formality is not `inactivo`) of a comuna and year.

    `numerador`, `denominador` and `conocido` are aggregates over `catastro.establecimiento_anio`. The figure is
    `escala * numerador / denominador`, or `escala * numerador` without a denominator. `conocido` counts the
    establishments that the figure really knows: it is the answer's `n`, and over the active ones its `cobertura`.
    `receta` says how a release makes it out of what it publishes; an indicator without one is for keys only.
    `requisito` is what tells a zero that was seen from one that nobody could have seen.
    `decimales` is the precision with which it is published and shown; exact answers are not rounded.
    """

    id: str
    nombre: str
    descripcion: str
    unidad: str
    formula: str
    numerador: ColumnElement[Any]
    ejemplo: Ejemplo
    denominador: ColumnElement[Any] | None = None
    conocido: ColumnElement[int] = field(default_factory=func.count)
    escala: int = 1
    dimensiones: frozenset[str] = TODAS
    notas: tuple[str, ...] = ()
    decimales: int = 0
    receta: Receta | None = None
    requisito: Requisito | None = None

    def __post_init__(self) -> None:
        unknown = self.dimensiones - TODAS
        if unknown:
            raise ErrorCatalogo(
                f"El indicador «{self.id}» usa dimensiones que no existen: {', '.join(sorted(unknown))}.",
                f"Las que hay son: {', '.join(DIMENSIONES)}.",
            )
        if self.receta is not None and self.receta.divide and self.denominador is None:
            raise ErrorCatalogo(f"El indicador «{self.id}» no es una tasa: su receta no puede dividir.")

    def avisos(self, a_ciegas: Iterable[int]) -> tuple[str, ...]:
        """For a reader, why there is no figure in the years in which it cannot be known, and what to load."""
        if self.requisito is None:
            return ()
        return tuple(f"{self.nombre}, {a}: {self.requisito.motivo} {self.requisito.consejo}" for a in sorted(a_ciegas))
