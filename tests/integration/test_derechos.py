"""The command that erases: what it says, what it asks, what it refuses, and that nothing of the person is left."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from observatorio.settings import Settings
from orden_observatorio import observatorio
from persona_suprimida import ENCUESTA, PROVEEDORES, restos, volcar

ORDEN = ("suprimir", "--rut", "12.345.678-5", "--motivo", "Solicitud 14")
PATENTES = """ROL PATENTE;TIPO PATENTE;R.U.T.;NOMBRE O RAZÓN SOCIAL;GIRO;DIRECCIÓN COMERCIAL;MONTO PATENTE;ESTADO
2-001;COMERCIAL;76.286.053-8;VISTA TI LTDA;SOFTWARE;RAMIREZ 1950;$ 67.294;DEFINITIVA
5-010;PERMISO;12.345.678-5;QUISPE JACINTA;FERIA;PASAJE LOS CHAÑARES 1234;$ 40.000;DEFINITIVA
5-012;PERMISO;9.876.543-3;SOTO PEDRO;FERIA;LATORRE 20;$ 40.000;DEFINITIVA
"""
MUNDO = {"patentes": PATENTES, "encuesta_establecimientos": ENCUESTA, "proveedores_tractora": PROVEEDORES}


def hacer(base: Settings, *palabras: str) -> str:
    """Run a command that must do what it says."""
    hecho = observatorio(base, *palabras)
    assert hecho.returncode == 0, hecho.stderr
    return hecho.stdout + hecho.stderr


def meter(base: Settings, carpeta: Path, fuente: str, contenido: str, anio: int = 2024) -> None:
    ruta = carpeta / f"{fuente}_{anio}.csv"
    ruta.write_text(contenido, encoding="utf-8")
    hacer(base, "ingest", fuente, str(ruta), *(() if "AÑO" in contenido else ("--anio", str(anio))))


def test_la_orden_de_principio_a_fin(base: Settings, motor: Engine, tmp_path: Path) -> None:
    for fuente, contenido in MUNDO.items():
        meter(base, tmp_path, fuente, contenido)
    hacer(base, "consolidate")
    antes = volcar(motor)
    assert restos(antes)
    ensayo = hacer(base, *ORDEN, "--dry-run")
    assert "3 filas de 3 cargas" in ensayo
    sin_terminal = observatorio(base, *ORDEN)
    assert sin_terminal.returncode == 1
    assert "--si" in sin_terminal.stderr
    assert volcar(motor) == antes
    hecho = hacer(base, *ORDEN, "--si")
    assert restos({"dicho": [ensayo, hecho]}) == []
    assert restos(volcar(motor)) == []
    with motor.connect() as conn:
        nombres = set(conn.execute(text("SELECT nombre FROM catastro.establecimiento_anio")).scalars())
        assert nombres & {"Cocinería Pedro", "SOTO PEDRO"}
        assert None not in nombres, "an emptied row makes no premises"
        detalle = conn.scalar(text("SELECT detalle FROM auditoria.registro WHERE accion = 'suprimir'"))
        assert detalle["filas"] == 3
    assert (base.state_dir / "supresion.secreto").stat().st_mode & 0o777 == 0o600


def test_no_vuelve_y_la_segunda_vez_se_dice(base: Settings, motor: Engine, tmp_path: Path) -> None:
    meter(base, tmp_path, "patentes", PATENTES)
    hacer(base, *ORDEN, "--si")
    # The load finds the secret of the installation by itself.
    meter(base, tmp_path, "patentes", PATENTES, 2025)
    hacer(base, "consolidate")
    assert restos(volcar(motor)) == []
    otra_vez = observatorio(base, *ORDEN, "--si")
    assert otra_vez.returncode == 1
    assert "Ya se suprimió" in otra_vez.stderr


@pytest.mark.parametrize(
    ("palabras", "codigo", "dice"),
    [
        (("--rut", "76.286.053-8"), 1, "persona jurídica"),
        (("--rut", "12.345.678-5"), 1, "No hay ningún dato"),
        (("--rut", "12.345.678-9"), 2, "dígito verificador"),
        (("--rut", "12345678"), 2, "dígito verificador"),
        (("--registro", "7:2"), 1, "No existe la carga 7"),
        (("--registro", "siete"), 2, "no es CARGA:FILA"),
        ((), 2, "una sola"),
        (("--rut", "12.345.678-5", "--registro", "1:2"), 2, "una sola"),
    ],
)
def test_lo_que_la_orden_no_acepta(base: Settings, palabras: tuple[str, ...], codigo: int, dice: str) -> None:
    salida = observatorio(base, "suprimir", *palabras, "--motivo", "Solicitud 14", "--si")
    assert salida.returncode == codigo, salida.stderr
    assert dice in salida.stdout + salida.stderr
    assert "Traceback" not in salida.stderr


def test_el_motivo_no_nombra_a_nadie(base: Settings, motor: Engine, tmp_path: Path) -> None:
    meter(base, tmp_path, "patentes", PATENTES)
    antes = volcar(motor)
    for motivo, codigo in (("Lo pidió Jacinta Quispe", 1), ("Pedido de 12345678-5", 1), ("  ", 2)):
        salida = observatorio(base, "suprimir", "--rut", "12.345.678-5", "--motivo", motivo, "--si")
        assert salida.returncode == codigo, salida.stderr
        assert "motivo" in salida.stderr
        assert volcar(motor) == antes


def test_la_clave_que_se_perdio(base: Settings, motor: Engine, tmp_path: Path) -> None:
    meter(base, tmp_path, "patentes", PATENTES)
    hacer(base, *ORDEN, "--si")
    (base.state_dir / "supresion.secreto").unlink()
    archivo = tmp_path / "encuesta.csv"
    archivo.write_text(MUNDO["encuesta_establecimientos"], encoding="utf-8")
    carga = ("ingest", "encuesta_establecimientos", str(archivo), "--anio", "2024")
    negada = observatorio(base, *carga)
    assert negada.returncode == 1
    assert "--clave-perdida" in negada.stderr
    perdida = ("suprimir", "--clave-perdida", "--motivo", "Se quemó el disco", "--si")
    assert "Clave aceptada" in hacer(base, *perdida)
    repetida = observatorio(base, *perdida)
    assert repetida.returncode == 1
    assert "no se ha perdido" in repetida.stderr
    hacer(base, *carga)
    assert restos(volcar(motor)), "nobody knows her again under another secret"
    hacer(base, *ORDEN, "--si")
    assert restos(volcar(motor)) == []
