"""Records of delimited text: where one ends when cells hold quotes and line breaks, well written or not.

Almost every line is a record of its own, which a vectorised parser reads. This module finds the others, and only those:
a cell with line breaks is put together, a quote that nobody closed is taken as a letter instead of swallowing the
rest of the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

MAX_LINEAS_CELDA = 1_000
"""Lines of one record: a spreadsheet allows 253 line breaks in a cell. Beyond, a quote was left open."""
MAX_REGISTRO = 256 << 10
"""Bytes of a record of several lines, for the same reason."""
POCAS_COMILLAS = 0.02
"""Share of lines with quotes up to which it is faster to look at each of them than to let the fast parser unquote."""

_CIERRE = re.compile(r'[^"]*+(?:""[^"]*+)*+"')
"""From inside a quoted cell to its closing quote, in one line."""


def celdas(texto: str, separador: str) -> tuple[list[str], int]:
    """The cells of a record, and the position of a quote that is still open at its end, or -1.

    A quote opens a cell only at its start; two of them inside are one; what follows the closing quote is kept.
    """
    if '"' not in texto:
        return texto.split(separador), -1
    salida: list[str] = []
    desde, largo = 0, len(texto)
    while True:
        partes = []
        inicio = desde
        if texto.startswith('"', desde):
            cierre = _CIERRE.match(texto, desde + 1)
            if cierre is None:
                return salida, inicio
            partes.append(cierre[0][:-1].replace('""', '"'))
            desde = cierre.end()
        hasta = texto.find(separador, desde)
        hasta = largo if hasta < 0 else hasta
        partes.append(texto[desde:hasta])
        salida.append("".join(partes))
        if hasta == largo:
            return salida, -1
        desde = hasta + 1


def literales(texto: str, separador: str) -> list[str]:
    """The cells of a line on its own: from a quote that it leaves open, quotes are letters like any other."""
    salida, abierta = celdas(texto, separador)
    return salida if abierta < 0 else salida + texto[abierta:].split(separador)


@dataclass
class Especial:
    """A record that the fast parser may not see: its order in the block, its cells, its raw text."""

    orden: int
    celdas: list[str]
    texto: str


@dataclass
class Separado:
    """A block taken apart: lines for the fast parser with their order (`comillas`: some have quotes), the special
    records, and the unfinished rest."""

    limpias: bytes
    ordenes: np.ndarray
    comillas: bool = False
    especiales: list[Especial] = field(default_factory=list)
    registros: int = 0
    resto: bytes = b""


class Bloque:
    """Whole lines in UTF-8, each with its line feed, of a table with `ancho` columns."""

    def __init__(self, datos: bytes, separador: str, ancho: int, *, final: bool) -> None:
        self.datos = datos
        self.separador = separador
        self.ancho = ancho
        self.final = final
        octetos = np.frombuffer(datos, dtype=np.uint8)
        self._fines = np.flatnonzero(octetos == ord("\n"))
        self._inicios = np.concatenate(([0], self._fines[:-1] + 1)) if len(self._fines) else self._fines
        self._octetos = octetos

    @property
    def lineas(self) -> int:
        """How many lines there are."""
        return len(self._fines)

    def primeros(self, cuantos: int) -> list[tuple[list[str], int]]:
        """The first records: their cells, and the byte after each."""
        salida: list[tuple[list[str], int]] = []
        indice = 0
        while indice < self.lineas and len(salida) < cuantos:
            lineas, cortadas = self._unir(indice) or (1, literales(self._texto(indice, indice + 1), self.separador))
            indice += lineas
            salida.append((cortadas, int(self._fines[indice - 1]) + 1))
        return salida

    def separar(self) -> Separado:
        """If quotes are rare, each line that has one is looked at; else only lines with an odd number of them, and any
        other is taken for a record of its own."""
        comillas = np.flatnonzero(self._octetos == ord('"'))
        cuenta = np.bincount(np.searchsorted(self._fines, comillas), minlength=self.lineas)
        con_comillas = np.flatnonzero(cuenta)
        if len(con_comillas) <= POCAS_COMILLAS * self.lineas:
            return self._recorrer(con_comillas.tolist())
        salida = self._recorrer(np.flatnonzero(cuenta % 2).tolist())
        salida.comillas = True
        return salida

    def separar_todas(self) -> Separado:
        """Every line is looked at: slow, for blocks in which even numbers of quotes hide an open one."""
        return self._recorrer(range(self.lineas))

    def _recorrer(self, sospechosas: Iterable[int]) -> Separado:
        salida = Separado(b"", np.empty(0, dtype=np.int64))
        trozos: list[bytes] = []
        ordenes: list[np.ndarray] = []
        siguiente = 0

        def limpiar(hasta: int) -> None:
            if hasta > siguiente:
                trozos.append(self.datos[self._inicios[siguiente] : self._fines[hasta - 1] + 1])
                ordenes.append(np.arange(salida.registros, salida.registros + hasta - siguiente))
                salida.registros += hasta - siguiente

        for indice in sospechosas:
            if indice < siguiente:
                continue
            limpiar(indice)
            siguiente = indice
            unido = self._unir(indice)
            if unido is None:
                salida.resto = self.datos[self._inicios[indice] :]
                siguiente = self.lineas
                break
            cuantas, cortadas = unido
            texto = self._texto(indice, indice + cuantas)
            salida.especiales.append(Especial(salida.registros, cortadas, texto))
            salida.registros += 1
            siguiente = indice + cuantas
        limpiar(self.lineas)
        salida.limpias = b"".join(trozos)
        salida.ordenes = np.concatenate(ordenes) if ordenes else np.empty(0, dtype=np.int64)
        return salida

    def _texto(self, desde: int, hasta: int) -> str:
        return self.datos[self._inicios[desde] : self._fines[hasta - 1]].decode()

    def _unir(self, indice: int) -> tuple[int, list[str]] | None:
        """How many lines the record that begins here has, and its cells; None if it goes on in the next block."""
        primera = self._texto(indice, indice + 1)
        cortadas, abierta = celdas(primera, self.separador)
        ultima = indice
        while abierta >= 0 and len(cortadas) < self.ancho:
            ultima += 1
            if ultima >= self.lineas:
                if self.final or self._excede(indice, self.lineas - 1):
                    break
                return None
            if self._excede(indice, ultima):
                break
            if _CIERRE.match(self._texto(ultima, ultima + 1)):
                cortadas, abierta = celdas(self._texto(indice, ultima + 1), self.separador)
        if abierta < 0 and len(cortadas) <= self.ancho and not self._parecen_filas(indice, ultima):
            return ultima - indice + 1, cortadas
        return 1, literales(primera, self.separador)

    def _excede(self, indice: int, ultima: int) -> bool:
        largo = self._fines[ultima] - self._inicios[indice]
        return bool(ultima - indice >= MAX_LINEAS_CELDA or largo > MAX_REGISTRO)

    def _parecen_filas(self, indice: int, ultima: int) -> bool:
        """Whether lines that quotes would join are, each by itself, whole rows of a table of four columns or more.

        Then the quotes belong to names that were cut (`"EL RINCON` above, `DON PEPE"` below), as the SII publishes
        them. In narrower tables a cell with line breaks and separators may look the same.
        """
        if indice == ultima or self.ancho < 4:
            return False
        return all(
            self._texto(linea, linea + 1).count(self.separador) == self.ancho - 1 for linea in range(indice, ultima + 1)
        )
