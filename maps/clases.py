"""Classes of a coloured map: where they are cut and which value belongs to which."""

from __future__ import annotations

import importlib
import warnings
from bisect import bisect_left
from functools import lru_cache
from types import ModuleType

import numpy as np

_MUESTRA = 240


def preparar() -> ModuleType:
    """Import mapclassify and return it: that takes two seconds, so a server does it before its first visitor comes,
    and a command that draws no coloured map not at all."""
    return importlib.import_module("mapclassify")


@lru_cache(maxsize=256)
def cortes(valores: tuple[float, ...], esquema: str, clases: int) -> tuple[float, ...]:
    """The upper limits of at most `clases` classes of the values, rising; fewer when there are fewer different values.

    Over 240 values the cuts come from 240 evenly spaced quantiles: without numba, mapclassify's Fisher-Jenks takes a
    tenth of a second for 300 values and six seconds for 2,000.
    """
    distintos = sorted(set(valores))
    if len(distintos) <= clases:
        return tuple(distintos)
    mapclassify = preparar()
    muestra = np.array(sorted(valores))
    if len(muestra) > _MUESTRA:
        muestra = np.quantile(muestra, np.linspace(0, 1, _MUESTRA))
    with warnings.catch_warnings():
        # It warns that numba is missing, and when equal values leave it fewer classes than it was asked for.
        warnings.simplefilter("ignore", UserWarning)
        limites = getattr(mapclassify, esquema)(muestra, k=min(clases, len(set(muestra)))).bins
    suben = sorted({round(float(c), 10) for c in limites})
    return (*suben[:-1], max(suben[-1], distintos[-1]))


def clase(valor: float, limites: tuple[float, ...]) -> int:
    """The index of the class of a value: the first whose upper limit is not below it."""
    return min(bisect_left(limites, valor - 1e-9), len(limites) - 1)


def tramos(valores: tuple[float, ...], limites: tuple[float, ...]) -> list[tuple[float, float]]:
    """The smallest and the greatest value that really occur in each class (its limits, in an empty one)."""
    por_clase: list[list[float]] = [[] for _ in limites]
    for valor in valores:
        por_clase[clase(valor, limites)].append(valor)
    return [(min(v), max(v)) if v else (c, c) for v, c in zip(por_clase, limites, strict=True)]
