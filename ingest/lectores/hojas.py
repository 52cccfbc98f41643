"""Workbooks: xls, xlsx, xlsb and ods, read by calamine in a child process."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from ingest.contract import Tabla
from ingest.lectores import encabezado as enc
from ingest.lectores.contract import FILA
from ingest.lectores.emparejar import coincide
from ingest.lectores.lectura import Fila, LecturaBase
from ingest.lectores.proceso import CON_CLAVE, entrada, lanzar, salida, terminar
from observatorio.errors import ErrorArchivo

FILAS_PEDIDO = 5_000
"""Rows asked for at a time."""


class Libro:
    """A workbook in its child process: names of sheets, and the rows of one after the other."""

    def __init__(self, ruta: Path) -> None:
        self._proceso = lanzar("ingest.lectores.proceso_hojas", str(ruta.resolve()))
        self.hojas: list[dict[str, Any]] = self._respuesta()
        self.altura = 0

    def filas(self, indice: int, cuantas: int | None = None) -> Iterator[Fila]:
        """The numbered rows of a sheet; with `cuantas`, only the first. One iterator at a time."""
        self.altura = self._pedir({"hoja": indice})
        fila = 0
        while cuantas is None or fila < cuantas:
            lote = self._pedir({"filas": FILAS_PEDIDO if cuantas is None else min(FILAS_PEDIDO, cuantas - fila)})
            if not lote:
                return
            for celdas in lote:
                fila += 1
                yield fila, celdas

    def cerrar(self) -> None:
        """End the child process."""
        terminar(self._proceso)

    def _pedir(self, pedido: dict[str, int]) -> Any:
        try:
            entrada(self._proceso).write(orjson.dumps(pedido) + b"\n")
            entrada(self._proceso).flush()
        except BrokenPipeError:
            raise self._rechazo() from None
        return self._respuesta()

    def _respuesta(self) -> Any:
        linea = salida(self._proceso).readline()
        if not linea.endswith(b"\n"):
            raise self._rechazo()
        return orjson.loads(linea)

    def _rechazo(self) -> ErrorArchivo:
        estado = terminar(self._proceso)
        if estado == CON_CLAVE:
            return ErrorArchivo("La planilla tiene contraseña.", "Quítele la contraseña y envíela otra vez.")
        if estado < 0:
            return ErrorArchivo(
                "La planilla es demasiado grande para leerla, o está dañada.",
                "Guarde solo la hoja con los datos, sin filas ni columnas de sobra, o envíela como CSV.",
            )
        return ErrorArchivo(
            "La planilla está incompleta o dañada.",
            "Ábrala en Excel o LibreOffice, guárdela de nuevo y envíela otra vez.",
        )


class LecturaHoja(LecturaBase):
    """One sheet of a workbook: the only one, the one that the source names, or the first with the header."""

    def __init__(self, ruta: Path, formato: str, lector: Tabla, requeridas: enc.Requeridas) -> None:
        self._libro = Libro(ruta)
        try:
            indice, hallado = elegir_hoja(self._libro, lector, requeridas)
        except ErrorArchivo:
            self._libro.cerrar()
            raise
        self._indice = indice
        nombre = self._libro.hojas[indice]["nombre"]
        super().__init__(ruta, formato, hallado.columnas, hallado.fila, hoja=nombre, titulos=hallado.titulos)
        self.cierres.callback(self._libro.cerrar)

    def lotes(self) -> Iterator[pl.DataFrame]:
        """Batches of text; see `contract.Lectura`."""
        self.irregulares.clear()
        for lote in self.agrupar(par for par in self._libro.filas(self._indice) if par[0] > self.fila_encabezado):
            self.avance.bytes = self.total_bytes * lote[FILA][-1] // self._libro.altura
            yield lote
        self.avance.bytes = self.total_bytes


def elegir_hoja(libro: Libro, lector: Tabla, requeridas: enc.Requeridas) -> tuple[int, enc.Encabezado]:
    """The sheet to read and its header. Visible sheets go before hidden ones."""
    candidatas = sorted(range(len(libro.hojas)), key=lambda i: (not libro.hojas[i]["visible"], i))
    if lector.hoja and len(candidatas) > 1:
        patron = re.compile(lector.hoja)
        nombradas = [i for i in candidatas if coincide(patron, libro.hojas[i]["nombre"])]
        if not nombradas:
            nombres = ", ".join(f"«{hoja['nombre']}»" for hoja in libro.hojas[: enc.MAX_MOSTRADOS])
            raise ErrorArchivo(
                f"El libro no tiene la hoja que se espera; tiene {nombres}.",
                "Póngale a la hoja con los datos el nombre que indica la plantilla de la fuente.",
            )
        candidatas = nombradas
    muestras = []
    for indice in candidatas:
        muestra = list(libro.filas(indice, lector.buscar))
        hallado = enc.buscar(muestra, lector.buscar, requeridas)
        if hallado is not None:
            return indice, hallado
        muestras.append(muestra)
    con_datos = [muestra for muestra in muestras if any(any(celdas) for _, celdas in muestra)]
    raise enc.sin_encabezado(con_datos[0] if con_datos else [], lector.buscar, requeridas)
