"""What travels in the wheel: the packages and the reference data, and nothing that belongs to one machine."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

RAIZ = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def rueda(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    destino = tmp_path_factory.mktemp("rueda")
    orden = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(destino)]
    subprocess.run(orden, cwd=RAIZ, check=True, capture_output=True)
    [archivo] = destino.glob("*.whl")
    return zipfile.ZipFile(archivo)


def test_lleva_todo_lo_que_el_datapackage_declara(rueda: zipfile.ZipFile) -> None:
    nombres = set(rueda.namelist())
    declarado = json.loads((RAIZ / "data" / "datapackage.json").read_text(encoding="utf-8"))
    caminos = {f"observatorio/_datos/{recurso['path']}" for recurso in declarado["resources"]}
    assert caminos <= nombres
    for camino in caminos:
        original = RAIZ / "data" / camino.removeprefix("observatorio/_datos/")
        assert rueda.read(camino) == original.read_bytes()


def test_no_lleva_nada_mas_de_data(rueda: zipfile.ZipFile) -> None:
    datos = [n for n in rueda.namelist() if n.startswith("observatorio/_datos/")]
    assert all(n.split("/")[2] in ("datapackage.json", "referencia", "muestra") for n in datos)


def test_lleva_los_archivos_que_no_son_python(rueda: zipfile.ZipFile) -> None:
    nombres = set(rueda.namelist())
    for paquete in ("observatorio", "ingest", "maps", "api"):
        for archivo in (RAIZ / paquete).rglob("*"):
            if archivo.is_file() and "__pycache__" not in archivo.parts:
                assert str(archivo.relative_to(RAIZ)) in nombres
