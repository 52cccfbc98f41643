"""What a year's fingerprint rests on: every module that has a part in it."""

from __future__ import annotations

import subprocess
import sys

import polars as pl

from observatorio import referencia
from observatorio.catastro.huella import programa, resumir

AJENOS = {"errors.py", "settings.py"}
"""Modules that a consolidation loads and that decide nothing of what a year holds."""
CARGADOS = """
import sys
import observatorio.catastro.consolidar
print(*(m.__file__ for n, m in sys.modules.items() if n.startswith("observatorio.") and m.__file__), sep="\\n")
"""


def test_todo_modulo_que_decide_un_anio_esta_en_la_huella() -> None:
    hecho = subprocess.run([sys.executable, "-c", CARGADOS], check=True, capture_output=True, text=True)
    cargados = hecho.stdout.split()
    assert len(cargados) > 50
    fuera = {ruta.rpartition("/")[2] for ruta in cargados if ruta not in {str(p) for p in programa()}}
    assert fuera <= AJENOS


def test_tambien_las_consultas_y_la_referencia() -> None:
    rutas = programa()
    assert {"enlace.py", "catastro.py", "vistas.sql", "vocabulario.py"} <= {r.name for r in rutas}
    assert {r for r in rutas if r.parent == referencia.datos_dir() / "referencia"}
    assert len(rutas) == len({*rutas})


def test_un_resumen_es_siempre_el_mismo() -> None:
    textos = pl.Series("t", ["a", "b", "a"])
    assert resumir(textos, 4).to_list() == ["ca234c55", "fd9d3f51", "ca234c55"]
    assert resumir(textos.clear(), 4).dtype == pl.String
