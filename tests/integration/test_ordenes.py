"""The command line as a person uses it: what it says, what it changes, and with which status it ends."""

from __future__ import annotations

import io
import json
import os
import random
import signal
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
import xlsxwriter
from sqlalchemy import Engine, text

from archivos_de_oficinas import FUENTES
from ingest.pipeline import cargar
from observatorio.cli.consolidacion import consolidar_todo
from observatorio.settings import Settings
from orden_observatorio import ORDEN, entorno, observatorio

ENCABEZADO = "AÑO;PROGRAMA;RUT BENEFICIARIO;NOMBRE BENEFICIARIO;COMUNA;ACTIVIDAD;MONTO ($);FECHA RESOLUCIÓN"
SOCIOS = "Socio;RUT;Rubro;Direccion\nTaller Ltda.;76.286.053-8;Taller;Ramirez 100"
FILA = "2024;Semilla;76.286.053-8;TALLER LTDA;CALAMA;Taller;1.250.000;15/03/2024"


ERRADA = FILA.replace("TALLER LTDA", "").replace("Semilla", "<b>Semilla</b>")
"""A row without the name that its source demands."""


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
def con_datos(base: Settings, ingesta: Engine, tmp_path: Path) -> Settings:
    """A database with a beneficiary, a member of a trade body, and the catastro and the figures made of them."""
    archivo, socios = tmp_path / "gore.csv", tmp_path / "socios.csv"
    archivo.write_text(f"{ENCABEZADO}\n{FILA}\n", encoding="utf-8")
    socios.write_text(f"{SOCIOS}\n", encoding="utf-8")
    for fuente, ruta in (("gore", archivo), ("gremio", socios)):
        cargar(ingesta, FUENTES[fuente], [ruta], cut=base.cut, anio=2024)
    consolidar_todo(ingesta, base)
    # A backup can be restored only where nobody else is connected.
    ingesta.dispose()
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


def test_consolidar_dice_lo_que_hizo_y_la_segunda_vez_que_nada_cambio(con_datos: Settings, motor: Engine) -> None:
    with motor.connect() as conn:
        assert conn.scalar(text("SELECT count(*) FROM catastro.establecimiento_anio WHERE anio = 2024")) == 1
        assert conn.scalar(text("SELECT count(*) FROM publicacion.celda")) > 0
    antes = estado(motor)
    salida = observatorio(con_datos, "consolidate")
    assert "2024: 1 establecimientos, de 2 observaciones; sin cambios." in salida.stdout
    assert estado(motor) == antes
    assert "de 2 observaciones.\n" in observatorio(con_datos, "consolidate", "--anio", "2024").stdout


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


@pytest.mark.parametrize("simulacro", [(), ("--dry-run",)])
def test_la_carga_rechazada_tambien_tiene_informe(base: Settings, simulacro: tuple[str, ...], tmp_path: Path) -> None:
    archivo = tmp_path / "gore [red] :smile:.csv"
    archivo.write_text("\n".join([ENCABEZADO, FILA, ERRADA, ERRADA, ""]), encoding="utf-8")
    html, json_ = tmp_path / "informe.html", tmp_path / "informe.json"
    for informe in (html, json_):
        salida = observatorio(base, "ingest", "gore", str(archivo), "--report", str(informe), *simulacro)
        assert salida.returncode == 1
        assert f"Informe: {informe}" in salida.stdout
        assert "Filas rechazadas: 2 de 3" in salida.stderr
        assert archivo.name in salida.stdout
    texto = html.read_text(encoding="utf-8")
    assert "No entró. Filas rechazadas: 2 de 3" in texto
    assert "D NOMBRE BENEFICIARIO" in texto
    (datos,) = orjson.loads(json_.read_bytes())["archivos"]
    assert (datos["archivo"], datos["estado"], datos["carga"]) == (archivo.name, "fallida", None)
    assert [(r["fila"], r["letra"], r["gravedad"]) for r in datos["rechazos"]] == [(3, "D", "fila"), (4, "D", "fila")]
    assert datos["rechazos_completos"]


def test_el_archivo_ilegible_tambien_tiene_informe(base: Settings, tmp_path: Path) -> None:
    archivo = tmp_path / "otro.csv"
    archivo.write_bytes(sin_la_columna())
    informe = tmp_path / "informe.html"
    assert observatorio(base, "ingest", "gore", str(archivo), "--report", str(informe)).returncode == 1
    texto = informe.read_text(encoding="utf-8")
    assert "otro.csv" in texto
    assert "Falta la columna obligatoria" in texto


