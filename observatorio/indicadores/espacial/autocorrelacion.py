"""Whether a figure gathers in space (Moran's I) and where (Getis-Ord G*), with permutations that repeat.

Sources: Moran, *Biometrika* 37 (1950); Cliff and Ord, *Spatial Processes* (1981); Ord and Getis, *Geographical
Analysis* 27 (1995); conditional permutations of Anselin, *Geographical Analysis* 27 (1995); false discovery rate of
Benjamini and Hochberg, *JRSS B* 57 (1995), as Caldas de Castro and Singer, *Geographical Analysis* 38 (2006), use it
for local statistics. The same numbers as esda gives are demanded by the tests; why it is not called here is told in
`docs/decisiones/0014-estadistica-espacial.md`.

Every figure comes as zone -> value. A zone of which it is not known (None, or left out) takes no part, and neither does
one that then touches no other: both are named in the answer. A count is known to be zero where nobody was found, and
then comes as 0.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from observatorio.indicadores.espacial.vecindad import Reales, Vecindad

PERMUTACIONES = 999
ALFA = 0.05
"""Share of false hot and cold spots that is accepted among those that are shown."""
SEMILLA = 1950
"""Any number does: with the same one, and the same data, the answer is the same."""
_MINIMO = 4
"""The variance of I under randomisation divides by n - 3."""
_TOLERANCIA = 1e-9
"""Sums of the same numbers in another order differ by less, in units of the figure's standard deviation."""

PUNTOS = pl.Schema(
    {
        "zona": pl.String(),
        "valor": pl.Float64(),
        "vecinas": pl.Int64(),
        "g": pl.Float64(),
        "z": pl.Float64(),
        "p": pl.Float64(),
        "q": pl.Float64(),
        "clase": pl.String(),
    }
)


@dataclass(frozen=True)
class Participantes:
    """Who took part: how many zones; those whose figure is not known; those that touch no other that takes part."""

    zonas: int
    sin_dato: tuple[str, ...]
    islas: tuple[str, ...]


@dataclass(frozen=True)
class Moran:
    """Moran's I: -1/(n-1) (`esperado`) without any pattern, towards 1 where alike lie together, below where unlike do.

    `z` is the standard score under randomisation; `p` the two-sided pseudo-significance of the permutations. All three
    are None where there are too few zones, or all have the same value: `motivo` says so, in Spanish.
    """

    indice: float | None
    esperado: float | None
    z: float | None
    p: float | None
    participantes: Participantes
    permutaciones: int
    semilla: int
    motivo: str = ""


@dataclass(frozen=True, eq=False)
class PuntosCalientes:
    """G* of each zone that takes part, `PUNTOS` by code. `g` is the share of the whole that lies in the zone and its
    neighbours, `z` its standard score, `p` the two-sided pseudo-significance, `q` the same corrected for many zones;
    `clase` is `caliente`, `fria` or `no_significativa` (q above `alfa`).

    `minimo`: fewer zones than these cannot be told from chance at `alfa` however extreme they are, because no p is
    below 2/(permutations + 1). Where there is no answer the frame is empty and `motivo` says why, in Spanish.
    """

    zonas: pl.DataFrame
    participantes: Participantes
    permutaciones: int
    semilla: int
    alfa: float
    minimo: int
    motivo: str = ""


def moran(
    valores: Mapping[str, float | None],
    vecindad: Vecindad,
    *,
    permutaciones: int = PERMUTACIONES,
    semilla: int = SEMILLA,
) -> Moran:
    """Global Moran's I with row-standardised weights: I = Σi Σj w_ij z_i z_j / Σi z_i², w_ij = 1/neighbours of i.

    The z-score is that of the randomisation assumption (Cliff and Ord). The permutations shuffle the values over all
    zones; p = 2·min((#{I' ≥ I} + 1), (#{I' ≤ I} + 1)) / (permutations + 1), at most 1.
    """
    propia, y, participantes = _participantes(valores, vecindad)
    motivo = _motivo(y)
    if motivo:
        return Moran(None, None, None, None, participantes, permutaciones, semilla, motivo)
    n = len(y)
    z = y - y.mean()
    pesos = propia.matriz.multiply(1 / propia.grados[:, None]).tocsr()
    indice = float(z @ (pesos @ z) / (z @ z))
    rng = np.random.default_rng(semilla)
    simulados = np.empty(permutaciones)
    for vez in range(permutaciones):
        barajada = rng.permutation(z)
        simulados[vez] = barajada @ (pesos @ barajada) / (z @ z)
    esperado = -1 / (n - 1)
    simetrica = pesos + pesos.T
    s1 = float(simetrica.multiply(simetrica).sum()) / 2
    s2 = float(((pesos.sum(axis=1) + pesos.sum(axis=0)) ** 2).sum())
    puntaje = (indice - esperado) / math.sqrt(_varianza(z, n, s1, s2))
    p = float(_dos_colas(simulados[:, None], np.array([indice]), _TOLERANCIA)[0])
    return Moran(indice, esperado, puntaje, p, participantes, permutaciones, semilla)


