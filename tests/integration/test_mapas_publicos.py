"""What a map of cells shows without a key: the levels that the release has, and what each figure is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, Engine, text

from maps import celdas, definitions, layers, render
from maps.contract import Mapa
from observatorio import catalogo
from observatorio.db.queries import publicacion
from observatorio.indicadores.publicar import publicar
from observatorio.settings import Settings
from observatorio.vocabulario import Rol

MAPAS = catalogo.discover(definitions, Mapa)
CUT, ANIO = "02201", 2024
Llave = Callable[[Rol], dict[str, str]]


@pytest.fixture
def publicada(conexion: Connection, sembrador: Callable[[Connection], None], tmp_path: Path) -> Connection:
    """The small city, published, seen with the rights of the public."""
    sembrador(conexion)
    publicar(conexion, Settings(cut=CUT, state_dir=tmp_path), ANIO)
    conexion.execute(text("SET LOCAL ROLE obs_publico"))
    return conexion


def pedir(conn: Connection, mapa: str, nivel: str, anio: int = ANIO) -> dict[str, Any]:
    vista = layers.Vista(cut=CUT, anio=anio, nivel=nivel)
    respuesta: dict[str, Any] = json.loads(layers.datos(conn, MAPAS[mapa], vista))
    return respuesta


def test_the_levels_are_those_of_the_release(publicada: Connection) -> None:
    """A rate is published by what somebody loaded, a count by hexagons too; who reads the register has both."""
    niveles = {m: layers.niveles(publicada, MAPAS[m], CUT, ANIO, exacta=False) for m in MAPAS}
    assert niveles == {
        "sectores": [],
        "informalidad": ["unidad_vecinal"],
        "concentracion": ["h3_8", "unidad_vecinal"],
    }
    assert layers.niveles(publicada, MAPAS["informalidad"], CUT, ANIO, exacta=True) == [
        "h3_8",
        "unidad_vecinal",
    ]
    assert layers.niveles(publicada, MAPAS["informalidad"], CUT, 1999, exacta=False) == []
    assert layers.preferido(MAPAS["informalidad"], niveles["informalidad"]) == "unidad_vecinal"
    assert layers.preferido(MAPAS["concentracion"], niveles["concentracion"]) == "h3_8"
    assert layers.preferido(MAPAS["informalidad"], []) == ""


def test_a_loaded_level_is_drawn_by_its_names(publicada: Connection) -> None:
    meta = pedir(publicada, "concentracion", "unidad_vecinal")["meta"]
    assert {z: (c["nombre"], c["texto"], c["estado"], c["redondeo"]) for z, c in meta["cifras"].items()} == {
        "uv1": ("Unidad uv1", "23", "publicado", None),
        "uv2": ("Unidad uv2", "Reservado", "reservado", None),
    }
    assert (meta["reservadas"], meta["redondeo"], meta["nota"]) == (1, None, celdas.NOTA_PUBLICADA)
    assert [(c["texto"], c["celdas"]) for c in meta["clases"]] == [("23", 1)]


def test_rounded_counts_say_so_in_legend_and_popup(publicada: Connection) -> None:
    publicadas = publicacion.celdas(publicada, CUT, "establecimientos", [ANIO], "zona", "h3_8", {})
    valores = {c.dimensiones["zona"]: c.valor for c in publicadas}
    respuesta = pedir(publicada, "concentracion", "h3_8")
    meta = respuesta["meta"]
    assert meta["titulo_leyenda"] == "Establecimientos, redondeado a múltiplos de 5 (zonas)"
    assert "«15» quiere decir entre 11 y 19, y «0», entre 0 y 4" in meta["nota"]
    assert {z: c["texto"] for z, c in meta["cifras"].items()} == {
        z: f"cerca de {valores[z]:.0f} (redondeado)" for z in ("88a", "88b")
    }
    assert all(c["texto"].startswith("cerca de") for c in meta["clases"])
    assert len(respuesta["datos"]["features"]) == 2


def test_a_rounded_zero_is_no_zero(publicada: Connection) -> None:
    vista = layers.Vista(cut=CUT, anio=ANIO, nivel="h3_8")
    cifras = layers.cifras(publicada, MAPAS["concentracion"], vista)
    (perdidos,) = cifras.sin_celda
    assert cifras.texto(perdidos) == ("0 a 4 (redondeado)" if perdidos.valor == 0 else "cerca de 5 (redondeado)")


def test_a_map_without_any_level_says_so(publicada: Connection, tmp_path: Path) -> None:
    meta = pedir(publicada, "informalidad", "")["meta"]
    assert (meta["aviso"], meta["clases"], meta["cifras"]) == (celdas.NOTA_SIN_NIVEL, [], {})
    publicada.execute(text("RESET ROLE"))
    publicada.execute(text("DELETE FROM publicacion.celda WHERE nivel = 'unidad_vecinal'"))
    pagina = render.construir(publicada, MAPAS["informalidad"], tmp_path, ANIO, Rol.PUBLICO, settings=Settings(cut=CUT))
    assert celdas.NOTA_SIN_NIVEL in pagina.read_text(encoding="utf-8")


def test_the_page_offers_what_is_published_and_the_key_the_rest(lector: httpx.Client, llave_comun: Llave) -> None:
    html = lector.get("/mapas/informalidad").text
    assert '<option value="unidad_vecinal" selected>Unidad vecinal</option>' in html
    assert 'value="h3_8"' not in html
    fino = "/mapas/informalidad?nivel=h3_8"
    assert lector.get(fino).status_code == 401
    assert lector.get(fino, headers=llave_comun(Rol.SOCIO)).status_code == 403
    exacta = lector.get(fino, headers=llave_comun(Rol.PLANIFICADOR)).text
    assert '<option value="h3_8" selected>' in exacta
    assert '<option value="unidad_vecinal">' in exacta
    assert lector.get("/mapas/informalidad?nivel=comuna").status_code == 400


def test_filters_are_those_of_the_release(lector: httpx.Client, llave_comun: Llave) -> None:
    """By one dimension beside a loaded zone; not by two at once, and not by hexagon."""
    mapa = "/mapas/concentracion/datos?anio=2024"
    comercio = lector.get(f"{mapa}&nivel=unidad_vecinal&seccion=G").json()["meta"]["cifras"]
    assert {z: c["texto"] for z, c in comercio.items()} == {"uv1": "23"}
    for reservado in ("nivel=unidad_vecinal&seccion=G&tamano=micro", "nivel=h3_8&seccion=G"):
        assert lector.get(f"{mapa}&{reservado}").status_code == 401
        assert lector.get(f"{mapa}&{reservado}", headers=llave_comun(Rol.PLANIFICADOR)).status_code == 200


def test_the_page_of_rounded_counts(lector: httpx.Client) -> None:
    html = lector.get("/mapas/concentracion").text
    assert "redondeado a múltiplos de 5" in html
    assert "Publicado, redondeado" in html
    assert "cerca de" in html
    tabla = lector.get("/indicadores?indicador=establecimientos&nivel=h3_8").text
    assert "Redondeado a múltiplos de 5: «15» quiere decir entre 11 y 19" in tabla
    assert "cerca de" in tabla


def test_the_page_stays_usable_where_no_level_is_published(cliente: httpx.Client, motor: Engine, llave: Llave) -> None:
    with motor.begin() as conn:
        conn.execute(text("DELETE FROM publicacion.celda WHERE nivel = 'unidad_vecinal'"))
    pagina = cliente.get("/mapas/informalidad", headers={"accept": "text/html"})
    assert pagina.status_code == 200
    assert "no se publica por ninguna zona" in pagina.text
    assert '<select id="f-anio"' in pagina.text
    datos = cliente.get("/mapas/informalidad/datos").json()
    assert (datos["datos"]["features"], datos["meta"]["aviso"]) == ([], celdas.NOTA_SIN_NIVEL)
    con_clave = cliente.get("/mapas/informalidad", headers=llave(Rol.PLANIFICADOR))
    assert "no se publica por ninguna zona" not in con_clave.text
