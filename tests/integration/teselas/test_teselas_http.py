"""Vector tiles over HTTP: the public ones, what is refused or not sent twice, and the documents that lead there."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import text

from api.ogc.teselas import router
from observatorio.db.queries.malla import ZOOM_MAXIMO, tesela_de
from observatorio.vocabulario import Rol
from teselas_pedidas import CENTRO, CUENTA, Como, Leer, ruta, todas


def test_los_puntos_publicos_llevan_su_nombre(como: Como, leer: Leer, poblada: Any) -> None:
    with poblada.motor.connect() as conn:
        hay = conn.scalar(text(f"{CUENTA} AND publica AND formalidad <> 'inactivo'"))
    hechas = list(todas(12, lambda t: como(Rol.PUBLICO, ruta(t, "puntos_publicos")).content))
    leidas = [leer(cuerpo, t) for t, cuerpo in hechas]
    assert sum(una["n"].sum() for una in leidas) == hay > 10
    assert {frozenset(una.columns) for una in leidas} == {
        frozenset({"mvt_id", "n", "seccion", "id", "nombre", "geometry"})
    }
    for una in leidas:
        assert una["nombre"][una["n"] == 1].str.startswith("Escuela número").all()
        assert una["nombre"][una["n"] > 1].isna().all()


def test_las_zonas_se_ven_cuando_caben(como: Como, leer: Leer) -> None:
    cerca, lejos = tesela_de(*CENTRO, 12), tesela_de(*CENTRO, 4)
    leida = leer(como(Rol.PUBLICO, ruta(cerca, "zonas_unidad_vecinal")).content, cerca)
    assert set(leida["zona"]) == {"uv1", "uv2"}
    assert set(leida["nombre"]) == {"Unidad uv1", "Unidad uv2"}
    assert leida.geometry.area.min() > 0
    assert como(Rol.PUBLICO, ruta(lejos, "zonas_unidad_vecinal")).status_code == 204


def test_fuera_de_rango_no_existe_y_lo_mal_escrito_se_dice(como: Como) -> None:
    base = "/collections/establecimientos/tiles/WebMercatorQuad"
    ausentes = (
        f"{base}/{ZOOM_MAXIMO + 1}/0/0", f"{base}/3/8/0", f"{base}/3/0/8", f"{base}/-1/0/0", f"{base}/3/-1/0",
        f"{base}/1/0/{10**40}", "/collections/establecimientos_1890/tiles", "/collections/zonas_nada/tiles",
        "/collections/catastro/tiles", "/collections/establecimientos/tiles/WorldCRS84Quad", "/tileMatrixSets/Otra",
    )  # fmt: skip
    malas = (
        f"{base}/a/0/0", f"{base}/1/0/0?color=rojo", f"{base}/1/0/0?seccion=B&seccion=C", f"{base}/1/0/0?f=png",
        f"{base}/1/0/0?tamano=enorme", f"{base}/1/0/0?seccion=Z9", f"{base}?f=xml", "/tileMatrixSets?color=rojo",
        "/collections/zonas_h3_8/tiles/WebMercatorQuad/1/0/0?seccion=B",
    )  # fmt: skip
    for r in ausentes:
        assert como(Rol.PLANIFICADOR, r).status_code == 404, r
    for r in malas:
        respuesta = como(Rol.PLANIFICADOR, r)
        assert respuesta.status_code == 400, r
        assert respuesta.headers["content-type"] == "application/problem+json"
    vacia = como(Rol.PLANIFICADOR, f"{base}/5/3/3")
    assert (vacia.status_code, vacia.content) == (204, b"")


def test_lo_que_no_cambio_no_se_envia_otra_vez(como: Como, poblada: Any) -> None:
    r = ruta(tesela_de(*CENTRO, 12))
    primera = como(Rol.PLANIFICADOR, r)
    etiqueta = primera.headers["etag"]
    assert primera.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert primera.headers["cache-control"] == "private, no-cache"
    assert como(Rol.PLANIFICADOR, r).content == primera.content
    igual = como(Rol.PLANIFICADOR, r, **{"If-None-Match": etiqueta})
    assert (igual.status_code, igual.content) == (304, b"")
    assert como(Rol.MUNICIPAL, r, **{"If-None-Match": etiqueta}).status_code == 200
    publica = ruta(tesela_de(*CENTRO, 12), "puntos_publicos")
    de_publico = como(Rol.PUBLICO, publica).headers["etag"]
    cambiar = text("UPDATE catastro.version SET version = version + :cuanto WHERE anio = 2024")
    with poblada.motor.begin() as conn:
        conn.execute(cambiar, {"cuanto": 1})
    try:
        assert como(Rol.PLANIFICADOR, r, **{"If-None-Match": etiqueta}).status_code == 200
        assert como(Rol.PUBLICO, publica, **{"If-None-Match": de_publico}).status_code == 200
    finally:
        with poblada.motor.begin() as conn:
            conn.execute(cambiar, {"cuanto": -1})


def test_los_metadatos_llevan_a_las_teselas(como: Como) -> None:
    lista = como(Rol.PLANIFICADOR, "/collections/establecimientos/tiles").json()
    (uno,) = lista["tilesets"]
    propio = next(e["href"] for e in uno["links"] if e["rel"] == "self")
    assert propio.startswith("http://127.0.0.1")
    juego = como(Rol.PLANIFICADOR, propio.partition("/ogc")[2]).json()
    plantilla = next(e for e in juego["links"] if e["rel"] == "item")
    assert plantilla["templated"] is True
    centro = tesela_de(*CENTRO, 12)
    valores = {"tileMatrix": centro.z, "tileRow": centro.y, "tileCol": centro.x}
    assert como(Rol.PLANIFICADOR, plantilla["href"].partition("/ogc")[2].format(**valores)).status_code == 200
    oeste, sur = juego["boundingBox"]["lowerLeft"]
    este, norte = juego["boundingBox"]["upperRight"]
    assert oeste < CENTRO[0] < este
    assert sur < CENTRO[1] < norte
    assert {"n", "seccion", "id"} <= juego["layers"][0]["propertiesSchema"]["properties"].keys()
    tilejson = como(Rol.PLANIFICADOR, "/collections/establecimientos/tiles/WebMercatorQuad?f=tilejson").json()
    assert tilejson["tiles"][0].endswith("/{z}/{y}/{x}")
    assert tilejson["vector_layers"][0]["id"] == juego["layers"][0]["id"] == "establecimientos"


def test_el_sistema_de_teselas_es_el_registrado(como: Como) -> None:
    (una,) = como(Rol.PUBLICO, "/tileMatrixSets").json()["tileMatrixSets"]
    matriz = como(Rol.PUBLICO, una["links"][0]["href"].partition("/ogc")[2]).json()
    primera, ultima = matriz["tileMatrices"][0], matriz["tileMatrices"][-1]
    # The figures of the register: annex D of 17-083r4.
    assert (primera["scaleDenominator"], primera["cellSize"]) == pytest.approx((559082264.028717, 156543.033928041))
    assert (ultima["id"], ultima["matrixWidth"]) == ("24", 16777216)
    assert ultima["scaleDenominator"] == pytest.approx(33.3238997477864)
    assert primera["pointOfOrigin"] == pytest.approx([-20037508.3427892, 20037508.3427892])


def test_el_documento_dice_todas_las_rutas(como: Como) -> None:
    documento = como(Rol.PLANIFICADOR, "/api").json()["paths"]
    servidas = {r.path for r in router.routes if isinstance(r, APIRoute)}
    nombres = {"z": "{tileMatrix}", "y": "{tileRow}", "x": "{tileCol}", "matriz": "{tileMatrixSetId}"}
    for coleccion in ("establecimientos", "puntos_publicos", "zonas_h3_8"):
        esperadas = {ruta.format(coleccion=coleccion, **nombres) for ruta in servidas}
        assert esperadas <= documento.keys(), coleccion
