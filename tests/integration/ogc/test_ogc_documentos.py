"""The documents of `/ogc`, by the assertions of the official suite for Core, OpenAPI 3.0 and HTML, and by role."""

from __future__ import annotations

import re
from typing import Any

import pytest
from openapi_spec_validator import validate

from observatorio.vocabulario import Rol

PUBLICAS = ["cifras_h3_8", "cifras_unidad_vecinal", "puntos_publicos", "zonas_h3_8", "zonas_unidad_vecinal"]
EXACTAS = ["establecimientos", "establecimientos_2024", "establecimientos_2023"]
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
ROLES = (Rol.PUBLICO, Rol.SOCIO, Rol.PLANIFICADOR, Rol.MUNICIPAL, Rol.ADMIN)


def _enlaces(documento: dict[str, Any], rel: str) -> list[dict[str, str]]:
    return [e for e in documento["links"] if e["rel"] == rel]


def _revisar_enlaces(documento: Any) -> int:
    """Every link within is absolute and has a type; how many there are."""
    if isinstance(documento, list):
        return sum(map(_revisar_enlaces, documento))
    if not isinstance(documento, dict):
        return 0
    for enlace in documento.get("links", []):
        assert re.match(r"http://127\.0\.0\.1:\d+/ogc", enlace["href"])
        assert enlace["type"]
    return len(documento.get("links", [])) + sum(map(_revisar_enlaces, documento.values()))


def test_portada(ogc: Any) -> None:
    """It leads to the definition, the conformance and the collections, and to itself in both formats."""
    for ruta in ("", "/"):
        respuesta = ogc.pedir(ruta)
        assert respuesta.headers["content-type"] == "application/json"
        portada = respuesta.json()
        rels = {e["rel"] for e in portada["links"]}
        assert {"self", "alternate", "service-desc", "service-doc", "conformance", "data"} <= rels
        (definicion,) = _enlaces(portada, "service-desc")
        assert definicion["type"] == OPENAPI
        for enlace in portada["links"]:
            destino = ogc.cliente.get(enlace["href"])
            assert destino.status_code == 200
            assert destino.headers["content-type"].split("; ")[0] == enlace["type"]
        assert _revisar_enlaces(portada) >= 6


def test_conformidad(ogc: Any) -> None:
    """What QGIS wants to see before it sends filters is there, letter by letter."""
    clases = set(ogc.json("/conformance")["conformsTo"])
    features = "http://www.opengis.net/spec/ogcapi-features"
    assert {f"{features}-1/1.0/conf/{c}" for c in ("core", "oas30", "html", "geojson")} <= clases
    assert f"{features}-2/1.0/conf/crs" in clases
    assert {f"{features}-3/1.0/conf/{c}" for c in ("filter", "features-filter", "queryables")} <= clases
    assert {
        f"http://www.opengis.net/spec/cql2/1.0/conf/{c}" for c in ("cql2-text", "cql2-json", "basic-cql2")
    } <= clases


@pytest.mark.parametrize("rol", ROLES)
def test_cada_rol_ve_sus_colecciones_y_las_demas_no_existen(ogc: Any, rol: Rol) -> None:
    """What a role does not see in the list answers 404 wherever it is asked for, and is not in its definition."""
    exacto = rol in (Rol.PLANIFICADOR, Rol.MUNICIPAL)
    suyas = sorted(PUBLICAS + (EXACTAS if exacto else []))
    assert sorted(ogc.colecciones(rol)) == suyas
    definidas = {p.split("/")[2] for p in ogc.json("/api", rol)["paths"] if p.startswith("/collections/")}
    assert sorted(definidas) == suyas
    for ajena in [*([] if exacto else EXACTAS), "establecimientos_1999", "zonas_", "zonas", "cifras_x", "otra"]:
        for parte in ("", "/items", "/items/e001", "/queryables"):
            assert ogc.pedir(f"/collections/{ajena}{parte}", rol).status_code == 404


