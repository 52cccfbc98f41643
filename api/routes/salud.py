"""Whether the service is well: it asks the database, it does not suppose."""

from __future__ import annotations

import orjson
from fastapi import APIRouter, Request, Response
from sqlalchemy import exc, func, select

from api import VERSION
from api.esquemas_catalogo import Salud
from observatorio.db.engine import transaccion
from observatorio.errors import ErrorBase

router = APIRouter(tags=["servicio"])
_ESPERA_MS = 2_000


@router.get(
    "/salud",
    summary="Estado del servicio y de su base de datos",
    responses={
        200: {"model": Salud, "description": "El servicio y su base responden"},
        503: {"model": Salud, "description": "La base no responde"},
    },
)
def salud(request: Request) -> Response:
    """`{"estado": "ok", "base": "ok", "version": …}`, or 503 when the database is away."""
    try:
        with transaccion(request.app.state.engine, timeout_ms=_ESPERA_MS) as conn:
            conn.scalar(select(func.postgis_lib_version()))
    except (ErrorBase, exc.DBAPIError, exc.TimeoutError):
        return _respuesta("falla", "sin respuesta", 503, {"Retry-After": "5"})
    return _respuesta("ok", "ok", 200, {})


def _respuesta(estado: str, base: str, status: int, cabeceras: dict[str, str]) -> Response:
    """The body, never kept by anybody."""
    cuerpo = orjson.dumps({"estado": estado, "base": base, "version": VERSION})
    return Response(cuerpo, status, {**cabeceras, "Cache-Control": "no-store"}, media_type="application/json")
