"""What there is for whoever asks, as a dependency of the routes."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from api.auth import Quien
from api.ogc.contract import Mundo
from api.sesion import Ajustes, Conexion


def _mundo(conn: Conexion, quien: Quien, ajustes: Ajustes) -> Mundo:
    return Mundo(conn, quien, ajustes)


ElMundo = Annotated[Mundo, Depends(_mundo)]
