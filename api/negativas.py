"""Refusals of permission leave a line in the audit: who was told no, and at which door."""

from __future__ import annotations

import logging
from typing import Final

from fastapi import Request
from sqlalchemy import exc

from observatorio.db.engine import transaccion
from observatorio.db.queries.auditoria import anotar
from observatorio.db.queries.sesiones import nombrar
from observatorio.errors import ErrorBase

FALLAS: Final = logging.getLogger("observatorio.fallas")


def anotar_negativa(request: Request) -> None:
    """Write down that whoever sent `request` may not do what they asked; nothing of what they asked but the route.

    The public leaves no line, for it has no name. A database that is away loses the line, and not the answer.
    """
    quien = getattr(request.state, "identidad", None)
    if quien is None or quien.anonima:
        return
    ruta = getattr(request.scope.get("route"), "path", None) or "(sin ruta)"
    try:
        with transaccion(request.app.state.engine) as conn:
            nombrar(conn, quien.sujeto)
            anotar(conn, quien.rol.value, "negar", {"metodo": request.method, "ruta": ruta}, quien.clave)
    except (ErrorBase, exc.SQLAlchemyError) as error:
        FALLAS.error("sin línea de auditoría: %s", type(error).__name__)
