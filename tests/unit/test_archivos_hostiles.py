"""Files that are broken, or made to break something: each is refused with one clear sentence and an advice."""

from __future__ import annotations

import json
import os
import random
import re
import resource
import stat
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from ingest.contract import Capa, Tabla
from ingest.lectores import abrir, json_filas, zip_seguro
from observatorio.errors import ErrorArchivo

RUT = {"rut": re.compile("rut")}
AJENO = re.compile(
    r"calamine|polars|arrow|lxml|gdal|ijson|zip file|Error|Exception|Traceback|expected|invalid|/tmp", re.IGNORECASE
)

LIBRO = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
    'Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
    '<sheet name="Hoja1" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
    'Target="worksheets/sheet1.xml"/></Relationships>',
}
HOJA = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)


def rechazo(ruta: Path, lector: Tabla | Capa | None = None) -> ErrorArchivo:
    """The refusal of a file, on opening or while it is read; in our words, with an advice."""
    with pytest.raises(ErrorArchivo) as info, abrir(ruta, lector or Tabla(), RUT) as lectura:
        for _ in lectura.lotes():
            pass
    error = info.value
    assert error.mensaje.endswith(".")
    assert error.consejo.endswith(".")
    assert not AJENO.search(str(error))
    return error


def escribir(ruta: Path, datos: bytes | str) -> Path:
    ruta.write_bytes(datos if isinstance(datos, bytes) else datos.encode())
    return ruta


def xlsx(ruta: Path, filas: str) -> Path:
    """A workbook with this XML as its only sheet's rows."""
    with zipfile.ZipFile(ruta, "w", zipfile.ZIP_DEFLATED) as archivo:
        for nombre, texto in LIBRO.items():
            archivo.writestr(nombre, texto)
        archivo.writestr("xl/worksheets/sheet1.xml", HOJA.format(filas))
    return ruta


def celda(lugar: str, texto: str) -> str:
    return f'<c r="{lugar}" t="inlineStr"><is><t>{texto}</t></is></c>'


def test_vacio(tmp_path: Path) -> None:
    for datos in (b"", b"\xef\xbb\xbf", b" \r\n\t\n"):
        assert rechazo(escribir(tmp_path / "a.csv", datos)).mensaje == "El archivo está vacío."


def test_que_no_existe(tmp_path: Path) -> None:
    assert "No se puede abrir" in rechazo(tmp_path / "nada.csv").mensaje
    assert "No se puede abrir" in rechazo(tmp_path).mensaje


