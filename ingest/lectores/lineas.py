"""The fast parsers: lines of which each is one record, all columns as text."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.csv as pacsv

BLOQUE = 1 << 20
"""Bytes that one thread of pyarrow parses at a time."""


@dataclass(frozen=True)
class Leido:
    """The rows with the right number of cells, and of the others the line (from 0) and the text."""

    tabla: pl.DataFrame
    raras: list[tuple[int, str]]


def contar(datos: bytes, caracter: str) -> int:
    """How often an ASCII character occurs; numpy takes a tenth of what `bytes.count` takes."""
    return int(np.count_nonzero(np.frombuffer(datos, dtype=np.uint8) == ord(caracter)))


def leer_lineas(datos: bytes, lineas: int, separador: str, nombres: list[str], *, comillas: bool) -> Leido | None:
    """So many lines under these column names; None if a quote that was left open makes nonsense of them.

    Polars is the fastest, but says nothing of rows that are too short: it reads where no quote hides a separator and
    there are exactly as many separators as full rows need. Everything else is read by pyarrow, which names the rows
    that do not fit.
    """
    if not comillas and contar(datos, separador) == lineas * (len(nombres) - 1):
        try:
            return Leido(_con_polars(datos, separador, nombres), [])
        except pl.exceptions.ComputeError:
            # Some rows are too long, and others by as much too short.
            pass
    leido = _con_pyarrow(datos, separador, nombres, comillas=comillas)
    return leido if leido and leido.tabla.height + len(leido.raras) == lineas else None


def _con_polars(datos: bytes, separador: str, nombres: list[str]) -> pl.DataFrame:
    return pl.read_csv(
        datos, separator=separador, has_header=False, quote_char=None, schema=dict.fromkeys(nombres, pl.String)
    )


def _con_pyarrow(datos: bytes, separador: str, nombres: list[str], *, comillas: bool) -> Leido | None:
    """All cores parse first; only one can number the rows that do not fit, so if there are any it is done again."""
    for hilos in (True, False):
        raras: list[tuple[int, str]] = []

        def apartar(fila: pacsv.InvalidRow, raras: list[tuple[int, str]] = raras) -> str:
            raras.append(((fila.number or 0) - 1, fila.text))
            return "skip"

        lectura = pacsv.ReadOptions(
            use_threads=hilos, block_size=BLOQUE if hilos else len(datos) + 1, column_names=nombres
        )
        forma = pacsv.ParseOptions(
            delimiter=separador,
            quote_char='"' if comillas else False,
            ignore_empty_lines=False,
            invalid_row_handler=apartar,
        )
        try:
            leidas = pacsv.read_csv(pa.BufferReader(datos), lectura, forma, _como_texto(nombres))
        except pa.ArrowInvalid:
            # With several threads this may only mean a line longer than a block.
            continue
        if not (hilos and raras):
            return Leido(pl.DataFrame(pl.from_arrow(leidas)), raras)
    return None


def _como_texto(nombres: list[str]) -> pacsv.ConvertOptions:
    """No type is guessed (a code keeps its zeros), an empty cell is null, UTF-8 was checked before."""
    return pacsv.ConvertOptions(
        column_types=dict.fromkeys(nombres, pa.large_string()),
        strings_can_be_null=True,
        null_values=[""],
        quoted_strings_can_be_null=True,
        check_utf8=False,
    )
