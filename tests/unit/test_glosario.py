"""The glossary holds every word that the house shares, in both languages, and none that is gone."""

from __future__ import annotations

import inspect
import re
from enum import StrEnum
from pathlib import Path

import pytest

from observatorio import modelo, vocabulario
from observatorio.db import tablas

TEXTO = (Path(__file__).resolve().parents[2] / "docs" / "glosario.md").read_text(encoding="utf-8")
SECCIONES = {s.splitlines()[0]: s for s in re.split(r"^#{2,3} ", TEXTO, flags=re.MULTILINE)[1:]}
ENUMERACIONES = {
    nombre: clase
    for nombre, clase in inspect.getmembers(vocabulario, inspect.isclass)
    if issubclass(clase, StrEnum) and clase is not StrEnum
}
DERIVADAS = "Columnas que el catastro y el territorio agregan"


def _filas(titulo: str) -> dict[str, tuple[str, str]]:
    """Word -> (Spanish, English) of the table under a title."""
    filas = [[c.strip() for c in f.strip("|").split(" | ")] for f in SECCIONES[titulo].splitlines() if f[:2] == "| "]
    assert all(len(f) == 3 and all(f) for f in filas), titulo
    palabras = {f[0].strip("`"): (f[1], f[2]) for f in filas[2:]}
    assert len(palabras) == len(filas) - 2, f"«{titulo}» repite una palabra"
    return palabras


@pytest.mark.parametrize(
    ("titulo", "columnas"),
    [
        ("Columnas de una observación", (*modelo.REGISTRO, *modelo.AUXILIARES)),
        ("Columnas de un vínculo", modelo.VINCULO),
        ("Columnas de una serie", modelo.SERIE),
    ],
)
def test_columnas_canonicas(titulo: str, columnas: tuple[modelo.Columna, ...]) -> None:
    espanol = {palabra: significado for palabra, (significado, _) in _filas(titulo).items()}
    assert espanol == {c.nombre: c.descripcion for c in columnas}


def test_columnas_del_catastro_y_del_territorio() -> None:
    canonicas = {c.nombre for c in modelo.REGISTRO}
    propias = {c.name for t in (tablas.establecimiento_anio, tablas.zona) for c in t.c} - canonicas
    assert set(_filas(DERIVADAS)) == propias


@pytest.mark.parametrize("nombre", ENUMERACIONES)
def test_valores(nombre: str) -> None:
    titulo = next(t for t in SECCIONES if t.startswith(f"`{nombre}`"))
    assert set(_filas(titulo)) == {v.value for v in ENUMERACIONES[nombre]}


def test_ninguna_enumeracion_de_mas() -> None:
    descritas = {m[1] for t in SECCIONES if (m := re.match(r"`(\w+)`", t))}
    assert descritas == set(ENUMERACIONES)


def test_tablas() -> None:
    assert set(_filas("Tablas")) == set(tablas.metadata.tables)


def test_palabras_en_orden() -> None:
    palabras = list(_filas("Palabras del dominio"))
    assert palabras == sorted(palabras, key=str.lower)
    assert {"carga", "comuna", "conmutante", "giro", "patente", "rechazo"} <= set(palabras)
