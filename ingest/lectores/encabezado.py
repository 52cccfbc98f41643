"""Finding the header row below titles, and naming its columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ingest.lectores.contract import FILA, LAT, LON, MAX_CELDA
from ingest.lectores.emparejar import coincide, compactar
from observatorio.errors import ErrorArchivo

Requeridas = Mapping[str, re.Pattern[str]]
"""Canonical column -> pattern of its header."""

MAX_MOSTRADOS = 30
"""Headers listed in an error: more of them would hide the message."""


MAX_COLUMNAS = 16_384
"""Most columns of a table: the limit that Excel has."""


@dataclass(frozen=True)
class Encabezado:
    """A header row: the number that a person sees, its named columns (unique, in order), and the texts above it."""

    fila: int
    columnas: list[str]
    titulos: tuple[str, ...] = ()


def letra(indice: int) -> str:
    """The spreadsheet's letter of a column counted from 0: A, B, ..., Z, AA."""
    texto = ""
    indice += 1
    while indice:
        indice, resto = divmod(indice - 1, 26)
        texto = chr(ord("A") + resto) + texto
    return texto


def nombrar(celdas: Sequence[str | None]) -> list[str]:
    """Unique names for a header row, up to its last cell with text: `columna C` where empty, ` (2)` where repeated.

    Raises `ErrorArchivo` for more columns, or a longer title, than a spreadsheet can hold.
    """
    for indice, celda in enumerate(celdas):
        if celda and len(celda) > MAX_CELDA:
            raise ErrorArchivo(
                f"El título de la columna {letra(indice)} tiene más de {miles(MAX_CELDA)} caracteres.",
                "Suele ser un archivo dañado o unas comillas sin cerrar: corrija ese título y envíelo otra vez.",
            )
    textos = [compactar(celda or "") for celda in celdas]
    while textos and not textos[-1]:
        textos.pop()
    if len(textos) > MAX_COLUMNAS:
        raise ErrorArchivo(
            f"La tabla tiene más de {miles(MAX_COLUMNAS)} columnas.", "Envíe solo las columnas que pide la plantilla."
        )
    usados = {FILA, LON, LAT}
    nombres = []
    for indice, texto in enumerate(textos):
        base = texto or f"columna {letra(indice)}"
        nombre, veces = base, 1
        while nombre in usados:
            veces += 1
            nombre = f"{base} ({veces})"
        usados.add(nombre)
        nombres.append(nombre)
    return nombres


def por_letra(columnas: Sequence[str]) -> dict[str, str]:
    """Column -> letter under which a spreadsheet shows it."""
    return {columna: letra(indice) for indice, columna in enumerate(columnas)}


def ausentes(celdas: Iterable[str | None], requeridas: Requeridas) -> list[str]:
    """The required columns that no cell of the row matches."""
    textos = [celda for celda in celdas if celda and len(celda) <= MAX_CELDA]
    return [nombre for nombre, patron in requeridas.items() if not any(coincide(patron, texto) for texto in textos)]


def buscar(filas: Iterable[tuple[int, Sequence[str | None]]], limite: int, requeridas: Requeridas) -> Encabezado | None:
    """The first row, numbered up to `limite`, in which each required column is found; None if there is none."""
    titulos: list[str] = []
    for fila, celdas in filas:
        if fila > limite:
            return None
        textos = [compactar(celda[:MAX_CELDA]) for celda in celdas if celda and celda.strip()]
        if textos and not ausentes(celdas, requeridas):
            return Encabezado(fila, nombrar(celdas), tuple(titulos))
        titulos += textos
    return None


def sin_encabezado(
    filas: Sequence[tuple[int, Sequence[str | None]]], limite: int, requeridas: Requeridas
) -> ErrorArchivo:
    """The refusal of a table without the required columns: which ones, and what its likeliest header row says."""
    conocidas = [(fila, [celda for celda in celdas if celda and celda.strip()]) for fila, celdas in filas]
    conocidas = [(fila, celdas) for fila, celdas in conocidas if celdas and fila <= limite]
    if not conocidas:
        return ErrorArchivo(
            f"No hay ningún dato en las primeras {limite} filas.",
            "Revise que el archivo no esté vacío y que la tabla comience en la parte superior de la hoja.",
        )
    fila, celdas = min(conocidas, key=lambda par: (len(ausentes(par[1], requeridas)), -len(par[1]), par[0]))
    return faltan(ausentes(celdas, requeridas), celdas, f"la fila {fila}, la más parecida a un encabezado,")


def faltan(nombres: Sequence[str], encontrados: Sequence[str], donde: str) -> ErrorArchivo:
    """The refusal that names missing columns and lists the headers that were found instead."""
    vistos = [compactar(texto)[:60] for texto in encontrados[:MAX_MOSTRADOS]]
    lista = ", ".join(f"«{texto}»" for texto in vistos) or "nada"
    mas = f" y {len(encontrados) - MAX_MOSTRADOS} más" if len(encontrados) > MAX_MOSTRADOS else ""
    cuales = ", ".join(f"«{nombre}»" for nombre in nombres)
    sujeto = "Falta la columna obligatoria" if len(nombres) == 1 else "Faltan las columnas obligatorias"
    return ErrorArchivo(
        f"{sujeto} {cuales}: {donde} dice {lista}{mas}.",
        "Agregue lo que falta o corrija los títulos; la plantilla de la fuente muestra los que se esperan.",
    )


def miles(numero: int) -> str:
    """A whole number as a Chilean reads it: 32.767."""
    return f"{numero:,}".replace(",", ".")


def celda_larga(fila: int, columna: str, donde: str) -> ErrorArchivo:
    """The refusal of a file with a cell longer than `MAX_CELDA`."""
    lugar = f"columna {donde} («{columna[:60]}»)" if donde != columna else f"campo «{columna[:60]}»"
    return ErrorArchivo(
        f"La fila {fila}, {lugar}, tiene un texto de más de {miles(MAX_CELDA)} caracteres.",
        "Suele ser un archivo dañado o unas comillas sin cerrar: corrija esa celda y envíe el archivo otra vez.",
    )
