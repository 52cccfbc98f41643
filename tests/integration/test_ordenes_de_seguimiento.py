"""What the commands tell of a small world over the years, counted by hand: events, estimates, and every record's word.

Patentes of 2021, 2022 and 2024 (2023 was never loaded), a list of members with two telephones of one premises, and in
2024 a survey that saw two businesses that no register knows, each standing for ten.
"""

from __future__ import annotations

import csv
import io
import json
import math
import subprocess
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from sqlalchemy import text

import ingest.fuentes
from ingest.contract import Fuente
from ingest.pipeline import cargar
from observatorio import catalogo
from observatorio.catastro.demografia import demografia
from observatorio.cli.consolidacion import consolidar_todo
from observatorio.db.engine import crear_engine
from observatorio.normalizar.rut import dv_de
from observatorio.settings import Settings
from orden_observatorio import observatorio

FUENTES = catalogo.discover(ingest.fuentes, Fuente)
CUT = "02201"
QUEDA, MUERE, VUELVE, TEMPRANA, TARDIA = range(76_500_001, 76_500_006)
ROLES: Mapping[int, Sequence[int]] = {
    2021: (QUEDA, MUERE, VUELVE),
    2022: (QUEDA, MUERE, TEMPRANA),
    2024: (QUEDA, VUELVE, TEMPRANA, TARDIA),
}
PATENTES = (
    *("ROL PATENTE", "TIPO PATENTE", "R.U.T.", "NOMBRE O RAZÓN SOCIAL", "GIRO", "DIRECCIÓN COMERCIAL"),
    *("FECHA INICIO", "ESTADO", "Nº TRABAJADORES"),
)
ENCUESTA = (
    *("nombre_local", "direccion", "giro", "comuna", "funcionando", "inicio_sii", "patente", "factor_expansion"),
)
CALLES = dict(zip(range(76_500_001, 76_500_006), ("LIRA", "RAMIREZ", "LATORRE", "VARGAS", "ABAROA"), strict=True))

Orden = Callable[..., subprocess.CompletedProcess[str]]


def con_dv(rut: int) -> str:
    return f"{rut}-{dv_de(pl.Series([rut]))[0]}"


def libro(ruta: Path, *filas: Sequence[object]) -> Path:
    with xlsxwriter.Workbook(ruta) as abierto:
        hoja = abierto.add_worksheet()
        for i, fila in enumerate(filas):
            hoja.write_row(i, 0, [str(celda) for celda in fila])
    return ruta


