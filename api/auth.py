"""Who is asking, and whether they may.

A credential that was given and is not good is always refused (401): nobody becomes the public in silence.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request, Response, Security
from fastapi.security import APIKeyHeader, HTTPBearer
from starlette.concurrency import run_in_threadpool

from api.credencial import COOKIE, Credencial, direccion, leer
from api.errors import SinPermiso
from api.portero import PUBLICO, Identidad, Portero
from observatorio.errors import ErrorAcceso
from observatorio.vocabulario import Rol

__all__ = ["COOKIE", "PUBLICO", "Identidad", "Quien", "exigir", "identidad", "salir"]


async def identidad(
    request: Request,
    _bearer: Annotated[
        object,
        Security(HTTPBearer(auto_error=False, description="Una clave del observatorio, o una ficha de su proveedor")),
    ],
    _clave: Annotated[object, Security(APIKeyHeader(name="X-API-Key", auto_error=False))],
) -> Identidad:
    """The dependency: who is asking, also left in `request.state.identidad`. The two schemes are declared for the
    OpenAPI document only, because they let a header that they do not understand pass as none."""
    portero: Portero = request.app.state.portero
    credencial = leer(request)
    quien = PUBLICO if credencial is None else await _reconocer(portero, credencial, direccion(request))
    request.state.identidad = quien
    portero.contar(quien, direccion(request))
    return quien


async def _reconocer(portero: Portero, credencial: Credencial, direccion: str) -> Identidad:
    """Who is behind a credential; only what has to be asked of somebody leaves this thread."""
    recordada = portero.recordar(credencial)
    if recordada is not None:
        return recordada
    return await run_in_threadpool(portero.reconocer, credencial, direccion)


Quien = Annotated[Identidad, Depends(identidad)]


def exigir(quien: Identidad, *roles: Rol) -> None:
    """Raise `ErrorAcceso` without a key and `SinPermiso` with one whose role is not among `roles`."""
    if quien.rol in roles:
        return
    if quien.anonima:
        raise ErrorAcceso("Esto se ve con una clave.", "Ingrese en /ingresar o envíela en la cabecera X-API-Key.")
    raise SinPermiso(f"Su clave es de {quien.rol.value}; esto es para {' o '.join(r.value for r in roles)}.")


def salir(respuesta: Response) -> None:
    """Take the session cookie back."""
    respuesta.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
