"""A text file of any size and usual encoding as blocks of whole lines in UTF-8, in one pass and bounded memory."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ingest.lectores.contract import Avance
from observatorio.errors import ErrorArchivo

TAMANO = 8 << 20
"""Bytes read at a time: large enough to be parsed at full speed, small enough to hold several of them."""
MAX_LINEA = 32 << 20
"""Bytes of one line: a thousand cells of the longest length. A longer one means that this is no table."""
MUESTRA_BINARIA = 64 << 10
"""Bytes in which control characters are counted."""
CONTROL = bytes(set(range(32)) - {9, 10, 11, 12, 13, 26, 27})
"""Control characters that no text has, but for an end-of-file mark or an escape of an old system."""


def es_binario(datos: bytes) -> bool:
    """Whether bytes (not in UTF-16) cannot be text: a zero byte, or more than one control character in a hundred."""
    muestra = datos[:MUESTRA_BINARIA]
    return b"\0" in datos or len(muestra.translate(None, CONTROL)) < len(muestra) * 0.99


def no_es_texto() -> ErrorArchivo:
    """The refusal of a file that is neither text nor anything that a reader knows."""
    return ErrorArchivo(
        "El contenido del archivo no es una tabla de texto ni un formato conocido.",
        "Ábralo en el programa que lo creó y guárdelo como xlsx o como CSV.",
    )


class Flujo:
    """The lines of a file. `codificacion` is what was seen so far: utf-8, utf-16 or cp1252.

    A file without a mark is read as UTF-8, and each line that is not valid UTF-8 as Windows-1252: so the first
    accented letter may come after gigabytes, and pieces of two offices may be joined in one file.
    """

    def __init__(self, ruta: Path, avance: Avance) -> None:
        self.ruta = ruta
        self.avance = avance
        self.codificacion = "utf-8"

    def bloques(self) -> Iterator[bytes]:
        """Blocks of whole lines in UTF-8 that all end in a line feed; the line breaks of any system count."""
        with self.ruta.open("rb") as archivo:
            self.avance.bytes = 0
            resto = b""
            for trozo in self._utf8(archivo):
                datos = resto + trozo
                # A carriage return at the end may be the first half of a line break.
                corte = len(datos) - 1 if datos.endswith(b"\r") else len(datos)
                datos, cola = _saltos(datos[:corte]), datos[corte:]
                fin = datos.rfind(b"\n") + 1
                resto = datos[fin:] + cola
                if len(resto) > MAX_LINEA:
                    raise self._linea_larga()
                if fin:
                    yield self._a_utf8(datos[:fin])
            if resto:
                datos = _saltos(resto)
                yield self._a_utf8(datos if datos.endswith(b"\n") else datos + b"\n")

    def _utf8(self, archivo: BinaryIO) -> Iterator[bytes]:
        """Raw pieces without the byte-order mark; those of UTF-16 already in UTF-8."""
        trozo = self._leer(archivo)
        if trozo.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            self.codificacion = "utf-16"
            yield from self._utf16(archivo, trozo)
            return
        trozo = trozo.removeprefix(codecs.BOM_UTF8)
        if es_binario(trozo):
            raise no_es_texto()
        while trozo:
            if b"\0" in trozo:
                raise no_es_texto()
            yield trozo
            trozo = self._leer(archivo)

    def _utf16(self, archivo: BinaryIO, trozo: bytes) -> Iterator[bytes]:
        decodificador = codecs.getincrementaldecoder("utf-16")()
        try:
            while trozo:
                texto = decodificador.decode(trozo)
                if "\0" in texto:
                    raise no_es_texto()
                yield texto.encode()
                trozo = self._leer(archivo)
            decodificador.decode(b"", final=True)
        except UnicodeError as error:
            raise no_es_texto() from error

    def _leer(self, archivo: BinaryIO) -> bytes:
        trozo = archivo.read(TAMANO)
        self.avance.bytes += len(trozo)
        return trozo

    def _a_utf8(self, datos: bytes) -> bytes:
        try:
            datos.decode()
        except UnicodeDecodeError:
            self.codificacion = "cp1252"
            return b"\n".join([_linea_utf8(linea) for linea in datos.split(b"\n")])
        return datos

    def _linea_larga(self) -> ErrorArchivo:
        return ErrorArchivo(
            f"Hay una línea de más de {MAX_LINEA >> 20} millones de caracteres.",
            "Una línea así no es de una tabla: revise que el archivo no esté dañado ni le falten los saltos de línea.",
        )


def _saltos(datos: bytes) -> bytes:
    """Every line break as a line feed."""
    if b"\r" not in datos:
        return datos
    return datos.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _linea_utf8(linea: bytes) -> bytes:
    """A line in UTF-8 as it is, any other from Windows-1252 (or Latin-1 where that has no letter for a byte)."""
    try:
        linea.decode()
    except UnicodeDecodeError:
        try:
            return linea.decode("cp1252").encode()
        except UnicodeDecodeError:
            return linea.decode("latin-1").encode()
    return linea
