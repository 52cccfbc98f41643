"""Who may enter by which door: every route of the application, taken from itself, as each role and as none.

A route that is not in the table fails the test: whoever adds one says here who may call it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final

import httpx
import pytest
from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, Mount

from api.app import create_app
from emisor_local import AUDIENCIA, emitir
from observatorio.settings import Settings
from observatorio.vocabulario import Rol

Llave = Callable[[Rol], dict[str, str]]
Servir = Callable[[Settings], AbstractContextManager[httpx.Client]]

ORDEN: Final = (Rol.PUBLICO, Rol.SOCIO, Rol.PLANIFICADOR, Rol.MUNICIPAL, Rol.ADMIN)
# What each role of ORDEN is answered.
TODOS: Final = (200, 200, 200, 200, 200)
EXACTOS: Final = (401, 403, 200, 200, 403)
# A form, which asks for no key: it is refused for what it lacks, whoever sends it.
SIN_CLAVE: Final = (401, 401, 401, 401, 401)
SALIDA: Final = (303, 303, 303, 303, 303)
# A collection that a role may not see does not exist for it.
INVISIBLE: Final = (404, 404, 200, 200, 404)
TESELA_VACIA: Final = (404, 404, 204, 204, 404)
# Whom the table lets in is told that the drawing is missing, or that there is no such firm.
SIN_CUERPO: Final = (401, 403, 422, 422, 403)
SIN_ELLA: Final = (401, 403, 403, 404, 403)
_CAPA: Final = "/ogc/collections/establecimientos"

# route -> an address of it that answers, and what each role gets there
TABLA: Final[dict[str, tuple[str, Sequence[int]]]] = {
    "GET /": ("/", TODOS),
    "GET /api/v1/conteos": ("/api/v1/conteos?por=seccion", TODOS),
    "GET /api/v1/establecimientos": ("/api/v1/establecimientos?limite=1", EXACTOS),
    "GET /api/v1/establecimientos/{identificador}": ("/api/v1/establecimientos/e001", EXACTOS),
    "GET /api/v1/establecimientos/{identificador}/historia": ("/api/v1/establecimientos/e001/historia", EXACTOS),
    "GET /api/v1/establecimientos/{identificador}/procedencia": ("/api/v1/establecimientos/e001/procedencia", EXACTOS),
    "GET /api/v1/fuentes": ("/api/v1/fuentes", TODOS),
    "GET /api/v1/indicadores": ("/api/v1/indicadores", TODOS),
    "GET /api/v1/indicadores/{id}": ("/api/v1/indicadores/empleo", TODOS),
    "GET /api/v1/niveles": ("/api/v1/niveles", TODOS),
    "GET /api/v1/openapi.json": ("/api/v1/openapi.json", TODOS),
    "GET /api/v1/publicaciones": ("/api/v1/publicaciones", TODOS),
    "GET /api/v1/tractoras": ("/api/v1/tractoras", INVISIBLE),
    "GET /api/v1/tractoras/{identificador}/proveedores": ("/api/v1/tractoras/1/proveedores", SIN_ELLA),
    "GET /api/v1/zonas": ("/api/v1/zonas?nivel=h3_8", TODOS),
    "GET /datos": ("/datos", TODOS),
    "GET /estatico/{ruta:path}": ("/estatico/portal.css", TODOS),
    "GET /indicadores": ("/indicadores", TODOS),
    "GET /ingresar": ("/ingresar", TODOS),
    "GET /mapas": ("/mapas", TODOS),
    "GET /mapas/{id_}": ("/mapas/sectores", TODOS),
    "GET /mapas/{id_}/datos": ("/mapas/sectores/datos", TODOS),
    "GET /mapas/{id_}/folium": ("/mapas/sectores/folium", TODOS),
    "GET /mapas/{id_}/folium.css": ("/mapas/sectores/folium.css", TODOS),
    "GET /mapas/{id_}/folium.js": ("/mapas/sectores/folium.js", TODOS),
    "GET /metodologia": ("/metodologia", TODOS),
    # As whoever is not on this machine: see `_pedir`.
    "GET /metrics": ("/metrics", (401, 403, 403, 403, 200)),
    "GET /ogc": ("/ogc", TODOS),
    "GET /ogc/": ("/ogc/", TODOS),
    "GET /ogc/api": ("/ogc/api", TODOS),
    "GET /ogc/collections": ("/ogc/collections", TODOS),
    "GET /ogc/collections/{coleccion}": (_CAPA, INVISIBLE),
    "GET /ogc/collections/{coleccion}/items": (f"{_CAPA}/items", INVISIBLE),
    "GET /ogc/collections/{coleccion}/items/{llave:path}": (f"{_CAPA}/items/e001", INVISIBLE),
    "GET /ogc/collections/{coleccion}/queryables": (f"{_CAPA}/queryables", INVISIBLE),
    "GET /ogc/collections/{coleccion}/tiles": (f"{_CAPA}/tiles", INVISIBLE),
    "GET /ogc/collections/{coleccion}/tiles/{matriz}": (f"{_CAPA}/tiles/WebMercatorQuad", INVISIBLE),
    "GET /ogc/collections/{coleccion}/tiles/{matriz}/{z}/{y}/{x}": (
        f"{_CAPA}/tiles/WebMercatorQuad/0/0/0",
        TESELA_VACIA,
    ),
    "GET /ogc/conformance": ("/ogc/conformance", TODOS),
    "GET /ogc/tileMatrixSets": ("/ogc/tileMatrixSets", TODOS),
    "GET /ogc/tileMatrixSets/{matriz}": ("/ogc/tileMatrixSets/WebMercatorQuad", TODOS),
    "GET /salud": ("/salud", TODOS),
    "POST /api/v1/conteos": ("/api/v1/conteos", SIN_CUERPO),
    "POST /api/v1/establecimientos": ("/api/v1/establecimientos", SIN_CUERPO),
    "POST /ingresar": ("/ingresar", SIN_CLAVE),
    "POST /salir": ("/salir", SALIDA),
}
# The same bytes for everybody, which any cache may keep, also when a key came along.
IGUALES: Final = ("/estatico/", "/api/v1/openapi.json", "/mapas/{id_}/folium")


def _rutas(rutas: Sequence[BaseRoute], antes: str = "") -> Iterator[str]:
    """Method and path of every route, also of those that are mounted and of those that no document names. HEAD and
    OPTIONS are answered as their route's."""
    for contexto in iter_route_contexts(rutas):
        original = contexto.original_route
        camino = antes + str(contexto.path)
        if isinstance(original, Mount):
            yield from _rutas(original.routes, camino) if original.routes else iter([f"MOUNT {camino}"])
            continue
        for metodo in sorted(set(contexto.methods or {"?"}) - {"HEAD", "OPTIONS"}):
            yield f"{metodo} {camino}"


