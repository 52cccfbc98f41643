"""From establishments to the cells of tables: how many, of how many contributors, and how much of whom."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

import polars as pl

from observatorio.reserva.sistema import TOTAL, Tabla

CONTRIBUYENTE = "contribuyente"
REFORZADO = "reforzado"

_NUMEROS = ("valor", "contribuyentes", "mayor", "segundo", "tercero")


def margenes(tablas: Iterable[Tabla]) -> list[Tabla]:
    """Every combination of dimensions that some table shows, its own margins included, the fewest first."""
    todas = {sub for t in tablas for n in range(len(t) + 1) for sub in combinations(t, n)}
    unicas = {frozenset(s): s for s in sorted(todas)}
    return sorted(unicas.values(), key=lambda s: (len(s), s))


def contar(registros: pl.DataFrame, dimensiones: Iterable[str], tablas: Iterable[Tabla]) -> pl.DataFrame:
    """How many establishments each cell has: one column a dimension, `valor`, `contribuyentes`, `reforzado`.

    `registros`: one row an establishment with the dimensions, `contribuyente` (who answers for it: group, firm, or
    itself) and `reforzado` (whether it is a natural person or informal). `reforzado` of a cell: whether any is.
    """
    cifras = (
        pl.len().alias("valor"),
        pl.col(CONTRIBUYENTE).n_unique().alias("contribuyentes"),
        pl.col(REFORZADO).any(),
    )
    dims = tuple(dimensiones)
    return pl.concat([_margen(registros, dims, sub, cifras) for sub in margenes(tablas)])


def sumar(registros: pl.DataFrame, dimensiones: Iterable[str], tablas: Iterable[Tabla], medida: str) -> pl.DataFrame:
    """How much each cell adds up to: the columns of `contar`, and `mayor` and `segundo`, of its contributors.

    `medida`: the column that is added, whole numbers from 0; rows without it have no part. `valor` is the sum over the
    cell, `contribuyentes` who has a value there, `mayor`, `segundo` and `tercero` the three greatest totals among them
    (0 where there are fewer) and `principal` whose the greatest is.
    """
    conocidos = registros.filter(pl.col(medida).is_not_null())
    dims = tuple(dimensiones)
    de_mayor_a_menor = pl.col(CONTRIBUYENTE).sort_by(medida, CONTRIBUYENTE, descending=[True, False])
    tres = pl.col(medida).top_k(3).sort(descending=True)
    cifras = (
        pl.col(medida).sum().alias("valor"),
        pl.len().alias("contribuyentes"),
        pl.col(REFORZADO).any(),
        *(tres.get(k, null_on_oob=True).fill_null(0).alias(c) for k, c in enumerate(("mayor", "segundo", "tercero"))),
        de_mayor_a_menor.first().alias("principal"),
    )
    partes = []
    for sub in margenes(tablas):
        de_cada_uno = conocidos.group_by(*sub, CONTRIBUYENTE).agg(pl.col(medida).sum(), pl.col(REFORZADO).any())
        partes.append(_margen(de_cada_uno, dims, sub, cifras))
    return pl.concat(partes)


def _margen(marco: pl.DataFrame, dimensiones: tuple[str, ...], sub: Tabla, cifras: tuple[pl.Expr, ...]) -> pl.DataFrame:
    hechas = marco.group_by(sub).agg(*cifras) if sub else marco.select(*cifras)
    claves = [pl.col(d) if d in sub else pl.lit(TOTAL).alias(d) for d in dimensiones]
    numeros = [pl.col(c).cast(pl.Int64) for c in hechas.columns if c in _NUMEROS]
    return hechas.select(*claves, *numeros, pl.selectors.by_name(REFORZADO, "principal", require_all=False)).sort(
        dimensiones
    )
