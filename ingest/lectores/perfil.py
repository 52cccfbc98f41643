"""How a delimited text file is written: which separator, which header row, how many cells."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from ingest.lectores import encabezado as enc
from ingest.lectores.registros import Bloque

SIN_SEPARADOR = "\x1f"
"""A character that occurs in no file: with it, each line is one cell."""
SEPARADORES = (";", "\t", ",", "|", SIN_SEPARADOR)
"""What may stand between cells."""
FILAS_MUESTRA = 200
"""Rows below the longest title region on which the separator is judged."""


@dataclass(frozen=True)
class Perfil:
    """Separator, header row, first byte below it, and cells per line of most data rows."""

    separador: str
    encabezado: enc.Encabezado
    inicio: int
    ancho: int


def perfilar(datos: bytes, limite: int, requeridas: enc.Requeridas) -> Perfil:
    """How a file that begins with these lines is written. Raises `ErrorArchivo` if no row has the required columns.

    Of the separators with which a header is found, the one that most rows agree with wins.
    """
    candidatos: list[tuple[tuple[float, ...], Perfil]] = []
    muestras: list[list[tuple[int, list[str]]]] = []
    for separador in SEPARADORES:
        registros = Bloque(datos, separador, enc.MAX_COLUMNAS, final=True).primeros(limite + FILAS_MUESTRA)
        filas = [(fila, celdas) for fila, (celdas, _) in enumerate(registros, start=1)]
        muestras.append(filas)
        hallado = enc.buscar(filas, limite, requeridas)
        if hallado is None:
            continue
        usual, acuerdo = _ancho_usual(filas[hallado.fila :], len(hallado.columnas))
        # Under a header of one column, whatever stands in a line belongs to its only cell.
        sola = len(hallado.columnas) == 1 and separador == SIN_SEPARADOR
        puntos = (min(len(hallado.columnas), 2), sola, round(acuerdo, 1), len(hallado.columnas))
        ancho = max(usual, len(hallado.columnas))
        candidatos.append((puntos, Perfil(separador, hallado, registros[hallado.fila - 1][1], ancho)))
    if candidatos:
        return max(candidatos, key=lambda par: par[0])[1]
    mejor = max(muestras, key=_regularidad)
    raise enc.sin_encabezado(mejor, limite, requeridas)


def _ancho_usual(filas: list[tuple[int, list[str]]], sin_filas: int) -> tuple[int, float]:
    """The number of cells that most rows have, and the share of rows that have it; blank rows do not count."""
    anchos = Counter(min(len(celdas), enc.MAX_COLUMNAS) for _, celdas in filas if any(celdas))
    if not anchos:
        return sin_filas, 1.0
    usual, veces = anchos.most_common(1)[0]
    return usual, veces / anchos.total()


def _regularidad(filas: list[tuple[int, list[str]]]) -> tuple[bool, float]:
    """How much like a table the rows look with one separator: more than one cell, always as many."""
    usual, acuerdo = _ancho_usual(filas, 1)
    return usual > 1, acuerdo
