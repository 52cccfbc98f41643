"""Closed lists: a source's own words to the canonical ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import polars as pl

from observatorio.normalizar.contract import Normalizado
from observatorio.normalizar.lote import por_distintos, reglas
from observatorio.normalizar.texto import patron, plegar, sin_vacios


def normalizar_categoria(
    s: pl.Series,
    salida: str,
    valores: Iterable[str],
    equivalencias: Mapping[str, str] | None = None,
    otros: bool = True,
) -> Normalizado:
    """Texts to one of `valores`. Rule: `categoria_desconocida` (value null), only when `otros` is false.

    `equivalencias` maps patterns of the whole folded text to canonical values and is tried in order; after it a
    text that is itself a canonical value stands for itself. An empty cell (also `-`, `S/I`, `null`) is matched by
    the pattern "" alone, so that a catch-all never turns what is unknown into a value. A pattern mapped to ""
    yields no value.
    With `valores` empty, only the equivalences decide.
    """
    texto = sin_vacios(s)
    admitidos = {clave: valor for valor in valores for clave in (_clave(valor), _clave(valor).replace("_", " "))}
    reglas_fuente = [(patron(p), valor) for p, valor in (equivalencias or {}).items() if p]
    resultado = por_distintos(texto, lambda distintos: _traducir(distintos, reglas_fuente, admitidos))
    vacio = (equivalencias or {}).get("")
    if vacio:
        resultado = resultado.set(texto.is_null(), vacio)
    desconocida = texto.is_not_null() & resultado.is_null()
    resultado = resultado.set((resultado == "").fill_null(False), None)
    casos = [] if otros else [(desconocida, "categoria_desconocida")]
    return Normalizado({salida: resultado.alias(salida)}, reglas(len(s), *casos))


def _clave(valor: str) -> str:
    return str(plegar(pl.Series([valor]))[0])


def _traducir(
    distintos: pl.Series, equivalencias: list[tuple[re.Pattern[str], str]], admitidos: Mapping[str, str]
) -> pl.Series:
    """Python decides here: it runs once for each distinct text, and a category has few."""
    plegados = plegar(distintos).to_list()
    hallados = [
        next((valor for p, valor in equivalencias if p.fullmatch(plegado)), admitidos.get(plegado))
        for plegado in plegados
    ]
    return pl.Series("valor", hallados, dtype=pl.String)
