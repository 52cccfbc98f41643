"""RUTs that stand in the middle of other text: in a cell that no column takes, or in one that a rejection quotes.

A number counts as written with or without dots, with leading zeros, and with its check digit or without, after a
hyphen or glued to it. `patron_de` says in PostgreSQL's expressions what `ruts_en` says in polars.
"""

from __future__ import annotations

import polars as pl

from observatorio.normalizar.rut import PRIMERA_JURIDICA, dv_de

PRIMERA_MENCIONABLE = 1_000_000
"""Shorter numbers stand in any text for anything: they are never taken for a RUT there."""

_CIFRAS = r"[0-9](?:[0-9.]*[0-9])?"
_LARGO_MINIMO, _LARGO_MAXIMO = len(str(PRIMERA_MENCIONABLE)), 9


def patron_de(rut: int) -> str:
    """The expression of PostgreSQL that finds one RUT number in a text."""
    cifras = r"\.*".join(str(rut))
    dv = dv_de(pl.Series([rut])).item()
    pegado = "" if dv == "K" else rf"(\.*{dv})?"
    return rf"(?<![0-9]\.*)(0\.*)*{cifras}{pegado}(?!\.*[0-9])"


def ruts_en(textos: pl.Series) -> pl.DataFrame:
    """Each RUT number of a natural person that a text may be naming.

    Comes back as `puesto` (position of the text in the series, UInt32) and `rut` (Int64), without repetitions, by
    position and number. A text without any has no row.
    """
    sueltas = (
        pl.DataFrame({"cifras": textos})
        .with_row_index("puesto")
        .with_columns(pl.col("cifras").str.extract_all(_CIFRAS))
        .explode("cifras")
        .drop_nulls("cifras")
        .with_columns(pl.col("cifras").str.replace_all(".", "", literal=True).str.strip_chars_start("0"))
        .filter(pl.col("cifras").str.len_bytes().is_between(_LARGO_MINIMO, _LARGO_MAXIMO))
        .with_columns(rut=pl.col("cifras").cast(pl.Int64))
    )
    pegadas = sueltas.with_columns(rut=pl.col("rut") // 10)
    pegadas = pegadas.filter(dv_de(pegadas["rut"]) == pegadas["cifras"].str.slice(-1))
    return (
        pl.concat([sueltas, pegadas])
        .filter(pl.col("rut").is_between(PRIMERA_MENCIONABLE, PRIMERA_JURIDICA - 1))
        .select("puesto", "rut")
        .unique()
        .sort("puesto", "rut")
    )
