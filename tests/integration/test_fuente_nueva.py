"""A new source is one small file: it appears in `observatorio fuentes` without another edit."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from observatorio.settings import Settings
from orden_observatorio import ORDEN, entorno

RAIZ = Path(__file__).resolve().parents[2]
CASAS = ("observatorio", "ingest", "maps", "api", "data")

FUENTE_NUEVA = '''\
"""Members of a chamber of commerce that did not exist when the house was built."""

from ingest.contract import Campo, Ejemplo, Fuente
from observatorio.vocabulario import Actor, Describe

FUENTE = Fuente(
    id="camara_comercio",
    nombre="Cámara de Comercio de Calama",
    actor=Actor.GREMIO,
    describe=Describe.ESTABLECIMIENTO,
    columnas={
        "rut": Campo(patron=r"R\\.?U\\.?T.*", requerido=True),
        "razon_social": Campo(patron=r"(Raz[oó]n|Nombre).*", requerido=True, no_vacio=True),
        "direccion_texto": r"Direcci[oó]n.*",
    },
    licencia="Convenio",
    periodicidad="anual",
    ejemplo=Ejemplo(
        encabezado=("RUT", "Razón social", "Dirección"),
        filas=(("76.286.053-8", "Vista TI Ltda.", "Ramírez 1950"), ("", "", "")),
        espera=({"rut": 76286053, "razon_social": "Vista TI Ltda."},),
        rechazos=((1, "requerido"),),
    ),
)
'''


def observatorio(copia: Path, base: Settings, *palabras: str) -> subprocess.CompletedProcess[str]:
    """The command line of a copy of the tree, on a database of its own."""
    suyo = entorno(base) | {"PYTHONPATH": str(copia), "OBS_STATE_DIR": str(copia / "estado"), "COLUMNS": "250"}
    return subprocess.run([*ORDEN, *palabras], cwd=copia, env=suyo, capture_output=True, text=True, check=False)


def test_una_fuente_nueva_es_un_archivo(base: Settings, tmp_path: Path) -> None:
    for casa in CASAS:
        shutil.copytree(RAIZ / casa, tmp_path / casa, ignore=shutil.ignore_patterns("__pycache__"))
    antes = observatorio(tmp_path, base, "fuentes")
    assert antes.returncode == 0, antes.stderr
    assert "camara_comercio" not in antes.stdout

    assert len(FUENTE_NUEVA.splitlines()) < 40
    (tmp_path / "ingest" / "fuentes" / "camara_comercio.py").write_text(FUENTE_NUEVA, encoding="utf-8")
    archivo = tmp_path / "socios.csv"
    archivo.write_text("RUT;Razón social;Dirección\n76.286.053-8;Vista TI;Ramírez 1950\n", encoding="utf-8")

    despues = observatorio(tmp_path, base, "fuentes")
    assert despues.returncode == 0, despues.stderr
    assert "camara_comercio" in despues.stdout
    carga = observatorio(tmp_path, base, "ingest", "camara_comercio", str(archivo), "--anio", "2024")
    assert carga.returncode == 0, carga.stderr
    assert "1 aceptada," in carga.stdout