@pytest.mark.parametrize("rol", [Rol.PUBLICO, Rol.MUNICIPAL])
def test_colecciones(ogc: Any, rol: Rol) -> None:
    """Each is the same in the list and by itself, says what clients need, and holds its features in its extent."""
    listado = ogc.json("/collections", rol)
    assert {e["rel"] for e in listado["links"]} >= {"self", "alternate"}
    for coleccion in listado["collections"]:
        ruta = f"/collections/{coleccion['id']}"
        propia = ogc.json(ruta, rol)
        assert {k: v for k, v in propia.items() if k != "links"} == {k: v for k, v in coleccion.items() if k != "links"}
        assert {e["rel"] for e in propia["links"]} >= {"self", "alternate", "items"}
        assert coleccion["itemType"] == "feature"
        assert coleccion["title"]
        assert coleccion["description"]
        assert coleccion["storageCrs"] in coleccion["crs"]
        assert [e["type"] for e in _enlaces(coleccion, "items")] == ["application/geo+json", "text/html"]
        ((oeste, sur, este, norte),) = coleccion["extent"]["spatial"]["bbox"]
        for rasgo in ogc.todos(coleccion["id"], rol):
            for x, y in _puntos(rasgo["geometry"]):
                assert oeste <= x <= este
                assert sur <= y <= norte
        if coleccion["id"].startswith("zonas"):
            assert "temporal" not in coleccion["extent"]
        else:
            ((desde, hasta),) = coleccion["extent"]["temporal"]["interval"]
            assert re.fullmatch(r"\d{4}-01-01T00:00:00Z", desde)
            assert re.fullmatch(r"\d{4}-12-31T23:59:59Z", hasta)
    assert _revisar_enlaces(listado) > 10


def _puntos(geometria: dict[str, Any] | None) -> list[tuple[float, float]]:
    if geometria is None:
        return []
    if geometria["type"] == "Point":
        return [tuple(geometria["coordinates"])]
    return [(x, y) for poligono in geometria["coordinates"] for anillo in poligono for x, y in anillo]


@pytest.mark.parametrize("rol", [Rol.PUBLICO, Rol.PLANIFICADOR, Rol.MUNICIPAL])
def test_definicion_openapi(ogc: Any, rol: Rol) -> None:
    """A valid document of OpenAPI 3.0 whose parameters are declared as the standard prescribes, on concrete paths."""
    respuesta = ogc.pedir("/api", rol)
    assert respuesta.headers["content-type"] == OPENAPI
    definicion = respuesta.json()
    validate(definicion)
    assert definicion["openapi"].startswith("3.0.")
    assert definicion["servers"] == [{"url": ogc.url}]
    for id_ in ogc.colecciones(rol):
        operacion = definicion["paths"][f"/collections/{id_}/items"]["get"]
        referidos = [p["$ref"].rpartition("/")[2] for p in operacion["parameters"] if "$ref" in p]
        assert {"limit", "bbox", "datetime", "crs", "bbox-crs", "filter", "filter-lang", "filter-crs"} <= set(referidos)
        propios = {p["name"] for p in operacion["parameters"] if "name" in p}
        consultables = set(ogc.json(f"/collections/{id_}/queryables", rol)["properties"])
        assert propios == consultables - {"geometry"} | {"properties"}
        assert "200" in operacion["responses"]
        assert f"/collections/{id_}/items/{{featureId}}" in definicion["paths"]


def test_parametros_de_la_definicion(ogc: Any) -> None:
    """Where GDAL and QGIS read their page size, and which language of filters GDAL may send."""
    parametros = ogc.json("/api")["components"]["parameters"]
    limite = parametros["limit"]
    assert limite["schema"] == {"type": "integer", "minimum": 1, "maximum": 10_000, "default": 100}
    caja = parametros["bbox"]
    assert caja["schema"] == {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}}
    assert parametros["datetime"]["schema"]["type"] == "string"
    for nombre in ("limit", "bbox", "datetime"):
        assert (parametros[nombre]["style"], parametros[nombre]["explode"]) == ("form", False)
        assert not parametros[nombre].get("required")
    assert {"cql-text", "cql2-text", "cql2-json"} == set(parametros["filter-lang"]["schema"]["enum"])


