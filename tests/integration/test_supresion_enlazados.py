"""The rows without a RUT of the premises of somebody who asked to be erased: they are named, and erased if asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from archivos_de_oficinas import CUT, FUENTES
from ingest.pipeline import cargar
from observatorio.cli.consolidacion import consolidar_todo
from observatorio.db.queries.respuestas import buscar_cita
from observatorio.db.queries.revision import decidir_registros
from observatorio.settings import Settings
from observatorio.vocabulario import Decision
from orden_observatorio import observatorio

PATENTES = """ROL PATENTE;TIPO PATENTE;R.U.T.;NOMBRE O RAZÓN SOCIAL;GIRO;DIRECCIÓN COMERCIAL;MONTO PATENTE;ESTADO
5-010;PERMISO;12.345.678-5;QUISPE JACINTA;COCINERIA;PASAJE LOS CHAÑARES 1234;$ 40.000;DEFINITIVA
5-012;PERMISO;9.876.543-3;SOTO PEDRO;FERIA;LATORRE 20;$ 40.000;DEFINITIVA
"""
ENCUESTA = """nombre_local;rut;direccion;comuna;funcionando;trab_total;_uuid
Cocinería Chañares;;Pasaje Los Chañares 1234;Calama;si;2;u-1
Cocinería Pedro;9876543-3;Latorre 20;Calama;si;3;u-2
"""
ORDEN = ("suprimir", "--rut", "12.345.678-5", "--motivo", "Solicitud 14", "--si")


def hacer(base: Settings, *palabras: str) -> str:
    """Run a command that must do what it says."""
    hecho = observatorio(base, *palabras)
    assert hecho.returncode == 0, hecho.stderr
    return hecho.stdout


@pytest.fixture
def enlazada(base: Settings, ingesta: Engine, motor: Engine, tmp_path: Path) -> str:
    """A patente of the person and a row of a survey without a RUT, of one premises; that row as CARGA:FILA:PARTE."""
    for fuente, contenido in (("patentes", PATENTES), ("encuesta_establecimientos", ENCUESTA)):
        ruta = tmp_path / f"{fuente}.csv"
        ruta.write_text(contenido, encoding="utf-8")
        cargar(ingesta, FUENTES[fuente], [ruta], cut=CUT, anio=2024)
    carga, otra = carga_de(motor, "encuesta_establecimientos"), carga_de(motor, "patentes")
    with ingesta.begin() as conn:
        decidir_registros(conn, buscar_cita(conn, carga, 2), buscar_cita(conn, otra, 2), Decision.MISMA, "ana")
    consolidar_todo(ingesta, base)
    return f"{carga}:2:0"


def carga_de(motor: Engine, fuente: str) -> int:
    """The load of a source."""
    with motor.connect() as conn:
        return int(conn.execute(text("SELECT carga FROM ingreso.carga WHERE fuente = :f"), {"f": fuente}).scalar_one())


def nombres(motor: Engine) -> set[str | None]:
    """Every name that a record still holds."""
    with motor.connect() as conn:
        return set(conn.scalars(text("SELECT coalesce(nombre_fantasia, razon_social) FROM observacion.registro")))


def test_lo_enlazado_se_dice_con_su_orden(base: Settings, motor: Engine, enlazada: str) -> None:
    antes = nombres(motor)
    suya = f"observatorio suprimir --registro {enlazada} --motivo 'Solicitud 14'"
    ensayo = hacer(base, *ORDEN, "--dry-run")
    assert suya in ensayo
    assert nombres(motor) == antes
    hecho = hacer(base, *ORDEN)
    assert suya in hecho
    assert "Cocinería Chañares" not in hecho, "where it is, and not what it says"
    assert "Cocinería Pedro" in nombres(motor)
    assert "Cocinería Chañares" in nombres(motor)
    hacer(base, "suprimir", "--registro", enlazada, "--motivo", "Solicitud 14", "--si")
    assert nombres(motor) == {None, "SOTO PEDRO", "Cocinería Pedro"}
    with motor.connect() as conn:
        detalle = conn.scalar(text("SELECT detalle FROM auditoria.registro WHERE accion = 'suprimir' LIMIT 1"))
    assert (detalle["filas"], detalle["enlazados_que_quedan"]) == (1, 1)


def test_con_enlazados_se_vacian_y_no_vuelven(base: Settings, motor: Engine, enlazada: str, tmp_path: Path) -> None:
    ensayo = hacer(base, *ORDEN, "--con-enlazados", "--dry-run")
    assert "2 filas de 2 cargas" in ensayo
    assert "--registro" not in ensayo
    hecho = hacer(base, *ORDEN, "--con-enlazados")
    assert "Vaciadas 2 filas" in hecho
    assert "--registro" not in hecho
    assert nombres(motor) == {None, "SOTO PEDRO", "Cocinería Pedro"}
    with motor.connect() as conn:
        clases = set(conn.scalars(text("SELECT clase FROM ingreso.supresion")))
        detalle = conn.scalar(text("SELECT detalle FROM auditoria.registro WHERE accion = 'suprimir'"))
    assert clases == {"rut", "registro", "clave"}
    assert (detalle["filas"], detalle["clases"], detalle["enlazados_que_quedan"]) == (2, ["registro", "rut"], 0)
    # The survey's own identifier is known again in another file.
    otra = tmp_path / "otra.csv"
    otra.write_text(ENCUESTA.replace("1234", "1236"), encoding="utf-8")
    hacer(base, "ingest", "encuesta_establecimientos", str(otra), "--anio", "2025")
    assert nombres(motor) == {None, "SOTO PEDRO", "Cocinería Pedro"}


@pytest.mark.parametrize("con", [("--registro", "1:2"), ("--clave-perdida",)])
def test_con_enlazados_es_de_un_rut(base: Settings, con: tuple[str, ...]) -> None:
    salida = observatorio(base, "suprimir", *con, "--con-enlazados", "--motivo", "x", "--si")
    assert salida.returncode == 2, salida.stderr
    assert "--con-enlazados" in salida.stderr