@pytest.fixture(scope="module")
def mundo(base_modulo: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The world, loaded and consolidated as the commands do it."""
    carpeta = tmp_path_factory.mktemp("mundo")
    enviados: list[tuple[str, int, Path]] = []
    for anio, firmas in ROLES.items():
        filas = [
            (
                f"2-{r}",
                "COMERCIAL",
                con_dv(r),
                f"FIRMA {CALLES[r]} SA",
                "VENTA",
                f"{CALLES[r]} 100",
                "",
                "DEFINITIVA",
                "",
            )
            for r in firmas
        ]
        enviados.append(("patentes", anio, libro(carpeta / f"patentes_{anio}.xlsx", PATENTES, *filas)))
    socios = [("FIRMA LIRA SA", con_dv(QUEDA), "VENTA", "LIRA 100", fono) for fono in ("552111111", "552222222")]
    enviados.append(
        ("gremio", 2024, libro(carpeta / "g.xlsx", ("Socio", "RUT", "Rubro", "Dirección", "Fono"), *socios))
    )
    vistos = [
        ("Feria Sol", "COLON 7", "pan", "Calama", "si", "no", "no", 10),
        ("Quiosco Luna", "PRAT 900", "diarios", "Calama", "si", "no", "no", 10),
    ]
    enviados.append(("encuesta_establecimientos", 2024, libro(carpeta / "e.xlsx", ENCUESTA, *vistos)))
    engine = crear_engine(base_modulo, "ingesta")
    for fuente, anio, ruta in enviados:
        (hecha,) = cargar(engine, FUENTES[fuente], [ruta], cut=CUT, anio=anio)
        assert hecha.rechazadas == 0, hecha.rechazos.rows()
    consolidar_todo(engine, base_modulo)
    engine.dispose()
    return base_modulo


@pytest.fixture(scope="module")
def orden(mundo: Settings) -> Orden:
    """Runs a command over the world."""
    return partial(observatorio, mundo)


def test_las_cuentas_de_cada_anio_cuadran(mundo: Settings) -> None:
    """VUELVE was missing in the one year of its absence that is known; the two of the survey are followed by nobody."""
    engine = crear_engine(mundo, "ingesta")
    with engine.connect() as conn:
        cuentas = demografia(conn, CUT)
        vacia = demografia(conn, "13101")
    engine.dispose()
    columnas = ("anio", "desde", "antes", "nacimientos", "reactivaciones", "muertes", "neto", "ahora", "activos")
    assert cuentas.select(columnas).rows() == [
        (2021, None, None, 0, 0, 0, 0, None, 3),
        (2022, 2021, 3, 1, 0, 1, 0, 3, 3),
        (2024, 2022, 3, 1, 1, 1, 1, 4, 6),
    ]
    assert cuentas["provisorias"].to_list() == [0, 0, 1]
    assert vacia.height == 0
    assert vacia.schema == cuentas.schema


def test_la_orden_de_sucesos_dice_que_falta_un_anio(orden: Orden) -> None:
    hecho = orden("sucesos")
    assert hecho.returncode == 0, hecho.stderr
    assert "Entre 2022 y 2024 hay años sin cargar" in hecho.stdout
    (uno,) = json.loads(orden("sucesos", "--anio", "2024", "--formato", "json").stdout)
    assert (uno["antes"] + uno["neto"], uno["desde"]) == (uno["ahora"], 2022)
    filas = list(csv.DictReader(io.StringIO(orden("sucesos", "--formato", "csv").stdout)))
    assert [f["anio"] for f in filas] == ["2021", "2022", "2024"]
    negado = orden("sucesos", "--anio", "2023")
    assert negado.returncode == 1
    assert "Los años que hay: 2021, 2022, 2024." in negado.stderr


def test_lo_estimado_va_al_lado_de_lo_registrado(orden: Orden) -> None:
    """Two seen, each for ten: twenty; the register knows six premises in all, and never twenty-six."""
    hecho = orden("estimaciones", "--formato", "json")
    assert hecho.returncode == 0, hecho.stderr
    filas = {(f["medida"], f["dimension"], f["categoria"]): f for f in json.loads(hecho.stdout)}
    total = filas["establecimientos", "", ""]
    assert (total["estimado"], total["n"], total["catastro"]) == (20, 2, 6)
    assert total["error_estandar"] == pytest.approx(math.sqrt(200))
    informales = filas["establecimientos", "formalidad", "informal"]
    assert (informales["estimado"], informales["catastro"]) == (20, 2)
    assert filas["tasa_informalidad", "", ""]["estimado"] == 100
    # No indicator asks the register for the share of commuters.
    assert filas["parte_conmutante", "", ""]["catastro"] is None
    tabla = orden("estimaciones").stdout
    assert "± Error estándar" in tabla
    assert "Tasa de informalidad (%)" in tabla
    assert "Los años que hay: 2024." in orden("estimaciones", "--anio", "2021").stderr


def _id(mundo: Settings, rut: int) -> str:
    engine = crear_engine(mundo, "ingesta")
    with engine.connect() as conn:
        uno = conn.execute(text("SELECT id FROM catastro.establecimiento WHERE rut = :r"), {"r": rut}).scalar_one()
    engine.dispose()
    return str(uno)


def test_la_procedencia_cuenta_lo_que_le_paso(mundo: Settings, orden: Orden) -> None:
    salida = orden("procedencia", _id(mundo, VUELVE)).stdout
    sucesos = [linea.split() for linea in salida[salida.index("Qué le pasó") :].splitlines() if linea[1:3] == "20"]
    assert sucesos == [["2024", "reactivación", "no"], ["2022", "muerte", "no"]]
    assert "Nada que se sepa." in orden("procedencia", _id(mundo, QUEDA)).stdout


def test_el_telefono_que_perdio_se_ve(mundo: Settings, orden: Orden) -> None:
    hecho = orden("procedencia", _id(mundo, QUEDA), "--campo", "telefono")
    assert hecho.returncode == 0, hecho.stderr
    lineas = [linea for linea in hecho.stdout.splitlines() if linea.strip().startswith("telefono")]
    assert len(lineas) == 2
    assert "+56552111111" in lineas[0]
    assert lineas[0].split()[-2:] == ["2024", "establecimiento:gremio"]
    assert "+56552222222" in lineas[1]
    assert lineas[1].rstrip().endswith("no ganó")
    assert "se cree primero a: municipalidad" in hecho.stdout
    todos = orden("procedencia", _id(mundo, QUEDA), "--todos").stdout
    assert {"telefono", "direccion", "senal_patente"} <= {
        linea.split()[0] for linea in todos.splitlines() if linea.split()
    }


@pytest.mark.parametrize(
    ("campo", "dice"),
    [("formalidad", "Pida estos: estado, senal_sii, senal_patente"), ("color", "Los que hay: acteco, capital_clp")],
)
def test_un_campo_que_nadie_dice(mundo: Settings, orden: Orden, campo: str, dice: str) -> None:
    hecho = orden("procedencia", _id(mundo, QUEDA), "--campo", campo)
    assert hecho.returncode == 1
    assert dice in hecho.stderr