def test_consultables(ogc: Any) -> None:
    """A JSON Schema that says what features may be filtered by: the restricted columns for the municipality only."""
    respuesta = ogc.pedir("/collections/establecimientos/queryables", Rol.PLANIFICADOR)
    assert respuesta.headers["content-type"] == "application/schema+json"
    esquema = respuesta.json()
    assert esquema["$schema"].startswith("https://json-schema.org/draft/")
    assert esquema["$id"] == f"{ogc.url}/collections/establecimientos/queryables"
    assert esquema["type"] == "object"
    propiedades = esquema["properties"]
    assert propiedades["geometry"]["x-ogc-role"] == "primary-geometry"
    assert all(p["title"] and (p.get("type") or p.get("format")) for p in propiedades.values())
    assert propiedades["tamano"]["enum"] == ["micro", "pequena", "mediana", "grande", "sin_dato"]
    municipal = ogc.json("/collections/establecimientos/queryables", Rol.MUNICIPAL)["properties"]
    restringidas = {"tramo_ventas", "impuestos_clp", "patente_clp", "capital_clp", "telefono", "correo"}
    assert set(municipal) - set(propiedades) == restringidas


@pytest.mark.parametrize("rol", [Rol.PUBLICO, Rol.MUNICIPAL])
def test_todo_tambien_es_una_pagina(ogc: Any, rol: Rol) -> None:
    """For a browser by its header, for a link by `f`; and JSON for whoever asks for nothing."""
    rutas = ["", "/api", "/conformance", "/collections"]
    for id_ in ogc.colecciones(rol):
        rutas += [f"/collections/{id_}", f"/collections/{id_}/items", f"/collections/{id_}/queryables"]
        rutas.append(f"/collections/{id_}/items/{ogc.todos(id_, rol)[0]['id']}")
    for ruta in rutas:
        for pedido in ({"f": "html"}, {"cabeceras": {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}}):
            respuesta = ogc.pedir(ruta, rol, **pedido)
            assert respuesta.status_code == 200
            assert respuesta.headers["content-type"].startswith("text/html")
            assert "<h1>" in respuesta.text
        assert "json" in ogc.pedir(ruta, rol, f="json").headers["content-type"]
        assert "json" in ogc.pedir(ruta, rol, cabeceras={"accept": "*/*"}).headers["content-type"]


def test_una_pagina_no_ejecuta_lo_que_dicen_los_datos(ogc: Any) -> None:
    """Names and filters are shown, never run."""
    maligno = "<script>alert(1)</script>"
    pagina = ogc.pedir("/collections/zonas_h3_8/items", f="html", nombre=maligno)
    assert pagina.status_code == 200
    assert maligno not in pagina.text


@pytest.mark.parametrize("ruta", ["", "/api", "/conformance", "/collections", "/collections/zonas_h3_8"])
def test_lo_que_no_se_declara_se_rechaza(ogc: Any, ruta: str) -> None:
    """Unknown and repeated parameters, and formats that there are not."""
    for mala in ("limite=3", "f=json&f=html", "f=xml", "limit=3"):
        respuesta = ogc.pedir(f"{ruta}?{mala}")
        assert respuesta.status_code == 400
        assert respuesta.headers["content-type"] == "application/problem+json"
    assert ogc.cliente.post(f"/ogc{ruta}").status_code == 405


@pytest.mark.parametrize(
    "ruta", ["", "/api", "/collections", "/collections/zonas_h3_8", "/collections/zonas_h3_8/items"]
)
def test_copias(ogc: Any, ruta: str) -> None:
    """Who holds a version is told that it still is one; nobody shares what a key showed, nor one format for another."""
    publica = ogc.pedir(ruta)
    assert publica.headers["cache-control"] == "public, no-cache"
    assert "Accept" in publica.headers["vary"]
    igual = ogc.pedir(ruta, cabeceras={"If-None-Match": publica.headers["etag"]})
    assert (igual.status_code, igual.content) == (304, b"")
    con_clave = ogc.pedir(ruta, Rol.PLANIFICADOR)
    assert con_clave.headers["cache-control"].startswith("private")
    assert con_clave.headers["etag"] != publica.headers["etag"]
    assert ogc.pedir(ruta, cabeceras={"If-None-Match": con_clave.headers["etag"]}).status_code == 200
