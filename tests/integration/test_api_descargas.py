"""Whole selections of establishments as files: read back by other libraries, they are what the pages show."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import geopandas
import httpx
import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from api import descargas
from ciudad_buscada import ANIO, Fila
from observatorio.db import tablas as t
from observatorio.vocabulario import Rol

Llave = Callable[[Rol], dict[str, str]]
Archivo = tuple[Callable[..., httpx.Response], dict[str, Fila]]
RUTA = "/api/v1/establecimientos"
EXACTOS = (Rol.PLANIFICADOR, Rol.MUNICIPAL)
pytestmark = pytest.mark.usefixtures("con_lo_buscado")


@pytest.fixture(scope="module")
def todo(lector: httpx.Client, llave_comun: Llave) -> dict[Rol, dict[str, Fila]]:
    """What the pages show to each role, by id."""
    pagina = {"anio": str(ANIO), "limite": "1000"}
    return {
        rol: {f["id"]: f for f in lector.get(RUTA, params=pagina, headers=llave_comun(rol)).json()["datos"]}
        for rol in EXACTOS
    }


@pytest.fixture(params=EXACTOS)
def archivo(
    request: pytest.FixtureRequest, lector: httpx.Client, llave_comun: Llave, todo: dict[Rol, dict[str, Fila]]
) -> Archivo:
    """Asks for the whole selection as a file, as each role; and what it must hold."""

    def pedir(formato: str, **params: str) -> httpx.Response:
        pedido = {"anio": str(ANIO), "formato": formato, **params}
        respuesta = lector.get(RUTA, params=pedido, headers=llave_comun(request.param))
        assert respuesta.status_code == 200, respuesta.text
        assert respuesta.headers["content-disposition"] == f'attachment; filename="establecimientos_{ANIO}.{formato}"'
        assert respuesta.headers["cache-control"] == "private, no-store"
        return respuesta

    return pedir, todo[request.param]


def test_csv(archivo: Archivo) -> None:
    """Every value as the pages show it, formulas neutralised, with and without what Excel wants."""
    pedir, esperado = archivo
    llano = pedir("csv").content
    chileno = pedir("csv", separador=";").content
    assert not llano.startswith(b"\xef\xbb\xbf")
    assert chileno.startswith(b"\xef\xbb\xbf")
    for crudo, separador in ((llano, ","), (chileno, ";")):
        filas = {
            f["id"]: f for f in csv.DictReader(io.StringIO(crudo.decode("utf-8-sig"), newline=""), delimiter=separador)
        }
        assert filas.keys() == esperado.keys()
        for id_, fila in filas.items():
            for campo, valor in esperado[id_].items():
                assert fila[campo] == _como_texto(valor, coma=separador == ";"), campo
    assert any(f["nombre_fantasia"] == "'=cmd|' /C calc'!A0" for f in filas.values())


def _como_texto(valor: object, *, coma: bool) -> str:
    if valor is None:
        return ""
    if isinstance(valor, bool):
        return str(valor).lower()
    if isinstance(valor, float):
        return repr(valor).replace(".", ",") if coma else repr(valor)
    texto = str(valor)
    return f"'{texto}" if isinstance(valor, str) and texto.startswith(("=", "+", "-", "@")) else texto


def test_xlsx(archivo: Archivo) -> None:
    """Texts that look like formulas are texts."""
    pedir, esperado = archivo
    hoja = CalamineWorkbook.from_filelike(io.BytesIO(pedir("xlsx").content)).get_sheet_by_name("Establecimientos")
    encabezado, *filas = hoja.to_python()
    assert len(filas) == len(esperado)
    for fila in filas:
        registro = dict(zip(encabezado, fila, strict=True))
        for campo, valor in esperado[registro["id"]].items():
            assert registro[campo] == (
                "" if valor is None else pytest.approx(valor) if campo in ("lon", "lat") else valor
            )


@pytest.mark.parametrize("formato", ["geojson", "gpkg", "parquet"])
def test_formatos_con_lugar(archivo: Archivo, formato: str, tmp_path: Any) -> None:
    """Read back by geopandas: the same rows, values and points, those without a place too."""
    pedir, esperado = archivo
    ruta = tmp_path / f"a.{formato}"
    ruta.write_bytes(pedir(formato).content)
    capa = geopandas.read_parquet(ruta) if formato == "parquet" else geopandas.read_file(ruta)
    assert capa.crs.equals("OGC:CRS84" if formato == "parquet" else "EPSG:4326")
    assert set(capa["id"]) == esperado.keys()
    assert len(capa) == len(esperado)
    for fila in capa.itertuples():
        registro = esperado[fila.id]
        punto = fila.geometry
        assert (punto is None) == (registro["lon"] is None)
        if punto is not None:
            assert (punto.x, punto.y) == pytest.approx((registro["lon"], registro["lat"]), abs=1e-6)
        for campo in set(registro) - {"lon", "lat"}:
            leido = getattr(fila, campo)
            assert (None if leido is None or leido != leido else leido) == registro[campo], campo


def test_geoparquet_dice_que_lo_es(archivo: Archivo) -> None:
    """Version 1.1, with its column and encoding, and typed columns."""
    pedir, _ = archivo
    tabla = pq.read_table(io.BytesIO(pedir("parquet").content))
    assert b'"version":"1.1.0"' in tabla.schema.metadata[b"geo"]
    tipos = {n: str(tabla.schema.field(n).type) for n in ("rut", "publica", "nombre", "geometry")}
    assert tipos == {"rut": "int64", "publica": "bool", "nombre": "string", "geometry": "binary"}


@pytest.mark.parametrize("formato", ["csv", "xlsx", "geojson", "gpkg", "parquet"])
def test_una_seleccion_vacia_es_un_archivo_vacio(archivo: Archivo, formato: str, tmp_path: Any) -> None:
    """Which still opens."""
    pedir, _ = archivo
    ruta = tmp_path / f"a.{formato}"
    ruta.write_bytes(pedir(formato, seccion="A").content)
    if formato == "csv":
        assert list(csv.DictReader(ruta.read_text(encoding="utf-8").splitlines())) == []
    elif formato == "xlsx":
        assert len(CalamineWorkbook.from_path(ruta).get_sheet_by_name("Establecimientos").to_python()) == 1
    else:
        assert len(geopandas.read_parquet(ruta) if formato == "parquet" else geopandas.read_file(ruta)) == 0


def test_cada_descarga_queda_escrita(lector: httpx.Client, llave_comun: Llave, ciudad_comun: Any) -> None:
    """Of a planner too; a page of his is not."""

    def lineas() -> list[Any]:
        with ciudad_comun.motor.connect() as conn:
            return list(conn.execute(select(t.auditoria_registro).order_by(t.auditoria_registro.c.registro)))

    antes = len(lineas())
    como = llave_comun(Rol.PLANIFICADOR)
    lector.get(RUTA, params={"seccion": "G"}, headers=como)
    assert len(lineas()) == antes
    lector.get(RUTA, params={"anio": str(ANIO), "formato": "gpkg", "cerca": "-68.93,-22.46,500"}, headers=como)
    *_, ultima = lineas()
    assert (len(lineas()), ultima.rol, ultima.accion) == (antes + 1, "planificador", "ver_establecimientos")
    assert ultima.detalle["formato"] == "gpkg"
    assert ultima.detalle["cerca"] == {"lon": -68.93, "lat": -22.46, "metros": 500.0}
    assert ultima.detalle["version"] == 1


def test_una_descarga_de_mas_espera_su_turno(lector: httpx.Client, llave_comun: Llave) -> None:
    """503 that says when to come back; pages are answered meanwhile."""
    como, pedido = llave_comun(Rol.PLANIFICADOR), {"anio": str(ANIO), "formato": "csv"}
    with ExitStack() as tomados:
        for _ in range(3):
            tomados.enter_context(descargas._turno())
        respuesta = lector.get(RUTA, params=pedido, headers=como)
        assert (respuesta.status_code, respuesta.headers["retry-after"]) == (503, "30")
        assert "medio minuto" in respuesta.json()["consejo"]
        assert lector.get(RUTA, headers=como).status_code == 200
    assert lector.get(RUTA, params=pedido, headers=como).status_code == 200


def test_nada_queda_en_el_disco(
    lector: httpx.Client, llave_comun: Llave, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the file is on its way its folder is gone, whether the reader takes it all or leaves."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for formato in ("gpkg", "csv"):
        pedido = {"anio": str(ANIO), "formato": formato}
        with lector.stream("GET", RUTA, params=pedido, headers=llave_comun(Rol.MUNICIPAL)) as respuesta:
            assert respuesta.status_code == 200
            assert list(tmp_path.iterdir()) == []


def test_una_descarga_que_tarda_demasiado_lo_dice(
    lector: httpx.Client, llave_comun: Llave, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(descargas, "_MILISEGUNDOS", "1")
    for formato in ("csv", "geojson", "parquet"):
        pedido = {"anio": str(ANIO), "formato": formato}
        respuesta = lector.get(RUTA, params=pedido, headers=llave_comun(Rol.PLANIFICADOR))
        assert respuesta.status_code == 504, formato
        assert respuesta.headers["content-type"] == "application/problem+json"
