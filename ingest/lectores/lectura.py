"""What all readers share: closing, progress, and turning rows of text into batches."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import polars as pl

from ingest.lectores.contract import FILA, MAX_CELDA, MAX_IRREGULARES, MAX_LOTE, NULO, Avance, Irregular
from ingest.lectores.emparejar import sin_nulos
from ingest.lectores.encabezado import celda_larga, miles, por_letra
from observatorio.errors import ErrorArchivo

Fila = tuple[int, Sequence[str | None]]
"""A row's number and its cells."""


class LecturaBase(ABC):
    """A `Lectura` whose `lotes` a format fills in. `cierres` holds what must be closed or removed at the end."""

    def __init__(
        self,
        ruta: Path,
        formato: str,
        columnas: list[str],
        fila_encabezado: int,
        *,
        hoja: str = "",
        titulos: tuple[str, ...] = (),
        letras: Mapping[str, str] | None = None,
    ) -> None:
        self.ruta = ruta
        self.formato = formato
        self.hoja = hoja
        self.columnas = columnas
        self.letras = dict(letras) if letras is not None else por_letra(columnas)
        self.fila_encabezado = fila_encabezado
        self.titulos = titulos
        self.total_bytes = ruta.stat().st_size
        self.irregulares: list[Irregular] = []
        self.avance = Avance()
        self.cierres = ExitStack()

    @abstractmethod
    def lotes(self) -> Iterator[pl.DataFrame]:
        """Batches of the file's rows, as `contract.Lectura` says."""

    def leidos(self) -> int:
        """Bytes read so far, or an estimate of them."""
        return min(self.avance.bytes, self.total_bytes)

    def cerrar(self) -> None:
        """Close the file and remove what was unpacked for it; twice does no harm."""
        self.cierres.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, tipo: type[BaseException] | None, error: BaseException | None, traza: TracebackType | None
    ) -> None:
        self.cerrar()

    def anotar_irregular(self, fila: int, texto: str) -> None:
        """Keep a row that does not fit the header; refuse the file when there are absurdly many."""
        if len(self.irregulares) >= MAX_IRREGULARES:
            raise ErrorArchivo(
                f"Más de {miles(MAX_IRREGULARES)} filas no calzan con el encabezado.",
                "Revise el separador y las comillas, o guarde la tabla de nuevo como CSV o xlsx.",
            )
        self.irregulares.append(Irregular(fila, sin_nulos(texto)[:200]))

    def agrupar(self, filas: Iterator[Fila]) -> Iterator[pl.DataFrame]:
        """Batches of rows that come one by one; blank rows and cells to the right of the header are left out."""
        ancho = len(self.columnas)
        numeros: list[int] = []
        celdas: list[list[str | None]] = []
        for numero, fila in filas:
            recortada = list(fila[:ancho])
            if not any(celda is not None for celda in recortada):
                continue
            recortada.extend([None] * (ancho - len(recortada)))
            numeros.append(numero)
            celdas.append(recortada)
            # Wide tables get shorter batches: what bounds the memory is the number of cells.
            if len(numeros) * ancho >= 20 * MAX_LOTE or len(numeros) == MAX_LOTE:
                yield self.revisar(tabla(numeros, celdas, self.columnas))
                numeros, celdas = [], []
        if numeros:
            yield self.revisar(tabla(numeros, celdas, self.columnas))

    def revisar(self, lote: pl.DataFrame) -> pl.DataFrame:
        """The batch without NUL characters, or the refusal of the file where a cell is longer than any real one."""
        lote = self._sin_nulos(lote)
        largos = lote.select(pl.col(self.columnas).str.len_bytes().max())
        for columna in self.columnas:
            # Bytes are counted without looking at the text; only a suspect column is counted in characters.
            if (largos[columna][0] or 0) <= MAX_CELDA:
                continue
            malas = lote.filter(pl.col(columna).str.len_chars() > MAX_CELDA)
            if malas.height:
                raise celda_larga(malas[FILA][0], columna, self.letras[columna])
        return lote

    def _sin_nulos(self, lote: pl.DataFrame) -> pl.DataFrame:
        """The batch without the one character that PostgreSQL cannot store; a cell that held nothing else is empty."""
        con_nulos = lote.select(pl.col(self.columnas).str.contains(NULO, literal=True).any())
        sucias = [columna for columna in self.columnas if con_nulos[columna][0]]
        if not sucias:
            return lote
        limpias = pl.col(sucias).str.replace_all(NULO, "", literal=True).str.strip_chars().replace("", None)
        return lote.with_columns(limpias)


def tabla(numeros: Sequence[int], celdas: Sequence[Sequence[str | None]], columnas: list[str]) -> pl.DataFrame:
    """A batch from rows of equal length, `FILA` first."""
    textos = pl.DataFrame(celdas, schema=dict.fromkeys(columnas, pl.String), orient="row")
    return textos.insert_column(0, pl.Series(FILA, numeros, dtype=pl.Int64))
