"""Every cell of every table that a release publishes together, and the sums that tie them.

A cell is named once, whatever the tables that show it: by the value of each dimension, `TOTAL` where the table adds
over it. Two kinds are in the system without being published: cells by two zone levels at once, because whoever reads
both levels may reason on their intersections (`latente`), and zeros that the release may have to hide.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
import polars as pl
import scipy.sparse as sp

TOTAL = "*"
"""The value of a dimension over which a cell adds."""

Clave = tuple[str, ...]
Tabla = tuple[str, ...]
Enteros = npt.NDArray[np.int64]
Logicos = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Sistema:
    """The cells, their true values and the sums that hold among them.

    `dimensiones` names the places of a key; `claves[i]` is the key of cell i; `valor` its true value, a whole number;
    `latente` whether no table shows it; `sumas` one row a sum, -1 at the total and 1 at each part, all of them zero
    over the true values. Shown zeros are not cells: nobody doubts them.
    """

    dimensiones: tuple[str, ...]
    claves: tuple[Clave, ...]
    valor: Enteros
    latente: Logicos
    sumas: sp.csr_array

    def nombre(self, celda: int) -> str:
        """A cell in words: the dimensions that it does not add over, each with its value."""
        partes = [f"{d}={v}" for d, v in zip(self.dimensiones, self.claves[celda], strict=True) if v != TOTAL]
        return ", ".join(partes) or "el total"

    def indice(self) -> dict[Clave, int]:
        """Where each cell stands."""
        return {clave: i for i, clave in enumerate(self.claves)}


def construir(
    celdas: pl.DataFrame,
    dimensiones: Sequence[str],
    tablas: Iterable[Tabla],
    padres: Mapping[str, Mapping[str, str]],
    ceros: Iterable[Clave] = (),
    redondeadas: Iterable[str] = (),
) -> Sistema:
    """The system of the cells of `celdas` (one column a dimension, `TOTAL` where it is added over, and `valor`).

    `tablas`: the dimensions of each table, latent ones included. `padres`: dimension -> value -> value of the
    dimension above it, written `"seccion=G"`, where its values add up to those and not to the total. `ceros`: keys of
    cells whose value is zero and that are cells all the same, unless some total of theirs is a shown zero: then nobody
    doubts them either. `redondeadas`: zone levels whose counts are only published rounded.
    """
    dimensiones = tuple(dimensiones)
    filas = celdas.filter(pl.col("valor") != 0).select(*dimensiones, "valor")
    valores: dict[Clave, int] = {fila[:-1]: fila[-1] for fila in filas.iter_rows()}
    lugar = {d: k for k, d in enumerate(dimensiones)}
    for clave in sorted(ceros, key=lambda c: (sum(v != TOTAL for v in c), c)):
        propias = [d for d, v in zip(dimensiones, clave, strict=True) if v != TOTAL]
        if all(_arriba(clave, d, lugar, padres) in valores for d in propias):
            valores.setdefault(clave, 0)
    claves = tuple(valores)
    # One zone level that is published as it is may be shown; a rounded one, or two at once, never are.
    peso = {d: 2 if d in set(redondeadas) else int(d.startswith("zona:")) for d in dimensiones}
    latente = np.array(
        [sum(peso[d] for d, v in zip(dimensiones, c, strict=True) if v != TOTAL) > 1 for c in claves], bool
    )
    sumas = _sumas(claves, dimensiones, frozenset(map(frozenset, tablas)), padres)
    return Sistema(dimensiones, claves, np.array(list(valores.values()), np.int64), latente, sumas)


def _sumas(
    claves: tuple[Clave, ...],
    dimensiones: tuple[str, ...],
    tablas: frozenset[frozenset[str]],
    padres: Mapping[str, Mapping[str, str]],
) -> sp.csr_array:
    """One row for each total and dimension that it is divided by."""
    indice = {clave: i for i, clave in enumerate(claves)}
    lugar = {d: k for k, d in enumerate(dimensiones)}
    mostradas = {frozenset(sub) for t in tablas for n in range(len(t) + 1) for sub in combinations(sorted(t), n)}
    partes: dict[tuple[int, str], list[int]] = {}
    for i, clave in enumerate(claves):
        propias = frozenset(d for d, v in zip(dimensiones, clave, strict=True) if v != TOTAL)
        if propias not in mostradas:
            continue
        for d in propias:
            arriba = _arriba(clave, d, lugar, padres)
            total = indice.get(arriba)
            if total is not None:
                partes.setdefault((total, d), []).append(i)
    fila: list[int] = []
    columna: list[int] = []
    coeficiente: list[int] = []
    for k, ((total, _), suyas) in enumerate(sorted(partes.items())):
        fila += [k] * (len(suyas) + 1)
        columna += [total, *suyas]
        coeficiente += [-1, *[1] * len(suyas)]
    forma = (len(partes), len(claves))
    matriz = sp.coo_array((np.array(coeficiente, np.int64), (np.array(fila), np.array(columna))), shape=forma)
    return matriz.tocsr()


def _arriba(clave: Clave, d: str, lugar: Mapping[str, int], padres: Mapping[str, Mapping[str, str]]) -> Clave:
    """The key of the cell that has `clave` as a part when it is divided by the dimension `d`."""
    nueva = list(clave)
    valor, nueva[lugar[d]] = nueva[lugar[d]], TOTAL
    if d in padres:
        dimension, _, padre = padres[d][valor].partition("=")
        nueva[lugar[dimension]] = padre
    return tuple(nueva)
