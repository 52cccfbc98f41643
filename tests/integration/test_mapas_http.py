"""The portal's pages over HTTP: what they answer when there is nothing, when they are asked nonsense, and twice."""

from __future__ import annotations

import html
import re
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
        for mapa in ("sectores", "informalidad", "concentracion"):
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
        "/mapas/concentracion",
        "/mapas/concentracion/datos",
    ):
        assert lector.get(ruta, headers=PAGINA | clave).status_code == 200, ruta


def test_a_filter_that_is_not_published_is_refused_without_a_key(
    lector: httpx.Client, llave_comun: Callable[[Rol], dict[str, str]]
) -> None:
    for ruta in ("/mapas/informalidad?seccion=G", "/mapas/sectores/datos?tamano=micro"):
        assert lector.get(ruta).status_code == 401
        assert lector.get(ruta, headers=llave_comun(Rol.SOCIO)).status_code == 403
        assert lector.get(ruta, headers=llave_comun(Rol.PLANIFICADOR)).status_code == 200
    assert lector.get("/mapas/informalidad?formalidad=informal").status_code == 400


@pytest.mark.parametrize(
    ("ruta", "dice"),
    [
        ("/mapas/sectores?anio=2024&seccion=G&tamano=micro&vista=13/-22.46240/-68.92940", "necesita una clave"),
        ("/indicadores?indicador=establecimientos&por=tipo_persona&anio=2024", "no se publica"),
    ],
)
def test_a_link_that_needs_a_key_leads_through_the_form_and_back(
    lector: httpx.Client, llave_comun: Callable[[Rol], dict[str, str]], ruta: str, dice: str
) -> None:
    rechazo = lector.get(ruta, headers=PAGINA)
    assert rechazo.status_code == 401
    assert dice in rechazo.text
    enlaces = {html.unescape(e) for e in re.findall(r'href="(/ingresar[^"]*)"', rechazo.text)}
    (enlace,) = enlaces
    (siguiente,) = re.findall(r'name="siguiente" value="([^"]*)"', lector.get(enlace).text)
    clave = llave_comun(Rol.PLANIFICADOR)["X-API-Key"]
    entrada = lector.post("/ingresar", data={"clave": clave, "siguiente": html.unescape(siguiente)})
    assert (entrada.status_code, entrada.headers["location"]) == (303, ruta)
    assert lector.get(entrada.headers["location"]).status_code == 200
    lector.cookies.clear()


def test_the_way_in_never_repeats_a_key(lector: httpx.Client) -> None:
    pagina = lector.get("/ingresar?clave=obs_0123abcd_secreta&otra=1", headers=PAGINA)
    assert pagina.status_code == 400
    assert "secreta" not in pagina.text
    assert 'href="/ingresar"' in lector.get("/", headers=PAGINA).text


@pytest.mark.parametrize(
    ("ruta", "dice"),
    [
        ("/?secion=G", "Esta dirección no tiene un parámetro «secion»"),
        ("/mapas?anio=2024", "Use: ninguno"),
        ("/mapas/sectores?secion=G", "¿Quiso decir «seccion»?"),
        ("/mapas/sectores?anio=20244", "no sirve para año"),
        ("/indicadores?anio=24", "Escriba cuatro cifras"),
        ("/indicadores?anio=dosmil", "Escriba cuatro cifras"),
        ("/indicadores?anio=2023,2024", "Escriba uno solo"),
        ("/indicadores?por=seccion&por=tamano", "una sola vez"),
        ("/mapas/sectores?seccion=XXXXXXXXXXXXXXXXXXXXXXXX", "«seccion»: El texto es demasiado largo"),
    ],
)
def test_a_page_says_what_is_wrong_with_its_address(lector: httpx.Client, ruta: str, dice: str) -> None:
    respuesta = lector.get(ruta, headers=PAGINA)
    assert respuesta.status_code == 400
    assert respuesta.headers["content-type"].startswith("text/html")
    assert dice in html.unescape(respuesta.text)


@pytest.mark.parametrize("vista", ["13/95/-68.9", "13/-22.4/190", "0/-22.4/-68.9", "40/-22.4/-68.9", "13/-22.4", "x"])
def test_a_view_that_no_map_has_is_let_go(lector: httpx.Client, vista: str) -> None:
    respuesta = lector.get("/mapas/sectores", params={"vista": vista}, headers=PAGINA)
    assert respuesta.status_code == 200
    assert re.search(r'<iframe[^>]* src="/mapas/sectores/folium\?anio=2024"', respuesta.text)
    buena = lector.get("/mapas/sectores", params={"vista": "13/-22.4/-68.9"}, headers=PAGINA)
    assert 'src="/mapas/sectores/folium?anio=2024&amp;vista=13%2F-22.4%2F-68.9"' in buena.text


def test_taking_filters_off_keeps_level_and_view(
    lector: httpx.Client, llave_comun: Callable[[Rol], dict[str, str]]
) -> None:
    params = {"anio": "2024", "nivel": "h3_8", "seccion": "G", "vista": "13/-22.4/-68.9"}
    pagina = lector.get("/mapas/informalidad", params=params, headers=llave_comun(Rol.PLANIFICADOR)).text
    assert "/mapas/informalidad?anio=2024&amp;nivel=h3_8&amp;vista=13%2F-22.4%2F-68.9" in pagina


def test_words_of_the_pages(lector: httpx.Client) -> None:
    """What is not there is not named, and the section goes by one name."""
    mapa = lector.get("/mapas/informalidad").text
    assert "reservadas o sin dato" not in mapa
    assert re.search(r"\d+ (reservada|reservadas|sin dato)\b", mapa)
    indicadores = lector.get("/indicadores?por=seccion").text
    assert "Sección CIIU" not in indicadores
    assert '<th scope="col" class="izquierda">Sector</th>' in indicadores
    assert (
        "«Establecimientos» por tipo de persona de 2024 no se publica"
        in lector.get("/indicadores?por=tipo_persona").text
    )


def test_the_parts_of_a_figure_go_by_their_names(
    lector: httpx.Client, llave_comun: Callable[[Rol], dict[str, str]]
) -> None:
    clave = llave_comun(Rol.PLANIFICADOR)
    pagina = lector.get("/indicadores?indicador=neto&por=seccion&anio=2024", headers=clave).text
    assert '<th scope="col" class="izquierda">Componente</th>' in pagina
    assert '<td class="izquierda">Activos el año anterior</td>' in pagina


def test_the_map_says_what_it_needs_where_there_is_no_script(lector: httpx.Client) -> None:
    pagina = lector.get("/mapas/sectores/folium").text
    assert "El mapa necesita JavaScript" in pagina
    assert 'id="volver" href="/mapas/sectores"' in pagina


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
