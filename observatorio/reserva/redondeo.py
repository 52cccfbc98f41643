"""Controlled rounding: counts by small zones as multiples of a base that still add up.

Each count goes to one of its two neighbouring multiples (a multiple stays as it is), at random and so that the sum of
the rounded counts is a multiple next to their sum. Nobody can tell 1 from 4, and no figure lies. With one sum there is
always a solution (Cox, *Journal of the American Statistical Association* 82(398), 1987); the draw is that of systematic
sampling, in which each count goes up as often as its distance to the lower multiple says: the rounding is unbiased.
"""

from __future__ import annotations

import numpy as np

from observatorio.reserva.sistema import Enteros


def redondear(conteos: Enteros, base: int, semilla: int) -> Enteros:
    """The counts, rounded to multiples of `base`, in the same order; their sum is a neighbouring multiple of theirs.

    A zero stays zero, and no count changes by `base` or more. The same `semilla` gives the same rounding.
    """
    azar = np.random.default_rng(semilla)
    abajo = conteos - conteos % base
    orden = azar.permutation(len(conteos))
    acumulado = np.cumsum(conteos[orden] % base) + azar.integers(base)
    sube = np.diff(acumulado // base, prepend=0) > 0
    salida = abajo.copy()
    salida[orden[sube]] += base
    return salida
