"""The provisional rule of what leaves without a key. It looks at one cell at a time.

It does not yet hide what margins or differences reveal (secondary suppression), so the tables that are published under
it are few and fixed: see docs/decisiones/0006-cifras-publicas-provisorias.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, replace

from observatorio.vocabulario import EstadoValor


@dataclass(frozen=True)
class Celda:
    """One figure of a table: `por` are the names of its dimensions, comma-separated; `nivel` the zone level or ""."""

    indicador: str
    anio: int
    por: str
    nivel: str
    dimensiones: Mapping[str, str]
    valor: float | None
    n: int | None
    cobertura: float | None
    estado: EstadoValor


def proteger(celdas: Iterator[Celda], umbral: int, extremos: Set[float] = frozenset()) -> Iterator[Celda]:
    """Yield each cell as it may be published.

    A cell over no establishment is a zero and is shown. One with fewer than `umbral` establishments behind it, or whose
    value is among `extremos` (0% or 100% of a sensitive attribute tell it of everybody there), loses value, n and
    coverage and becomes `reservado`. What nobody knows stays `sin_dato`.
    """
    for celda in celdas:
        if celda.estado is EstadoValor.SIN_DATO:
            yield celda
        elif celda.n == 0 or (celda.n is not None and celda.n >= umbral and celda.valor not in extremos):
            yield replace(celda, estado=EstadoValor.PUBLICADO)
        else:
            yield replace(celda, valor=None, n=None, cobertura=None, estado=EstadoValor.RESERVADO)
