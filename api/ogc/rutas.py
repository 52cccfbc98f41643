"""The addresses under `/ogc`: who asks, over which connection, for what."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.auth import Quien
from api.ogc import colecciones, items, portada, teselas
from api.ogc.documento import documento_api
from api.ogc.enlaces import ESQUEMA, JSON, OPENAPI, Enlaces
from api.ogc.mundo import ElMundo
from api.ogc.parametros import COMUNES
from api.ogc.respuesta import documento, negociar
from api.parametros import revisar
from api.sesion import Ajustes

# FastAPI's own document is of OpenAPI 3.1, which clients of these standards do not read: /ogc/api describes these.
router = APIRouter(prefix="/ogc", tags=["ogc"], include_in_schema=False)
router.include_router(teselas.router)


_COLECCIONES = ("Colecciones", "/collections")


@router.get("")
@router.get("/", name="ogc")
def raiz(request: Request, quien: Quien, ajustes: Ajustes) -> Response:
    """The landing page."""
    formato = _leer(request)
    cuerpo = portada.portada(ajustes, Enlaces(request), formato)
    return documento(request, quien, cuerpo, JSON, cuerpo["title"])


@router.get("/api")
def api(request: Request, quien: Quien, mundo: ElMundo) -> Response:
    """The OpenAPI 3.0 document of what this caller may see."""
    _leer(request)
    cuerpo = documento_api(mundo.settings, Enlaces(request), list(colecciones.todas(mundo)))
    return documento(request, quien, cuerpo, OPENAPI, "Definición del servicio")


@router.get("/conformance")
def conformidad(request: Request, quien: Quien) -> Response:
    """The conformance classes."""
    cuerpo = portada.conformidad(Enlaces(request), _leer(request))
    return documento(request, quien, cuerpo, JSON, "Conformidad")


@router.get("/collections")
def listar(request: Request, quien: Quien, mundo: ElMundo) -> Response:
    """The collections that this caller may see."""
    cuerpo = colecciones.listado(mundo, Enlaces(request), _leer(request))
    return documento(request, quien, cuerpo, JSON, "Colecciones")


@router.get("/collections/{coleccion}")
def mostrar(request: Request, quien: Quien, mundo: ElMundo, coleccion: str) -> Response:
    """One collection."""
    una = colecciones.buscar(mundo, coleccion)
    cuerpo = colecciones.propia(una, Enlaces(request), _leer(request))
    return documento(request, quien, cuerpo, JSON, una.titulo, _COLECCIONES)


@router.get("/collections/{coleccion}/queryables")
def consultables(request: Request, quien: Quien, mundo: ElMundo, coleccion: str) -> Response:
    """What its features may be filtered by."""
    una = colecciones.buscar(mundo, coleccion)
    _leer(request)
    cuerpo = colecciones.consultables(una, Enlaces(request))
    migas = (_COLECCIONES, (una.titulo, f"/collections/{una.id}"))
    return documento(request, quien, cuerpo, ESQUEMA, f"{una.titulo}: propiedades", *migas)


@router.get("/collections/{coleccion}/items")
def listar_items(request: Request, quien: Quien, mundo: ElMundo, coleccion: str) -> Response:
    """A page of its features."""
    return items.varios(request, mundo, quien, colecciones.buscar(mundo, coleccion))


@router.get("/collections/{coleccion}/items/{llave:path}")
def mostrar_item(request: Request, quien: Quien, mundo: ElMundo, coleccion: str, llave: str) -> Response:
    """One feature."""
    return items.uno(request, mundo, quien, colecciones.buscar(mundo, coleccion), llave)


def _leer(request: Request) -> str:
    """The format of a resource that takes nothing else. Raises `ErrorParametro`."""
    revisar(request, COMUNES)
    return negociar(request)
