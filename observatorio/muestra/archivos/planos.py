"""Text files: one table, one separator, one encoding; the same bytes for the same table."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl

from observatorio.muestra.azar import Enteros


def escribir(
    ruta: Path,
    columnas: Mapping[str, object],
    separador: str,
    codificacion: str = "utf-8",
    fin: str = "\n",
) -> Enteros:
    """Write the table with its header; empty text is an empty cell. Gives back the row number of each line, from 2."""
    ruta.parent.mkdir(parents=True, exist_ok=True)
    marco = pl.DataFrame({nombre: _serie(valores) for nombre, valores in columnas.items()})
    citas: Literal["never", "necessary"] = "never" if separador == "\t" else "necessary"
    texto = marco.write_csv(separator=separador, line_terminator=fin, quote_style=citas)
    ruta.write_bytes(texto.encode(codificacion, "replace"))
    return np.arange(2, marco.height + 2, dtype=np.int64)


def _serie(valores: object) -> pl.Series:
    if isinstance(valores, np.ndarray) and valores.dtype != object:
        return pl.Series(valores)
    serie = pl.Series(list(valores), dtype=pl.String)  # type: ignore[call-overload]
    return serie.replace("", None)
