"""What the OpenAPI document promises of `/api/v1`, and that the answers keep it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from pydantic import BaseModel

from api import esquemas, esquemas_catalogo
from observatorio.vocabulario import Rol

Llave = Callable[[Rol], dict[str, str]]
DIBUJO = {
    "type": "Polygon",
    "coordinates": [[[-68.95, -22.48], [-68.91, -22.48], [-68.91, -22.44], [-68.95, -22.44], [-68.95, -22.48]]],
}
RESPUESTAS: list[tuple[str, type[BaseModel]]] = [
    ("establecimientos?limite=5", esquemas.PaginaEstablecimientos),
    ("establecimientos?limite=5&q=local", esquemas.PaginaEstablecimientos),
    ("establecimientos/e001", esquemas.EstablecimientoDelAnio),
    ("establecimientos/e001/procedencia", esquemas.Procedencia),
    ("establecimientos/e001/historia", esquemas.Historia),
    ("tractoras", esquemas.Tractoras),
    ("fuentes", esquemas_catalogo.Fuentes),
    ("indicadores", esquemas_catalogo.Indicadores),
    ("indicadores/empleo?por=seccion,tamano", esquemas_catalogo.CuadroDeCifras),
    ("conteos?nivel=h3_8&comparar=anterior", esquemas_catalogo.CuadroDeCifras),
    ("niveles", esquemas_catalogo.Niveles),
    ("zonas?nivel=h3_8", esquemas_catalogo.Zonas),
    ("publicaciones?todas=si", esquemas_catalogo.Publicaciones),
]

ABIERTOS = (esquemas_catalogo.CuadroDeCifras, esquemas.ConteoDibujado)


@pytest.fixture(scope="module")
def documento(lector: httpx.Client) -> dict[str, Any]:
    """The document as it is served."""
    cuerpo: dict[str, Any] = lector.get("/api/v1/openapi.json").json()
    return cuerpo


def _operaciones(documento: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{metodo.upper()} {ruta}", operacion)
        for ruta, metodos in documento["paths"].items()
        for metodo, operacion in metodos.items()
        if ruta.startswith("/api/v1/")
    ]


def test_cada_direccion_dice_que_es_que_recibe_y_que_responde(documento: dict[str, Any]) -> None:
    """A summary and a description of every parameter in Spanish, and the schema of every answer."""
    operaciones = _operaciones(documento)
    assert len(operaciones) >= 15
    for nombre, operacion in operaciones:
        assert operacion["summary"][0].isupper(), nombre
        for parametro in operacion.get("parameters", []):
            assert parametro["description"], (nombre, parametro["name"])
        contenido = operacion["responses"]["200"]["content"]
        assert contenido["application/json"]["schema"].get("$ref") or contenido["application/json"]["schema"]["anyOf"]
        assert operacion["responses"]["200"]["description"] != "Successful Response", nombre
        assert {"4XX", "5XX"} <= operacion["responses"].keys()


@pytest.mark.parametrize(("ruta", "modelo"), RESPUESTAS, ids=[r for r, _ in RESPUESTAS])
@pytest.mark.parametrize("rol", [Rol.PLANIFICADOR, Rol.MUNICIPAL])
def test_las_respuestas_son_como_se_promete(
    lector: httpx.Client, llave_comun: Llave, rol: Rol, ruta: str, modelo: type[BaseModel]
) -> None:
    """Every member that is promised, of its type, and no other."""
    respuesta = lector.get(f"/api/v1/{ruta}", headers=llave_comun(rol))
    assert respuesta.status_code == 200, respuesta.text
    _revisar(modelo, respuesta)


def _revisar(modelo: type[BaseModel], respuesta: httpx.Response) -> None:
    """Rows of figures have a member for each dimension that was asked for; all others have those of the model."""
    modelo.model_validate_json(respuesta.content, extra=None if modelo in ABIERTOS else "forbid")


def test_las_respuestas_a_un_dibujo_tambien(lector: httpx.Client, llave_comun: Llave) -> None:
    """The page and the count."""
    for ruta, modelo in (("establecimientos", esquemas.PaginaEstablecimientos), ("conteos", esquemas.ConteoDibujado)):
        respuesta = lector.post(f"/api/v1/{ruta}", json=DIBUJO, headers=llave_comun(Rol.PLANIFICADOR))
        _revisar(modelo, respuesta)
        assert respuesta.json()["datos"]


def test_el_documento_no_exige_clave_donde_no_hace_falta(documento: dict[str, Any], lector: httpx.Client) -> None:
    """What it says is what happens: without a key these answer, and the others are refused."""
    # A body that is read comes before the question who sends it.
    for nombre, operacion in _operaciones(documento):
        metodo, ruta = nombre.split(" ", 1)
        ruta = ruta.replace("{id}", "empleo").replace("{identificador}", "e001")
        libre = {} in operacion["security"]
        cuerpo = DIBUJO if metodo == "POST" else None
        respuesta = lector.request(metodo, ruta, json=cuerpo)
        assert (respuesta.status_code != 401) == libre, nombre


def test_un_metodo_que_no_se_usa_dice_los_que_si(lector: httpx.Client) -> None:
    """All of the address, and not those of its first route."""
    for ruta, metodos in (("establecimientos", "GET, POST"), ("conteos", "GET, POST"), ("niveles", "GET")):
        respuesta = lector.delete(f"/api/v1/{ruta}")
        assert respuesta.status_code == 405
        assert sorted(respuesta.headers["allow"].split(", ")) == metodos.split(", ")


def test_los_filtros_del_catalogo(lector: httpx.Client) -> None:
    """Of the sources by actor and state, of the releases by year, of the zones by code; each with its own ETag."""
    todas = lector.get("/api/v1/fuentes").json()["datos"]
    de_salud = lector.get("/api/v1/fuentes", params={"actor": "salud"})
    assert de_salud.json()["datos"] == [f for f in todas if f["actor"] == "salud"] != []
    assert lector.get("/api/v1/fuentes", params={"estado": "atrasada"}).json()["datos"] == []
    etag = {"If-None-Match": de_salud.headers["etag"]}
    assert lector.get("/api/v1/fuentes", params={"actor": "salud"}, headers=etag).status_code == 304
    assert lector.get("/api/v1/fuentes", headers=etag).status_code == 200
    anios = lector.get("/api/v1/publicaciones", params={"anio": "2023"}).json()["datos"]
    assert [p["anio"] for p in anios] == [2023]
    zona = lector.get("/api/v1/zonas", params={"nivel": "h3_8", "zona": "88b"}).json()["datos"]
    assert [z["zona"] for z in zona] == ["88b"]
    rasgos = lector.get("/api/v1/zonas", params={"nivel": "h3_8", "zona": "88b", "formato": "geojson"}).json()
    assert [r["properties"]["zona"] for r in rasgos["features"]] == ["88b"]
    for mala in ("fuentes?actor=nadie", "fuentes?estado=bien", "zonas?nivel=h3_8&zona=zz", "publicaciones?anio=x"):
        assert lector.get(f"/api/v1/{mala}").status_code == 400, mala
