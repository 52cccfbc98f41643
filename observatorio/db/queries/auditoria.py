"""Lines of the audit, which only grows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert

from observatorio.db.tablas import auditoria_registro


def anotar(conn: Connection, rol: str, accion: str, detalle: Mapping[str, Any], clave: int | None = None) -> None:
    """Write down who (`rol`: a role of the application, or the login of a command; `clave`: their key) did what.

    `detalle` must hold no value of any record: the audit outlives every erasure.
    """
    # Inline, because whoever adds a line to the audit may not read one back, not even its number.
    linea = insert(auditoria_registro).inline()
    conn.execute(linea.values(rol=rol, clave=clave, accion=accion, detalle=dict(detalle)))
