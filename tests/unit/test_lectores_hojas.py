"""Workbooks, XML SpreadsheetML and JSON: cells to text, sheets, row numbers."""

from __future__ import annotations

import datetime as dt
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter

from ingest.contract import Tabla
from ingest.lectores import abrir
from ingest.lectores.contract import FILA, Irregular
from observatorio.errors import ErrorArchivo

RUT = {"rut": re.compile(r"r\.?u\.?t\.?")}

ODS = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 office:version="1.2"><office:body><office:spreadsheet><table:table table:name="Socios">{filas}</table:table>
</office:spreadsheet></office:body></office:document-content>"""

XML = """<?xml version="1.0" encoding="{codificacion}"?>
<?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
<Worksheet ss:Name="Portada"><Table>
<Row><Cell><Data ss:Type="String">Socios de la cámara</Data></Cell></Row></Table></Worksheet>
<Worksheet ss:Name="Nómina"><Table>
<Row ss:Index="3"><Cell ss:MergeAcross="1"><Data ss:Type="String">RUT</Data></Cell>
<Cell><Data ss:Type="String">Año</Data></Cell>
<Cell ss:Index="5"><ss:Data ss:Type="String" xmlns="http://www.w3.org/TR/REC-html40">Mon<B>to</B></ss:Data></Cell><Cell/></Row>
<Row><Cell ss:Index="3"><Data ss:Type="Number">2024</Data></Cell><Cell><Data ss:Type="Boolean">1</Data></Cell>
<Cell><Data ss:Type="Number">1234.5</Data></Cell></Row>
<Row ss:Index="9"><Cell><Data ss:Type="String">1-9</Data></Cell>
<Cell ss:Index="3"><Data ss:Type="DateTime">2024-05-01T00:00:00.000</Data></Cell>
<Cell><Data ss:Type="Error">#N/A</Data></Cell></Row>
</Table></Worksheet></Workbook>"""


def leer(ruta: Path, lector: Tabla | None = None) -> tuple[pl.DataFrame, Any]:
    """All rows, and the reading itself for what it noted."""
    with abrir(ruta, lector or Tabla(), RUT) as lectura:
        tabla = pl.concat(lectura.lotes())
        assert lectura.leidos() == lectura.total_bytes
        return tabla, lectura


def escribir_xlsx(ruta: Path) -> Path:
    """An untidy book: a cover, a merged title, typed cells, a hole, a hidden copy."""
    with xlsxwriter.Workbook(str(ruta)) as libro:
        fecha = libro.add_format({"num_format": "dd/mm/yyyy"})
        momento = libro.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        oculta = libro.add_worksheet("Borrador")
        oculta.write_row(0, 0, ["RUT", "viejo"])
        oculta.hide()
        libro.add_worksheet("Portada").write(0, 0, "Rol de patentes")
        hoja = libro.add_worksheet("Rol 2024")
        hoja.merge_range(0, 0, 0, 4, "ROL DE PATENTES 2024")
        hoja.write_row(3, 1, ["R.U.T.", "Fecha", "Capital", None, "Vigente", "Visita"])
        hoja.write_row(4, 1, ["1-9", None, 1234.5, "suelto", True])
        hoja.write_datetime(4, 2, dt.datetime(2024, 5, 1), fecha)
        hoja.write_datetime(4, 6, dt.datetime(2024, 5, 1, 9, 30), momento)
        hoja.write_row(6, 1, ["2-7", " 01/02/2024 ", 7000000, None, False])
        hoja.write_formula(6, 6, "=1/0", None, "#DIV/0!")
        hoja.write(6, 9, "nota al margen")
        hoja.activate()
    return ruta


def test_xlsx(tmp_path: Path) -> None:
    tabla, lectura = leer(escribir_xlsx(tmp_path / "patentes.csv"))
    assert (lectura.formato, lectura.hoja, lectura.fila_encabezado) == ("xlsx", "Rol 2024", 4)
    assert lectura.columnas == ["columna A", "R.U.T.", "Fecha", "Capital", "columna E", "Vigente", "Visita"]
    assert lectura.letras["Visita"] == "G"
    assert tabla.rows() == [
        (5, None, "1-9", "2024-05-01", "1234,5", "suelto", "si", "2024-05-01T09:30:00"),
        (7, None, "2-7", "01/02/2024", "7000000", None, "no", None),
    ]


def test_la_hoja_que_nombra_la_fuente(tmp_path: Path) -> None:
    ruta = escribir_xlsx(tmp_path / "patentes.xlsx")
    _, lectura = leer(ruta, Tabla(hoja=r"rol \d+"))
    assert lectura.hoja == "Rol 2024"
    with pytest.raises(ErrorArchivo, match="tiene «Borrador», «Portada», «Rol 2024»"):
        abrir(ruta, Tabla(hoja="Encuesta"), RUT)
    with pytest.raises(ErrorArchivo, match="Falta la columna obligatoria «rut»"):
        abrir(ruta, Tabla(hoja="Portada"), RUT)


def test_el_encabezado_se_busca_hasta_un_limite(tmp_path: Path) -> None:
    ruta = escribir_xlsx(tmp_path / "patentes.xlsx")
    assert leer(ruta, Tabla(hoja="Rol.*", buscar=4))[0].height == 2
    with pytest.raises(ErrorArchivo, match="Falta la columna obligatoria «rut»"):
        abrir(ruta, Tabla(hoja="Rol.*", buscar=3), RUT)


def test_muchas_filas_en_varios_lotes(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "t.xlsx"), {"constant_memory": True}) as libro:
        hoja = libro.add_worksheet()
        hoja.write_row(0, 0, ["RUT", "n"])
        for fila in range(1, 60_001):
            hoja.write_row(fila, 0, [f"{fila}-1", fila])
    with abrir(tmp_path / "t.xlsx", Tabla(), RUT) as lectura:
        lotes = list(lectura.lotes())
    tabla = pl.concat(lotes)
    assert [lote.height for lote in lotes] == [50_000, 10_000]
    assert tabla[FILA].to_list() == list(range(2, 60_002))
    assert tabla["n"][-1] == "60000"


def test_ods(tmp_path: Path) -> None:
    filas = (
        '<table:table-row><table:table-cell table:number-columns-spanned="3" office:value-type="string"><text:p>Título'
        "</text:p></table:table-cell><table:covered-table-cell/><table:covered-table-cell/></table:table-row>"
        '<table:table-row table:number-rows-repeated="3"><table:table-cell/></table:table-row>'
        '<table:table-row><table:table-cell office:value-type="string"><text:p>RUT</text:p></table:table-cell>'
        '<table:table-cell office:value-type="string"><text:p>Monto</text:p></table:table-cell>'
        '<table:table-cell office:value-type="string"><text:p>Fecha</text:p></table:table-cell></table:table-row>'
        '<table:table-row><table:table-cell office:value-type="string"><text:p>1-9</text:p></table:table-cell>'
        '<table:table-cell office:value-type="float" office:value="2.5"><text:p>2,5</text:p></table:table-cell>'
        '<table:table-cell office:value-type="date" office:date-value="2024-05-01">'
        "<text:p>01-05-24</text:p></table:table-cell>"
        "</table:table-row>"
    )
    with zipfile.ZipFile(tmp_path / "socios.ods", "w") as archivo:
        archivo.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archivo.writestr("content.xml", ODS.format(filas=filas))
        archivo.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    tabla, lectura = leer(tmp_path / "socios.ods")
    assert (lectura.formato, lectura.hoja, lectura.fila_encabezado) == ("ods", "Socios", 5)
    assert tabla.rows() == [(6, "1-9", "2,5", "2024-05-01")]


@pytest.mark.parametrize("codificacion", ["UTF-8", "ISO-8859-1", "UTF-16"])
def test_xml_spreadsheetml(tmp_path: Path, codificacion: str) -> None:
    ruta = tmp_path / "nomina.xlsx"
    ruta.write_bytes(XML.format(codificacion=codificacion).encode(codificacion))
    tabla, lectura = leer(ruta)
    assert (lectura.formato, lectura.hoja, lectura.fila_encabezado) == ("xml", "Nómina", 3)
    assert lectura.columnas == ["RUT", "columna B", "Año", "columna D", "Monto"]
    assert tabla.rows() == [(4, None, None, "2024", "si", "1234,5"), (9, "1-9", None, "2024-05-01", None, None)]


def test_un_csv_o_un_xlsx_solos_en_un_zip(tmp_path: Path) -> None:
    escribir_xlsx(tmp_path / "p.xlsx")
    for nombre, contenido in (("p.xlsx", (tmp_path / "p.xlsx").read_bytes()), ("p.txt", b"RUT;n\n1-9;x\n2-7;y\n")):
        with zipfile.ZipFile(tmp_path / "p.zip", "w") as archivo:
            archivo.writestr(f"datos/{nombre}", contenido)
            archivo.writestr("__MACOSX/datos/._p", b"x")
        assert leer(tmp_path / "p.zip")[0].height == 2


def test_json_lista_de_objetos(tmp_path: Path) -> None:
    ruta = tmp_path / "datos.json"
    objetos = [
        {"rut": "1-9", "lat": -22.4624, "n": 7, "activo": True, "dir": {"calle": "Ñuble"}},
        {"rut": "2-7", "lat": None, "extra": ["a", 1.5], "n": 1e3},
        "esto no es un objeto",
        {"rut": " ", "n": None},
        {"rut": "3-5", "item": 5},
    ]
    for contenido in (objetos, {"total": 3, "vacia": [], "datos": objetos, "numeros": [1, 2]}):
        ruta.write_text(json.dumps(contenido, ensure_ascii=False), encoding="utf-8-sig")
        tabla, lectura = leer(ruta)
        assert (lectura.formato, lectura.fila_encabezado) == ("json", 0)
        assert lectura.letras["lat"] == "lat"
        assert tabla.columns == [FILA, "rut", "lat", "n", "activo", "dir", "extra", "item"]
        assert tabla.rows() == [
            (1, "1-9", "-22,4624", "7", "si", '{"calle": "Ñuble"}', None, None),
            (2, "2-7", None, "1000", None, None, '["a", 1.5]', None),
            (5, "3-5", None, None, None, None, None, "5"),
        ]
        assert lectura.irregulares == [Irregular(3, "esto no es un objeto")]


@pytest.mark.parametrize(
    ("contenido", "mensaje"),
    [
        ('{"a": [{"rut": 1}], "b": [{"rut": 2}]}', "más de una lista"),
        ('{"a": 1}', "no contiene una lista"),
        ("[1, 2]", "no contiene una lista"),
        ('[{"rut": 1}, {"rut": ', "incompleto o mal escrito"),
        ('[{"nombre": 1}]', "Falta la columna obligatoria «rut».*«nombre»"),
        ("[" * 200, "niveles"),
    ],
)
def test_json_que_no_sirve(tmp_path: Path, contenido: str, mensaje: str) -> None:
    ruta = tmp_path / "datos.json"
    ruta.write_text(contenido, encoding="utf-8")
    with pytest.raises(ErrorArchivo, match=mensaje):
        abrir(ruta, Tabla(), RUT)


def test_json_con_caracteres_nulos(tmp_path: Path) -> None:
    archivo = tmp_path / "nulos.json"
    filas = [{"R\0UT": "1-9\0", "Nombre\0": "\0", "Otro": "uno\0dos"}, "nada\0", {"R\0UT": "2-7", "Otro": "tres"}]
    archivo.write_text(json.dumps(filas), encoding="utf-8")
    tabla, lectura = leer(archivo)
    assert lectura.columnas == ["RUT", "Nombre", "Otro"]
    assert tabla.rows() == [(1, "1-9", None, "unodos"), (3, "2-7", None, "tres")]
    assert lectura.irregulares == [Irregular(2, "nada")]


def test_xlsx_con_caracteres_nulos(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "sano.xlsx")) as libro:
        hoja = libro.add_worksheet()
        hoja.write_row(0, 0, ["R_UT", "Nombre"])
        hoja.write_row(1, 0, ["1-9", "uno_dos"])
    # Excel writes a control character of a text as its number between underscores.
    with zipfile.ZipFile(tmp_path / "sano.xlsx") as sano, zipfile.ZipFile(tmp_path / "nulos.xlsx", "w") as nulos:
        for nombre in sano.namelist():
            nulos.writestr(nombre, sano.read(nombre).replace(b"R_UT", b"R_x0000_UT").replace(b"o_d", b"o_x0000_d"))
    tabla, lectura = leer(tmp_path / "nulos.xlsx")
    assert lectura.columnas == ["RUT", "Nombre"]
    assert tabla.rows() == [(2, "1-9", "unodos")]
