"""What a server must offer before it can hold the observatory."""

from __future__ import annotations

import re

from sqlalchemy import Connection, text

from observatorio.db.binarios import VERSION_MINIMA, orden_instalar
from observatorio.errors import ErrorBase
from observatorio.vocabulario import Rol

ROLES = (*(f"obs_{rol.value}" for rol in Rol), "obs_ingesta", "obs_api")
POSTGIS_MINIMO = (3, 3)
_POR_DIEZ_MIL = 10_000


def exigir_servidor(conn: Connection) -> None:
    """Raise `ErrorBase` when the server is older than 15, has no PostGIS 3.3, or our roles cannot be had."""
    mayor = int(conn.scalar(text("SHOW server_version_num")) or 0) // _POR_DIEZ_MIL
    if mayor < VERSION_MINIMA:
        raise ErrorBase(
            f"El servidor es PostgreSQL {mayor}; se necesita la versión {VERSION_MINIMA} o posterior.",
            "Apunte OBS_DATABASE_URL a otro servidor, o quítela para usar la base privada.",
        )
    _exigir_postgis(conn, mayor)
    _exigir_roles(conn)


def _exigir_postgis(conn: Connection, mayor: int) -> None:
    fila = conn.execute(
        text("SELECT coalesce(installed_version, default_version) FROM pg_available_extensions WHERE name = 'postgis'")
    ).one_or_none()
    if fila is None:
        raise ErrorBase(
            "El servidor de base de datos no tiene PostGIS.", f"Instálelo allí con: {orden_instalar(mayor)}"
        )
    version = tuple(int(numero) for numero in re.findall(r"\d+", fila[0])[:2])
    if version < POSTGIS_MINIMO:
        raise ErrorBase(
            f"El servidor tiene PostGIS {fila[0]}; se necesita 3.3 o posterior.",
            "Actualice PostGIS, o quite OBS_DATABASE_URL para usar la base privada.",
        )


def _exigir_roles(conn: Connection) -> None:
    puede = conn.scalar(text("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user"))
    if puede:
        return
    hay = set(
        conn.scalars(
            text(
                "SELECT rolname FROM pg_roles WHERE rolname = ANY(:roles) AND pg_has_role(current_user, oid, 'MEMBER')"
            ),
            {"roles": list(ROLES)},
        )
    )
    faltan = [rol for rol in ROLES if rol not in hay]
    if faltan:
        usuario = conn.scalar(text("SELECT current_user"))
        raise ErrorBase(
            f"El usuario {usuario} no puede crear los roles del observatorio ({', '.join(faltan)}).",
            f"Pida a su administrador: ALTER ROLE {usuario} CREATEROLE; o que los cree y se los otorgue.",
        )
