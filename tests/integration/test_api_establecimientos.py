"""The list of establishments over HTTP: by role, page by page, and whole."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import geopandas
import httpx
import pytest
from sqlalchemy import select, update

from observatorio.db import tablas as t
from observatorio.vocabulario import Rol

Llave = Callable[[Rol], dict[str, str]]
RUTA = "/api/v1/establecimientos"


@pytest.fixture(scope="module")
def con_personas(ciudad_comun: Any) -> None:
    """One of the establishments belongs to a natural person, and one has a name that begins like a formula."""
    with ciudad_comun.motor.begin() as conn:
        tabla = t.establecimiento_anio
        conn.execute(
            update(tabla)
            .where(tabla.c.id == "e001")
            .values(tipo_persona="natural", nombre="Rosa Persona", rut=12_345_678)
        )
        conn.execute(update(tabla).where(tabla.c.id == "e002").values(nombre="=Maestranza Ñuñoa"))


pytestmark = pytest.mark.usefixtures("con_personas")


def test_solo_planificador_y_municipal(lector: httpx.Client, llave_comun: Llave) -> None:
    """Without a key 401; with one that has no business here 403."""
    assert lector.get(RUTA).status_code == 401
    assert lector.get(RUTA, headers=llave_comun(Rol.SOCIO)).status_code == 403
    assert lector.get(RUTA, headers=llave_comun(Rol.ADMIN)).status_code == 403
    assert lector.get(RUTA, headers=llave_comun(Rol.PLANIFICADOR)).status_code == 200


def test_paginas_sin_saltos_ni_repeticiones(lector: httpx.Client, llave_comun: Llave) -> None:
    """Following the cursor meets each of the 37 active ones once."""
    vistos: list[str] = []
    cursor = ""
    for _ in range(10):
        pagina = lector.get(
            RUTA, params={"limite": "10", "cursor": cursor}, headers=llave_comun(Rol.PLANIFICADOR)
        ).json()
        vistos += [f["id"] for f in pagina["datos"]]
        cursor = pagina["siguiente"]
        if cursor is None:
            break
    assert len(vistos) == 37
    assert vistos == sorted(set(vistos))


def test_el_planificador_no_ve_a_las_personas(lector: httpx.Client, llave_comun: Llave) -> None:
    """Neither name nor RUT of a natural person, nor by searching for it, nor any restricted column."""
    como = llave_comun(Rol.PLANIFICADOR)
    filas = lector.get(RUTA, params={"limite": "1000"}, headers=como).json()["datos"]
    persona = next(f for f in filas if f["id"] == "e001")
    assert (persona["nombre"], persona["rut"]) == (None, None)
    assert "telefono" not in persona
    assert lector.get(RUTA, params={"q": "Rosa"}, headers=como).json()["datos"] == []


def test_el_municipio_ve_y_queda_escrito(lector: httpx.Client, llave_comun: Llave, ciudad_comun: Any) -> None:
    """The restricted columns, and a line in the audit that tells the filter and not the findings."""
    respuesta = lector.get(RUTA, params={"q": "Rosa"}, headers=llave_comun(Rol.MUNICIPAL))
    (persona,) = respuesta.json()["datos"]
    assert (persona["rut"], persona["telefono"]) == (12_345_678, "+56911111111")
    assert respuesta.headers["cache-control"] == "private, no-store"
    with ciudad_comun.motor.connect() as conn:
        linea = conn.execute(select(t.auditoria_registro).order_by(t.auditoria_registro.c.registro.desc())).first()
    assert linea is not None
    assert (linea.rol, linea.accion) == ("municipal", "ver_establecimientos")
    assert linea.detalle["q"].startswith("huella:")
    assert linea.clave is not None


@pytest.mark.parametrize(
    ("filtros", "cuantos"),
    [
        ({"seccion": "G", "tamano": "pequena"}, 3),
        ({"formalidad": "informal"}, 6),
        ({"formalidad": "inactivo"}, 5),
        ({"nivel": "h3_8", "zona": "88b"}, 12),
        ({"bbox": "-68.94,-22.47,-68.92,-22.45"}, 35),
        ({"bbox": "-70,-20,-69.5,-19"}, 0),
        ({"anio": "2023"}, 15),
        ({"q": "maestransa"}, 1),
        ({"q": "100%"}, 0),
    ],
)
def test_filtros(lector: httpx.Client, llave_comun: Llave, filtros: dict[str, str], cuantos: int) -> None:
    """Each filter against the number counted by hand; a typing error still finds the name."""
    respuesta = lector.get(RUTA, params={**filtros, "limite": "1000"}, headers=llave_comun(Rol.PLANIFICADOR))
    assert len(respuesta.json()["datos"]) == cuantos


def test_geojson_y_csv(lector: httpx.Client, llave_comun: Llave) -> None:
    """A page as features, the whole selection as CSV; what begins like a formula is a text."""
    como = llave_comun(Rol.PLANIFICADOR)
    rasgos = lector.get(RUTA, params={"formato": "geojson", "limite": "5000"}, headers=como)
    mapa = geopandas.read_file(io.BytesIO(rasgos.content))
    assert len(mapa) == 37
    assert mapa.geometry.isna().sum() == 2
    filas = list(csv.DictReader(io.StringIO(lector.get(RUTA, params={"formato": "csv"}, headers=como).text)))
    assert len(filas) == 37
    assert next(f for f in filas if f["id"] == "e002")["nombre"] == "'=Maestranza Ñuñoa"
    assert float(filas[0]["lon"]) == pytest.approx(-68.93)


@pytest.mark.parametrize(
    "mala",
    [
        *("bbox=1,2,3", "bbox=10,0,5,1", "bbox=a,b,c,d", "bbox=nan,nan,nan,nan", "anio=2024,2023", "anio=1999"),
        *("nivel=h3_8", "formato=shp", "limite=0", "limite=muchos", "seccion=ZZ", "orden=nombre"),
    ],
)
def test_una_busqueda_mal_escrita_es_400(lector: httpx.Client, llave_comun: Llave, mala: str) -> None:
    """With the field at fault."""
    respuesta = lector.get(f"{RUTA}?{mala}", headers=llave_comun(Rol.PLANIFICADOR))
    assert respuesta.status_code == 400, respuesta.text
    assert respuesta.json()["errores"][0]["campo"]
