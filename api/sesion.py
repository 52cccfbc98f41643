"""The database connection of a request: one transaction, under the PostgreSQL role of whoever asks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import Connection

from api.auth import Quien
from observatorio.db.engine import transaccion
from observatorio.settings import Settings


def conexion(request: Request, quien: Quien) -> Iterator[Connection]:
    """Yield a connection that may do what `quien` may do and whose statements have a time limit."""
    ajustes: Settings = request.app.state.settings
    with transaccion(request.app.state.engine, quien.rol, ajustes.consulta_ms) as conn:
        yield conn


def ajustes(request: Request) -> Settings:
    """The settings that the application was made with."""
    settings: Settings = request.app.state.settings
    return settings


# The scope gives the connection back to the pool before the answer is sent: a slow reader does not hold one.
Conexion = Annotated[Connection, Depends(conexion, scope="function")]
Ajustes = Annotated[Settings, Depends(ajustes)]
