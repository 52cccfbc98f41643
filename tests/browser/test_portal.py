"""The portal as a person meets it, in a real browser: figures, maps, clicks, and nothing from another host."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, FrameLocator, expect

LON, LAT = -68.9294, -22.4624
ESPERA = 15_000


def mapa_listo(visita: Any, ruta: str) -> FrameLocator:
    """Open the page of a map and wait until its data are drawn."""
    visita.ir(ruta)
    marco = visita.pagina.frame_locator("iframe[data-mapa]")
    expect(marco.locator(".folium-map")).to_have_attribute("data-estado", "listo", timeout=ESPERA)
    return marco


def hecho(marco: FrameLocator) -> dict[str, str]:
    """What the map says that it drew."""
    datos: dict[str, str] = marco.locator(".folium-map").evaluate("e => ({...e.dataset})")
    return datos


def tocar_centro(visita: Any) -> None:
    """Click in the middle of the embedded map."""
    caja = visita.pagina.locator("iframe[data-mapa]").bounding_box()
    visita.pagina.mouse.click(caja["x"] + caja["width"] / 2, caja["y"] + caja["height"] / 2)


def entero(texto: str) -> int:
    """The first number of a text that is written as in Chile."""
    hallado = re.search(r"\d[\d.]*", texto)
    assert hallado is not None
    return int(hallado[0].replace(".", ""))


def test_home_shows_published_figures_and_the_way_on(visita: Any) -> None:
    visita.ir("/")
    pagina = visita.pagina
    expect(pagina.get_by_role("note")).to_have_text("Datos sintéticos: esta ciudad no existe")
    expect(pagina.locator("[data-indicador=establecimientos] .cifra-valor")).to_have_text("299")
    expect(pagina.locator("[data-indicador=tasa_informalidad]")).to_contain_text("Cobertura")
    expect(pagina.get_by_role("row", name=re.compile("Minería"))).to_be_visible()
    expect(pagina.get_by_role("row", name=re.compile("Enseñanza"))).to_contain_text("reservado")
    expect(pagina.get_by_role("link", name="Ingresar con una clave")).to_be_visible()
    pagina.get_by_role("link", name="Establecimientos por sector").click()
    expect(pagina).to_have_url(re.compile("/mapas/sectores$"))


def test_a_planner_sees_what_is_reserved(visita: Any) -> None:
    visita.ingresar()
    pagina = visita.pagina
    expect(pagina.locator(".sesion")).to_contain_text("Planificación")
    expect(pagina.get_by_role("row", name=re.compile("Enseñanza"))).not_to_contain_text("reservado")
    pagina.get_by_role("button", name="Salir").click()
    expect(pagina.locator(".sesion")).to_contain_text("Ingresar")


def test_a_planner_sees_every_place_as_clusters_and_the_table_agrees(visita: Any) -> None:
    visita.ingresar()
    marco = mapa_listo(visita, "/mapas/sectores?vista=11/-22.4624/-68.9294")
    dicho = hecho(marco)
    assert dicho["modo"] == "grupos"
    # 300 but for two without a place and a closed one.
    assert int(dicho["total"]) == 297
    assert 1 < int(dicho["figuras"]) < 40
    pie = visita.pagina.locator("#tabla tfoot td")
    assert entero(pie.first.inner_text()) == 297
    assert sum(entero(t) for t in visita.pagina.locator("#tabla tbody td:nth-child(2)").all_inner_texts()) == 297
    assert visita.pagina.locator("#lista tbody tr").count() == 25
    expect(marco.locator("#leyenda")).to_contain_text("Comercio")


def test_a_filter_changes_map_and_table_alike_and_stays_in_the_address(visita: Any) -> None:
    visita.ingresar()
    mapa_listo(visita, "/mapas/sectores?vista=11/-22.4624/-68.9294")
    visita.pagina.get_by_label("Sector", exact=True).select_option("B")
    visita.pagina.wait_for_url(re.compile("seccion=B"))
    marco = visita.pagina.frame_locator("iframe[data-mapa]")
    expect(marco.locator(".folium-map")).to_have_attribute("data-estado", "listo", timeout=ESPERA)
    assert int(hecho(marco)["total"]) == entero(visita.pagina.locator("#tabla tfoot td").first.inner_text()) < 40
    assert "vista=11" in visita.pagina.url


def test_moving_the_map_moves_the_address(visita: Any) -> None:
    visita.ingresar()
    marco = mapa_listo(visita, "/mapas/sectores?vista=13/-22.4624/-68.9294")
    marco.get_by_role("button", name="Acercar").click()
    expect(marco.locator(".folium-map")).to_have_attribute("data-zoom", "14", timeout=ESPERA)
    expect(visita.pagina).to_have_url(re.compile(r"vista=14(/|%2F)"))


def test_a_click_opens_a_business_and_its_name_is_only_text(visita: Any) -> None:
    visita.ingresar()
    marco = mapa_listo(visita, f"/mapas/sectores?vista=18/{LAT - 0.01}/{LON}")
    assert hecho(marco)["modo"] == "puntos"
    tocar_centro(visita)
    titulo = marco.locator(".leaflet-popup .ficha-titulo")
    expect(titulo).to_have_text("<img src=x onerror=document.title='roto'> ${7*7} {{7*7}} </script><b>x</b>")
    expect(marco.locator(".leaflet-popup")).to_contain_text("Formalidad")
    assert marco.locator(".leaflet-popup img, .leaflet-popup b, .leaflet-popup script").count() == 0
    assert "roto" not in visita.pagina.title()


def test_a_click_on_a_cluster_tells_its_sectors(visita: Any) -> None:
    visita.ingresar()
    marco = mapa_listo(visita, f"/mapas/sectores?vista=15/{LAT - 0.01}/{LON}")
    tocar_centro(visita)
    expect(marco.locator(".leaflet-popup .ficha-titulo")).to_have_text("1 establecimiento")


def test_without_a_key_the_points_are_those_that_are_public_by_law(visita: Any) -> None:
    marco = mapa_listo(visita, "/mapas/sectores?vista=11/-22.4624/-68.9294")
    assert int(hecho(marco)["total"]) == 6
    assert entero(visita.pagina.locator("#tabla tfoot td").first.inner_text()) == 6
    expect(visita.pagina.get_by_text("solo los establecimientos que son públicos por ley")).to_be_visible()
    expect(visita.pagina.get_by_label("Formalidad", exact=True)).to_be_disabled()
    assert visita.pagina.locator("#lista tbody tr").count() == 6


@pytest.mark.parametrize("con_clave", [False, True], ids=["sin clave", "planificador"])
def test_hexagons_equal_their_table(visita: Any, con_clave: bool) -> None:
    if con_clave:
        visita.ingresar()
    marco = mapa_listo(visita, "/mapas/informalidad")
    dicho = hecho(marco)
    filas = visita.pagina.locator("#tabla tbody tr")
    en_tabla = {f.get_attribute("data-zona"): f.locator("td").all_inner_texts() for f in filas.all()}
    en_tabla.pop("sin_ubicacion")
    assert len(en_tabla) == int(dicho["figuras"]) >= 4
    reservadas = [z for z, celdas in en_tabla.items() if celdas[0] == "reservado"]
    assert len(reservadas) == int(dicho["reservadas"])
    assert bool(reservadas) != con_clave
    assert sum(entero(c[1]) for c in en_tabla.values() if c[1] != "—") == int(dicho["total"])
    expect(marco.locator("#leyenda")).to_contain_text("%")
    assert ("Reservado" in marco.locator("#leyenda").inner_text()) != con_clave


def test_a_click_on_a_hexagon_tells_figure_coverage_and_period(visita: Any) -> None:
    visita.ingresar()
    mapa_listo(visita, "/mapas/informalidad")
    visita.pagina.locator("#tabla tbody tr").first.get_by_role("link", name="ver").click()
    visita.pagina.wait_for_url(re.compile("vista=14"))
    marco = visita.pagina.frame_locator("iframe[data-mapa]")
    expect(marco.locator(".folium-map")).to_have_attribute("data-estado", "listo", timeout=ESPERA)
    primera = visita.pagina.locator("#tabla tbody tr").first
    tocar_centro(visita)
    ficha = marco.locator(".leaflet-popup")
    expect(ficha).to_contain_text(primera.locator("td").first.inner_text())
    expect(ficha).to_contain_text("Cobertura")
    expect(ficha).to_contain_text("2024")


def test_without_a_key_cells_are_rounded_and_say_so(visita: Any) -> None:
    marco = mapa_listo(visita, "/mapas/concentracion")
    pagina = visita.pagina
    expect(marco.locator("#leyenda")).to_contain_text("redondeado a múltiplos de 5")
    expect(pagina.get_by_text("«15» quiere decir entre 11 y 19")).to_be_visible()
    primera = pagina.locator("#tabla tbody tr").first
    expect(primera).to_contain_text("cerca de")
    expect(primera).to_contain_text("Publicado, redondeado")
    primera.get_by_role("link", name="ver").click()
    pagina.wait_for_url(re.compile("vista=14"))
    marco = pagina.frame_locator("iframe[data-mapa]")
    expect(marco.locator(".folium-map")).to_have_attribute("data-estado", "listo", timeout=ESPERA)
    tocar_centro(visita)
    dicho = pagina.locator("#tabla tbody tr").first.locator("td").first.inner_text()
    expect(marco.locator(".leaflet-popup .ficha-titulo")).to_have_text(f"Establecimientos: {dicho} (redondeado)")
    expect(marco.locator(".leaflet-popup")).to_contain_text("entre 11 y 19")
    assert entero(dicho) % 5 == 0


def test_without_a_key_a_rate_is_drawn_by_what_is_published(visita: Any) -> None:
    mapa_listo(visita, "/mapas/informalidad")
    zonas = visita.pagina.get_by_label("Zonas", exact=True)
    assert zonas.locator("option").all_inner_texts() == ["Barrios"]
    visita.ingresar()
    mapa_listo(visita, "/mapas/informalidad")
    assert len(zonas.locator("option").all_inner_texts()) == 4
    zonas.select_option("barrio")
    visita.pagina.wait_for_url(re.compile("nivel=barrio"))
    marco = visita.pagina.frame_locator("iframe[data-mapa]")
    expect(marco.locator(".folium-map")).to_have_attribute("data-estado", "listo", timeout=ESPERA)
    assert int(hecho(marco)["figuras"]) == 4


def test_every_page_answers_says_that_data_are_synthetic_and_works_by_keyboard(visita: Any) -> None:
    for ruta in ("/", "/mapas", "/mapas/sectores", "/indicadores", "/datos", "/metodologia", "/ingresar"):
        visita.ir(ruta)
        expect(visita.pagina.get_by_role("note")).to_contain_text("Datos sintéticos")
        assert visita.pagina.locator("h1").count() == 1
        assert visita.pagina.locator("[style], style, script:not([src])").count() == 0
        visita.pagina.locator("body").press("Tab")
    visita.ir("/")
    visita.pagina.keyboard.press("Tab")
    expect(visita.pagina.get_by_role("link", name="Saltar al contenido")).to_be_focused()


def test_indicators_compare_and_link_to_their_files(visita: Any) -> None:
    visita.ir("/indicadores")
    visita.pagina.get_by_label("Indicador", exact=True).select_option("tasa_informalidad")
    visita.pagina.get_by_label("Abrir por", exact=True).select_option("tamano")
    visita.pagina.get_by_role("button", name="Ver").click()
    expect(visita.pagina.locator("#tabla tbody tr")).to_have_count(1)
    expect(visita.pagina.locator("#tabla")).to_contain_text("Micro")
    enlace = visita.pagina.get_by_role("link", name="CSV").get_attribute("href")
    respuesta = visita.pagina.request.get(visita.sitio.url + enlace)
    assert respuesta.status == 200
    assert respuesta.body().startswith(b"\xef\xbb\xbfanio;tamano;valor;anterior;variacion;n;cobertura;estado")


def test_a_narrow_screen_never_scrolls_sideways(visita: Any) -> None:
    visita.pagina.set_viewport_size({"width": 360, "height": 740})
    for ruta in ("/", "/mapas", "/mapas/informalidad", "/indicadores", "/datos", "/metodologia", "/ingresar"):
        visita.ir(ruta)
        assert visita.pagina.evaluate("document.documentElement.scrollWidth") <= 360, ruta


def test_going_back_after_signing_out_shows_nothing_exact(visita: Any) -> None:
    visita.ingresar()
    pagina = visita.pagina
    expect(pagina.get_by_role("row", name=re.compile("Enseñanza"))).not_to_contain_text("reservado")
    pagina.get_by_role("button", name="Salir").click()
    expect(pagina.locator(".sesion")).to_contain_text("Ingresar")
    pagina.go_back()
    expect(pagina.get_by_role("row", name=re.compile("Enseñanza"))).to_contain_text("reservado")


def test_a_link_with_filters_comes_back_after_signing_in(visita: Any) -> None:
    ruta = "/mapas/sectores?anio=2024&tamano=micro&vista=13/-22.46240/-68.92940"
    visita.ir(ruta)
    expect(visita.pagina.get_by_role("main")).to_contain_text("por tamaño necesita una clave")
    # The browser itself notes that the page was refused.
    assert [f for f in visita.faltas if "401" not in f] == []
    visita.faltas.clear()
    visita.pagina.get_by_role("main").get_by_role("link", name="Ingresar con una clave").click()
    visita.pagina.get_by_label("Clave", exact=True).fill(visita.sitio.clave)
    visita.pagina.get_by_role("main").get_by_role("button", name="Ingresar").click()
    visita.pagina.wait_for_url(visita.sitio.url + ruta)
    expect(visita.pagina.get_by_label("Tamaño", exact=True)).to_have_value("micro")


def test_the_map_alone_keeps_its_view_and_leads_back(visita: Any) -> None:
    visita.ingresar()
    marco = mapa_listo(visita, "/mapas/sectores?seccion=G&vista=13/-22.4624/-68.9294")
    marco.get_by_role("button", name="Acercar").click()
    expect(visita.pagina).to_have_url(re.compile(r"vista=14(/|%2F)"))
    visita.pagina.get_by_role("link", name="Ver solo el mapa").click()
    lienzo = visita.pagina.locator(".folium-map")
    expect(lienzo).to_have_attribute("data-zoom", "14", timeout=ESPERA)
    visita.pagina.get_by_role("button", name="Acercar").click()
    expect(visita.pagina).to_have_url(re.compile(r"folium\?.*vista=15(/|%2F)"))
    visita.pagina.get_by_role("link", name="filtros y tabla").click()
    expect(visita.pagina).to_have_url(re.compile(r"/mapas/sectores\?.*seccion=G.*vista=15(/|%2F)"))
    marco = visita.pagina.frame_locator("iframe[data-mapa]")
    expect(marco.locator(".folium-map")).to_have_attribute("data-zoom", "15", timeout=ESPERA)
    expect(marco.locator("#volver")).to_be_hidden()


def test_the_map_alone_lets_a_view_go_that_no_map_has(visita: Any) -> None:
    visita.ir("/mapas/sectores/folium?vista=13/95/-68.9")
    lienzo = visita.pagina.locator(".folium-map")
    expect(lienzo).to_have_attribute("data-estado", "listo", timeout=ESPERA)
    assert int(lienzo.evaluate("e => e.dataset.total")) > 0


def test_a_popup_at_the_edge_moves_into_sight(visita: Any) -> None:
    visita.ingresar()
    # Three hundred pixels above the middle, at the upper edge, stands the one business of the attack.
    marco = mapa_listo(visita, f"/mapas/sectores?vista=15/{LAT - 0.01 - 0.0119}/{LON}")
    caja = visita.pagina.locator("iframe[data-mapa]").bounding_box()
    visita.pagina.mouse.click(caja["x"] + caja["width"] / 2, caja["y"] + caja["height"] / 2 - 300)
    ficha = marco.locator(".leaflet-popup")
    expect(ficha).to_be_visible()
    expect(visita.pagina).to_have_url(re.compile("vista="))
    visita.pagina.wait_for_timeout(600)
    assert ficha.bounding_box()["y"] >= caja["y"]


def test_arrows_on_a_filter_ask_nothing_until_the_button_does(visita: Any) -> None:
    visita.ingresar()
    mapa_listo(visita, "/mapas/sectores")
    filtro = visita.pagina.get_by_label("Tamaño", exact=True)
    filtro.focus()
    visita.pagina.keyboard.press("ArrowDown")
    expect(filtro).to_have_value("micro")
    visita.pagina.wait_for_timeout(300)
    assert "tamano" not in visita.pagina.url
    visita.pagina.get_by_role("button", name="Aplicar").click()
    visita.pagina.wait_for_url(re.compile("tamano=micro"))


def test_without_script_nothing_is_offered_that_needs_it(navegador: Browser, sitio: Any) -> None:
    contexto = navegador.new_context(java_script_enabled=False)
    pagina = contexto.new_page()
    pagina.goto(sitio.url + "/mapas/sectores")
    expect(pagina.locator("[data-copiar]")).to_have_count(1)
    expect(pagina.locator("[data-copiar]")).to_be_hidden()
    aviso = pagina.frame_locator("iframe[data-mapa]").locator(".sin-guion")
    expect(aviso).to_contain_text("El mapa necesita JavaScript")
    expect(aviso).to_be_visible()
    contexto.close()


def test_on_a_phone_the_legend_folds_and_the_header_has_two_rows(visita: Any) -> None:
    visita.pagina.set_viewport_size({"width": 390, "height": 844})
    visita.ingresar()
    marco = mapa_listo(visita, "/mapas/informalidad")
    lista = marco.locator(".leyenda-lista")
    expect(lista).to_be_hidden()
    marco.locator(".leyenda-titulo").click()
    expect(lista).to_be_visible()
    alto = visita.pagina.locator(".cabecera").bounding_box()["height"]
    assert alto < 110
    assert visita.pagina.evaluate("document.documentElement.scrollWidth") <= 390


def test_what_scrolls_sideways_is_named_and_reached_by_keyboard(visita: Any) -> None:
    for ruta, nombre in (("/", "Por sector"), ("/indicadores", "Establecimientos, 2024"), ("/datos", "Fuentes")):
        visita.ir(ruta)
        region = visita.pagina.get_by_role("region", name=nombre).and_(visita.pagina.locator(".tabla-caja"))
        region.focus()
        expect(region).to_be_focused()


def test_paper_is_never_dark(visita: Any) -> None:
    visita.ir("/")
    acento = "getComputedStyle(document.documentElement).getPropertyValue('--acento')"
    visita.pagina.emulate_media(media="screen", color_scheme="dark")
    assert visita.pagina.evaluate(acento) == "#7cc0e8"
    visita.pagina.emulate_media(media="print", color_scheme="dark")
    assert visita.pagina.evaluate(acento) == "#0b5c8a"


def test_static_maps_open_from_a_disk_without_network(navegador: Browser, disco: Path) -> None:
    contexto = navegador.new_context(offline=True)
    faltas: list[str] = []
    contexto.on("request", lambda r: None if r.url.startswith("file://") else faltas.append(r.url))
    contexto.on("console", lambda m: faltas.append(m.text) if m.type == "error" else None)
    contexto.on("weberror", lambda e: faltas.append(str(e.error)))
    pagina = contexto.new_page()
    for mapa, total in (("sectores", 297), ("informalidad", None), ("concentracion", 297)):
        pagina.goto((disco / mapa / "index.html").as_uri())
        lienzo = pagina.locator(".folium-map")
        expect(lienzo).to_have_attribute("data-estado", "listo", timeout=ESPERA)
        dicho = lienzo.evaluate("e => ({...e.dataset})")
        assert int(dicho["figuras"]) > 4
        assert total is None or int(dicho["total"]) == total
        expect(pagina.locator(".pagina-tabla tbody tr").first).to_be_visible()
    contexto.close()
    assert faltas == []
