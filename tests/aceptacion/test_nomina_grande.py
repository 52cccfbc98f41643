"""A list of a million firms: bounded memory, and nothing left behind by a kill in the middle."""

from __future__ import annotations

import resource
import signal
import subprocess
import time
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from observatorio.muestra import generar_nomina
from observatorio.settings import Settings
from orden_observatorio import ORDEN, entorno

pytestmark = pytest.mark.aceptacion

FILAS = 1_000_000
MEMORIA = 1_500_000_000


@pytest.fixture(scope="module")
def nomina(tmp_path_factory: pytest.TempPathFactory) -> Path:
    archivo = tmp_path_factory.mktemp("nomina") / "PUB_EMPRESAS_PJ_2024.txt"
    return generar_nomina(archivo, FILAS, semilla=7, anio=2024)


def ingestar(base: Settings, archivo: Path) -> subprocess.Popen[str]:
    orden = [*ORDEN, "ingest", "sii_nomina", str(archivo)]
    return subprocess.Popen(orden, env=entorno(base), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def contar(motor: Engine) -> tuple[int, int, int]:
    with motor.connect() as conn:
        fila = conn.execute(
            text("""SELECT (SELECT count(*) FROM observacion.registro), (SELECT count(*) FROM ingreso.carga),
                           (SELECT count(*) FROM ingreso.rechazo)""")
        ).one()
    return tuple(fila)


def test_un_millon_de_filas_en_memoria_acotada(base: Settings, motor: Engine, nomina: Path) -> None:
    inicio = time.monotonic()
    proceso = ingestar(base, nomina)
    salida, errores = proceso.communicate(timeout=600)
    segundos = time.monotonic() - inicio
    assert proceso.returncode == 0, errores
    memoria = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    print(f"{FILAS} filas en {segundos:.1f} s ({FILAS / segundos:,.0f} filas/s), {memoria / 1e6:.0f} MB")
    assert memoria < MEMORIA
    assert contar(motor)[0] > 0.98 * FILAS
    assert "1.000.000 filas leídas" in salida


def test_matar_en_medio_no_deja_nada_y_la_misma_orden_despues_completa(
    base: Settings, motor: Engine, nomina: Path
) -> None:
    proceso = ingestar(base, nomina)
    try:
        esperar_copia(motor, proceso)
    finally:
        proceso.send_signal(signal.SIGKILL)
        proceso.communicate()
    esperar_fin(motor)
    assert contar(motor) == (0, 0, 0)

    otra = ingestar(base, nomina)
    _, errores = otra.communicate(timeout=600)
    assert otra.returncode == 0, errores
    assert contar(motor)[0] > 0.98 * FILAS


def copias(motor: Engine) -> int:
    """Connections of a load on this database, and of them those that have copied rows in."""
    with motor.connect() as conn:
        return conn.execute(
            text("""SELECT count(*) FROM pg_stat_progress_copy
                     WHERE datname = current_database() AND tuples_processed > 0""")
        ).scalar_one()


def esperar_copia(motor: Engine, proceso: subprocess.Popen[str]) -> None:
    limite = time.monotonic() + 120
    while not copias(motor):
        assert proceso.poll() is None, "the load ended before it could be killed"
        assert time.monotonic() < limite
        time.sleep(0.05)


def esperar_fin(motor: Engine) -> None:
    """Wait until the server has noticed that its client is gone."""
    limite = time.monotonic() + 60
    while True:
        with motor.connect() as conn:
            vivas = conn.execute(
                text("""SELECT count(*) FROM pg_stat_activity
                         WHERE datname = current_database() AND application_name = 'observatorio-ingesta'""")
            ).scalar_one()
        if vivas == 0:
            return
        assert time.monotonic() < limite
        time.sleep(0.1)
