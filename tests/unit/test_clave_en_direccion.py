"""A key in the address: under `/ogc` it becomes a header before anybody reads the address; elsewhere it is nobody's."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.credencial import Clase, ClaveEnDireccionMiddleware, direccion, leer

CLAVE = "obs_0123abcd_" + "A" * 43


async def _eco(request: Request) -> Response:
    """What a route sees of a request."""
    credencial = leer(request)
    return JSONResponse(
        {
            "consulta": request.url.query,
            "clase": None if credencial is None else credencial.clase.name,
            "clave": None if credencial is None else credencial.texto,
            "muestra": repr(credencial),
        }
    )


def _pedir(direccion: str, cabeceras: dict[str, str] | None = None) -> httpx.Response:
    """Ask an application that tells what it sees, behind the middleware."""
    app = Starlette(routes=[Route("/{ruta:path}", _eco)])
    app.add_middleware(ClaveEnDireccionMiddleware)

    async def preguntar() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://aqui") as cliente:
            return await cliente.get(direccion, headers=cabeceras)

    return asyncio.run(preguntar())


def _ver(respuesta: httpx.Response) -> tuple[str, str | None]:
    dicho = respuesta.json()
    assert CLAVE not in dicho["consulta"] + dicho["muestra"]
    return dicho["consulta"], dicho["clave"]


@pytest.mark.parametrize("ruta", ["/ogc", "/ogc/", "/ogc/collections/x/items"])
def test_bajo_ogc_la_clave_pasa_a_la_cabecera(ruta: str) -> None:
    """The rest of the address stays as it came, byte by byte."""
    assert _ver(_pedir(f"{ruta}?api_key={CLAVE}")) == ("", CLAVE)
    assert _ver(_pedir(f"{ruta}?limit=1&api_key={CLAVE}&q=%C3%B1+a%26b")) == ("limit=1&q=%C3%B1+a%26b", CLAVE)
    assert _ver(_pedir(f"{ruta}?%61pi_key={CLAVE}")) == ("", CLAVE)
    assert _ver(_pedir(f"{ruta}?api_key=")) == ("", "")
    assert _ver(_pedir(f"{ruta}?api_key={CLAVE}&api_key={CLAVE}")) == ("", ""), "two keys are none"
    assert _ver(_pedir(f"{ruta}?capital_api=1")) == ("capital_api=1", None)


def test_la_cabecera_va_antes_que_la_direccion() -> None:
    """Whoever sends both meant the header, and the address forgets its own."""
    otra = CLAVE.replace("A", "B")
    for cabeceras in ({"X-API-Key": otra}, {"Authorization": f"Bearer {otra}"}):
        assert _ver(_pedir(f"/ogc?f=json&api_key={CLAVE}", cabeceras)) == ("f=json", otra)


@pytest.mark.parametrize("ruta", ["/", "/api/v1/conteos", "/ogcx", "/api/ogc"])
def test_en_otra_parte_queda_el_nombre_sin_su_valor(ruta: str) -> None:
    """To be refused as a parameter that nobody knows."""
    assert _ver(_pedir(f"{ruta}?anio=2024&api_key={CLAVE}")) == ("anio=2024&api_key=", None)


@pytest.mark.parametrize(
    ("valor", "clase"),
    [
        (f"Bearer {CLAVE}", "CLAVE"),
        ("Bearer aaa.bbb.ccc", "FICHA"),
        ("bearer  aaa.bbb.ccc ", "FICHA"),
        ("Bearer obs_.a.b", "CLAVE"),
        ("Bearer a.b", "CLAVE"),
        ("Basic aaa.bbb.ccc", "CLAVE"),
    ],
)
def test_que_es_lo_que_viene_en_la_cabecera(valor: str, clase: str) -> None:
    """A token has three parts; all else is a key, good or not."""
    assert Clase[clase].name == _pedir("/", {"Authorization": valor}).json()["clase"]


@pytest.mark.parametrize(
    ("cliente_en", "esperada"),
    [
        (("203.0.113.9", 1), "203.0.113.9"),
        (("2001:db8:1:2:3:4:5:6", 1), "2001:0db8:0001:0002"),
        (("2001:db8:1:2::ffff", 1), "2001:0db8:0001:0002"),
        (("::ffff:203.0.113.9", 1), "203.0.113.9"),
        (("testclient", 1), "testclient"),
        (None, "local"),
    ],
)
def test_de_donde_viene_una_peticion(cliente_en: tuple[str, int] | None, esperada: str) -> None:
    """An IPv6 machine may take any address of its network: the network is what is counted."""
    assert direccion(Request({"type": "http", "headers": [], "client": cliente_en})) == esperada
