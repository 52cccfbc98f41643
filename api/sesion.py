"""The database connection of a request: one transaction, under the PostgreSQL role of whoever asks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import Connection

from api.auth import Quien
from api.origen import Origen
from observatorio.db.engine import transaccion
from observatorio.settings import Settings


def conexion(request: Request, quien: Quien) -> Iterator[Connection]:
    """Yield a connection that may do what `quien` may do and whose statements have a time limit."""
    origen: Origen = request.app.state.origen
    with transaccion(request.app.state.engine, quien.rol, origen.settings.consulta_ms) as conn:
        origen.revisar(conn)
        yield conn


def ajustes(request: Request) -> Settings:
    """The settings that the application was made with; `sintetico` as the data say."""
    origen: Origen = request.app.state.origen
    return origen.settings


# The scope gives the connection back to the pool before the answer is sent: a slow reader does not hold one.
Conexion = Annotated[Connection, Depends(conexion, scope="function")]
Ajustes = Annotated[Settings, Depends(ajustes)]