def test_un_informe_imposible_se_dice_antes_de_cargar(base: Settings, motor: Engine, tmp_path: Path) -> None:
    archivo = tmp_path / "gore.csv"
    archivo.write_text(f"{ENCABEZADO}\n{FILA}\n", encoding="utf-8")
    antes = estado(motor)
    for destino, codigo in (("informe.pdf", 2), ("/proc/informe.html", 1), (str(tmp_path / "no/x.json"), 1)):
        salida = observatorio(base, "ingest", "gore", str(archivo), "--report", destino)
        assert salida.returncode == codigo, salida.stderr
        assert "Traceback" not in salida.stderr
        assert estado(motor) == antes


def test_los_caracteres_nulos_no_llegan_a_la_base(base: Settings, motor: Engine, tmp_path: Path) -> None:
    encabezado = dict(zip(ENCABEZADO.split(";"), FILA.split(";"), strict=True))
    archivo = tmp_path / "gore.json"
    filas = [encabezado | {"NOMBRE BENEFICIARIO": "TALLER\0 LTDA", "SOBRA\0": "a\0b"}, "nada\0"]
    archivo.write_text(json.dumps(filas * 40), encoding="utf-8")
    salida = observatorio(base, "ingest", "gore", str(archivo))
    assert salida.returncode == 1, "half of the rows are irregular"
    assert "Filas rechazadas: 40 de 80" in salida.stderr
    archivo.write_text(json.dumps(filas[:1]), encoding="utf-8")
    salida = observatorio(base, "ingest", "gore", str(archivo))
    assert salida.returncode == 0, salida.stderr
    with motor.connect() as conn:
        assert conn.scalar(text("SELECT razon_social FROM observacion.registro")) == "TALLER LTDA"


def test_revisar_lo_ya_cargado_dice_que_ya_estaba(con_datos: Settings, tmp_path: Path) -> None:
    salida = observatorio(con_datos, "ingest", "gore", str(tmp_path / "gore.csv"), "--dry-run")
    assert salida.returncode == 0
    assert "sin cambios (ya estaba" in salida.stdout
    assert "None" not in salida.stdout


def test_una_carga_se_muestra_con_titulos_y_fechas(con_datos: Settings) -> None:
    salida = observatorio(con_datos, "cargas", "show", "1").stdout
    for dice in ("Filas aceptadas", "gore.csv", "2024", "confirmada", "Sin rechazos."):
        assert dice in salida
    for no_dice in ("filas_aceptadas", "datetime", "[2024]", "None"):
        assert no_dice not in salida


def test_las_fuentes_se_listan_con_su_actor(base: Settings) -> None:
    salida = observatorio(base, "fuentes").stdout
    assert "Notarías" in salida
    assert "Municipalidad" in salida
    assert "bienes_nacionales" in salida
    assert max(map(len, salida.splitlines())) <= 200


def test_ctrl_c_termina_con_una_frase(base: Settings, tmp_path: Path) -> None:
    tubo = tmp_path / "sin_fin.csv"
    os.mkfifo(tubo)
    orden = [*ORDEN, "ingest", "gore", str(tubo)]
    proceso = subprocess.Popen(orden, env=entorno(base), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    # Opening a pipe for writing waits until the command has opened it for reading, and closing it wakes the reader.
    with tubo.open("w"):
        proceso.send_signal(signal.SIGINT)
    _, quejas = proceso.communicate(timeout=60)
    assert proceso.returncode == 130
    assert quejas == "Interrumpido: nada de lo que estaba a medias quedó guardado.\n"


def test_lo_que_la_base_rechaza_es_una_frase_con_registro(base: Settings, motor: Engine, tmp_path: Path) -> None:
    with motor.begin() as conn:
        conn.execute(text("DROP TABLE ingreso.carga CASCADE"))
    salida = observatorio(base, "cargas", "list")
    assert salida.returncode == 1
    assert "Traceback" not in salida.stderr
    registro = base.state_dir / "errores.log"
    assert str(registro) in salida.stderr
    assert "UndefinedTable" in registro.read_text(encoding="utf-8")


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
        (("publish", "--anio", "2024"), 1, "No hay catastro consolidado de 2024"),
        (("publish",), 2, "--anio"),
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
