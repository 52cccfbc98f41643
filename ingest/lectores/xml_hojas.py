"""XML SpreadsheetML 2003: what old systems of public offices save under the name of an xls or xlsx."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import polars as pl
from lxml import etree

from ingest.contract import Tabla
from ingest.lectores import encabezado as enc
from ingest.lectores.celdas import texto_celda
from ingest.lectores.contract import Avance
from ingest.lectores.emparejar import coincide
from ingest.lectores.lectura import Fila, LecturaBase
from observatorio.errors import ErrorArchivo

SS = "{urn:schemas-microsoft-com:office:spreadsheet}"
MAX_FILAS, MAX_COLUMNAS = 1_048_576, 16_384
"""The size of a sheet: an index beyond it was written to exhaust the memory."""
TROZO = 1 << 16


def eventos(ruta: Path, avance: Avance) -> Iterator[tuple[str, etree._Element]]:
    """Start and end events of an XML without a document type, hence without entities, and never of another file.

    Raises `ErrorArchivo` for a broken file and for one that declares a document type.
    """
    # Texts over ten million characters make the parser stop: `huge_tree` stays off.
    analizador = etree.XMLPullParser(("start", "end"), resolve_entities=False, no_network=True, load_dtd=False)
    primero = True
    try:
        with ruta.open("rb") as archivo:
            avance.bytes = 0
            while trozo := archivo.read(TROZO):
                avance.bytes += len(trozo)
                analizador.feed(trozo)
                for evento, elemento in cast("Iterator[tuple[str, Any]]", analizador.read_events()):
                    if primero and elemento.getroottree().docinfo.doctype:
                        raise ErrorArchivo(
                            "El XML define entidades propias, que no se aceptan.", "Guarde la planilla como xlsx."
                        )
                    primero = False
                    yield evento, elemento
        analizador.close()
    except etree.XMLSyntaxError as error:
        raise ErrorArchivo(
            "El XML está incompleto o dañado.", "Ábralo en Excel o LibreOffice, guárdelo como xlsx y envíelo otra vez."
        ) from error


def filas_por_hoja(ruta: Path, avance: Avance) -> Iterator[tuple[str, Fila]]:
    """Name of the sheet and numbered row, for all rows of the book in order."""
    hoja, fila = "", 0
    for evento, elemento in eventos(ruta, avance):
        if evento == "start" and elemento.tag == f"{SS}Worksheet":
            hoja, fila = elemento.get(f"{SS}Name", ""), 0
        elif evento == "end" and elemento.tag == f"{SS}Row":
            fila = _indice(elemento, fila + 1, MAX_FILAS)
            yield hoja, (fila, _celdas(elemento))
            fila += _entero(elemento, "Span", MAX_FILAS)
            _soltar(elemento)


def _soltar(elemento: etree._Element) -> None:
    """Forget a row that was read, so that the tree never grows."""
    padre = elemento.getparent()
    elemento.clear()
    while padre is not None and elemento.getprevious() is not None:
        del padre[0]


def _celdas(elemento: etree._Element) -> list[str | None]:
    celdas: list[str | None] = []
    for celda in elemento.iterchildren(f"{SS}Cell"):
        columna = _indice(celda, len(celdas) + 1, MAX_COLUMNAS)
        celdas.extend([None] * (columna - 1 - len(celdas)))
        dato = celda.find(f"{SS}Data")
        texto = _texto(dato) if dato is not None else None
        celdas.append(texto)
        celdas.extend([None] * min(_entero(celda, "MergeAcross", MAX_COLUMNAS), MAX_COLUMNAS - len(celdas)))
    return celdas


def _texto(dato: etree._Element) -> str | None:
    """The text of a cell by its type; parts with a format of their own are joined."""
    texto = "".join(str(parte) for parte in dato.itertext())
    match dato.get(f"{SS}Type"):
        case "Number":
            try:
                return texto_celda(float(texto))
            except ValueError:
                return texto_celda(texto)
        case "DateTime":
            texto = re.sub(r"\.\d+$", "", texto.strip())
            return texto.removesuffix("T00:00:00") or None
        case "Boolean":
            return texto_celda(texto.strip() in ("1", "true"))
        case "Error":
            return None
        case _:
            return texto_celda(texto)


def _entero(elemento: etree._Element, atributo: str, maximo: int) -> int:
    texto = elemento.get(f"{SS}{atributo}", "0")
    if not texto.isascii() or not texto.isdigit() or len(texto) > 9 or int(texto) > maximo:
        raise ErrorArchivo(
            "El XML ubica celdas fuera de la hoja.", "Ábralo en Excel o LibreOffice y guárdelo como xlsx."
        )
    return int(texto)


def _indice(elemento: etree._Element, siguiente: int, maximo: int) -> int:
    """The place of a row or cell: what it says itself, else the next one; never back."""
    propio = _entero(elemento, "Index", maximo)
    indice = propio or siguiente
    if indice < siguiente or indice > maximo:
        raise ErrorArchivo(
            "El XML ubica celdas fuera de la hoja.", "Ábralo en Excel o LibreOffice y guárdelo como xlsx."
        )
    return indice


class LecturaXml(LecturaBase):
    """One sheet of an XML SpreadsheetML 2003, chosen as in any other workbook."""

    def __init__(self, ruta: Path, lector: Tabla, requeridas: enc.Requeridas) -> None:
        nombre, hallado = _elegir(ruta, lector, requeridas)
        super().__init__(ruta, "xml", hallado.columnas, hallado.fila, hoja=nombre, titulos=hallado.titulos)

    def lotes(self) -> Iterator[pl.DataFrame]:
        """Batches of text; see `contract.Lectura`."""
        self.irregulares.clear()
        yield from self.agrupar(
            fila
            for hoja, fila in filas_por_hoja(self.ruta, self.avance)
            if hoja == self.hoja and fila[0] > self.fila_encabezado
        )


def _elegir(ruta: Path, lector: Tabla, requeridas: enc.Requeridas) -> tuple[str, enc.Encabezado]:
    """The first sheet (of those that the source names) with the header."""
    patron = re.compile(lector.hoja or ".*", re.DOTALL)
    muestras: dict[str, list[Fila]] = {}
    for hoja, fila in filas_por_hoja(ruta, Avance()):
        if fila[0] > lector.buscar:
            continue
        muestras.setdefault(hoja, []).append(fila)
        if coincide(patron, hoja) and not enc.ausentes(fila[1], requeridas):
            hallado = enc.buscar(muestras[hoja], lector.buscar, requeridas)
            if hallado is not None:
                return hoja, hallado
    nombradas = [hoja for hoja in muestras if coincide(patron, hoja)] or list(muestras)
    if len(muestras) == 1:
        hallado = enc.buscar(muestras[nombradas[0]], lector.buscar, requeridas)
        if hallado is not None:
            return nombradas[0], hallado
    raise enc.sin_encabezado(muestras[nombradas[0]] if nombradas else [], lector.buscar, requeridas)