def test_la_tabla_tiene_todas_las_rutas_y_ninguna_de_mas(base_modulo: Settings) -> None:
    """The application itself says which there are."""
    todas = list(_rutas(create_app(base_modulo).routes))
    assert sorted(todas) == sorted(TABLA)


def _pedir(cliente: httpx.Client, puerta: str, direccion: str, llave: dict[str, str]) -> httpx.Response:
    """As somebody elsewhere would, whose request a proxy passed on."""
    return cliente.request(puerta.split(" ")[0], direccion, headers={"X-Forwarded-For": "203.0.113.9", **llave})


def _comprobar(lector: httpx.Client, rol: Rol, llave: dict[str, str]) -> None:
    """Every door answers as the table says, and what `llave` opens is kept by no cache that others share."""
    respuestas = {puerta: _pedir(lector, puerta, direccion, llave) for puerta, (direccion, _) in TABLA.items()}
    esperados = {puerta: estados[ORDEN.index(rol)] for puerta, (_, estados) in TABLA.items()}
    assert {puerta: r.status_code for puerta, r in respuestas.items()} == esperados
    for puerta, respuesta in respuestas.items():
        if puerta.split(" ")[1].startswith(IGUALES):
            assert respuesta.content == _pedir(lector, puerta, TABLA[puerta][0], {}).content, puerta
        elif llave:
            cache = respuesta.headers.get("cache-control", "")
            assert "public" not in cache, puerta
            assert "private" in cache or "no-store" in cache, (puerta, cache)
        assert respuesta.headers["x-content-type-options"] == "nosniff", puerta


@pytest.mark.parametrize("rol", ORDEN)
def test_cada_rol_entra_por_sus_puertas_y_por_ninguna_otra(lector: httpx.Client, llave_comun: Llave, rol: Rol) -> None:
    """With a key, or with none."""
    _comprobar(lector, rol, {} if rol is Rol.PUBLICO else llave_comun(rol))


@pytest.mark.parametrize("rol", [rol for rol in ORDEN if rol is not Rol.PUBLICO])
def test_quien_trae_una_ficha_es_tratado_como_quien_trae_una_clave(
    ciudad_comun: Any, servidor_de: Servir, rol: Rol
) -> None:
    """It has no key of ours, and is not the public for that."""
    with emitir() as emisor:
        datos = {"oidc_emisor": emisor.url, "oidc_audiencia": AUDIENCIA, "oidc_roles": {"el_suyo": rol}}
        with servidor_de(ciudad_comun.settings.model_copy(update=datos)) as cliente:
            _comprobar(cliente, rol, {"Authorization": f"Bearer {emisor.ficha('el_suyo')}"})


def test_ninguna_ruta_falla_con_una_clave_mala(lector: httpx.Client) -> None:
    """It is refused by whoever looks at keys, and by nobody taken for a fault."""
    mala: dict[str, Any] = {"X-API-Key": "obs_0123abcd_" + "A" * 43}
    miran = {
        puerta: _pedir(lector, puerta, direccion, mala).status_code
        for puerta, (direccion, estados) in TABLA.items()
        if puerta.startswith("GET") and not puerta.startswith(("GET /estatico", "GET /api/v1/openapi", "GET /ingresar"))
    }
    # Wrong keys of one address run out in the meantime.
    assert {p: e for p, e in miran.items() if e not in (401, 429)} == {"GET /salud": 200}
