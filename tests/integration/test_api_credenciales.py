"""Keys in addresses, keys that are remembered, and how much a client may ask."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, select

from observatorio.db import tablas as t
from observatorio.db.claves import revocar_clave
from observatorio.settings import Settings
from observatorio.vocabulario import Rol

Llave = Callable[[Rol], dict[str, str]]
Servir = Callable[[Settings], AbstractContextManager[httpx.Client]]


def _revocar_todas(motor: Engine) -> None:
    with motor.begin() as conn:
        for numero in conn.scalars(select(t.clave.c.clave)).all():
            revocar_clave(conn, numero)


@pytest.mark.parametrize("ruta", ["/api/v1/conteos", "/api/v1/niveles", "/", "/mapas/sectores/datos"])
def test_una_clave_revocada_deja_de_servir_aunque_se_recuerde(
    cliente: httpx.Client, llave: Llave, motor: Engine, ruta: str
) -> None:
    """Whatever reads data asks again as it begins."""
    clave = llave(Rol.MUNICIPAL)
    assert cliente.get(ruta, headers=clave).status_code == 200
    assert cliente.get(ruta, headers=clave).status_code == 200
    _revocar_todas(motor)
    rechazo = cliente.get(ruta, headers=clave)
    assert rechazo.status_code == 401
    assert "set-cookie" not in rechazo.headers


def test_la_sesion_recordada_de_una_clave_revocada_pierde_su_galleta(
    cliente: httpx.Client, llave: Llave, motor: Engine
) -> None:
    """The browser is told so once, and then is the public."""
    cliente.post("/ingresar", data={"clave": llave(Rol.PLANIFICADOR)["X-API-Key"]})
    assert cliente.get("/api/v1/niveles").status_code == 200
    _revocar_todas(motor)
    assert cliente.get("/api/v1/niveles").status_code == 401
    assert cliente.get("/api/v1/niveles").status_code == 200


@pytest.mark.parametrize("ruta", ["/api/v1/niveles", "/mapas/sectores", "/", "/ingresar"])
def test_una_clave_en_la_direccion_no_sirve_ni_se_repite(lector: httpx.Client, llave_comun: Llave, ruta: str) -> None:
    """Outside `/ogc` it is a parameter that nobody knows, and its value is nowhere in the answer."""
    clave = llave_comun(Rol.PLANIFICADOR)["X-API-Key"]
    for consulta in (f"?api_key={clave}", f"?api%5Fkey={clave}", f"?anio=2024&api_key={clave}"):
        for cabeceras in ({}, {"Accept": "text/html"}):
            respuesta = lector.get(ruta + consulta, headers=cabeceras)
            assert respuesta.status_code == 400
            assert clave not in respuesta.text + str(respuesta.headers)


def test_cada_quien_tiene_su_cuenta(ciudad: Any, servidor_de: Servir, llave: Llave) -> None:
    """The public of an address runs out; the keys of the same address do not, until each runs out of its own."""
    ajustes = ciudad.settings.model_copy(update={"peticiones_por_minuto": 1, "peticiones_rafaga": 3})
    with servidor_de(ajustes) as cliente:
        assert [cliente.get("/api/v1/niveles").status_code for _ in range(3)] == [200] * 3
        rechazo = cliente.get("/api/v1/niveles")
        assert rechazo.status_code == 429
        assert 0 < int(rechazo.headers["retry-after"]) <= 60
        assert "demasiadas consultas" in rechazo.json()["detail"]
        for rol in (Rol.PLANIFICADOR, Rol.SOCIO):
            estados = [cliente.get("/api/v1/niveles", headers=llave(rol)).status_code for _ in range(4)]
            assert estados == [200, 200, 200, 429]
        assert cliente.get("/salud").status_code == 200


def test_otros_sitios_solo_leen_si_se_nombraron(ciudad: Any, servidor_de: Servir, lector: httpx.Client) -> None:
    """Closed by default; opened to the origin that the settings name, without cookies."""
    propio, ajeno = "https://datos.example.cl", "https://otro.example.cl"
    previa = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "x-api-key"}
    assert "access-control-allow-origin" not in lector.get("/api/v1/niveles", headers={"Origin": propio}).headers
    assert lector.options("/api/v1/niveles", headers={"Origin": propio, **previa}).status_code == 405
    with servidor_de(ciudad.settings.model_copy(update={"cors_origenes": (propio,)})) as cliente:
        abierta = cliente.get("/api/v1/niveles", headers={"Origin": propio})
        assert abierta.headers["access-control-allow-origin"] == propio
        assert "access-control-allow-credentials" not in abierta.headers
        assert "Origin" in abierta.headers["vary"]
        assert "etag" in abierta.headers["access-control-expose-headers"].lower()
        assert cliente.options("/api/v1/niveles", headers={"Origin": propio, **previa}).status_code == 200
        assert "access-control-allow-origin" not in cliente.get("/salud", headers={"Origin": ajeno}).headers
        assert cliente.options("/api/v1/niveles", headers={"Origin": ajeno, **previa}).status_code == 400
        # A refusal is an answer too: the page must be able to read it.
        perdida = cliente.get("/no-existe", headers={"Origin": propio})
        assert (perdida.status_code, perdida.headers["access-control-allow-origin"]) == (404, propio)
