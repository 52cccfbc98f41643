"""What the service measures of itself, for whoever watches over it."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from api.auth import Quien, exigir
from api.medidas import Medidas
from observatorio.vocabulario import Rol

# It is not JSON, and no client of the data reads it: it stays out of their document.
router = APIRouter(include_in_schema=False)
_DE_OTROS: Final = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
"""Headers that say that a request was passed on: it only seems to come from this machine."""


@router.get("/metrics")
def medidas(request: Request, quien: Quien) -> Response:
    """For programs on this machine, and for the administrator from anywhere."""
    if not _de_esta_maquina(request):
        exigir(quien, Rol.ADMIN)
    propias: Medidas = request.app.state.medidas
    return Response(propias.pagina(), media_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "private, no-store"})


def _de_esta_maquina(request: Request) -> bool:
    """Whether whoever asks is on this machine, and asks for nobody else."""
    if request.client is None or any(nombre in request.headers for nombre in _DE_OTROS):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False
