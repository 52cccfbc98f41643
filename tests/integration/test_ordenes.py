"""The command line as a person uses it: what it says, what it changes, and with which status it ends."""

from __future__ import annotations

import io
import os
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from sqlalchemy import Engine, text

from observatorio.settings import Settings

ENCABEZADO = "AÑO;PROGRAMA;RUT BENEFICIARIO;NOMBRE BENEFICIARIO;COMUNA;ACTIVIDAD;MONTO ($);FECHA RESOLUCIÓN"
FILA = "2024;Semilla;76.286.053-8;TALLER LTDA;CALAMA;Taller;1.250.000;15/03/2024"


def observatorio(base: Settings, *palabras: str) -> subprocess.CompletedProcess[str]:
    """Run the command on a test's own database."""
    assert base.database_url is not None
    entorno = {
        **os.environ,
        "OBS_DATABASE_URL": base.database_url.get_secret_value(),
        "OBS_STATE_DIR": str(base.state_dir),
    }
    orden = [sys.executable, "-m", "observatorio.cli", *palabras]
    return subprocess.run(orden, env=entorno, capture_output=True, text=True, check=False)


def libro() -> bytes:
    salida = io.BytesIO()
    with xlsxwriter.Workbook(salida) as abierto:
        hoja = abierto.add_worksheet()
        for i in range(500):
            hoja.write_row(i, 0, [f"texto {i} {j}" for j in range(8)])
    return salida.getvalue()


def zip_con_ruta() -> bytes:
    salida = io.BytesIO()
    with zipfile.ZipFile(salida, "w") as abierto:
        abierto.writestr("../fuera.csv", f"{ENCABEZADO}\n{FILA}\n")
    return salida.getvalue()


def sin_la_columna() -> bytes:
    return f"{ENCABEZADO.replace('RUT BENEFICIARIO', 'OTRA')}\n{FILA}\n".encode()


def celda_larga() -> bytes:
    return f"{ENCABEZADO}\n{FILA.replace('TALLER LTDA', 'X' * 1_000_000)}\n".encode()


HOSTILES: dict[str, Callable[[], bytes]] = {
    "cortado.xlsx": lambda: libro()[:4000],
    "binario.csv": lambda: random.Random(1).randbytes(5000),  # noqa: S311
    "vacio.csv": bytes,
    "falta_una_columna.csv": sin_la_columna,
    "celda_de_un_millon.csv": celda_larga,
    "con_ruta.zip": zip_con_ruta,
}


@pytest.fixture
def con_datos(base: Settings, motor: Engine, tmp_path: Path) -> Settings:
    """A database with one load, consolidated and published."""
    archivo = tmp_path / "gore.csv"
    archivo.write_text(f"{ENCABEZADO}\n{FILA}\n", encoding="utf-8")
    for palabras in (("ingest", "gore", str(archivo)), ("consolidate",)):
        hecho = observatorio(base, *palabras)
        assert hecho.returncode == 0, hecho.stderr
    return base


def estado(motor: Engine) -> list[object]:
    """Everything that a refused file must not change."""
    with motor.connect() as conn:
        return [
            tuple(fila)
            for consulta in (
                "SELECT * FROM observacion.registro",
                "SELECT * FROM catastro.establecimiento_anio",
                "SELECT * FROM catastro.empresa",
                "SELECT * FROM publicacion.celda ORDER BY 1, 2, 3, 4, 5, 6",
                "SELECT carga FROM ingreso.carga WHERE estado = 'confirmada'",
            )
            for fila in conn.execute(text(consulta))
        ]


def test_un_archivo_hostil_se_rechaza_y_no_cambia_nada(con_datos: Settings, motor: Engine, tmp_path: Path) -> None:
    antes = estado(motor)
    for nombre, contenido in HOSTILES.items():
        archivo = tmp_path / nombre
        archivo.write_bytes(contenido())
        salida = observatorio(con_datos, "ingest", "gore", str(archivo))
        assert salida.returncode == 1, (nombre, salida.stdout)
        assert "Traceback" not in salida.stderr, nombre
        assert 20 < len(salida.stderr) < 1000, (nombre, salida.stderr)
        assert estado(motor) == antes, nombre
    assert not (tmp_path.parent / "fuera.csv").exists()


def test_el_intento_rechazado_queda_en_la_lista(con_datos: Settings, tmp_path: Path) -> None:
    vacio = tmp_path / "vacio.csv"
    vacio.write_bytes(b"")
    observatorio(con_datos, "ingest", "gore", str(vacio))
    lista = observatorio(con_datos, "cargas", "list").stdout
    assert "fallida" in lista
    assert "vacio.csv" in lista


def test_cargar_otra_vez_dice_sin_cambios(con_datos: Settings, tmp_path: Path) -> None:
    salida = observatorio(con_datos, "ingest", "gore", str(tmp_path / "gore.csv"))
    assert salida.returncode == 0
    assert "sin cambios" in salida.stdout


def test_el_informe_dice_fila_columna_y_consejo(base: Settings, tmp_path: Path) -> None:
    archivo = tmp_path / "gore.csv"
    archivo.write_text(f"{ENCABEZADO}\n{FILA}\n{FILA.replace('8;TALLER', '1;<b>X</b>')}\n", encoding="utf-8")
    informe = tmp_path / "informe.html"
    assert observatorio(base, "ingest", "gore", str(archivo), "--report", str(informe)).returncode == 0
    html = informe.read_text(encoding="utf-8")
    assert "76.286.053-1" in html
    assert "C RUT BENEFICIARIO" in html
    assert "dígito verificador" in html


def test_un_respaldo_se_restaura(con_datos: Settings, motor: Engine, tmp_path: Path) -> None:
    antes = estado(motor)
    respaldo = tmp_path / "catastro.dump"
    assert observatorio(con_datos, "db", "backup", str(respaldo)).returncode == 0
    assert observatorio(con_datos, "cargas", "revert", "1").returncode == 0
    motor.dispose()
    hecho = observatorio(con_datos, "db", "restore", str(respaldo))
    assert hecho.returncode == 0, hecho.stderr
    assert estado(motor) == antes


@pytest.mark.parametrize(
    ("palabras", "codigo", "dice"),
    [
        (("indicadores",), 0, "tasa_informalidad"),
        (("indicadores", "inventado"), 1, "No existe el indicador"),
        (("ingest", "inventada", "x.csv"), 1, "No existe la fuente"),
        (("ingest", "gore", "no_esta.csv"), 1, "No se puede leer"),
        (("cargas", "show", "999"), 1, "No existe la carga 999"),
        (("cargas", "revert", "999"), 1, "No existe la carga 999"),
        (("procedencia", "nadie"), 1, "No existe el establecimiento"),
        (("maps", "build", "inventado"), 1, "No existe el mapa"),
        (("keys", "list"), 0, "Prefijo"),
        (("inventado",), 2, "inventado"),
        (("keys", "create", "--rol", "rey", "--nombre", "x"), 2, "rey"),
    ],
)
def test_que_dice_y_con_que_termina(base: Settings, palabras: tuple[str, ...], codigo: int, dice: str) -> None:
    salida = observatorio(base, *palabras)
    assert salida.returncode == codigo, salida.stderr
    assert dice in salida.stdout + salida.stderr
    assert "Traceback" not in salida.stderr
