"""What every reader hands over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    # Child processes import this package for a few constants and must stay small.
    import polars as pl

FILA = "__fila__"
"""Int64: the row as a person sees it in the file, from 1, titles and header included; features count from 1.

Of delimited text it is the row that a spreadsheet shows: a cell with line breaks does not start a new row.
"""
PARTE = "__parte__"
"""Int16: which of the several records that one row holds, from 0."""
LON, LAT = "__lon__", "__lat__"
"""Float64, EPSG:4326: only batches of a layer with geometry have them."""

MAX_CELDA = 32_767
"""Longest text of one cell, in characters: the limit that Excel itself has. A longer one means a broken file."""

NULO = "\0"
"""The character that no reader hands over: PostgreSQL stores it neither in text nor in JSON."""

MAX_LOTE = 50_000
"""Most rows of one batch, so that memory depends on the batch and never on the file."""

MAX_IRREGULARES = 100_000
"""Above so many rows that do not fit the header the file is something else, and listing them helps nobody."""


@dataclass(frozen=True)
class Irregular:
    """A row that cannot be put under the header: its number, its raw text cut to 200 characters."""

    fila: int
    texto: str


class Lectura(Protocol):
    """An open file, also a context manager: `cerrar` closes it and removes what was unpacked for it.

    `columnas` are the headers as written (blanks collapsed, made unique), in order; `letras` says for each the letter
    under which a spreadsheet shows it (of a layer or JSON: the field's own name). `hoja` is the sheet or layer that
    was read, empty where there is only one table. `fila_encabezado` is 0 where a file has no header row; `titulos` are
    the texts of the rows above it.

    `lotes` yields frames whose columns are `FILA` (Int64), each header (String, null where the cell is empty) and for
    layers `LON`, `LAT`. Cells keep the text of the file without outer blanks or NULs, with `\\n` between their lines.
    Typed cells are written out as a Chilean would: dates `yyyy-mm-dd`, moments `yyyy-mm-ddThh:mm:ss`, whole numbers
    without a point, decimals with a comma, true/false as `si`/`no`. A batch has at most `MAX_LOTE` rows. Blank rows
    are left out. `irregulares` grows while batches are read; each call of `lotes` starts anew.
    """

    formato: str
    hoja: str
    columnas: list[str]
    letras: dict[str, str]
    fila_encabezado: int
    titulos: tuple[str, ...]
    total_bytes: int
    irregulares: list[Irregular]

    def lotes(self) -> Iterator[pl.DataFrame]: ...

    def leidos(self) -> int:
        """Bytes (or an estimate of them) read so far, for the progress bar: from 0 to `total_bytes`."""
        ...

    def cerrar(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, tipo: type[BaseException] | None, error: BaseException | None, traza: TracebackType | None
    ) -> None: ...


@dataclass
class Avance:
    """A counter that a reader shares with the progress bar."""

    bytes: int = 0
