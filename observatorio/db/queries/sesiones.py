"""The transaction of a request: whose it is, and whether their key is still good. The API's own login is enough."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, text

from observatorio.db.engine import rol_de_base
from observatorio.vocabulario import Rol

# They go to the driver as they stand: every request begins with one of them.
_ABRIR: Final = """
    SELECT set_config('statement_timeout', %s, true), set_config('role', %s, true),
           set_config('observatorio.sujeto', %s, true)
"""
_ABRIR_CON_CLAVE: Final = """
    SELECT set_config('statement_timeout', %s, true), set_config('role', %s, true),
           EXISTS (SELECT FROM auditoria.clave_vigente(%s) AS v WHERE v.clave = %s AND v.rol = %s)
"""


def abrir(
    conn: Connection, rol: Rol, timeout_ms: int, *, clave: int | None, prefijo: str | None, sujeto: str | None
) -> bool:
    """Begin the transaction of a request: `conn` runs as `rol` until it ends, no statement takes longer than
    `timeout_ms`, and lines of the audit name `sujeto`, the bearer of an outside token.

    Says whether key number `clave`, if there is one, still is a key of that role. One statement: a revoked key is told
    at once, and asking costs no question of its own.
    """
    comunes = (str(timeout_ms), rol_de_base(rol))
    if clave is None:
        conn.exec_driver_sql(_ABRIR, (*comunes, sujeto or ""))
        return True
    return bool(conn.exec_driver_sql(_ABRIR_CON_CLAVE, (*comunes, prefijo, clave, rol.value)).one()[2])


def nombrar(conn: Connection, sujeto: str | None) -> None:
    """Have the lines of the audit of this transaction name `sujeto`, the bearer of an outside token."""
    conn.execute(text("SELECT set_config('observatorio.sujeto', :sujeto, true)"), {"sujeto": sujeto or ""})


def prefijo_de(texto: str) -> str:
    """The public part of a key that was found good (`obs_<prefix>_<secret>`)."""
    return texto.strip().split("_")[1]


def clave_de_sesion(conn: Connection, clave: int, prefijo: str) -> Rol | None:
    """The role of key number `clave`, None when it expired or was revoked since the session began."""
    rol = conn.scalar(
        text("SELECT rol FROM auditoria.clave_vigente(:prefijo) WHERE clave = :clave"),
        {"prefijo": prefijo, "clave": clave},
    )
    return None if rol is None else Rol(rol)
