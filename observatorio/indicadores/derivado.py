"""What an indicator declares that is made from another's figures: shares, distributions, comparisons with a region."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from observatorio.errors import ErrorCatalogo
from observatorio.indicadores.contract import Definicion, Indicador


class Divisor(StrEnum):
    """What of a zone a figure may be divided by."""

    POBLACION = "poblacion"
    AREA_KM2 = "area_km2"


@dataclass(frozen=True, kw_only=True)
class Grupo:
    """What a figure is made from: one combination of the dimensions that were asked for, in one year.

    `ahora` and `antes` (the year before) map a category of the distribution -> the base's figure; a category that is
    missing has no establishment, and None is one of which nothing is known. Without a distribution the only category
    is the empty text. `region` and `region_antes` are the same of the region. `territorio` is the people or the km² of
    the zone. A whole that could not be had is None.
    """

    ahora: Mapping[str, float | None]
    antes: Mapping[str, float | None] | None = None
    region: Mapping[str, float | None] | None = None
    region_antes: Mapping[str, float | None] | None = None
    territorio: float | None = None


Cifras = Mapping[tuple[str, str], float | None]
"""(category, component) -> figure; the empty text where the figure is of the whole group, or has no components."""


@dataclass(frozen=True, kw_only=True)
class EjemploDerivado:
    """An executed example: a group, and what a person computed from it by hand."""

    grupo: Grupo
    cifras: Cifras


@dataclass(frozen=True, kw_only=True, eq=False)
class Derivado(Definicion):
    """A figure that `calculo`, a pure function, makes from those of `base`.

    `sobre` is the dimension over which the base is distributed: categories without a value (`sin_dato`) are in no
    figure, and the coverage says so. A figure by category whose category was not asked for is added up, unless `exige`
    demands it. `divisor`, `region` (a measure of `observacion.serie`) and `con_antes` say what else the group holds.
    """

    base: Indicador
    calculo: Callable[[Grupo], Cifras]
    ejemplo: EjemploDerivado
    sobre: str = ""
    divisor: Divisor | None = None
    region: str = ""
    con_antes: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        pedidas = self.dimensiones | ({self.sobre} if self.sobre else set())
        if not pedidas <= self.base.dimensiones:
            raise ErrorCatalogo(f"El indicador «{self.id}» se pide por dimensiones que no tiene «{self.base.id}».")

    @property
    def restringidas(self) -> tuple[str, ...]:
        return self.base.restringidas
