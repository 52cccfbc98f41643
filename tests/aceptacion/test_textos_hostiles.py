"""Every text that a caller may write, in every route that there is, filled with what attackers write there.

Routes and their parameters are taken from the application: one that is added tomorrow is tried too.
"""

from __future__ import annotations

import re
import socket
from contextlib import suppress
from dataclasses import dataclass
from itertools import product
from urllib.parse import quote

import httpx
import pytest
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Path, Query
from fastapi.routing import APIRoute, iter_route_contexts
from sqlalchemy import text

from api.app import create_app
from aplicacion_servida import servir
from ciudad_chica import Ciudad
from observatorio.settings import Settings
from observatorio.vocabulario import Rol

pytestmark = pytest.mark.aceptacion

MARCA = "<script>alert(1)</script>"
VENENOS = {
    "sql": "'; DROP TABLE catastro.establecimiento_anio; --",
    "sql-unido": "x' UNION SELECT resumen::text FROM auditoria.clave --",
    "sql-dormido": "'||(SELECT pg_sleep(30))||'",
    "guion": f"{MARCA}<img src=x onerror=alert(1)>",
    "plantilla": "{{7*7}}${7*7}<%= 7*7 %>",
    "formula": "=cmd|' /C calc'!A0",
    "ruta": "../../../../etc/passwd",
    "ruta-cifrada": "..%2f..%2f..%2fetc%2fpasswd",
    "nulo": "a\0b",
    "salto": "a\r\nSet-Cookie: roto=1",
    "sin-fin": "%" * 200,
    "comodines": "%_%_%_" * 15,
    "numero-enorme": "9" * 400,
    "negativo": "-1",
    "no-es-numero": "NaN",
    "infinito": "1e309",
    "unicode": "\u202eﬁ\ufeff\U0001f4a9ñ",
    "sustituto": "\ud800",
    "largo": "a" * 30_000,
    "hondo": "NOT (" * 1_500 + "1=1" + ")" * 1_500,
    "json-hondo": '{"op":"not","args":[' * 600 + "true" + "]}" * 600,
    "json-roto": '{"type":"Polygon","coordinates":[[[1,',
}
ESPERADOS = {200, 204, 303, 304, 307, 308, 400, 401, 403, 404, 405, 413, 414, 422, 429}


@dataclass(frozen=True)
class Hueco:
    """A place in a route where somebody may write what they want."""

    ruta: str
    nombre: str
    en_la_ruta: bool

    def direccion(self, veneno: str) -> str:
        """The route with the poison in its place, and something harmless in the others."""
        cifrado = quote(veneno.encode("utf-8", "surrogatepass"), safe="")
        llena = self.ruta
        if self.en_la_ruta:
            llena = re.sub(r"\{" + self.nombre + r"(:\w+)?\}", lambda _: cifrado, llena)
        llena = re.sub(r"\{(\w+)(:\w+)?\}", lambda m: EJEMPLOS.get(m[1], "1"), llena)
        return llena if self.en_la_ruta else f"{llena}?{self.nombre}={cifrado}"


# Those routes read their address by themselves, because the standard asks for more than a parameter can declare.
DE_OGC = ("filter", "filter-lang", "filter-crs", "bbox", "bbox-crs", "datetime", "limit", "cursor", "crs", "properties")
EJEMPLOS = {"id": "establecimientos", "identificador": "e001", "id_": "sectores", "z": "14", "x": "5061", "y": "9217"}


def huecos(settings: Settings) -> list[Hueco]:
    """All of them, of routes that are read."""
    hallados = []
    for contexto in iter_route_contexts(create_app(settings).routes):
        ruta = contexto.original_route
        if not isinstance(ruta, APIRoute) or "GET" not in ruta.methods:
            continue
        camino = str(contexto.path)
        campos = [c for c in get_flat_params(ruta.dependant) if isinstance(c.field_info, Path | Query)]
        hallados += [Hueco(camino, c.alias, isinstance(c.field_info, Path)) for c in campos]
        hallados += [Hueco(camino, nombre, False) for nombre in DE_OGC if camino.startswith("/ogc")]
    return hallados


@pytest.mark.parametrize("rol", [Rol.PUBLICO, Rol.MUNICIPAL])
def test_ningun_texto_se_ejecuta_ni_rompe_nada(ciudad_comun: Ciudad, rol: Rol) -> None:
    """No fault of ours, nothing written back as it came, and nothing that takes longer than the client waits."""
    # Whoever asks so much without rest would be told to slow down.
    settings = ciudad_comun.settings.model_copy(
        update={"peticiones_por_minuto": 6_000_000, "peticiones_rafaga": 1_000_000}
    )
    cabeceras = {"X-API-Key": ciudad_comun.claves[rol]} if rol is not Rol.PUBLICO else {}
    lugares = huecos(settings)
    assert len(lugares) > 100
    malos = []
    with servir(settings) as cliente:
        for hueco, (nombre, veneno), acepta in product(lugares, VENENOS.items(), ("application/json", "text/html")):
            if acepta == "text/html" and hueco.ruta.startswith("/api"):
                continue
            respuesta = cliente.get(hueco.direccion(veneno), headers={**cabeceras, "Accept": acepta}, timeout=10)
            if motivo := _que_tiene_de_malo(respuesta):
                malos.append(f"{hueco.ruta} {hueco.nombre} {nombre}: {respuesta.status_code} {motivo}")
    assert malos == []
    with ciudad_comun.motor.connect() as conn:
        assert conn.scalar(text("SELECT count(*) FROM catastro.establecimiento_anio")) == 57


def _que_tiene_de_malo(respuesta: httpx.Response) -> str:
    if respuesta.status_code not in ESPERADOS:
        return "unexpected status"
    if "roto" in respuesta.headers.get("set-cookie", ""):
        return "a header of the caller's"
    cuerpo = respuesta.text
    if "html" in respuesta.headers.get("content-type", "") and (
        MARCA in cuerpo or ("onerror=alert" in cuerpo and "<img src=x" in cuerpo)
    ):
        return "a script of the caller's"
    if "root:" in cuerpo or "psycopg" in cuerpo or "Traceback" in cuerpo or "syntax error" in cuerpo:
        return "something from inside"
    return ""


@pytest.mark.parametrize("kilos", [100, 10_000])
def test_una_direccion_enorme_se_rehusa(ciudad_comun: Ciudad, kilos: int) -> None:
    """Whatever its size: the connection may be closed on whoever goes on sending, and the next one is served."""
    with servir(ciudad_comun.settings) as cliente:
        servidor = (cliente.base_url.host, cliente.base_url.port or 80)
        # Over a plain connection, because a client refuses to write such an address.
        with socket.create_connection(servidor, timeout=10) as conexion, suppress(ConnectionError):
            conexion.sendall(b"GET /api/v1/establecimientos?q=")
            for _ in range(kilos):
                conexion.sendall(b"a" * 1_000)
            conexion.sendall(b" HTTP/1.1\r\nHost: x\r\n\r\n")
            linea = conexion.recv(64)
            assert linea == b"" or linea.split(b" ")[1] in (b"400", b"414", b"431")
        assert cliente.get("/salud").status_code == 200
