"""What a file is, by its content: an extension is a habit of whoever saved it."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path

from observatorio.errors import ErrorArchivo

CABEZA = 64 << 10
"""Bytes that are looked at: signatures, and the root element of an XML behind its comments."""


class Formato(StrEnum):
    """What a reader can be found for; `ZIP` is looked into first."""

    ZIP = "zip"
    XLS = "xls"
    GPKG = "gpkg"
    XML_HOJA = "xml"
    KML = "kml"
    JSON = "json"
    TEXTO = "csv"


_AJENOS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "un PDF"),
    (b"\x1f\x8b", "un archivo comprimido con gzip"),
    (b"7z\xbc\xaf\x27\x1c", "un archivo comprimido 7z"),
    (b"Rar!", "un archivo comprimido RAR"),
    (b"\x89PNG", "una imagen"),
    (b"\xff\xd8\xff", "una imagen"),
    (b"GIF8", "una imagen"),
    (b"{\\rtf", "un documento de texto enriquecido"),
    (b"$FL2", "un archivo de SPSS"),
    (b"<stata_dta", "un archivo de Stata"),
    (b"PAR1", "un archivo Parquet"),
    (b"\x00\x00\x27\x0a", "un archivo .shp suelto, sin las demás partes del Shapefile"),
)
"""Signatures of what people send by mistake, or too early."""
_RAIZ = re.compile(rb"<(?![?!])(?:[\w.-]+:)?([\w.-]+)")


def detectar(ruta: Path) -> Formato:
    """The format of a file. Raises `ErrorArchivo` for an empty file and for what is known to be something else."""
    try:
        with ruta.open("rb") as archivo:
            cabeza = archivo.read(CABEZA)
    except OSError as error:
        raise ErrorArchivo(
            f"No se puede abrir el archivo «{ruta.name}».", "Revise que exista y que se pueda leer."
        ) from error
    if not cabeza.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n"):
        raise ErrorArchivo("El archivo está vacío.", "Guárdelo de nuevo con sus datos y envíelo otra vez.")
    if cabeza.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return Formato.ZIP
    if cabeza.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return Formato.XLS
    if cabeza.startswith(b"SQLite format 3\0"):
        return Formato.GPKG
    for firma, nombre in _AJENOS:
        if cabeza.startswith(firma):
            raise ErrorArchivo(
                f"El archivo es {nombre}, no una tabla.", "Envíe la tabla como xlsx, CSV o Shapefile en un zip."
            )
    texto = _sin_marca(cabeza).lstrip()
    if texto.startswith(b"<"):
        return _de_xml(texto)
    return Formato.JSON if texto.startswith((b"{", b"[")) else Formato.TEXTO


def _sin_marca(cabeza: bytes) -> bytes:
    """The beginning without its byte-order mark, UTF-16 in UTF-8."""
    if cabeza.startswith((b"\xff\xfe", b"\xfe\xff")):
        return cabeza[: len(cabeza) // 2 * 2].decode("utf-16", "replace").encode()
    return cabeza.removeprefix(b"\xef\xbb\xbf")


def _de_xml(texto: bytes) -> Formato:
    """The format of a text that begins with an angle bracket, by its root element."""
    sin_comentarios = re.sub(rb"<!--.*?-->", b"", texto, flags=re.DOTALL)
    hallada = _RAIZ.search(sin_comentarios)
    raiz = hallada[1].lower() if hallada else b""
    if raiz == b"workbook" and b"urn:schemas-microsoft-com:office:spreadsheet" in texto:
        return Formato.XML_HOJA
    if raiz == b"kml":
        return Formato.KML
    if raiz in (b"html", b"table", b"head", b"body", b"div", b"meta", b"style"):
        raise ErrorArchivo(
            "El archivo es una página web guardada con nombre de planilla.",
            "Ábralo en Excel o LibreOffice y guárdelo como xlsx.",
        )
    raise ErrorArchivo(
        "El archivo es un XML que no es una planilla ni un mapa.",
        "Se leen planillas XML de Excel 2003 y KML; guarde la tabla como xlsx o CSV.",
    )
