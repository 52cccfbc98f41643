"""QGIS over the served application, as each role. Run by `make qgis`, which installs QGIS: its name keeps it out of the
other tests, which do without."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from observatorio.vocabulario import Rol

GUION = Path(__file__).resolve().parents[2] / "qgis" / "leer_capas.py"
CAJA = (-68.97, -22.49, -68.93, -22.46)
FILTROS = {
    "establecimientos": "seccion = 'G' AND empleo_total > 2",
    "puntos": "seccion = 'P'",
    "zonas": "nombre LIKE 'Celda%'",
    "cifras": "nombre LIKE 'Celda%'",
}


@pytest.mark.parametrize("rol", [Rol.PUBLICO, Rol.SOCIO, Rol.PLANIFICADOR, Rol.MUNICIPAL])
def test_qgis(ogc_aparte: Any, rol: Rol, tmp_path: Path) -> None:
    """It opens, pages and filters every collection of the role as SQL does; what the role does not see is not there."""
    servicio = ogc_aparte
    suyas, todas = servicio.colecciones(rol), servicio.colecciones(Rol.MUNICIPAL)
    en_caja = f"ST_Intersects(geom, ST_MakeEnvelope{(*CAJA, 4326)})"
    casos = {
        "rol": rol.value,
        "clave": servicio.claves.get(rol),
        "ajenas": sorted(set(todas) - set(suyas)),
        "colecciones": {
            nombre: {
                "todos": servicio.cuantos(nombre),
                "en_caja": servicio.cuantos(nombre, en_caja),
                "filtro": FILTROS[nombre.split("_")[0]],
                "con_filtro": servicio.cuantos(nombre, FILTROS[nombre.split("_")[0]]),
            }
            for nombre in suyas
        },
    }
    archivo = tmp_path / "casos.json"
    archivo.write_text(json.dumps({"url": servicio.url, "caja": CAJA, "roles": [casos]}), encoding="utf-8")
    # A home of its own: QGIS writes its settings and its cache there.
    entorno = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    orden = ["/usr/bin/python3", str(GUION), str(archivo)]
    hecho = subprocess.run(orden, capture_output=True, text=True, timeout=300, env=entorno, check=False)
    assert hecho.returncode == 0, f"{hecho.stdout}\n{hecho.stderr}"
    assert "todo coincide con SQL" in hecho.stdout
    print(hecho.stdout)
