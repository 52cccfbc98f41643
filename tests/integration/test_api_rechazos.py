"""Refusals that no route of ours makes are told as all others: a problem in Spanish, with advice and our headers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import httpx
import pytest

from observatorio.settings import Settings
from observatorio.vocabulario import Rol

Llave = Callable[[Rol], dict[str, str]]
DIBUJO = 1_100_000


def _es_problema(respuesta: httpx.Response, estado: int) -> dict[str, Any]:
    assert respuesta.status_code == estado
    assert respuesta.headers["content-type"] == "application/problem+json"
    assert respuesta.headers["x-content-type-options"] == "nosniff"
    assert respuesta.headers["cache-control"] == "no-store"
    assert "default-src 'self'" in respuesta.headers["content-security-policy"]
    cuerpo: dict[str, Any] = respuesta.json()
    assert cuerpo["status"] == estado
    assert cuerpo["instance"] == f"urn:observatorio:peticion:{respuesta.headers['x-request-id']}"
    return cuerpo


@pytest.mark.parametrize("rol", [None, Rol.PLANIFICADOR])
@pytest.mark.parametrize(
    ("metodo", "ruta", "bytes_", "cabe"),
    [
        ("POST", "/api/v1/establecimientos", DIBUJO, 1024),
        ("POST", "/api/v1/conteos", DIBUJO, 1024),
        ("POST", "/api/v1/no-existe", 70_000, 64),
        ("POST", "/api/v1/niveles", 70_000, 64),
        ("GET", "/api/v1/niveles", 70_000, 64),
        ("GET", "/ogc/collections", 70_000, 64),
        ("POST", "/ingresar", 70_000, 64),
    ],
)
def test_un_cuerpo_demasiado_grande(
    lector: httpx.Client, llave_comun: Llave, rol: Rol | None, metodo: str, ruta: str, bytes_: int, cabe: int
) -> None:
    """Announced by its length, wherever it is sent and whoever sends it."""
    cabeceras = {} if rol is None else llave_comun(rol)
    problema = _es_problema(lector.request(metodo, ruta, content=b" " * bytes_, headers=cabeceras), 413)
    assert problema["title"] == "El envío es demasiado grande"
    assert problema["consejo"].startswith(f"Aquí se reciben hasta {cabe} kB. ")


def test_un_cuerpo_demasiado_grande_sin_largo(lector: httpx.Client, llave_comun: Llave) -> None:
    """Sent piece by piece it is refused as soon as it is more than the address takes."""

    def pedazos() -> Iterator[bytes]:
        yield from [b" " * 100_000] * 11

    respuesta = lector.post("/api/v1/conteos", content=pedazos(), headers=llave_comun(Rol.PLANIFICADOR))
    assert "1024 kB" in _es_problema(respuesta, 413)["consejo"]


def test_a_un_navegador_se_le_dice_en_una_pagina(lector: httpx.Client) -> None:
    """A form that somebody filled with too much."""
    respuesta = lector.post("/ingresar", data={"clave": "x" * 70_000}, headers={"Accept": "text/html"})
    assert respuesta.status_code == 413
    assert respuesta.headers["content-type"] == "text/html; charset=utf-8"
    assert "El envío es demasiado grande" in respuesta.text
    assert respuesta.headers["x-frame-options"] == "SAMEORIGIN"


def test_la_medida_cuenta_lo_rechazado(lector: httpx.Client) -> None:
    """A refusal is a request like any other: it has a number and it is counted."""
    lector.post("/api/v1/no-existe", content=b" " * 70_000)
    assert 'observatorio_peticiones_total{estado="413",metodo="POST"' in lector.get("/metrics").text


def test_la_pagina_de_otro_sitio_que_no_puede_leer(
    ciudad_comun: Any, servidor_de: Callable[[Settings], AbstractContextManager[httpx.Client]]
) -> None:
    """The question that a browser asks first, from a site that is not among those named."""
    ajustes = ciudad_comun.settings.model_copy(update={"cors_origenes": ("https://datos.example.cl",)})
    with servidor_de(ajustes) as cliente:
        pregunta = {"Origin": "https://otro.example", "Access-Control-Request-Method": "GET"}
        respuesta = cliente.options("/api/v1/niveles", headers=pregunta)
        _es_problema(respuesta, 400)
        assert "access-control-allow-origin" not in respuesta.headers
        pregunta["Origin"] = "https://datos.example.cl"
        permitida = cliente.options("/api/v1/niveles", headers=pregunta)
        assert permitida.status_code == 200
        assert permitida.headers["access-control-allow-origin"] == "https://datos.example.cl"
