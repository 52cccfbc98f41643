"""The clients that people use, against the served application: each reads every collection and agrees with SQL."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from typing import Any

import geopandas
import pyogrio
import pytest
from owslib.ogcapi.features import Features

from observatorio.vocabulario import Rol

ROLES = (Rol.PUBLICO, Rol.PLANIFICADOR, Rol.MUNICIPAL)
CAJA = (-68.97, -22.49, -68.93, -22.46)
EN_CAJA = f"ST_Intersects(geom, ST_MakeEnvelope{(*CAJA, 4326)})"
DE_GRANDES = "seccion = 'G' AND empleo_total > 2"


@pytest.fixture
def con_clave(ogc_aparte: Any) -> Iterator[Any]:
    """Tells GDAL of this process to send a role's key, as its manual has it, or none."""

    def poner(rol: Rol | None) -> str:
        clave = ogc_aparte.claves.get(rol)
        pyogrio.set_gdal_config_options(
            {"GDAL_HTTP_AUTH": "BEARER" if clave else None, "GDAL_HTTP_BEARER": clave, "GDAL_HTTP_TIMEOUT": 20}
        )
        return f"OAPIF:{ogc_aparte.url}"

    yield poner
    poner(None)


@pytest.mark.parametrize("rol", ROLES)
def test_geopandas(ogc_aparte: Any, con_clave: Any, rol: Rol) -> None:
    """`geopandas.read_file` with pyogrio's GDAL, which sends boxes and filters to the server."""
    direccion = con_clave(rol)
    capas = [nombre for nombre, _ in pyogrio.list_layers(direccion)]
    assert sorted(capas) == sorted(ogc_aparte.colecciones(rol))
    for capa in capas:
        todo = geopandas.read_file(direccion, layer=capa)
        assert len(todo) == ogc_aparte.cuantos(capa)
        assert set(todo["id"]) == ogc_aparte.ids(capa, rol)
        assert todo.crs.to_authority() in (("OGC", "CRS84"), ("EPSG", "4326"))
        # What GDAL lets through itself has a place.
        assert len(geopandas.read_file(direccion, layer=capa, bbox=CAJA)) == ogc_aparte.cuantos(capa, EN_CAJA)
        # A key in the address is as good as one in a header.
        por_direccion = geopandas.read_file(f"OAPIF:{ogc_aparte.url_de(rol)}", layer=capa)
        assert len(por_direccion) == len(todo)
    if rol is Rol.PUBLICO:
        assert len(geopandas.read_file(direccion, layer="zonas_h3_8", where="area_km2 = 2.5")) == 1
        return
    grandes = geopandas.read_file(direccion, layer="establecimientos", where=DE_GRANDES)
    assert len(grandes) == ogc_aparte.cuantos("establecimientos", DE_GRANDES) > 0
    assert ("telefono" in grandes.columns) == (rol is Rol.MUNICIPAL)


@pytest.mark.parametrize("rol", ROLES)
def test_ogrinfo(ogc_aparte: Any, ogrinfo: str, rol: Rol) -> None:
    """Debian's GDAL, which is older: lists, counts, pages, and filters by box and by attribute."""
    direccion = f"OAPIF:{ogc_aparte.url_de(rol)}"
    for capa in ogc_aparte.colecciones(rol):
        todo = _ogrinfo(ogrinfo, direccion, capa)
        assert len(re.findall(r"^OGRFeature\(", todo, re.MULTILINE)) == ogc_aparte.cuantos(capa)
        assert _cuenta(_ogrinfo(ogrinfo, "-so", direccion, capa)) == ogc_aparte.cuantos(capa)
        caja = [str(x) for x in CAJA]
        assert _cuenta(_ogrinfo(ogrinfo, "-so", "-spat", *caja, direccion, capa)) == ogc_aparte.cuantos(capa, EN_CAJA)
    if rol is not Rol.PUBLICO:
        hallados = _ogrinfo(ogrinfo, "-so", "-where", DE_GRANDES, direccion, "establecimientos")
        assert _cuenta(hallados) == ogc_aparte.cuantos("establecimientos", DE_GRANDES)
    parecidos = _ogrinfo(ogrinfo, "-so", "-where", "nombre LIKE 'Celda%'", direccion, "zonas_h3_8")
    assert _cuenta(parecidos) == 3


def _ogrinfo(programa: str, *argumentos: str) -> str:
    """What it prints; small pages, so that it has to turn them."""
    ajuste = ["--config", "GDAL_HTTP_TIMEOUT", "20", "-oo", "PAGE_SIZE=7"]
    orden = [programa, "-ro", *ajuste, *argumentos]
    hecho = subprocess.run(orden, capture_output=True, text=True, timeout=60, check=False)
    assert hecho.returncode == 0, hecho.stderr
    assert "ERROR" not in hecho.stderr
    return hecho.stdout


def _cuenta(salida: str) -> int:
    cuenta = re.search(r"Feature Count: (\d+)", salida)
    assert cuenta is not None, salida
    return int(cuenta[1])


@pytest.mark.parametrize("rol", ROLES)
def test_owslib(ogc_aparte: Any, rol: Rol) -> None:
    """Every collection, its queryables, pages by their links, boxes, attributes and CQL2."""
    cabeceras = {} if rol is Rol.PUBLICO else {"X-API-Key": ogc_aparte.claves[rol]}
    servicio = Features(ogc_aparte.url, headers=cabeceras)
    assert any(c.endswith("/conf/core") for c in servicio.conformance()["conformsTo"])
    assert servicio.api()["openapi"] == "3.0.3"
    assert sorted(servicio.feature_collections()) == sorted(ogc_aparte.colecciones(rol))
    for capa in servicio.feature_collections():
        assert servicio.collection(capa)["itemType"] == "feature"
        assert "id" in servicio.collection_queryables(capa)["properties"]
        ids: list[str] = []
        pagina = servicio.collection_items(capa, limit=7)
        while pagina:
            ids += [f["id"] for f in pagina["features"]]
            siguiente = [e["href"] for e in pagina["links"] if e["rel"] == "next"]
            pagina = ogc_aparte.cliente.get(siguiente[0], headers=cabeceras).json() if siguiente else None
        assert len(ids) == len(set(ids)) == ogc_aparte.cuantos(capa)
        assert servicio.collection_item(capa, ids[0])["id"] == ids[0]
        en_caja = servicio.collection_items(capa, bbox=list(CAJA), limit=1000)
        assert en_caja["numberReturned"] == ogc_aparte.cuantos(capa, f"(geom IS NULL OR {EN_CAJA})")
        por_filtro = servicio.collection_items(capa, filter=f"id = '{ids[0]}'")
        assert por_filtro["numberMatched"] == 1
    if rol is not Rol.PUBLICO:
        grandes = servicio.collection_items("establecimientos", filter=DE_GRANDES, limit=1000)
        assert grandes["numberMatched"] == ogc_aparte.cuantos("establecimientos", DE_GRANDES)
        de_seccion = servicio.collection_items("establecimientos", seccion="C", limit=1000)
        assert de_seccion["numberMatched"] == ogc_aparte.cuantos("establecimientos", "seccion = 'C'")
