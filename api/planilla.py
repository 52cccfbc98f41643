"""A workbook of any number of rows, written column by column: cell by cell it would take minutes.

xlsxwriter makes the workbook with its header; the rows are put into its sheet here, as the cells of ECMA-376 (part 1,
18.3.1.4): texts in line, which nothing takes for a formula or a link, and nothing at all where there is no value.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import polars as pl
import pyarrow as pa
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from observatorio.errors import ErrorConsulta

MAXIMO: Final = 1_048_575
"""Rows of a sheet under its header."""
_LARGO: Final = 32_767
"""Characters of a cell."""
_HOJA: Final = "xl/worksheets/sheet1.xml"
_FIN: Final = b"</sheetData>"
_ESFUERZO: Final = 4
"""Of the compression: quicker than the usual 6, for a file that is a tenth larger."""
_ILEGIBLES: Final = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
"""What XML cannot hold, and what a spreadsheet would take for one of those."""
_BORDES: Final = r"^\s|\s$"


def escribir(ruta: Path, hoja: str, encabezado: Sequence[str], lotes: Iterable[pa.RecordBatch]) -> None:
    """Write a workbook of one sheet into `ruta`: `encabezado`, and under it the rows of the batches, whose columns are
    texts, numbers or booleans. The memory that it takes is that of one batch. Raises `ErrorConsulta`
    for more rows than a sheet takes."""
    with (
        zipfile.ZipFile(_vacia(hoja, encabezado)) as molde,
        zipfile.ZipFile(ruta, "w", zipfile.ZIP_DEFLATED, compresslevel=_ESFUERZO) as libro,
    ):
        for nombre in molde.namelist():
            if nombre != _HOJA:
                libro.writestr(nombre, molde.read(nombre))
        antes, _, despues = molde.read(_HOJA).partition(_FIN)
        primera = 2
        with libro.open(_HOJA, "w") as salida:
            salida.write(antes)
            for lote in lotes:
                salida.write(_filas(lote, primera))
                primera += lote.num_rows
                if primera > MAXIMO + 2:
                    raise ErrorConsulta("La selección no cabe en una planilla.", "Pida csv o parquet, o filtre.")
            salida.write(_FIN + despues)


def _vacia(hoja: str, encabezado: Sequence[str]) -> io.BytesIO:
    """A workbook that has nothing but its header, which stays in sight."""
    molde = io.BytesIO()
    with xlsxwriter.Workbook(molde, {"constant_memory": True}) as libro:
        propia = libro.add_worksheet(hoja)
        propia.freeze_panes(1, 0)
        propia.write_row(0, 0, encabezado, libro.add_format({"bold": True, "bottom": 1}))
    return molde


def _filas(lote: pa.RecordBatch, primera: int) -> bytes:
    """The rows of a batch as XML, numbered from `primera`."""
    marco = pl.DataFrame(lote).with_row_index("fila", primera).with_columns(pl.col("fila").cast(pl.String))
    celdas = [_celdas(marco, nombre, xl_col_to_name(j)) for j, nombre in enumerate(lote.schema.names)]
    filas = marco.select(pl.concat_str(pl.lit('<row r="'), "fila", pl.lit('">'), *celdas, pl.lit("</row>")))
    return str(filas.to_series().str.join("").item()).encode()


def _celdas(marco: pl.DataFrame, nombre: str, letra: str) -> pl.Expr:
    """The cells of a column, empty texts where it has no value."""
    columna = pl.col(nombre)
    abre = [pl.lit(f'<c r="{letra}'), pl.col("fila")]
    if marco.schema[nombre] == pl.Boolean:
        partes = [pl.lit('" t="b"><v>'), columna.cast(pl.Int8).cast(pl.String), pl.lit("</v></c>")]
    elif marco.schema[nombre] == pl.String:
        texto = _texto(marco[nombre])
        espacio = pl.when(columna.str.contains(_BORDES)).then(pl.lit(' xml:space="preserve"')).otherwise(pl.lit(""))
        partes = [pl.lit('" t="inlineStr"><is><t'), espacio, pl.lit(">"), pl.lit(texto), pl.lit("</t></is></c>")]
    else:
        partes = [pl.lit('"><v>'), columna.cast(pl.String), pl.lit("</v></c>")]
    return pl.concat_str(*abre, *partes).fill_null("")


def _texto(columna: pl.Series) -> pl.Series:
    """Texts as XML holds them."""
    corta = columna.str.slice(0, _LARGO)
    if corta.str.contains(_ILEGIBLES.pattern).any():
        corta = corta.map_elements(_escapado, return_dtype=pl.String)
    return corta.str.replace_many(["&", "<", ">"], ["&amp;", "&lt;", "&gt;"])


def _escapado(texto: str) -> str:
    """A text whose unreadable characters are told by their number, as spreadsheets do."""
    return _ILEGIBLES.sub(lambda m: f"_x{ord(m[0][0]):04X}_{m[0][1:]}", texto)