def _varianza(z: Reales, n: int, s1: float, s2: float) -> float:
    """The variance of I under randomisation, where the weights add up to n, as those of standardised rows do."""
    curtosis = float((z**4).mean() / (z**2).mean() ** 2)
    a = n * ((n**2 - 3 * n + 3) * s1 - n * s2 + 3 * n**2)
    b = curtosis * ((n**2 - n) * s1 - 2 * n * s2 + 6 * n**2)
    return (a - b) / ((n - 1) * (n - 2) * (n - 3) * n**2) - 1 / (n - 1) ** 2


def puntos_calientes(
    valores: Mapping[str, float | None],
    vecindad: Vecindad,
    *,
    permutaciones: int = PERMUTACIONES,
    semilla: int = SEMILLA,
    alfa: float = ALFA,
) -> PuntosCalientes:
    """Getis-Ord G* with binary weights: each zone counts itself and those that it touches.

    G*_i = Σj w_ij x_j / Σj x_j and z_i = (Σj w_ij x_j - k_i x̄) / (s·√((n·k_i - k_i²)/(n - 1))), k_i zones in the sum,
    s the standard deviation of all (divided by n). A permutation keeps the zone's own value and draws those of its
    neighbours from the others, without replacement; p is two-sided, as in `moran`, and q is Benjamini and Hochberg's.
    """
    propia, y, participantes = _participantes(valores, vecindad)
    n = len(y)
    minimo = math.ceil(2 / (permutaciones + 1) * n / alfa)
    motivo = _motivo(y)
    if motivo:
        return PuntosCalientes(PUNTOS.to_frame(), participantes, permutaciones, semilla, alfa, minimo, motivo)
    k = propia.grados + 1
    sumas = propia.matriz @ y + y
    z = (sumas - k * y.mean()) / (y.std() * np.sqrt(np.maximum(n * k - k**2, 1) / (n - 1)))
    p = _condicionales(propia, y, sumas, permutaciones, semilla)
    q = falsos_hallazgos(p)
    total = float(y.sum())
    marco = pl.DataFrame(
        {
            "zona": propia.zonas,
            "valor": y,
            "vecinas": propia.grados.astype(np.int64),
            "g": sumas / total if total else [None] * n,
            "z": z,
            "p": p,
            "q": q,
            "clase": np.where(q > alfa, "no_significativa", np.where(z > 0, "caliente", "fria")).tolist(),
        },
        schema=PUNTOS,
    )
    return PuntosCalientes(marco, participantes, permutaciones, semilla, alfa, minimo)


def falsos_hallazgos(p: Reales) -> Reales:
    """Benjamini and Hochberg's q of each p: the least rate of false discoveries at which it would be called one."""
    orden = np.argsort(p, kind="stable")
    n = len(p)
    escalados = p[orden] * n / np.arange(1, n + 1)
    q = np.empty(n)
    q[orden] = np.minimum(np.minimum.accumulate(escalados[::-1])[::-1], 1)
    return q


def _participantes(valores: Mapping[str, float | None], vecindad: Vecindad) -> tuple[Vecindad, Reales, Participantes]:
    """The zones that are known and touch another that is, with their values in the same order."""
    conocidas = {z: float(v) for z, v in valores.items() if v is not None and not math.isnan(v)}
    sabidas = vecindad.entre(conocidas)
    islas = sabidas.islas
    propia = sabidas.entre(set(sabidas.zonas) - set(islas)) if islas else sabidas
    sin_dato = tuple(z for z in vecindad.zonas if z not in conocidas)
    y = np.array([conocidas[z] for z in propia.zonas], dtype=np.float64)
    return propia, y, Participantes(len(y), sin_dato, islas)


def _motivo(y: Reales) -> str:
    """Why there is no answer, or nothing."""
    if len(y) < _MINIMO:
        return f"Solo {len(y)} zonas con dato tocan a otra que lo tiene; se necesitan {_MINIMO}."
    if np.ptp(y) == 0:
        return "Todas las zonas tienen el mismo valor: no hay nada que comparar."
    return ""


def _condicionales(propia: Vecindad, y: Reales, sumas: Reales, permutaciones: int, semilla: int) -> Reales:
    """The p of each zone's sum, its own value kept. The same draws of places serve every zone, as in esda."""
    n, rng = len(y), np.random.default_rng(semilla)
    grados = propia.grados.astype(np.int64)
    sorteos = np.array([rng.permutation(n - 1)[: grados.max()] for _ in range(permutaciones)])
    margen = _TOLERANCIA * float(y.std())
    p = np.empty(n)
    for i, grado in enumerate(grados):
        # Places are numbered without the zone itself: from its own on, they are one further.
        lugares = sorteos[:, :grado]
        simuladas = y[i] + y[lugares + (lugares >= i)].sum(axis=1)
        p[i] = _dos_colas(simuladas[:, None], sumas[i : i + 1], margen)[0]
    return p


def _dos_colas(simulados: Reales, observado: Reales, margen: float) -> Reales:
    """Two-sided pseudo-significance by column; values closer than `margen` are equal."""
    altos = (simulados >= observado - margen).sum(axis=0) + 1
    bajos = (simulados <= observado + margen).sum(axis=0) + 1
    return np.minimum(2 * np.minimum(altos, bajos) / (len(simulados) + 1), 1.0)
