"""The provisional rule of what leaves without a key. It looks at one cell at a time.

It does not yet hide what margins or differences reveal (secondary suppression), so the tables that are published under
it are few and fixed: see docs/decisiones/0006-cifras-publicas-provisorias.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from observatorio.vocabulario import EstadoValor


@dataclass(frozen=True)
class Celda:
    """One figure of a table: `por` are the names of its dimensions, comma-separated; `nivel` the zone level or "".

    `universo` counts the active establishments of the cell, `n` those that the figure knows. `sensibles` counts, in a
    rate of a sensitive attribute, those that have it (None in any other figure).
    """

    indicador: str
    anio: int
    por: str
    nivel: str
    dimensiones: Mapping[str, str]
    valor: float | None
    n: int | None
    cobertura: float | None
    estado: EstadoValor
    universo: int
    sensibles: int | None = None


def proteger(celdas: Iterable[Celda], umbral: int) -> Iterator[Celda]:
    """Yield each cell as it may be published.

    A cell over no establishment is shown as it is. Otherwise every group of establishments that the cell lets count
    must have none or at least `umbral` of them: all of it, those that the figure knows, and in a rate those with the
    attribute and those without, of which neither may be nobody. Else it loses value, n and coverage and becomes
    `reservado`. When only those that the figure does *not* know are few, n and coverage alone are withheld.
    """
    for celda in celdas:
        if celda.universo == 0:
            yield _publicar(celda)
        elif celda.universo < umbral or _delata(celda, umbral):
            yield replace(celda, valor=None, n=None, cobertura=None, estado=EstadoValor.RESERVADO)
        elif celda.n is not None and 0 < celda.universo - celda.n < umbral:
            yield _publicar(replace(celda, n=None, cobertura=None))
        else:
            yield _publicar(celda)


def _delata(celda: Celda, umbral: int) -> bool:
    """Whether those that the figure knows are too few, or the rate tells who has the attribute."""
    if celda.estado is EstadoValor.SIN_DATO or celda.n is None:
        return False
    if celda.n < umbral:
        return True
    return celda.sensibles is not None and min(celda.sensibles, celda.n - celda.sensibles) < umbral


def _publicar(celda: Celda) -> Celda:
    """What nobody knows stays `sin_dato`; everything else is now published."""
    return celda if celda.estado is EstadoValor.SIN_DATO else replace(celda, estado=EstadoValor.PUBLICADO)
