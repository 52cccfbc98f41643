"""Rows per second from a file to committed observations, all rules on, beside `geopandas.to_postgis` of bare rows.

The peer gets its rows ready made in memory: a point and four columns, no rule, no index. Ours starts from the file.
"""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, text

from observatorio.muestra import generar_nomina
from observatorio.settings import Settings
from orden_observatorio import ORDEN, entorno

pytestmark = pytest.mark.bench

FILAS = int(os.environ.get("OBS_FILAS", "1000000"))


def test_ingesta_junto_a_geopandas(base: Settings, motor: Engine, tmp_path: Path) -> None:
    archivo = generar_nomina(tmp_path / "PUB_EMPRESAS_PJ_2024.txt", FILAS, semilla=7, anio=2024)
    nuestros, memoria = _ingesta(base, archivo)
    ajenos = _geopandas(motor)
    cuadro = Table("Qué", "Segundos", "Filas/s", "Memoria", title=f"{FILAS:,} filas")
    cuadro.add_row(
        "observatorio ingest (archivo, reglas, índices)", f"{nuestros:.1f}", f"{FILAS / nuestros:,.0f}", memoria
    )
    cuadro.add_row("geopandas.to_postgis (filas peladas)", f"{ajenos:.1f}", f"{FILAS / ajenos:,.0f}", "")
    Console(width=110).print(cuadro)
    with motor.connect() as conn:
        assert conn.execute(text("SELECT count(*) FROM observacion.registro")).scalar_one() > 0.98 * FILAS


def _ingesta(base: Settings, archivo: Path) -> tuple[float, str]:
    """Seconds and peak memory of the command itself, from start to exit."""
    orden = [*ORDEN, "ingest", "sii_nomina", str(archivo)]
    inicio = time.perf_counter()
    proceso = subprocess.Popen(orden, env=entorno(base), stdout=subprocess.DEVNULL)
    _, estado, uso = os.wait4(proceso.pid, 0)
    segundos = time.perf_counter() - inicio
    proceso.returncode = os.waitstatus_to_exitcode(estado)
    assert proceso.returncode == 0
    return segundos, f"{uso.ru_maxrss / 1024:,.0f} MB"


def _geopandas(motor: Engine) -> float:
    azar = np.random.default_rng(7)
    marco = gpd.GeoDataFrame(
        {
            "rut": azar.integers(50_000_000, 99_000_000, FILAS),
            "nombre": [f"EMPRESA {i}" for i in range(FILAS)],
            "tramo": azar.integers(1, 13, FILAS),
            "cut": "02201",
        },
        geometry=gpd.points_from_xy(azar.uniform(-69, -68, FILAS), azar.uniform(-23, -22, FILAS)),
        crs=4326,
    )
    inicio = time.perf_counter()
    marco.to_postgis("bare", motor, chunksize=50_000)
    return time.perf_counter() - inicio
