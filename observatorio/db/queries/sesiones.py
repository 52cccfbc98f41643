"""The transaction of a request: whose it is, and whether their key is still good. The API's own login is enough."""

from __future__ import annotations

from sqlalchemy import Connection, text

from observatorio.db.engine import rol_de_base
from observatorio.vocabulario import Rol

_ABRIR = text(
    """
    SELECT set_config('statement_timeout', :ms, true),
           set_config('observatorio.sujeto', coalesce(:sujeto, ''), true),
           set_config('role', :rol, true),
           CAST(:clave AS bigint) IS NULL OR EXISTS (
               SELECT FROM auditoria.clave_vigente(:prefijo) AS v WHERE v.clave = :clave AND v.rol = :papel
           ) AS sirve
    """
)


def abrir(
    conn: Connection, rol: Rol, timeout_ms: int, *, clave: int | None, prefijo: str | None, sujeto: str | None
) -> bool:
    """Begin the transaction of a request: `conn` runs as `rol` until it ends, no statement takes longer than
    `timeout_ms`, and lines of the audit name `sujeto`, the bearer of an outside token.

    Says whether key number `clave`, if there is one, still is a key of that role. One statement: a revoked key is told
    at once, and asking costs no question of its own.
    """
    datos = {"ms": str(timeout_ms), "rol": rol_de_base(rol), "papel": rol.value}
    fila = conn.execute(_ABRIR, {**datos, "clave": clave, "prefijo": prefijo, "sujeto": sujeto}).one()
    return bool(fila.sirve)


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
