"""Access keys: `obs_<prefix>_<secret>`. The database knows the prefix and a digest of the secret, never the secret.

The secret has 256 random bits, so that nobody can guess it from its digest: a plain SHA-256 is enough, and the slow
hashes that passwords need would only slow every request down.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, func, insert, select, text, update

from observatorio.db.queries.auditoria import PROPIETARIO, anotar
from observatorio.db.tablas import clave
from observatorio.errors import ErrorAcceso
from observatorio.vocabulario import Rol

_FORMA = re.compile(r"obs_([0-9a-f]{8})_([A-Za-z0-9_-]{43})")
_RESUMEN_DE_NADIE = bytes(32)


class Clave(NamedTuple):
    """A key as a list shows it; `estado` is vigente, vencida or revocada."""

    clave: int
    prefijo: str
    rol: Rol
    nombre: str
    creada: datetime
    expira: datetime | None
    revocada: datetime | None
    estado: str


def crear_clave(conn: Connection, rol: Rol, nombre: str, dias: int | None = None, por: str = PROPIETARIO) -> str:
    """Store a new key of `rol` for `nombre`, good for `dias` days or for ever, and return it: it is shown only now.
    `por`: who makes it, for the audit.

    Raises `ErrorAcceso` for the public role, which needs no key, an empty name, or no days.
    """
    if rol is Rol.PUBLICO:
        raise ErrorAcceso("El rol público no lleva clave.", "Elija socio, planificador, municipal o admin.")
    if not nombre.strip():
        raise ErrorAcceso("La clave necesita un nombre.", "Diga quién la usará, por ejemplo «Universidad».")
    if dias is not None and dias < 1:
        raise ErrorAcceso("La clave debe durar al menos un día.")
    prefijo, secreto = secrets.token_hex(4), secrets.token_urlsafe(32)
    expira = None if dias is None else datetime.now(UTC) + timedelta(days=dias)
    conn.execute(
        insert(clave).values(
            prefijo=prefijo, resumen=_resumir(secreto), rol=rol.value, nombre=nombre.strip(), expira=expira
        )
    )
    anotar(conn, por, "crear_clave", {"prefijo": prefijo, "rol": rol.value, "dias": dias})
    return f"obs_{prefijo}_{secreto}"


def listar_claves(conn: Connection) -> list[Clave]:
    """Every key ever made, oldest first, without its digest."""
    filas = conn.execute(
        select(
            clave.c.clave,
            clave.c.prefijo,
            clave.c.rol,
            clave.c.nombre,
            clave.c.creada,
            clave.c.expira,
            clave.c.revocada,
            (clave.c.expira <= func.clock_timestamp()).label("vencida"),
        ).order_by(clave.c.clave)
    )
    return [
        Clave(
            fila.clave,
            fila.prefijo,
            Rol(fila.rol),
            fila.nombre,
            fila.creada,
            fila.expira,
            fila.revocada,
            "revocada" if fila.revocada else "vencida" if fila.vencida else "vigente",
        )
        for fila in filas
    ]


def revocar_clave(conn: Connection, numero: int, por: str = PROPIETARIO) -> None:
    """Make a key worthless from now on. `por`: who does, for the audit.

    Raises `ErrorAcceso` when there is no such key, or it was revoked before.
    """
    orden = update(clave).where(clave.c.clave == numero, clave.c.revocada.is_(None))
    if conn.execute(orden.values(revocada=func.clock_timestamp())).rowcount != 1:
        raise ErrorAcceso(f"No hay una clave vigente con el número {numero}.", "Vea la lista: observatorio keys list")
    anotar(conn, por, "revocar_clave", {"clave": numero})


def verificar_clave(conn: Connection, texto: str) -> tuple[int, Rol] | None:
    """Return the number and the role of a good key, None for anything else.

    `conn` needs no more than the API's own login. A wrong secret takes as long as an unknown prefix.
    """
    partes = _FORMA.fullmatch(texto.strip())
    if partes is None:
        return None
    fila = conn.execute(
        text("SELECT clave, rol, resumen FROM auditoria.clave_vigente(:prefijo)"), {"prefijo": partes[1]}
    ).one_or_none()
    guardado = _RESUMEN_DE_NADIE if fila is None else bytes(fila.resumen)
    coincide = hmac.compare_digest(guardado, _resumir(partes[2]))
    return (fila.clave, Rol(fila.rol)) if fila is not None and coincide else None


def _resumir(secreto: str) -> bytes:
    return hashlib.sha256(secreto.encode()).digest()
