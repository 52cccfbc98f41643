"""The portal's pages over HTTP: what they answer when there is nothing, when they are asked nonsense, and twice."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import httpx
import pytest

from observatorio.settings import Settings
from observatorio.vocabulario import Rol

PAGINA = {"accept": "text/html"}
PAGINAS = ("/", "/mapas", "/indicadores", "/datos", "/metodologia", "/ingresar", "/mapas/sectores/folium")


def test_pages_stand_on_an_empty_database(
    base: Settings, servidor_de: Callable[[Settings], AbstractContextManager[httpx.Client]]
) -> None:
    with servidor_de(base) as cliente:
        assert "Todavía no hay cifras" in cliente.get("/").text
        for ruta in PAGINAS:
            assert cliente.get(ruta, headers=PAGINA).status_code == 200, ruta
        for mapa in ("sectores", "informalidad"):
            respuesta = cliente.get(f"/mapas/{mapa}", headers=PAGINA)
            assert respuesta.status_code == 404
            assert "Todavía no hay datos para este mapa" in respuesta.text


@pytest.mark.parametrize("rol", [*Rol])
def test_every_role_opens_every_page(
    lector: httpx.Client, llave_comun: Callable[[Rol], dict[str, str]], rol: Rol
) -> None:
    clave = {} if rol is Rol.PUBLICO else llave_comun(rol)
    for ruta in (
        *PAGINAS,
        "/mapas/sectores",
        "/mapas/informalidad",
        "/mapas/sectores/datos",
        "/mapas/informalidad/datos",
    ):
        assert lector.get(ruta, headers=PAGINA | clave).status_code == 200, ruta


def test_a_filter_that_is_not_published_is_refused_without_a_key(
    lector: httpx.Client, llave_comun: Callable[[Rol], dict[str, str]]
) -> None:
    for ruta in ("/mapas/informalidad?seccion=G", "/mapas/sectores/datos?tamano=micro"):
        assert lector.get(ruta).status_code == 400
        assert lector.get(ruta, headers=llave_comun(Rol.PLANIFICADOR)).status_code == 200


@pytest.mark.parametrize("bbox", ["1,2,3", "a,b,c,d", "nan,0,1,1", "5,0,1,1", "0,0,1e9,1", "0,-91,1,1"])
def test_a_box_that_is_none_is_refused(lector: httpx.Client, bbox: str) -> None:
    respuesta = lector.get("/mapas/sectores/datos", params={"bbox": bbox, "zoom": "13"})
    assert respuesta.status_code == 400
    assert respuesta.json()["errores"][0]["campo"] == "bbox"


def test_a_page_without_synthetic_data_does_not_say_so(lector: httpx.Client) -> None:
    assert "sintéticos" not in lector.get("/").text


@pytest.mark.parametrize(
    ("ruta", "estado"),
    [
        ("/mapas/nada", 404),
        ("/mapas/nada/folium", 404),
        ("/mapas/nada/datos", 404),
        ("/mapas/sectores/datos?bboks=1,2,3,4", 400),
        ("/indicadores?indicador=nada", 404),
        ("/estatico/../settings.py", 404),
        ("/estatico/%2e%2e/app.py", 404),
        ("/estatico/portal.css%00", 404),
        ("/estatico/", 404),
    ],
)
def test_what_is_not_there_is_refused(lector: httpx.Client, ruta: str, estado: int) -> None:
    assert lector.get(ruta).status_code == estado


def test_what_a_person_types_comes_back_as_text(lector: httpx.Client) -> None:
    ataque = "<script>alert(1)</script>"
    for ruta in ("/indicadores", "/mapas/sectores", "/ingresar"):
        datos = {"indicador": ataque, "seccion": ataque, "vista": ataque, "siguiente": ataque, "por": ataque}
        assert ataque not in lector.get(ruta, params=datos, headers=PAGINA).text


def test_the_same_is_not_sent_twice(lector: httpx.Client) -> None:
    for ruta in ("/mapas/sectores/folium", "/mapas/sectores/folium.js", "/estatico/leaflet/leaflet.js"):
        primera = lector.get(ruta)
        assert primera.status_code == 200
        segunda = lector.get(ruta, headers={"if-none-match": primera.headers["etag"]})
        assert (segunda.status_code, segunda.content) == (304, b"")


def test_no_page_may_run_what_stands_in_it(lector: httpx.Client) -> None:
    for ruta in ("/", "/mapas/sectores/folium", "/ingresar"):
        politica = lector.get(ruta).headers["content-security-policy"]
        assert "script-src 'self'" in politica
        assert "unsafe" not in politica
