"""Backup into one file, and back from it: what is restored takes the old database's place only when it is whole."""

from __future__ import annotations

import os
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, LiteralString

import psycopg
from psycopg import sql
from sqlalchemy import URL, create_engine, text
from sqlalchemy.pool import NullPool

from observatorio.db.binarios import buscar_binarios
from observatorio.db.engine import conectar, crear_engine
from observatorio.db.migrar import migrar
from observatorio.db.queries import auditoria
from observatorio.errors import ErrorArchivo, ErrorBase, motivo
from observatorio.settings import Settings

_FIRMA = b"PGDMP"
"""The first bytes of PostgreSQL's custom backup format."""
_INTENTOS = 5
_AYUDA = "Use un archivo hecho con: observatorio db backup"


def respaldar(settings: Settings, archivo: Path) -> int:
    """Write the whole database into `archivo` and return its size in bytes.

    The file appears, or replaces the one before, only when it is complete. Only its owner may read it, since it holds
    everything. Raises `ErrorBase` when the server refuses and `ErrorArchivo` when the file cannot be written.
    """
    url = _url(settings)
    parcial = archivo.with_name(f".{archivo.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(parcial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as salida:
            proceso = _correr("pg_dump", ["--format=custom", "--dbname", _dsn(url)], url, salida)
            os.fsync(salida.fileno())
        if proceso.returncode != 0:
            raise ErrorBase("No se pudo respaldar la base.", f"PostgreSQL dijo: {_ultima(proceso)}")
        parcial.replace(archivo)
    except OSError as error:
        raise ErrorArchivo(f"No se puede escribir {archivo}: {motivo(error)}.") from error
    finally:
        parcial.unlink(missing_ok=True)
    return archivo.stat().st_size


def restaurar(settings: Settings, archivo: Path) -> None:
    """Put the database of `archivo` in the place of the present one, and bring it up to date.

    It is restored under another name; then the names are exchanged in one transaction and the old one is dropped.
    Whoever is connected is disconnected. Raises `ErrorArchivo` when the file is no whole backup of ours, `ErrorBase`
    when the server refuses: the database is then as it was.
    """
    _exigir_respaldo(archivo)
    url = _url(settings)
    nueva = f"{str(url.database)[:40]}_restauracion"
    with _administrar(url) as admin:
        if not _unica(admin, nueva):
            raise ErrorBase("Otra restauración está en curso.", "Espere a que termine.")
        _orden(admin, "DROP DATABASE IF EXISTS {} WITH (FORCE)", nueva)
        _orden(admin, "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'", nueva)
        try:
            _llenar(url.set(database=nueva), archivo)
            _cambiar(admin, str(url.database), nueva)
        finally:
            _orden(admin, "DROP DATABASE IF EXISTS {} WITH (FORCE)", nueva)


def _exigir_respaldo(archivo: Path) -> None:
    try:
        with archivo.open("rb") as entrada:
            firma = entrada.read(len(_FIRMA))
    except OSError as error:
        raise ErrorArchivo(f"No se puede leer {archivo}: {motivo(error)}.") from error
    if firma != _FIRMA:
        raise ErrorArchivo(f"{archivo.name} no es un respaldo del observatorio.", _AYUDA)


def _llenar(destino: URL, archivo: Path) -> None:
    """Restore into an empty database. Grants are left out: `migrar` makes them, and the roles, on any server."""
    orden = ["--exit-on-error", "--no-owner", "--no-privileges", "--dbname", _dsn(destino), str(archivo.resolve())]
    proceso = _correr("pg_restore", orden, destino)
    if proceso.returncode != 0:
        raise ErrorArchivo(
            f"{archivo.name} está dañado o incompleto; la base quedó como estaba.",
            f"PostgreSQL dijo: {_ultima(proceso)}",
        )
    engine = create_engine(destino, poolclass=NullPool)
    with engine.begin() as conn:
        if conn.scalar(text("SELECT to_regclass('ref.aplicado')")) is None:
            raise ErrorArchivo(f"{archivo.name} es un respaldo de otra base, no del observatorio.", _AYUDA)
        conn.execute(text("DELETE FROM ref.aplicado WHERE parte = 'permisos'"))
        conn.execute(text("ANALYZE"))
    migrar(engine)
    with engine.begin() as conn:
        # At once, so that what was not sealed yet is told from lines that this server will add.
        auditoria.anotar(conn, auditoria.PROPIETARIO, "restaurar", {})
        auditoria.sellar(conn)


def _cambiar(admin: psycopg.Connection[Any], actual: str, nueva: str) -> None:
    """Exchange the names of two databases.

    Renaming waits for whoever is inside to leave, and others may slip in before it: so it is tried several times.
    """
    for intento in range(_INTENTOS):
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ANY(%s)", ([actual, nueva],)
        )
        try:
            with admin.transaction():
                _orden(admin, "ALTER DATABASE {} RENAME TO {}", actual, f"{nueva}_x")
                _orden(admin, "ALTER DATABASE {} RENAME TO {}", nueva, actual)
                _orden(admin, "ALTER DATABASE {} RENAME TO {}", f"{nueva}_x", nueva)
        except psycopg.errors.ObjectInUse as error:
            if intento == _INTENTOS - 1:
                raise ErrorBase(
                    "La base está en uso y no se pudo reemplazar; quedó como estaba.",
                    "Detenga el servidor web y los trabajos en curso, y repita.",
                ) from error
        else:
            return


def _url(settings: Settings) -> URL:
    engine = crear_engine(settings, "propietario", poolclass=NullPool)
    with conectar(engine) as conn:
        return conn.engine.url


@contextmanager
def _administrar(url: URL) -> Iterator[psycopg.Connection[Any]]:
    """A connection to the server's own database: none may be renamed or dropped by who is inside."""
    direccion = url.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    try:
        conn = psycopg.connect(direccion, autocommit=True)
    except psycopg.OperationalError as error:
        raise ErrorBase("No se pudo entrar a la base «postgres» del servidor, que hace falta para esto.") from error
    with conn:
        yield conn


def _unica(admin: psycopg.Connection[Any], nombre: str) -> bool:
    fila = admin.execute("SELECT pg_try_advisory_lock(hashtext(%s))", (nombre,)).fetchone()
    return bool(fila and fila[0])


def _orden(admin: psycopg.Connection[Any], orden: LiteralString, *nombres: str) -> None:
    admin.execute(sql.SQL(orden).format(*(sql.Identifier(nombre) for nombre in nombres)))


def _dsn(url: URL) -> str:
    """The address without its password, which everybody could read in the list of processes."""
    return url.set(drivername="postgresql", password=None).render_as_string()


def _correr(
    programa: str, argumentos: list[str], url: URL, salida: IO[bytes] | None = None
) -> subprocess.CompletedProcess[bytes]:
    entorno = dict(os.environ, **({"PGPASSWORD": str(url.password)} if url.password else {}))
    return subprocess.run(  # noqa: S603 - a program of the server's own package, with arguments of ours
        [buscar_binarios().programa(programa), *argumentos],
        stdin=subprocess.DEVNULL,
        stdout=salida or subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=entorno,
        check=False,
    )


def _ultima(proceso: subprocess.CompletedProcess[bytes]) -> str:
    lineas = proceso.stderr.decode(errors="replace").strip().splitlines()
    return lineas[-1] if lineas else "(nada)"
