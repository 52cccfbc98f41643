"""Delimited text: CSV, TSV and their relatives, streamed from files of any size."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from ingest.contract import Tabla
from ingest.lectores.contract import FILA, MAX_LOTE, Avance
from ingest.lectores.encabezado import Requeridas
from ingest.lectores.flujo import Flujo
from ingest.lectores.lectura import LecturaBase, tabla
from ingest.lectores.lineas import contar, leer_lineas
from ingest.lectores.perfil import perfilar
from ingest.lectores.registros import Bloque, Especial, Separado, literales


class LecturaTexto(LecturaBase):
    """A delimited text file. Rows with another number of cells than the header go to `irregulares`, unless what they
    have beyond it is empty."""

    def __init__(self, ruta: Path, lector: Tabla, requeridas: Requeridas) -> None:
        primero = next(Flujo(ruta, Avance()).bloques(), b"")
        self.perfil = perfilar(primero, lector.buscar, requeridas)
        hallado = self.perfil.encabezado
        super().__init__(ruta, "csv", hallado.columnas, hallado.fila, titulos=hallado.titulos)

    def lotes(self) -> Iterator[pl.DataFrame]:
        """Batches of text; see `contract.Lectura`."""
        self.irregulares.clear()
        fila = self.fila_encabezado + 1
        saltar, resto = self.perfil.inicio, b""
        bloques = Flujo(self.ruta, self.avance).bloques()
        bloque = next(bloques, None)
        while bloque is not None:
            siguiente = next(bloques, None)
            datos, saltar = resto + bloque[saltar:], 0
            lote, registros, resto = self._analizar(datos, fila, final=siguiente is None)
            fila += registros
            for parte in lote.iter_slices(MAX_LOTE):
                yield self.revisar(parte)
            bloque = siguiente

    def _analizar(self, datos: bytes, fila: int, *, final: bool) -> tuple[pl.DataFrame, int, bytes]:
        """The rows of a block that begins at row `fila`, how many records it had, and the bytes left for the next."""
        if b'"' in datos:
            bloque = Bloque(datos, self.perfil.separador, self.perfil.ancho, final=final)
            partes = bloque.separar()
            lote = self._rapido(partes)
            if lote is None:
                partes = bloque.separar_todas()
        else:
            cuantas = contar(datos, "\n")
            partes = Separado(datos, np.arange(cuantas), registros=cuantas)
            lote = self._rapido(partes)
        if lote is None:
            lote = tabla([], [], self._internas)
        sobrantes: list[tuple[int, str]] = []
        lote = self._limpiar(self._agregar(lote, partes.especiales, sobrantes), sobrantes)
        for orden, texto in sorted(sobrantes):
            self.anotar_irregular(fila + orden, texto)
        return lote.with_columns(pl.col(FILA) + fila), partes.registros, partes.resto

    @property
    def _internas(self) -> list[str]:
        """Names of the cells of a line while it is parsed: there may be more of them than headers."""
        return [str(indice) for indice in range(self.perfil.ancho)]

    def _rapido(self, partes: Separado) -> pl.DataFrame | None:
        """The clean lines parsed; those with another number of cells join the special ones. None if a quote that was
        left open in a line hid its end."""
        if not partes.limpias:
            return tabla([], [], self._internas)
        leido = leer_lineas(
            partes.limpias, len(partes.ordenes), self.perfil.separador, self._internas, comillas=partes.comillas
        )
        if leido is None:
            return None
        buenas = np.ones(len(partes.ordenes), dtype=bool)
        for indice, texto in leido.raras:
            buenas[indice] = False
            cortadas = literales(texto, self.perfil.separador)
            partes.especiales.append(Especial(int(partes.ordenes[indice]), cortadas, texto))
        return leido.tabla.insert_column(0, pl.Series(FILA, partes.ordenes[buenas], dtype=pl.Int64))

    def _agregar(
        self, lote: pl.DataFrame, especiales: list[Especial], sobrantes: list[tuple[int, str]]
    ) -> pl.DataFrame:
        """The batch with the special records that fit, in order; what does not fit is added to `sobrantes`."""
        ordenes, filas = [], []
        for especial in especiales:
            cortadas = [celda.strip() for celda in especial.celdas]
            ajustadas = self._ajustar(cortadas)
            if ajustadas is not None:
                ordenes.append(especial.orden)
                filas.append(ajustadas)
            elif any(cortadas):
                sobrantes.append((especial.orden, especial.texto.strip("\n")))
        if not filas:
            return lote
        return pl.concat([lote, tabla(ordenes, filas, self._internas)]).sort(FILA)

    def _ajustar(self, cortadas: list[str]) -> list[str | None] | None:
        """The cells of a record at the width of the others, if it lacks none and has nothing beyond them."""
        ancho = self.perfil.ancho
        if len(cortadas) < len(self.columnas) or any(cortadas[ancho:]):
            return None
        return [*cortadas[:ancho], *[None] * (ancho - len(cortadas))]

    def _limpiar(self, lote: pl.DataFrame, sobrantes: list[tuple[int, str]]) -> pl.DataFrame:
        """Cells stripped, empty ones null, blank rows out, and only the header's columns."""
        textos = lote.columns[1:]
        lote = lote.with_columns(pl.col(textos).str.strip_chars().replace("", None))
        propias, ajenas = textos[: len(self.columnas)], textos[len(self.columnas) :]
        if ajenas:
            con_texto = pl.any_horizontal(pl.col(ajenas).is_not_null())
            for fila in lote.filter(con_texto).iter_rows():
                sobrantes.append((fila[0], self.perfil.separador.join(celda or "" for celda in fila[1:])))
            lote = lote.filter(~con_texto)
        if lote[propias[0]].null_count():
            lote = lote.filter(pl.any_horizontal(pl.col(propias).is_not_null()))
        return lote.select(FILA, *propias).rename(dict(zip(propias, self.columnas, strict=True)))
