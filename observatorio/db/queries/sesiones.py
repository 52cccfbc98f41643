"""Whether the key behind a session is still good. Needs no more than the API's own login, like `db.claves`."""

from __future__ import annotations

from sqlalchemy import Connection, text

from observatorio.vocabulario import Rol


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
