"""Part 2: the systems of coordinates, by the assertions of the official suite, with their axes in their order."""

from __future__ import annotations

from typing import Any

import pytest
from pyproj import Transformer

from observatorio.vocabulario import Rol

EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
SISTEMAS = {CRS84: "OGC:CRS84", **{f"{EPSG}{c}": f"EPSG:{c}" for c in (4326, 5360, 32719, 5361, 3857)}}
CAJA = (-68.97, -22.49, -68.93, -22.46)


def test_lo_que_se_declara(ogc: Any) -> None:
    """Every collection offers them all, and says in which one it is kept."""
    for coleccion in ogc.json("/collections", Rol.MUNICIPAL)["collections"]:
        assert coleccion["crs"] == list(SISTEMAS)
        assert coleccion["storageCrs"] == CRS84


def test_sin_pedirlo_es_crs84(ogc: Any) -> None:
    """Longitude first."""
    for ruta in ("/collections/establecimientos/items", "/collections/establecimientos/items/e004"):
        respuesta = ogc.pedir(ruta, Rol.PLANIFICADOR)
        assert respuesta.headers["content-crs"] == f"<{CRS84}>"
    assert respuesta.json()["geometry"]["coordinates"] == [-68.992, -22.496]


@pytest.mark.parametrize("uri", SISTEMAS)
def test_cada_sistema_con_sus_ejes(ogc: Any, uri: str) -> None:
    """What PROJ makes of the same point, with the axes in the order of the register, and no `crs` member."""
    hacia = Transformer.from_crs("OGC:CRS84", SISTEMAS[uri])
    tolerancia = 1e-5 if uri.endswith(("CRS84", "4326", "5360")) else 0.02
    for ruta in ("/collections/establecimientos/items?id=e004", "/collections/establecimientos/items/e004"):
        respuesta = ogc.pedir(f"{ruta}{'&' if '?' in ruta else '?'}crs={uri}", Rol.PLANIFICADOR)
        assert respuesta.headers["content-crs"] == f"<{uri}>"
        cuerpo = respuesta.json()
        assert "crs" not in cuerpo
        rasgo = cuerpo["features"][0] if "features" in cuerpo else cuerpo
        assert "crs" not in rasgo["geometry"]
        assert rasgo["geometry"]["coordinates"] == pytest.approx(hacia.transform(-68.992, -22.496), abs=tolerancia)


@pytest.mark.parametrize("uri", SISTEMAS)
def test_la_misma_caja_en_cada_sistema(ogc: Any, uri: str) -> None:
    """A box in a system holds the features whose coordinates in that system are within it, with its order of axes."""
    coleccion, rol = "establecimientos", Rol.PLANIFICADOR
    hacia = Transformer.from_crs("OGC:CRS84", SISTEMAS[uri])
    a1, b1 = hacia.transform(*CAJA[:2])
    a2, b2 = hacia.transform(*CAJA[2:])
    caja = ",".join(repr(x) for x in (a1, b1, a2, b2))
    dentro = {
        f["id"]
        for f in ogc.todos(coleccion, rol, crs=uri, limit=10_000)
        if f["geometry"] is None
        or (a1 <= f["geometry"]["coordinates"][0] <= a2 and b1 <= f["geometry"]["coordinates"][1] <= b2)
    }
    assert ogc.ids(coleccion, rol, bbox=caja, bbox_crs=uri) == dentro
    assert 5 < len(dentro) < ogc.cuantos(coleccion)


def test_el_filtro_y_la_respuesta_tienen_cada_uno_su_sistema(ogc: Any) -> None:
    """`filter-crs`, `bbox-crs` and `crs` do not touch each other."""
    oeste, sur, este, norte = CAJA
    q = {"crs": f"{EPSG}32719", "filter_crs": f"{EPSG}4326", "bbox": "-69,-23,-68,-22"}
    filtro = f"S_INTERSECTS(geometry, BBOX({sur},{oeste},{norte},{este}))"
    todos = ogc.todos("establecimientos", Rol.PLANIFICADOR, filter=filtro, **q)
    assert len(todos) == ogc.cuantos("establecimientos", f"ST_Intersects(geom, ST_MakeEnvelope{(*CAJA, 4326)})")
    assert all(x > 400_000 for x in (f["geometry"]["coordinates"][0] for f in todos))


@pytest.mark.parametrize("parametro", ["crs", "bbox-crs", "filter-crs"])
@pytest.mark.parametrize(
    "malo", ["EPSG:4326", f"{EPSG}9999", f"{EPSG}24879", "", "http://www.opengis.net/def/crs/OGC/0/x"]
)
def test_los_que_no_hay(ogc: Any, parametro: str, malo: str) -> None:
    q = {"bbox": "0,0,1,1", "filter": "id = 'x'", parametro: malo}
    assert ogc.pedir("/collections/zonas_h3_8/items", **q).status_code == 400
