"""The database connection of a request: one transaction, under the PostgreSQL role of whoever asks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import Connection

from api.auth import Quien
from api.credencial import leer
from api.origen import Origen
from api.portero import Portero, clave_mala, sesion_terminada
from observatorio.db.engine import transaccion
from observatorio.db.huellas import Huellas
from observatorio.db.queries.sesiones import abrir
from observatorio.settings import Settings


def conexion(request: Request, quien: Quien) -> Iterator[Connection]:
    """Yield a connection that may do what `quien` may do and whose statements have a time limit. Raises `ErrorAcceso`
    when the key behind it was revoked since it was last asked about."""
    origen: Origen = request.app.state.origen
    with transaccion(request.app.state.engine) as conn:
        sirve = abrir(
            conn,
            quien.rol,
            origen.settings.consulta_ms,
            clave=quien.clave,
            prefijo=quien.prefijo,
            sujeto=quien.sujeto,
        )
        if not sirve:
            # It was good some seconds ago: whoever revoked it is obeyed at once.
            _olvidar(request)
            raise sesion_terminada() if quien.sesion else clave_mala()
        origen.revisar(conn)
        yield conn


def _olvidar(request: Request) -> None:
    """Have the credential of this request asked about anew."""
    credencial = leer(request)
    if credencial is not None:
        portero: Portero = request.app.state.portero
        portero.olvidar(credencial)


async def ajustes(request: Request) -> Settings:
    """The settings that the application was made with; `sintetico` as the data say."""
    origen: Origen = request.app.state.origen
    return origen.settings


async def huellas(request: Request) -> Huellas:
    """The fingerprints under the installation's secret, which stand in the audit for what was searched for."""
    propias: Huellas = request.app.state.huellas
    return propias


# The scope gives the connection back to the pool before the answer is sent: a slow reader does not hold one.
Conexion = Annotated[Connection, Depends(conexion, scope="function")]
Ajustes = Annotated[Settings, Depends(ajustes)]
LasHuellas = Annotated[Huellas, Depends(huellas)]
