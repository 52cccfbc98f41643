"""What is compressed on its way out, and what is not because it already was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from ciudad_buscada import ANIO, CENTRO, CUT, sembrar_busqueda
from observatorio.db.queries.malla import tesela_de
from observatorio.vocabulario import Rol

Llave = Callable[[Rol], dict[str, str]]


@pytest.fixture(scope="module", autouse=True)
def sembradas(ciudad_comun: Any) -> None:
    """The invented year, so that every file is larger than what is not worth compressing."""
    with ciudad_comun.motor.begin() as conn:
        sembrar_busqueda(conn)
        conn.execute(select(func.catastro.rehacer_mosaico(CUT, ANIO)))


@pytest.mark.parametrize(
    ("formato", "comprimida"),
    [("json", True), ("csv", True), ("geojson", True), ("gpkg", True), ("xlsx", False), ("parquet", False)],
)
def test_solo_se_comprime_lo_que_no_lo_estaba(
    lector: httpx.Client, llave_comun: Llave, formato: str, comprimida: bool
) -> None:
    """A file that is compressed by itself goes out as it is, with its length: a browser can say how much is left."""
    pedido = {"anio": str(ANIO), "formato": formato}
    respuesta = lector.get(
        "/api/v1/establecimientos", params=pedido, headers=llave_comun(Rol.PLANIFICADOR) | {"Accept-Encoding": "gzip"}
    )
    assert respuesta.status_code == 200
    assert len(respuesta.content) > 1000
    assert respuesta.headers.get("content-encoding") == ("gzip" if comprimida else None)
    if not comprimida:
        assert int(respuesta.headers["content-length"]) == len(respuesta.content)


@pytest.mark.parametrize("formato", ["xlsx", "parquet"])
def test_tampoco_los_cuadros(lector: httpx.Client, formato: str) -> None:
    """The same of the tables of figures, which are made in memory."""
    respuesta = lector.get(
        f"/api/v1/indicadores/establecimientos?formato={formato}", headers={"Accept-Encoding": "gzip"}
    )
    assert respuesta.status_code == 200
    assert len(respuesta.content) > 1000
    assert "content-encoding" not in respuesta.headers


def test_las_teselas_se_comprimen(lector: httpx.Client, llave_comun: Llave) -> None:
    """A vector tile is plain."""
    tesela = tesela_de(*CENTRO, 13)
    respuesta = lector.get(
        f"/ogc/collections/establecimientos_{ANIO}/tiles/WebMercatorQuad/{tesela.z}/{tesela.y}/{tesela.x}",
        headers=llave_comun(Rol.PLANIFICADOR) | {"Accept-Encoding": "gzip"},
    )
    assert respuesta.status_code == 200
    assert respuesta.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert respuesta.headers["content-encoding"] == "gzip"
