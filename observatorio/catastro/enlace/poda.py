"""Which pairs are worth scoring: those that could still reach the floor if all that is dear to compare spoke for them.

The bound of a pair is the sum, over the comparisons, of the greatest weight among the levels that a cheap look leaves
possible. No pair that reaches the floor is left out, so that what is kept is the same as without it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import duckdb
import polars as pl

from observatorio.catastro.enlace.pareo_niveles import (
    A_15_M,
    COMPARACIONES,
    MISMA_PUERTA,
    MISMO_NOMBRE,
    NULO,
    RESTO,
    Modelo,
)

_DE_MAS: Final = 0.01
"""Bits by which a bound may fall short of the weight that Splink adds up in another order."""

_MISMO: Final = ("igual_raro", "igual", "casi_igual")
_CERCA: Final = ("puerta", "unidad", "edificio_propio", "a_15_m", "a_15_m_otra_puerta")

Posibles = tuple[tuple[str, tuple[str, ...]], ...]


def _menos(comparacion: str, *fuera: str) -> tuple[str, ...]:
    return tuple(n for n, _ in COMPARACIONES[comparacion] if n not in fuera)


_MISMO_NOMBRE: Final = "mismo_nombre"
"""Whether the two have one name, which three comparisons ask: it is looked at once."""

POSIBLES: Final[Mapping[str, Posibles]] = {
    "nombre": (
        (_MISMO_NOMBRE, _menos("nombre")),
        (RESTO, _menos("nombre", *_MISMO)),
    ),
    "lugar": (
        (MISMA_PUERTA, _menos("lugar")),
        (A_15_M, _menos("lugar", "puerta", "unidad", "edificio_propio")),
        (RESTO, _menos("lugar", *_CERCA)),
    ),
    "nombre_y_lugar": ((_MISMO_NOMBRE, _menos("nombre_y_lugar")), (RESTO, (NULO,))),
    "nombre_y_actividad": ((_MISMO_NOMBRE, _menos("nombre_y_actividad")), (RESTO, (NULO,))),
    **{c: tuple((sql, (n,)) for n, sql in COMPARACIONES[c]) for c in ("actividad", "contacto", "identificador")},
}
"""For each comparison what is looked at, in order, and the levels that are still possible where it holds."""


def podar(
    con: duckdb.DuckDBPyConnection, marco: pl.DataFrame, pares: pl.DataFrame, m: Modelo, piso: float
) -> pl.DataFrame:
    """Those of `pares` (`a b`, numbers of rows of `marco`, its column `i`) whose bound reaches `piso`, sorted."""
    columnas = [c for c in marco.columns if c != "i"]
    lados = ", ".join(f"l.{c} AS {c}_l, r.{c} AS {c}_r" for c in columnas)
    cota = " + ".join(_caso(POSIBLES[c], m.pesos[c]) for c in COMPARACIONES)
    con.register("poda_marco", marco.to_arrow())
    con.register("poda_pares", pares.to_arrow())
    quedan = con.sql(
        f"""
        SELECT ia AS a, ib AS b
          FROM (SELECT *, list_has_any(raros_l, raros_r) OR {MISMO_NOMBRE} AS {_MISMO_NOMBRE}
                  FROM (SELECT p.a AS ia, p.b AS ib, {lados}
                          FROM poda_pares p JOIN poda_marco l ON l.i = p.a JOIN poda_marco r ON r.i = p.b))
         WHERE {m.previa} + {cota} >= {piso - _DE_MAS}
        """  # noqa: S608 -- made of our own levels and weights
    ).pl()
    for tabla in ("poda_marco", "poda_pares"):
        con.unregister(tabla)
    return quedan.sort("a", "b")


def _caso(posibles: Posibles, pesos: Mapping[str, float]) -> str:
    """The bound of one comparison."""
    ramas = [
        f"ELSE {_mayor(ns, pesos)}" if sql == RESTO else f"WHEN {sql} THEN {_mayor(ns, pesos)}" for sql, ns in posibles
    ]
    return f"CASE {' '.join(ramas)} END"


def _mayor(niveles: Iterable[str], pesos: Mapping[str, float]) -> float:
    return max(0.0 if n == NULO else pesos[n] for n in niveles)
