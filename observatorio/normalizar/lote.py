"""Working on a batch: the cheap common case first, the rest only where it is needed."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl


def como_texto(s: pl.Series) -> pl.Series:
    """The series as strings without outer blanks; a series without a type (all null) becomes null strings."""
    texto = s if s.dtype == pl.String else s.cast(pl.String)
    return texto.str.strip_chars()


def sin_regla(n: int) -> pl.Series:
    """`n` nulls: no value breaks a rule."""
    return pl.repeat(None, n, dtype=pl.String, eager=True).alias("regla")


def reglas(n: int, *casos: tuple[pl.Series, str]) -> pl.Series:
    """The rule of each row: the first case whose mask (boolean, null counts as false) holds, else null."""
    vigentes = [(mascara.fill_null(False), regla) for mascara, regla in casos]
    vigentes = [(mascara, regla) for mascara, regla in vigentes if mascara.any()]
    resultado = sin_regla(n)
    for mascara, regla in reversed(vigentes):
        resultado = resultado.set(mascara, regla)
    return resultado


def donde(s: pl.Series, mascara: pl.Series, funcion: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """`s`, with the rows of `mascara` replaced by what `funcion` makes of them; `funcion` keeps their number."""
    filas = mascara.fill_null(False).arg_true()
    if not len(filas):
        return s
    return s.clone().scatter(filas, funcion(s.gather(filas)))


def completar(s: pl.Series, filas: pl.Series, valores: pl.Series) -> pl.Series:
    """`s` with `valores` (of the same type) written at the positions `filas`."""
    return s.clone().scatter(filas, valores) if len(filas) else s


def por_distintos(s: pl.Series, funcion: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """`funcion` applied to the distinct non-null values of `s` and brought back to every row; null stays null."""
    distintos = s.drop_nulls().unique()
    valores = funcion(distintos)
    if not len(distintos):
        return pl.repeat(None, len(s), dtype=valores.dtype, eager=True)
    return s.replace_strict(distintos, valores, default=None, return_dtype=valores.dtype)
