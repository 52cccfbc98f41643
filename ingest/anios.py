"""The year of a file whose rows bring none: the one that its sender gives, else the one that the file itself states.

It is never guessed. A file states a year when its title rows, its sheet's name and its own name hold, all together,
one year and no other; today's year has no part in it but as the latest that a file can speak of.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ingest.lectores.contract import Lectura
from observatorio.errors import ErrorArchivo

PRIMER_ANIO = 2000
"""Before it no office kept these files, and a number like 1985 in a title is the year of a law."""
_CUATRO_CIFRAS = re.compile(r"(?<!\d)\d{4}(?!\d)")


def anios_dichos(lectura: Lectura, nombre: str, hasta: int) -> dict[str, list[int]]:
    """Place of an open file -> the years (`PRIMER_ANIO` to `hasta`) that it names, ascending; places without any are
    left out. `nombre` is the file's own name."""
    lugares = {
        "el título de la hoja": lectura.titulos,
        # Only features come without a header row under a name of their own.
        f"el nombre de la {'hoja' if lectura.fila_encabezado else 'capa'}": (lectura.hoja,),
        "el nombre del archivo": (nombre,),
    }
    dichos = {lugar: _anios(" ".join(textos), hasta) for lugar, textos in lugares.items()}
    return {lugar: anios for lugar, anios in dichos.items() if anios}


def deducir(dichos: Mapping[str, list[int]]) -> tuple[int, str]:
    """The only year that a file names (`anios_dichos`), and the sentence that says where.

    Raises `ErrorArchivo` when it names none or several: then only its sender can tell.
    """
    anios = {anio for de_un_lugar in dichos.values() for anio in de_un_lugar}
    if not anios:
        raise ErrorArchivo(
            "No dice de qué año es: ni sus filas, ni los títulos de la hoja, ni su nombre traen un año.",
            "Repita la orden con el año, por ejemplo --anio 2023.",
        )
    if len(anios) > 1:
        raise ErrorArchivo(
            f"No se sabe de qué año es: {_enumerar(dichos)}.", "Repita la orden con el año que vale, en --anio."
        )
    [anio] = anios
    return anio, f"Año {anio}, según {next(iter(dichos))}."


def contradiccion(anio: int, dichos: Mapping[str, list[int]]) -> str:
    """The warning that places of a file name other years and not the one it was given; empty where none does."""
    otros = {lugar: anios for lugar, anios in dichos.items() if anio not in anios}
    return f"Atención: se usó el año {anio}, pero {_enumerar(otros)}." if otros else ""


def _anios(texto: str, hasta: int) -> list[int]:
    return sorted({anio for cifras in _CUATRO_CIFRAS.findall(texto) if PRIMER_ANIO <= (anio := int(cifras)) <= hasta})


def _enumerar(dichos: Mapping[str, list[int]]) -> str:
    """`el título de la hoja dice 2022 y 2023; el nombre del archivo dice 2024`."""
    return "; ".join(f"{lugar} dice {' y '.join(map(str, anios))}" for lugar, anios in dichos.items())
