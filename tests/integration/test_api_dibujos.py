"""Drawn polygons and hostile texts sent to the search for establishments: what lies inside, or advice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx
import orjson
import pytest
import shapely

from ciudad_buscada import ACTIVAS, ANIO, Fila
from observatorio.vocabulario import Rol

Llave = Callable[[Rol], dict[str, str]]
RUTA, CONTEOS = "/api/v1/establecimientos", "/api/v1/conteos"
pytestmark = pytest.mark.usefixtures("con_lo_buscado")


def _ids(filas: list[Fila]) -> set[str]:
    return {f["id"] for f in filas}


POLIGONO = {
    "type": "Polygon",
    "coordinates": [
        [[-68.95, -22.48], [-68.91, -22.48], [-68.92, -22.44], [-68.95, -22.48]],
        [[-68.93, -22.47], [-68.925, -22.47], [-68.925, -22.465], [-68.93, -22.47]],
    ],
}
VARIOS = {
    "type": "MultiPolygon",
    "coordinates": [
        POLIGONO["coordinates"],
        [[[-68.90, -22.46], [-68.89, -22.46, 5], [-68.89, -22.45], [-68.90, -22.45], [-68.90, -22.46]]],
    ],
}


@pytest.mark.parametrize("dibujo", [POLIGONO, VARIOS, {"type": "Feature", "properties": None, "geometry": POLIGONO}])
def test_un_poligono_dibujado(lector: httpx.Client, llave_comun: Llave, dibujo: dict[str, Any]) -> None:
    """The page, the file and the count of what lies in a drawing, against another library."""
    sin_altura = orjson.loads(orjson.dumps(dibujo.get("geometry", dibujo)).replace(b",5]", b"]"))
    forma = shapely.geometry.shape(sin_altura)
    dentro = [f for f in ACTIVAS if f["lugar"] and forma.intersects(shapely.Point(f["lugar"]))]
    assert dentro
    como, anio = llave_comun(Rol.PLANIFICADOR), {"anio": str(ANIO), "limite": "1000"}
    pagina = lector.post(RUTA, params=anio, json=dibujo, headers=como)
    assert pagina.status_code == 200, pagina.text
    assert _ids(pagina.json()["datos"]) == _ids(dentro)
    archivo = lector.post(RUTA, params={**anio, "formato": "geojson"}, json=dibujo, headers=como)
    assert {f["properties"]["id"] for f in archivo.json()["features"]} == _ids(dentro)
    conteo = lector.post(CONTEOS, params={"anio": str(ANIO), "por": "tamano,seccion"}, json=dibujo, headers=como).json()
    contados = {(f["seccion"], f["tamano"]): f["valor"] for f in conteo["datos"]}
    assert contados == Counter((f["seccion"] or "sin_dato", f["tamano"]) for f in dentro)
    assert (conteo["total"], conteo["estado"], conteo["dimensiones"]) == (len(dentro), "exacto", ["seccion", "tamano"])


def test_un_conteo_sin_dimensiones_y_con_filtros(lector: httpx.Client, llave_comun: Llave) -> None:
    """One row, also when nothing is in the drawing."""
    como = llave_comun(Rol.MUNICIPAL)
    for filtros, cuantos in (({}, len([f for f in ACTIVAS if f["lugar"]])), ({"seccion": "A"}, 0)):
        cuadro = {"type": "Polygon", "coordinates": [[[-70, -24], [-67, -24], [-67, -21], [-70, -21], [-70, -24]]]}
        cuerpo = lector.post(CONTEOS, params={"anio": str(ANIO), **filtros}, json=cuadro, headers=como).json()
        assert (cuerpo["total"], cuerpo["datos"]) == (cuantos, [{"valor": cuantos}])


def test_el_publico_no_cuenta_dibujos(lector: httpx.Client, llave_comun: Llave) -> None:
    """Two of them that differ in one premises would tell what is hidden."""
    sin_clave = lector.post(CONTEOS, json=POLIGONO)
    assert sin_clave.status_code == 401
    assert "restando dos dibujos" in sin_clave.json()["detail"]
    for rol in (Rol.SOCIO, Rol.ADMIN):
        for ruta in (CONTEOS, RUTA):
            assert lector.post(ruta, json=POLIGONO, headers=llave_comun(rol)).status_code == 403


def _anillo(vertices: int) -> list[list[float]]:
    return [*([-68.9 + i * 1e-6, -22.4 - (i % 2) * 1e-5] for i in range(vertices)), [-68.9, -22.5], [-68.9, -22.4]]


@pytest.mark.parametrize(
    ("cuerpo", "regla"),
    [
        ({"type": "Point", "coordinates": [0, 0]}, "union_tag_invalid"),
        ({"type": "Polygon", "coordinates": []}, "too_short"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 0]]]}, "too_short"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 1], [1, 0], [0, 0]]]}, "poligono_invalido"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [2, 2], [0, 0]]]}, "poligono_invalido"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [20, 0], [20, 20], [0, 20], [0, 0]]]}, "poligono_grande"),
        ({"type": "Polygon", "coordinates": [[[300, 0], [301, 0], [301, 1], [300, 1], [300, 0]]]}, "poligono_fuera"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 0, 5], [1, 1], [0, 1], [0, 0]], "no"]}, "list_type"),
        ({"type": "Polygon", "coordinates": [_anillo(1_100)]}, "too_long"),
        ({"type": "Polygon", "coordinates": [_anillo(600), _anillo(600)]}, "poligono_detallado"),
        ({"type": "Feature", "geometry": None}, "model_attributes_type"),
        (["Polygon"], "model_attributes_type"),
    ],
)
def test_un_dibujo_que_no_sirve_es_422_y_dice_que_hacer(
    lector: httpx.Client, llave_comun: Llave, cuerpo: object, regla: str
) -> None:
    """With the rule that it breaks."""
    for ruta in (RUTA, CONTEOS):
        respuesta = lector.post(ruta, json=cuerpo, headers=llave_comun(Rol.MUNICIPAL))
        assert respuesta.status_code == 422, respuesta.text
        assert regla in {e["regla"] for e in respuesta.json()["errores"]}
        assert respuesta.json()["consejo"]


@pytest.mark.parametrize(
    ("crudo", "estado"),
    [
        (b"[" * 60_000, 400),
        (b'{"type":"Polygon","coordinates":' + b"[" * 30_000 + b"]" * 30_000 + b"}", 400),
        (b'{"type":"Polygon","coordinates":[[[NaN,0],[1,0],[1,1],[NaN,0]]]}', 422),
        (b"{", 422),
        (b"\xff\xfe", 422),
        (b"", 422),
        (b" " * 1_100_000, 413),
    ],
)
def test_un_cuerpo_hostil_se_rechaza_pronto(
    lector: httpx.Client, llave_comun: Llave, crudo: bytes, estado: int
) -> None:
    """Deep, endless, broken: refused, and the server goes on."""
    cabeceras = {**llave_comun(Rol.PLANIFICADOR), "content-type": "application/json"}
    respuesta = lector.post(RUTA, content=crudo, headers=cabeceras)
    assert respuesta.status_code == estado, respuesta.text
    assert lector.get("/salud").status_code == 200


HOSTILES = (
    *("'; DROP TABLE catastro.establecimiento_anio; --", "<script>alert(1)</script>", "=cmd|' /C calc'!A0"),
    *(
        "../../etc/passwd",
        "%00",
        "\x00",
        "${jndi:ldap://x}",
        "a" * 5_000,
        "%%%%%",
        "____",
        "\\",
        "\\\\\\%_",
        "日本語",
        "\u202e",
    ),
    *("1e999,1,1", "nan,nan,5", "1,2,3,4,5", "-1" * 40, "'"),
)


@pytest.mark.parametrize(
    "campo",
    [
        *("q", "seccion", "division", "tamano", "formalidad", "tipo_persona", "nivel", "zona", "bbox", "cerca", "anio"),
        *("limite", "cursor", "formato", "separador", "por"),
    ],
)
def test_lo_hostil_no_hace_nada(lector: httpx.Client, llave_comun: Llave, campo: str) -> None:
    """400 or an empty answer, in every parameter, and nothing of the database's own words."""
    for texto in HOSTILES:
        respuesta = lector.get(RUTA, params={campo: texto}, headers=llave_comun(Rol.MUNICIPAL))
        assert respuesta.status_code in (200, 400), (texto, respuesta.text)
        if respuesta.status_code == 200:
            assert campo == "q"
            assert len(respuesta.json()["datos"]) == 0 or "cmd" in texto
        assert "psycopg" not in respuesta.text
        assert "catastro." not in respuesta.text.replace(texto, "")
    todas = lector.get(RUTA, params={"anio": str(ANIO), "limite": "1000"}, headers=llave_comun(Rol.PLANIFICADOR)).json()
    assert len(todas["datos"]) == len(ACTIVAS)
