"""What everybody knows that each cell reaches at least, and what who is alone in some cells knows besides."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from observatorio.reserva.sistema import Enteros, Sistema


def suelos(sistema: Sistema, minimo: Enteros, solos: Mapping[int, int]) -> dict[int | None, Enteros]:
    """The least that each cell can be, for everybody (None) and for each contributor of `solos` (cell -> who).

    A total has no less than all of its parts that are not zero: a few firms with many premises cannot be made to look
    like fewer than the cells in which they are seen, and who is alone in a part knows more than that of it.
    """
    duenos = sorted(set(solos.values()))
    columna = {dueno: k for k, dueno in enumerate(duenos, start=1)}
    piso = np.repeat(np.where(sistema.latente, 0, minimo)[:, None], 1 + len(duenos), axis=1)
    for celda, dueno in solos.items():
        piso[celda, columna[dueno]] = sistema.valor[celda]
    _subir(sistema, piso)
    return {None: piso[:, 0], **{dueno: piso[:, k] for dueno, k in columna.items()}}


def _subir(sistema: Sistema, piso: npt.NDArray[np.int64]) -> None:
    """Carry the least of the parts to their totals, as many times as there are dimensions to add over."""
    sumas = sistema.sumas
    filas = [(sumas.indices[a:b], sumas.data[a:b]) for a, b in pairwise(sumas.indptr)]
    for _ in sistema.dimensiones:
        for celdas, signos in filas:
            total, partes = celdas[signos < 0][0], celdas[signos > 0]
            np.maximum(piso[total], piso[partes].sum(axis=0), out=piso[total])
