"""Features and pages of them, by the assertions of the official suite for Core and GeoJSON, and against SQL."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from observatorio.vocabulario import Rol

ITEMS = "/collections/establecimientos/items"
ROLES = (Rol.PUBLICO, Rol.PLANIFICADOR, Rol.MUNICIPAL)
RESTRINGIDAS = {"tramo_ventas", "impuestos_clp", "patente_clp", "capital_clp", "telefono", "correo"}


@pytest.mark.parametrize("rol", ROLES)
@pytest.mark.parametrize("limite", [1, 7, 10_000])
def test_las_paginas_dan_todo_una_vez_y_tanto_como_dice_sql(ogc: Any, rol: Rol, limite: int) -> None:
    """Every collection, by pages of any size: no feature is missing or comes twice, and what is announced is true."""
    for id_ in ogc.colecciones(rol):
        ids = ogc.ids(id_, rol, limit=limite)
        assert len(ids) == ogc.cuantos(id_)
        pagina = ogc.json(f"/collections/{id_}/items", rol, limit=limite)
        assert pagina["numberReturned"] == min(limite, len(ids))
        if "numberMatched" in pagina:
            assert pagina["numberMatched"] == len(ids)


def test_una_pagina(ogc: Any) -> None:
    """What it is, and where it leads."""
    respuesta = ogc.pedir("/collections/zonas_h3_8/items", limit=2)
    assert respuesta.headers["content-type"] == "application/geo+json"
    pagina = respuesta.json()
    assert pagina["type"] == "FeatureCollection"
    assert (pagina["numberMatched"], pagina["numberReturned"]) == (3, 2)
    enlaces = {e["rel"]: e for e in pagina["links"]}
    assert set(enlaces) == {"self", "alternate", "next", "collection"}
    assert enlaces["self"]["type"] == enlaces["next"]["type"] == "application/geo+json"
    assert enlaces["alternate"]["type"] == "text/html"
    assert ogc.cliente.get(enlaces["self"]["href"]).json() == pagina
    assert ogc.json("/collections/zonas_h3_8/items", limit=3)["links"][-1]["rel"] == "collection"


def test_un_elemento(ogc: Any) -> None:
    """The same as on the page, with links to itself and to its collection."""
    del_listado = ogc.json("/collections/zonas_h3_8/items")["features"][0]
    respuesta = ogc.pedir("/collections/zonas_h3_8/items/88a")
    assert respuesta.headers["content-type"] == "application/geo+json"
    rasgo = respuesta.json()
    assert {e["rel"] for e in rasgo.pop("links")} == {"self", "alternate", "collection"}
    assert rasgo == del_listado
    assert rasgo["properties"] == {
        **{"nombre": "Celda 88a", "poblacion": 100.5, "poblacion_anio": None},
        **{"poblacion_estimada": False, "area_km2": 2.5},
    }
    assert rasgo["geometry"]["type"] == "MultiPolygon"
    assert ogc.json("/collections/zonas_h3_8/items/88c")["geometry"] is None
    for falsa in ("88z", "%00", "a%0Ab", "'"):
        assert ogc.pedir(f"/collections/zonas_h3_8/items/{falsa}").status_code == 404
    assert ogc.pedir("/collections/zonas_h3_8/items/88a", limit=1).status_code == 400


@pytest.mark.parametrize("rol", [Rol.PLANIFICADOR, Rol.MUNICIPAL])
def test_lo_que_cada_rol_ve_de_un_establecimiento(ogc: Any, rol: Rol) -> None:
    """Of a natural person neither name nor RUT, and no restricted column, but for the municipality."""
    ve_todo = rol is Rol.MUNICIPAL
    persona = ogc.json(f"{ITEMS}/e001", rol)["properties"]
    assert (persona["nombre"], persona["rut"]) == (("Rosa Persona", 12_345_678) if ve_todo else (None, None))
    assert (set(persona) & RESTRINGIDAS) == (RESTRINGIDAS if ve_todo else set())
    assert ogc.ids("establecimientos", rol, nombre="Rosa Persona") == ({"e001"} if ve_todo else set())
    assert ogc.ids("establecimientos", rol, rut=12_345_678) == ({"e001"} if ve_todo else set())
    for ruta in (
        f"{ITEMS}?telefono=%2B56911111111",
        f"{ITEMS}?properties=telefono",
        f"{ITEMS}?impuestos_clp=5000000000",
    ):
        assert ogc.pedir(ruta, rol).status_code == (200 if ve_todo else 400)
    assert ogc.json(f"{ITEMS}/e004", rol)["properties"]["anio"] == 2024


def test_el_municipio_queda_anotado_sin_su_clave(ogc: Any) -> None:
    """Each look at restricted data is a line of the audit, with what was asked and neither key nor findings."""
    lineas = "SELECT count(*) FROM auditoria.registro WHERE rol = 'municipal'"
    antes = ogc.sql(lineas)
    clave = ogc.claves[Rol.MUNICIPAL]
    pagina = ogc.pedir(ITEMS, nombre="Rosa Persona", api_key=clave)
    assert pagina.json()["numberReturned"] == 1
    assert ogc.pedir(f"{ITEMS}/e001", Rol.MUNICIPAL).status_code == 200
    igual = ogc.pedir(ITEMS, cabeceras={"If-None-Match": pagina.headers["etag"]}, nombre="Rosa Persona", api_key=clave)
    assert igual.status_code == 304
    assert ogc.pedir(ITEMS, Rol.PLANIFICADOR).status_code == 200
    assert ogc.sql(lineas) == antes + 2
    ultimas = "SELECT string_agg(detalle::text, ' ' ORDER BY registro) FROM auditoria.registro WHERE rol = 'municipal'"
    texto = ogc.sql(ultimas)
    assert '"nombre": "huella:' in texto
    assert "Rosa" not in texto
    assert '"id": "e001"' in texto
    assert clave not in texto


def test_la_clave_en_la_direccion(ogc: Any, caplog: pytest.LogCaptureFixture) -> None:
    """It opens what a header opens, goes on in the links, is good under /ogc only, and is written nowhere."""
    clave = ogc.claves[Rol.PLANIFICADOR]
    registro = logging.getLogger("observatorio.acceso")
    registro.addHandler(caplog.handler)
    registro.setLevel(logging.INFO)
    try:
        pagina = ogc.json(ITEMS, api_key=clave, limit=1)
        siguiente = next(e["href"] for e in pagina["links"] if e["rel"] == "next")
        assert ogc.cliente.get(siguiente).json()["numberReturned"] == 1
        assert ogc.pedir(ITEMS, api_key="mala").status_code == 401
        assert ogc.pedir(ITEMS, api_key="").status_code == 401
        assert ogc.cliente.get("/api/v1/establecimientos", params={"api_key": clave}).status_code in (400, 401)
    finally:
        registro.removeHandler(caplog.handler)
    assert "/ogc/collections/{coleccion}/items" in caplog.text
    assert clave not in caplog.text


def test_limites(ogc: Any) -> None:
    """Above the maximum it is the maximum; what is no number from 1 is refused."""
    for bueno, cuantos in (("1", 1), ("3", 3), ("10001", 3), ("999999999999", 3)):
        assert ogc.json("/collections/zonas_h3_8/items", limit=bueno)["numberReturned"] == cuantos
    for malo in ("0", "-1", "x", "", "1.5", "1e3", "１", "9" * 30):
        assert ogc.pedir("/collections/zonas_h3_8/items", limit=malo).status_code == 400


# The envelope of two points, unlike a polygon that is given, is a point where both are the same.
_EN_CAJA = "(geom IS NULL OR ST_Intersects(geom, ST_Envelope('SRID=4326;MULTIPOINT({} {},{} {})'::geometry)))"


@pytest.mark.parametrize(
    "caja",
    ["-68.97,-22.49,-68.93,-22.46", "-69,-23,-68,-22", "0,0,1,1", "-68.95,-22.475,-68.95,-22.475", "-180,-90,180,90"],
)
@pytest.mark.parametrize("rol", ROLES)
def test_caja(ogc: Any, caja: str, rol: Rol) -> None:
    """What intersects it and what has no place, in every collection; heights are not looked at."""
    for id_ in ogc.colecciones(rol):
        dentro = ogc.ids(id_, rol, bbox=caja)
        assert len(dentro) == ogc.cuantos(id_, _EN_CAJA.format(*caja.split(",")))
        oeste, sur, este, norte = caja.split(",")
        assert ogc.ids(id_, rol, bbox=f"{oeste},{sur},0,{este},{norte},9", limit=3) == dentro


def test_caja_sobre_el_antimeridiano(ogc: Any) -> None:
    """West greater than east: both sides of it, and not what lies between."""
    rol = Rol.PLANIFICADOR
    assert ogc.ids("establecimientos", rol, bbox="170,-23,-68.95,-22") == ogc.ids(
        "establecimientos", rol, bbox="-180,-23,-68.95,-22"
    )
    sin_lugar = ogc.ids("establecimientos", rol, filter="geometry IS NULL")
    assert ogc.ids("establecimientos", rol, bbox="170,-30,-170,-20") == sin_lugar
    assert len(sin_lugar) == 2


@pytest.mark.parametrize(
    "caja",
    [
        *("", "1,2,3", "1,2,3,4,5", "a,b,c,d", "-69,-22,-68,-23", "nan,0,1,1", "0,0,inf,1", "-69,-23,-68,-22,"),
        *("0,0,1,91", "-69,-23,5,-68,-22,4", "0 0 1 1", "181,0,182,1"),
    ],
)
def test_caja_que_no_es(ogc: Any, caja: str) -> None:
    respuesta = ogc.pedir(ITEMS, Rol.PLANIFICADOR, bbox=caja)
    assert respuesta.status_code == 400
    assert respuesta.json()["errores"][0]["campo"] == "bbox"


@pytest.mark.parametrize(
    ("momento", "pasan"),
    [
        ("2024-06-30", True),
        ("2024-12-31T23:59:59Z", True),
        ("2023-12-31", False),
        ("2023-05-01/2024-01-01", True),
        ("2023-05-01T00:00:00Z/2023-12-31T23:59:59.5Z", False),
        ("../2023-12-31", False),
        ("/2024-01-01", True),
        ("2024-12-31/..", True),
        ("2025-01-01/", False),
        ("../..", True),
    ],
)
def test_momento(ogc: Any, momento: str, pasan: bool) -> None:
    """All features of a collection speak of its year; those without a time always pass."""
    todos = ogc.cuantos("establecimientos_2024")
    pagina = ogc.json("/collections/establecimientos_2024/items", Rol.PLANIFICADOR, datetime=momento, limit=1)
    assert pagina["numberReturned"] == pasan
    assert pagina["numberMatched"] == (todos if pasan else 0)
    assert ogc.json("/collections/zonas_h3_8/items", datetime=momento)["numberMatched"] == 3


@pytest.mark.parametrize(
    "momento", ["", "x", "2024", "2024-13-01", "2024-02-30", "2024-01-01T25:00:00Z", "2025-01-01/2024-01-01", "a/b/c"]
)
def test_momento_que_no_es(ogc: Any, momento: str) -> None:
    assert ogc.pedir("/collections/zonas_h3_8/items", datetime=momento).status_code == 400


def test_valores_de_las_propiedades(ogc: Any) -> None:
    """One condition for each, in the kind of each."""
    rol = Rol.MUNICIPAL
    casos = {
        "seccion": ("G", "seccion = 'G'"),
        "formalidad": ("inactivo", "formalidad = 'inactivo'"),
        "empleo_total": ("10", "empleo_total = 10"),
        "publica": ("true", "publica"),
        "nombre": ("Almacén Ñuñoa", "nombre = 'Almacén Ñuñoa'"),
        "impuestos_clp": ("5000000000", "impuestos_clp = 5000000000"),
        "id": ("e004", "id = 'e004'"),
        "anio": ("2024", "true"),
    }
    for nombre, (valor, donde) in casos.items():
        hallados = ogc.ids("establecimientos", rol, **{nombre: valor})
        assert len(hallados) == ogc.cuantos("establecimientos", donde) > 0
    assert len(ogc.ids("establecimientos", rol, seccion="G", tamano="pequena", limit=1)) == 3
    assert ogc.ids("zonas_h3_8", area_km2="2.5") == {"88a"}
    for mala in ("empleo_total=x", "publica=1", "tamano=enorme", "anio=2024.0", "rut=" + "9" * 20, "geometry=x"):
        assert ogc.pedir(f"{ITEMS}?{mala}", rol).status_code == 400


def test_propiedades_pedidas(ogc: Any) -> None:
    """Those that are named and no others, in the order of the collection; an empty list is none of them."""
    pagina = ogc.json("/collections/zonas_h3_8/items", properties="area_km2,nombre")
    assert list(pagina["features"][0]["properties"]) == ["nombre", "area_km2"]
    assert ogc.json("/collections/zonas_h3_8/items", properties="")["features"][0]["properties"] == {}
    assert ogc.pedir("/collections/zonas_h3_8/items", properties="cut").status_code == 400
    uno = ogc.json("/collections/zonas_h3_8/items/88a", properties="nombre")
    assert uno["properties"] == {"nombre": "Celda 88a"}


def test_cifras_de_las_zonas(ogc: Any) -> None:
    """What the release says of each zone, and nothing in the place of what it keeps to itself."""
    numero = ogc.sql("SELECT publicacion FROM publicacion.publicacion WHERE vigente AND anio = 2024")
    vistas = 0
    for nivel in ("h3_8", "unidad_vecinal"):
        for rasgo in ogc.todos(f"cifras_{nivel}"):
            for figura in ("establecimientos", "empleo", "tasa_informalidad"):
                celda = ogc.sql(
                    "SELECT jsonb_build_array(valor, estado) FROM publicacion.celda WHERE publicacion = :n "
                    "AND indicador = :i AND por = 'zona' AND nivel = :nivel AND dimensiones ->> 'zona' = :z",
                    n=numero,
                    i=figura,
                    nivel=nivel,
                    z=rasgo["id"],
                )
                valor, estado = celda or (None, None)
                assert rasgo["properties"][figura] == valor
                assert rasgo["properties"][f"{figura}_estado"] == estado
                vistas += celda is not None
    assert vistas >= 4
    assert ogc.json("/collections/cifras_h3_8/items/88a")["properties"]["establecimientos_redondeo"] == 5


def test_nada_sin_publicar_sale_por_los_puntos(ogc: Any) -> None:
    """The public's points are the records that are public by law, active, with the columns that say so."""
    puntos = ogc.todos("puntos_publicos")
    assert {p["id"] for p in puntos} == set(
        ogc.sql("SELECT array_agg(id) FROM catastro.establecimiento_anio WHERE publica AND anio = 2024")
    )
    assert "telefono" not in json.dumps(puntos)
    assert "empleo" not in json.dumps(puntos)