def test_xlsx_truncado(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as libro:
        hoja = libro.add_worksheet()
        hoja.write_row(0, 0, ["rut", "nombre"])
        for fila in range(1, 2000):
            hoja.write_row(fila, 0, [f"{fila}-k", f"Nombre {random.random()}"])  # noqa: S311
    entero = (tmp_path / "a.xlsx").read_bytes()
    for largo in (30, len(entero) // 2, len(entero) - 30):
        assert "incompleto o dañado" in rechazo(escribir(tmp_path / "b.xlsx", entero[:largo])).mensaje
    # A byte that changed in the middle of a sheet.
    roto = bytearray(entero)
    roto[entero.index(b"sheet1.xml") + 400] ^= 0xFF
    assert "incompleto o dañado" in rechazo(escribir(tmp_path / "b.xlsx", bytes(roto))).mensaje


@pytest.mark.parametrize("semilla", range(5))
def test_binario_con_nombre_de_csv(tmp_path: Path, semilla: int) -> None:
    azar = random.Random(semilla)  # noqa: S311
    datos = b"Z" + azar.randbytes([40, 500, 5_000, 100_000, 1_000_000][semilla])
    assert rechazo(escribir(tmp_path / "a.csv", datos)).mensaje


def test_binario_despues_de_texto(tmp_path: Path) -> None:
    datos = b"rut;nombre\n" + b"1-9;Uno\n" * 2_000_000 + b"\0\0\0"
    assert "no es una tabla de texto" in rechazo(escribir(tmp_path / "a.csv", datos)).mensaje


@pytest.mark.parametrize(
    ("datos", "mensaje"),
    [
        (b"%PDF-1.7\n...", "un PDF"),
        (b"\x1f\x8b\x08\0...", "gzip"),
        (b"\x89PNG\r\n\x1a\n", "una imagen"),
        (b"<html><body><table><tr><td>rut</td></tr></table></body></html>", "página web"),
        (b"\xef\xbb\xbf\r\n<table border=1><tr><td>rut</td></tr></table>", "página web"),
        (b"<?xml version='1.0'?><!-- x --><factura/>", "no es una planilla ni un mapa"),
        (b"SQLite format 3\0" + b"\0" * 84 + b"basura" * 100, "dañada"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "dañada"),
        (b'<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder>', "dañad"),
        (b'{"type": "FeatureCollection", "features": [{"type": "Feature", "prop', "dañada|mal escrito"),
    ],
)
def test_otra_cosa(tmp_path: Path, datos: bytes, mensaje: str) -> None:
    assert re.search(mensaje, rechazo(escribir(tmp_path / "a.xls", datos)).mensaje)


def test_falta_una_columna(tmp_path: Path) -> None:
    assert "«rut»" in rechazo(escribir(tmp_path / "a.csv", "nombre;comuna\nUno;Calama\n")).mensaje
    assert "«rut»" in rechazo(xlsx(tmp_path / "a.xlsx", f'<row r="1">{celda("A1", "nombre")}</row>')).mensaje
    assert "«rut»" in rechazo(escribir(tmp_path / "a.json", '[{"nombre": "Uno"}]')).mensaje


def test_celda_de_un_millon_de_caracteres(tmp_path: Path) -> None:
    largo = "x" * 1_000_000
    lugar = r"fila 3, columna B \(«nombre»\).*32\.767 caracteres"
    csv = f"rut;nombre\n1-9;Uno\n2-7;{largo}\n"
    assert re.search(lugar, rechazo(escribir(tmp_path / "a.csv", csv)).mensaje)
    assert re.search(lugar, rechazo(escribir(tmp_path / "a.csv", csv.replace(largo, f'"{largo}"'))).mensaje)
    filas = "".join(
        f'<row r="{i}">{celda(f"A{i}", a)}{celda(f"B{i}", b)}</row>'
        for i, (a, b) in enumerate([("rut", "nombre"), ("1-9", "Uno"), ("2-7", largo)], start=1)
    )
    assert re.search(lugar, rechazo(xlsx(tmp_path / "a.xlsx", filas)).mensaje)
    objetos = [{"rut": "1-9", "nombre": "Uno"}, {"rut": "2-7", "nombre": largo}]
    mensaje = rechazo(escribir(tmp_path / "a.json", json.dumps(objetos))).mensaje
    assert re.search(r"fila 2, campo «nombre».*32\.767", mensaje)
    capa = {"type": "Feature", "geometry": None, "properties": {"rut": "1-9", "nombre": largo}}
    texto = json.dumps({"type": "FeatureCollection", "features": [capa]})
    assert "campo «nombre»" in rechazo(escribir(tmp_path / "a.geojson", texto), Capa()).mensaje


def test_titulo_de_un_millon_de_caracteres_y_columnas_sin_cuenta(tmp_path: Path) -> None:
    largo = "x" * 1_000_000
    lugar = r"título de la columna B tiene más de 32\.767"
    assert re.search(lugar, rechazo(escribir(tmp_path / "a.csv", f"rut;{largo}\n1-9;Uno\n")).mensaje)
    filas = f'<row r="1">{celda("A1", "rut")}{celda("B1", largo)}</row>'
    assert re.search(lugar, rechazo(xlsx(tmp_path / "a.xlsx", filas)).mensaje)
    assert re.search(lugar, rechazo(escribir(tmp_path / "a.json", json.dumps([{"rut": 1, largo: 2}]))).mensaje)
    assert "16.384 columnas" in rechazo(escribir(tmp_path / "a.csv", "rut" + ";x" * 200_000 + "\n")).mensaje
    anchas = "rut;n\n" + ("1-9" + ";x" * 200_000 + "\n") * 5
    with abrir(escribir(tmp_path / "a.csv", anchas), Tabla(), RUT) as lectura:
        assert sum(lote.height for lote in lectura.lotes()) == 0
        assert len(lectura.irregulares) == 5


def test_linea_sin_fin(tmp_path: Path) -> None:
    datos = b"rut;nombre\n1-9;" + b"x" * (40 << 20)
    assert "32 millones" in rechazo(escribir(tmp_path / "a.csv", datos)).mensaje


def test_json_de_un_solo_objeto_enorme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_filas, "MAX_OBJETO", 1 << 20)
    datos = '[{"rut": "1-9"}, {"rut": "' + "x" * (3 << 20) + '"}]'
    assert "un objeto de más de" in rechazo(escribir(tmp_path / "a.json", datos)).mensaje


@pytest.mark.parametrize(
    "nombre", ["../fuera.csv", "a/../../fuera.csv", "/etc/fuera.csv", "..\\fuera.csv", "C:\\f.csv"]
)
def test_zip_que_apunta_afuera(tmp_path: Path, nombre: str) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archivo:
        archivo.writestr(nombre, "rut;nombre\n1-9;Uno\n")
    assert "fuera de su carpeta" in rechazo(tmp_path / "a.zip").mensaje
    assert not (tmp_path.parent / "fuera.csv").exists()


def test_xlsx_que_apunta_afuera(tmp_path: Path) -> None:
    ruta = xlsx(tmp_path / "a.xlsx", f'<row r="1">{celda("A1", "rut")}</row>')
    with zipfile.ZipFile(ruta, "a") as archivo:
        archivo.writestr("../../x", "x")
    assert "fuera de su carpeta" in rechazo(ruta).mensaje


def test_zip_con_enlace(tmp_path: Path) -> None:
    enlace = zipfile.ZipInfo("a.csv")
    enlace.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archivo:
        archivo.writestr(enlace, "/etc/passwd")
    assert "un enlace" in rechazo(tmp_path / "a.zip").mensaje


def test_zip_con_clave(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archivo:
        archivo.writestr("a.csv", "rut;nombre\n1-9;Uno\n")
    datos = bytearray((tmp_path / "a.zip").read_bytes())
    datos[6] |= 1
    datos[datos.index(b"PK\x01\x02") + 8] |= 1
    assert "contraseña" in rechazo(escribir(tmp_path / "a.zip", bytes(datos))).mensaje


def test_zip_que_se_expande_sin_medida(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archivo:
        archivo.writestr("a.csv", b"rut\n" + b"0" * (64 << 20))
    assert (tmp_path / "a.zip").stat().st_size < 100_000
    assert "se expande" in rechazo(tmp_path / "a.zip").mensaje


def test_zip_que_miente_sobre_su_tamano(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archivo:
        archivo.writestr("a.csv", b"rut\n" + b"0" * (64 << 20))
    datos = bytearray((tmp_path / "a.zip").read_bytes())
    directorio = datos.index(b"PK\x01\x02")
    for lugar in (22, directorio + 24):
        datos[lugar : lugar + 4] = (1000).to_bytes(4, "little")
    assert "incompleto o dañado" in rechazo(escribir(tmp_path / "a.zip", bytes(datos))).mensaje


def test_zip_con_otro_zip_o_con_varias_cosas(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archivo:
        archivo.writestr("a.csv", "rut\n1-9\n")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archivo:
        archivo.write(tmp_path / "b.zip", "b.zip")
    assert "otro zip" in rechazo(tmp_path / "a.zip").mensaje
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archivo:
        archivo.writestr("a.csv", "rut\n1-9\n")
        archivo.writestr("b.csv", "rut\n1-9\n")
    assert "«a.csv», «b.csv»" in rechazo(tmp_path / "a.zip").mensaje
    zipfile.ZipFile(tmp_path / "vacio.zip", "w").close()
    assert "ninguno" in rechazo(tmp_path / "vacio.zip").mensaje


def test_demasiados_miembros(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_seguro, "MAX_MIEMBROS", 3)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archivo:
        for i in range(4):
            archivo.writestr(f"{i}.csv", "x")
    assert "más de 3 archivos" in rechazo(tmp_path / "a.zip").mensaje


def test_xlsx_disperso_que_pide_medio_terabyte(tmp_path: Path) -> None:
    filas = f'<row r="1">{celda("A1", "rut")}</row><row r="1048576">{celda("XFD1048576", "1-9")}</row>'
    antes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert "demasiado grande" in rechazo(xlsx(tmp_path / "a.xlsx", filas)).mensaje
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < max(antes, 1_500_000)


RISAS = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "{}">{}<!ENTITY f SYSTEM "file:///etc/passwd">]>'.format(
    "ja" * 100, "".join(f'<!ENTITY {b} "{f"&{a};" * 100}">' for a, b in zip("abcdeghi", "bcdeghij", strict=True))
)


@pytest.mark.parametrize("entidad", ["&j;", "&f;"])
def test_entidades_en_xml(tmp_path: Path, entidad: str) -> None:
    libro = (
        f'{RISAS}<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet><Table><Row><Cell><Data>'
        f"{entidad}</Data></Cell></Row></Table></Worksheet></Workbook>"
    )
    # A bomb goes off in the parser's own guard, before our look at the document type.
    assert re.search("entidades|dañado", rechazo(escribir(tmp_path / "a.xls", libro)).mensaje)
    kml = f'{RISAS}<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><name>{entidad}</name></Placemark></kml>'
    assert re.search("entidades|dañado", rechazo(escribir(tmp_path / "a.kml", kml), Capa()).mensaje)


def test_entidades_en_xlsx(tmp_path: Path) -> None:
    ruta = tmp_path / "a.xlsx"
    with zipfile.ZipFile(ruta, "w") as archivo:
        for nombre, texto in LIBRO.items():
            archivo.writestr(nombre, texto)
        hoja = HOJA.format(f'<row r="1">{celda("A1", "rut")}{celda("B1", "&f;&j;")}</row>')
        archivo.writestr("xl/worksheets/sheet1.xml", RISAS + hoja)
    assert "dañada" in rechazo(ruta).mensaje


@pytest.mark.parametrize("indice", ['Index="999999999"', 'Index="-1"', 'Index="x"', 'MergeAcross="99999999999"'])
def test_xml_con_indices_absurdos(tmp_path: Path, indice: str) -> None:
    texto = (
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:'
        f'spreadsheet"><Worksheet ss:Name="a"><Table><Row><Cell ss:{indice}><Data ss:Type="String">rut</Data></Cell>'
        "</Row></Table></Worksheet></Workbook>"
    )
    assert "fuera de la hoja" in rechazo(escribir(tmp_path / "a.xml", texto)).mensaje


def test_shapefile_de_basura(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archivo:
        for parte in ("shp", "shx", "dbf"):
            archivo.writestr(f"a.{parte}", os.urandom(500))
    assert "dañada" in rechazo(tmp_path / "a.zip", Capa()).mensaje


def test_nombre_que_parece_una_orden(tmp_path: Path) -> None:
    ruta = escribir(tmp_path / "-rf; echo hola «ñ» $(id).csv", "rut;nombre\n1-9;Uno\n")
    with abrir(ruta, Tabla(), RUT) as lectura:
        assert sum(lote.height for lote in lectura.lotes()) == 1
