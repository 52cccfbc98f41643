"""The workbook that is written column by column: the cells of the one that xlsxwriter writes, and read back alike."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pyarrow as pa
import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from api import planilla
from observatorio.errors import ErrorConsulta

COLUMNAS = ("texto", "entero", "real", "si_no")
ESQUEMA = pa.schema([("texto", pa.string()), ("entero", pa.int64()), ("real", pa.float64()), ("si_no", pa.bool_())])
_XLSX = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
FILAS: list[tuple[Any, ...]] = [
    ("Ñuñoa & Cía <SpA> \"1\" 'x'", 76_000_000, -68.96819131910293, True),
    (None, None, None, None),
    ("=cmd|' /C calc'!A0", 5_000_000_000_000, 1e-07, False),
    (" con bordes\t", 0, 1e300, True),
    ("dos\nlíneas", -1, 0.1, None),
    ("\x01\x0b\r\ufffe", 1, 2.0, False),
    ("_x0041_ y x_", 1, 3.0, False),
    ("https://example.cl", 1, 4.0, False),
    ("😀 漢字", 1, 5.0, False),
    ("", 2, 6.0, True),
]


def _lotes(filas: list[tuple[Any, ...]], de_a: int) -> list[pa.RecordBatch]:
    tabla = pa.Table.from_arrays(
        [pa.array(c, t) for c, t in zip(zip(*filas, strict=True), ESQUEMA.types, strict=True)], schema=ESQUEMA
    )
    return tabla.to_batches(max_chunksize=de_a)


def _de_xlsxwriter(ruta: Path) -> None:
    with xlsxwriter.Workbook(ruta, {"constant_memory": True}) as libro:
        hoja = libro.add_worksheet("Datos")
        hoja.freeze_panes(1, 0)
        hoja.write_row(0, 0, COLUMNAS, libro.add_format({"bold": True, "bottom": 1}))
        escribir = (hoja.write_string, hoja.write_number, hoja.write_number, hoja.write_boolean)
        for i, fila in enumerate(FILAS, start=1):
            for j, valor in enumerate(fila):
                if valor is not None:
                    escribir[j](i, j, valor)


def _hoja(ruta: Path) -> ElementTree.Element:
    return ElementTree.fromstring(zipfile.ZipFile(ruta).read("xl/worksheets/sheet1.xml"))  # noqa: S314


def _dato(parte: ElementTree.Element) -> str | float | None:
    """The text of a part of a cell; a number may be spelled in more than one way."""
    return float(parte.text) if parte.tag == f"{_XLSX}v" and parte.text else parte.text


def _celdas(ruta: Path) -> list[tuple[Any, ...]]:
    """Each cell as it stands in the file: where it is, its kind and format, whether its blanks count, its text."""
    return [
        (e.tag, *sorted(e.attrib.items()), *((h.tag, *h.attrib.items(), _dato(h)) for h in e.iter() if h is not e))
        for fila in _hoja(ruta).iter(f"{_XLSX}row")
        for e in fila.iter(f"{_XLSX}c")
    ]


@pytest.mark.parametrize("de_a", [1, 3, 100])
def test_dice_lo_mismo_que_el_de_la_biblioteca(tmp_path: Path, de_a: int) -> None:
    """Every kind of value, whatever the batches: as it is read back, and in the names of its parts."""
    propia, ajena = tmp_path / "propia.xlsx", tmp_path / "ajena.xlsx"
    planilla.escribir(propia, "Datos", COLUMNAS, _lotes(FILAS, de_a))
    _de_xlsxwriter(ajena)
    assert zipfile.ZipFile(propia).testzip() is None
    assert sorted(zipfile.ZipFile(propia).namelist()) == sorted(zipfile.ZipFile(ajena).namelist())
    assert _celdas(propia) == _celdas(ajena)
    hojas = [CalamineWorkbook.from_path(r).get_sheet_by_name("Datos").to_python() for r in (propia, ajena)]
    assert hojas[0] == hojas[1]
    assert len(hojas[0]) == len(FILAS) + 1
    assert hojas[0][1] == list(FILAS[0])


def test_ninguna_celda_es_una_formula_y_el_encabezado_queda_a_la_vista(tmp_path: Path) -> None:
    """What looks like one is a text in line, and so is what looks like a link."""
    ruta = tmp_path / "a.xlsx"
    planilla.escribir(ruta, "Datos", COLUMNAS, _lotes(FILAS, 2))
    hoja = _hoja(ruta)
    assert not {e.tag for e in hoja.iter()} & {f"{_XLSX}f", f"{_XLSX}hyperlink"}
    (panel,) = hoja.iter(f"{_XLSX}pane")
    assert (panel.attrib["state"], panel.attrib["topLeftCell"]) == ("frozen", "A2")
    assert [int(f.attrib["r"]) for f in hoja.iter(f"{_XLSX}row")] == [*range(1, len(FILAS) + 2)]


def test_sin_filas_es_solo_su_encabezado(tmp_path: Path) -> None:
    ruta = tmp_path / "a.xlsx"
    planilla.escribir(ruta, "Datos", COLUMNAS, [])
    assert CalamineWorkbook.from_path(ruta).get_sheet_by_name("Datos").to_python() == [list(COLUMNAS)]


def test_un_texto_muy_largo_se_corta_donde_termina_una_celda(tmp_path: Path) -> None:
    """A spreadsheet refuses the whole file otherwise."""
    ruta = tmp_path / "a.xlsx"
    planilla.escribir(ruta, "Datos", COLUMNAS, _lotes([("ñ" * 40_000, 1, 1.0, True)], 1))
    (_, (texto, *_)) = CalamineWorkbook.from_path(ruta).get_sheet_by_name("Datos").to_python()
    assert texto == "ñ" * 32_767


def test_mas_filas_que_una_hoja_se_rechazan(tmp_path: Path) -> None:
    """As many as there may be are written; one more is not."""
    esquema = pa.schema([("n", pa.int64())])
    lote = pa.record_batch([pa.nulls(planilla.MAXIMO, pa.int64())], schema=esquema)
    planilla.escribir(tmp_path / "a.xlsx", "Datos", ("n",), [lote])
    with pytest.raises(ErrorConsulta, match="no cabe"):
        planilla.escribir(tmp_path / "b.xlsx", "Datos", ("n",), [lote, lote.slice(0, 1)])
