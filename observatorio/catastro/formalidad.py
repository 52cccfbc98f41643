"""Formality of an establishment in a year, from three signals that may each be unknown.

Rule (see `docs/decisiones/0008-formalidad.md`): `inactivo` when it ended or was seen closed; then `formal` with the
SII's start of activities, a current patente and, where the activity needs one, a sanitary resolution; `informal` with
neither of the first two; `indeterminado` when an unknown signal could change the answer; `en_proceso` otherwise.
"""

from __future__ import annotations

import polars as pl

from observatorio.normalizar.texto import plegar
from observatorio.referencia import palabras_sanitarias, prefijos_sanitarios
from observatorio.vocabulario import Formalidad


def formalidad(inactivo: pl.Expr, sii: pl.Expr, patente: pl.Expr, sanitaria: pl.Expr, exigida: pl.Expr) -> pl.Expr:
    """The formality of each row.

    `inactivo` and `exigida` (a sanitary resolution is needed) are boolean; the signals are `si`, `no` or null. With a
    null, the answer is given only when both ways of filling it give the same.
    """
    sii_si, sii_no = (sii == "si").fill_null(False), (sii == "no").fill_null(False)
    pat_si, pat_no = (patente == "si").fill_null(False), (patente == "no").fill_null(False)
    san_si = (sanitaria == "si").fill_null(False) | ~exigida
    san_no = (sanitaria == "no").fill_null(False) & exigida
    una_si_otra_no = (sii_si & pat_no) | (sii_no & pat_si)
    return (
        pl.when(inactivo)
        .then(pl.lit(str(Formalidad.INACTIVO)))
        .when(sii_si & pat_si & san_si)
        .then(pl.lit(str(Formalidad.FORMAL)))
        .when(sii_no & pat_no)
        .then(pl.lit(str(Formalidad.INFORMAL)))
        .when(una_si_otra_no | (sii_si & pat_si & san_no))
        .then(pl.lit(str(Formalidad.EN_PROCESO)))
        # Without the sanitary resolution that it needs, and with one other signal, it is neither formal nor informal.
        .when(san_no & (sii_si | pat_si))
        .then(pl.lit(str(Formalidad.EN_PROCESO)))
        .otherwise(pl.lit(str(Formalidad.INDETERMINADO)))
    )


def sanitaria_exigida(acteco: pl.Expr, palabras: pl.Expr) -> pl.Expr:
    """Whether an activity needs a sanitary resolution: by its code; without one, by its words (see `pide_sanitaria`).

    With neither it is taken as not needed: the need is no signal, and most businesses have none.
    """
    por_codigo = pl.any_horizontal(acteco.str.starts_with(prefijo) for prefijo in prefijos_sanitarios())
    return pl.when(acteco.is_not_null()).then(por_codigo).otherwise(palabras.fill_null(False))


def pide_sanitaria(giro: pl.Series) -> pl.Series:
    """Whether the words of an activity are those of one that needs a sanitary resolution; null where there are none."""
    distintos = giro.drop_nulls().unique()
    patron = "|".join(_patron(palabra) for palabra in palabras_sanitarias())
    pide = plegar(distintos).str.contains(rf"\b(?:{patron})\b")
    return giro.replace_strict(distintos, pide, default=None, return_dtype=pl.Boolean).alias("pide_sanitaria")


def _patron(palabra: str) -> str:
    """A word of the list as a pattern: `*` stands for any ending, otherwise a plural is the same word."""
    return f"{palabra[:-1]}\\w*" if palabra.endswith("*") else f"{palabra}(?:E?S)?"
