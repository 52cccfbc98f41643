"""Brings a database to the present: schema, roles, views, grants, reference data. All of it, or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import errors as pg
from sqlalchemy import Connection, Engine, delete, exc, insert, select, text

from observatorio.db import guiones, sembrar
from observatorio.db.engine import conectar, crear_engine
from observatorio.db.requisitos import ROLES, exigir_servidor
from observatorio.db.tablas import aplicado
from observatorio.errors import ErrorBase
from observatorio.settings import Settings

_MIGRACIONES = Path(__file__).parent / "migrations"
_CANDADO = 0x0B5E_0001
"""Any number will do for the advisory lock, as long as it stays the same."""


def migrar(destino: Settings | Engine) -> bool:
    """Bring the database of `destino` to the present and say whether anything had to be done.

    Two callers at once are safe: the second waits and finds nothing to do. Everything happens in one transaction.
    Raises `ErrorBase` when the server is too old, lacks PostGIS, or does not let us.
    """
    with _motor(destino) as engine, conectar(engine) as conn:
        huellas = _huellas()
        with conn.begin():
            if _pendientes(conn, huellas) == set():
                return False
        try:
            with conn.begin():
                return _aplicar(conn, huellas)
        except exc.DBAPIError as error:
            raise _traducir(error.orig) from error
        except psycopg.Error as error:
            # The .sql files go to the driver directly.
            raise _traducir(error) from error


@contextmanager
def _motor(destino: Settings | Engine) -> Iterator[Engine]:
    if isinstance(destino, Engine):
        yield destino
        return
    engine = crear_engine(destino, "propietario", pool_size=1)
    try:
        yield engine
    finally:
        engine.dispose()


def _huellas() -> dict[str, str]:
    """The fingerprint of each part of what a database must hold, in the order in which they are applied."""
    versiones = sorted((_MIGRACIONES / "versions").glob("*.py"))
    esquema = "".join(archivo.read_text(encoding="utf-8") for archivo in versiones) + guiones.leer_esquemas()
    permisos = guiones.leer("vistas") + guiones.leer("permisos")
    return {
        "esquema": hashlib.sha256(esquema.encode()).hexdigest(),
        "permisos": hashlib.sha256(permisos.encode()).hexdigest(),
        "referencia": sembrar.huella(),
    }


def _pendientes(conn: Connection, huellas: dict[str, str]) -> set[str]:
    """Which parts this database does not hold as they are now; roles may lack in a restored one."""
    if conn.scalar(text("SELECT to_regclass('ref.aplicado')")) is None:
        return set(huellas)
    tiene = {fila.parte: fila.huella for fila in conn.execute(select(aplicado.c.parte, aplicado.c.huella))}
    faltan = {parte for parte, huella in huellas.items() if tiene.get(parte) != huella}
    roles = conn.scalar(text("SELECT count(*) FROM pg_roles WHERE rolname = ANY(:roles)"), {"roles": list(ROLES)})
    return faltan | ({"permisos"} if roles != len(ROLES) else set())


def _aplicar(conn: Connection, huellas: dict[str, str]) -> bool:
    conn.execute(text("SET LOCAL lock_timeout = '180s'"))
    conn.execute(text("SELECT pg_advisory_xact_lock(:candado)"), {"candado": _CANDADO})
    conn.execute(text("SET LOCAL lock_timeout = '10s'"))
    conn.execute(text("SET LOCAL statement_timeout = '10min'"))
    faltan = _pendientes(conn, huellas)
    exigir_servidor(conn)
    if "esquema" in faltan:
        # While the views stand, no column under them can be altered; vistas.sql makes them again.
        guiones.ejecutar(conn, "sin_vistas")
        _subir_esquema(conn)
    if faltan & {"esquema", "permisos"}:
        guiones.ejecutar(conn, "vistas")
        guiones.ejecutar(conn, "permisos")
    if "referencia" in faltan:
        sembrar.sembrar(conn)
    if faltan:
        conn.execute(delete(aplicado).where(aplicado.c.parte.in_(huellas)))
        conn.execute(insert(aplicado), [{"parte": p, "huella": h} for p, h in huellas.items()])
    return bool(faltan)


def _subir_esquema(conn: Connection) -> None:
    # Alembic takes a third of a second to import, which a database at the present need not wait for.
    from alembic import command
    from alembic.config import Config
    from alembic.util.exc import CommandError

    config = Config()
    config.set_main_option("script_location", str(_MIGRACIONES).replace("%", "%%"))
    config.attributes["connection"] = conn
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise ErrorBase(
            "La base fue preparada por una versión más nueva del programa.",
            f"Actualice el programa. Alembic dijo: {error}",
        ) from error


def _traducir(error: BaseException | None) -> ErrorBase:
    if isinstance(error, pg.InsufficientPrivilege):
        return ErrorBase(
            "El usuario de la base de datos no tiene permiso para prepararla.",
            f"Pida a su administrador que sea dueño de la base y pueda crear roles. PostgreSQL dijo: {error}",
        )
    if isinstance(error, (pg.LockNotAvailable, pg.QueryCanceled)):
        return ErrorBase(
            "La base está ocupada y no se pudo actualizar.",
            "Espere a que terminen los trabajos en curso y repita.",
        )
    return ErrorBase("La base de datos no se pudo actualizar; quedó como estaba.", f"PostgreSQL dijo: {error}")
