"""The application: `create_app(settings)` puts every room's routes behind one set of manners."""

from __future__ import annotations

import importlib
import pkgutil
from asyncio import Event, create_task
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Final

from fastapi import APIRouter, FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware

from api import VERSION, registro, routes
from api.cabeceras import CabecerasMiddleware, SinCuerpoMiddleware
from api.credencial import ClaveEnDireccionMiddleware
from api.errors import PROBLEMA, rechazo, registrar_manejadores
from api.formatos import MEDIOS
from api.medidas import Medidas
from api.memoria import Memoria
from api.origen import Origen
from api.plazo import PlazoMiddleware
from api.portero import Portero
from api.sellador import sellar_siempre
from api.traduccion import TraduccionMiddleware
from observatorio.db.engine import crear_engine
from observatorio.db.huellas import Huellas, asegurar_secreto
from observatorio.errors import ErrorCatalogo
from observatorio.settings import Settings, leer_ajustes

_MAX_CUERPO: Final = 64 * 1024
"""Bytes of a request's body; a route that receives files says its own."""
_YA_COMPRIMIDOS: Final = (*DEFAULT_EXCLUDED_CONTENT_TYPES, MEDIOS["xlsx"], MEDIOS["parquet"])
"""What would only cost time to compress again. A GeoPackage, which is a plain database, shrinks to a quarter."""
_ESPERA_POOL: Final = 5.0
"""Seconds that a request waits for a free connection before it is told to come back (503)."""
_DESCRIPCION: Final = (
    "Cifras del catastro económico de la comuna. Sin clave se leen las cifras publicadas; con la de un "
    "planificador o de la municipalidad (`Authorization: Bearer …` o `X-API-Key`), las exactas. Los errores son "
    "`application/problem+json` y dicen qué hacer. Toda respuesta publicada lleva `ETag`."
)


def create_app(settings: Settings) -> FastAPI:
    """Return the application for these settings.

    The connection pool is opened when the application starts and closed when it ends. Raises `ErrorBase` at start
    when the private server cannot be had, and `ErrorCatalogo` when a module of `api.routes` has no router.
    """
    registro.configurar()
    app = FastAPI(
        title=f"Observatorio económico de {settings.comuna}",
        version=VERSION,
        description=_DESCRIPCION,
        openapi_url="/api/v1/openapi.json",
        # The stock documentation pages load scripts from other hosts, which the content policy forbids.
        docs_url=None,
        redoc_url=None,
        lifespan=_vida,
        responses={"4XX": PROBLEMA, "5XX": PROBLEMA},
    )
    app.state.origen = Origen(settings)
    app.state.memoria = Memoria()
    registrar_manejadores(app)
    # The last one added is the outermost: a request is numbered first and compressed last.
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5, exclude_content_types=_YA_COMPRIMIDOS)
    app.add_middleware(SinCuerpoMiddleware)
    app.add_middleware(PlazoMiddleware, segundos=settings.peticion_s)
    app.add_middleware(CabecerasMiddleware)
    if settings.cors_origenes:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origenes,
            allow_methods=("GET", "HEAD", "POST"),
            allow_headers=("Authorization", "X-API-Key", "If-None-Match", "Content-Type"),
            expose_headers=("ETag", "Link", "Content-Crs", "Content-Disposition", "Retry-After", "X-Request-Id"),
        )
    # The bound that FastAPI would set itself stands before everything here, and refuses without headers or a number.
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=_MAX_CUERPO)
    app.add_middleware(TraduccionMiddleware, contar=rechazo)
    app.add_middleware(ClaveEnDireccionMiddleware)
    app.add_middleware(registro.RegistroMiddleware)
    for router in _routers():
        app.include_router(router)
    return app


def desde_entorno() -> FastAPI:
    """The application as each of several processes makes it for itself, with the settings that it finds."""
    return create_app(leer_ajustes())


@asynccontextmanager
async def _vida(app: FastAPI) -> AsyncIterator[None]:
    """Open the pool and close it. There is no session without a connection: one pool serves keys and answers."""
    settings: Settings = app.state.origen.settings
    engine = await run_in_threadpool(crear_engine, settings, "api", pool_timeout=_ESPERA_POOL)
    app.state.engine = engine
    app.state.huellas = Huellas(await run_in_threadpool(asegurar_secreto, settings))
    app.state.portero = Portero(settings, engine)
    app.state.medidas = Medidas(engine, settings.cut)
    fin = Event()
    sellador = create_task(sellar_siempre(engine, settings.sello_s, fin))
    yield
    fin.set()
    await sellador
    await run_in_threadpool(engine.dispose)


def _routers() -> Iterator[APIRouter]:
    """The router of each module in `api.routes`."""
    for info in sorted(pkgutil.iter_modules(routes.__path__), key=lambda m: m.name):
        modulo = importlib.import_module(f"{routes.__name__}.{info.name}")
        router = getattr(modulo, "router", None)
        if not isinstance(router, APIRouter):
            raise ErrorCatalogo(f"{modulo.__name__} no define un router.")
        yield router
