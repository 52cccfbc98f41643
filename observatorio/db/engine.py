"""Connections: who logs in, under which role a transaction runs, and for how long it may."""

from __future__ import annotations

import select
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import orjson
import psycopg
from psycopg import sql
from sqlalchemy import URL, Connection, Engine, create_engine, event, exc, make_url, text

from observatorio.db.cluster import Cluster
from observatorio.errors import ErrorBase
from observatorio.settings import Settings
from observatorio.vocabulario import Rol

Login = Literal["propietario", "ingesta", "api"]
_CONTROLADOR = "postgresql+psycopg"
_ABRIR = text(
    "SELECT set_config('statement_timeout', coalesce(:ms, current_setting('statement_timeout')), true), "
    "set_config('role', coalesce(:rol, current_setting('role')), true)"
)
_VIGILANCIA = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3, "tcp_user_timeout": 30_000}
"""What tells that a server behind a network is gone, in seconds and milliseconds; nothing on a local socket."""


def crear_engine(settings: Settings, login: Login, **kw: Any) -> Engine:
    """Return an engine on the observatory's database, starting the private server if there is one and it is down.

    On the private server each login is a PostgreSQL user. With `database_url` the login is the URL's own and every
    connection takes the role `obs_<login>` at once (the owner stays what the URL says). `kw` goes to
    `sqlalchemy.create_engine`. Raises `ErrorBase` when the server cannot be had.
    """
    opciones: dict[str, Any] = {
        "json_deserializer": orjson.loads,
        # A statement that fails is logged, and what it was asked with may name a person.
        "hide_parameters": True,
        "connect_args": {"application_name": f"observatorio-{login}", "connect_timeout": 10, **_VIGILANCIA},
        **({} if "poolclass" in kw else {"pool_size": settings.pool, "max_overflow": 0}),
        **kw,
    }
    if settings.database_url is None:
        cluster = Cluster(settings.state_dir)
        cluster.asegurar()
        engine = create_engine(cluster.url(_usuario(login)), **opciones)
    else:
        engine = create_engine(url_externa(settings), **opciones)
        if login != "propietario":
            _tomar_rol(engine, f"obs_{login}")
    event.listen(engine, "checkout", _exigir_viva)
    return engine


def url_externa(settings: Settings) -> URL:
    """Return `database_url` with the driver that this project uses. Raises `ErrorBase` when it is no PostgreSQL URL."""
    if settings.database_url is None:
        raise ErrorBase("No hay OBS_DATABASE_URL.")
    try:
        url = make_url(settings.database_url.get_secret_value())
    except exc.ArgumentError as error:
        raise ErrorBase("OBS_DATABASE_URL no es una dirección válida.", _EJEMPLO) from error
    if url.get_backend_name() not in ("postgresql", "postgres"):
        raise ErrorBase("OBS_DATABASE_URL no apunta a PostgreSQL.", _EJEMPLO)
    return url.set(drivername=_CONTROLADOR)


_EJEMPLO = "Escriba por ejemplo postgresql://usuario:clave@servidor/base."


@contextmanager
def transaccion(engine: Engine, rol: Rol | None = None, timeout_ms: int | None = None) -> Iterator[Connection]:
    """Yield a connection inside one transaction, which is committed at the end or rolled back when anything is raised.

    `rol`: everything runs under the PostgreSQL role `obs_<rol>`, until the transaction ends. `timeout_ms`: no
    statement may take longer. Raises `ErrorBase` when the server cannot be reached.
    """
    with conectar(engine) as conn, conn.begin():
        if rol is not None or timeout_ms is not None:
            # Both in one statement: each costs a question and an answer.
            ms = None if timeout_ms is None else str(timeout_ms)
            conn.execute(_ABRIR, {"ms": ms, "rol": None if rol is None else rol_de_base(rol)})
        yield conn


def rol_de_base(rol: Rol) -> str:
    """The PostgreSQL role that stands for a role of the application."""
    return f"obs_{rol.value}"


@contextmanager
def conectar(engine: Engine) -> Iterator[Connection]:
    """Yield a connection. Raises `ErrorBase`, without the server's own words, when it cannot be reached."""
    try:
        conn = engine.connect()
    except exc.OperationalError as error:
        destino = engine.url.query.get("host") or engine.url.host or "localhost"
        raise ErrorBase(
            f"No se pudo entrar a la base de datos en {destino}.",
            "Compruebe que el servidor esté en marcha (observatorio db status) y que OBS_DATABASE_URL sea correcta.",
        ) from error
    with conn:
        yield conn


def _usuario(login: Login) -> str:
    return "observatorio" if login == "propietario" else f"obs_{login}"


def _exigir_viva(dbapi: psycopg.Connection[Any], _registro: object, _prestada: object) -> None:
    """Refuse a connection of the pool whose server went away: the pool then opens another in its place.

    A server that ends says so on the socket, and one that is well says nothing to a connection that rests. Looking
    costs microseconds, where asking it would cost every transaction a question and an answer.
    """
    if dbapi.closed:
        raise exc.DisconnectionError
    sonda = select.poll()
    sonda.register(dbapi.fileno(), select.POLLIN)
    if sonda.poll(0):
        raise exc.DisconnectionError


def _tomar_rol(engine: Engine, rol: str) -> None:
    @event.listens_for(engine, "connect")
    def _al_conectar(dbapi: psycopg.Connection[Any], _registro: object) -> None:
        # In autocommit, so that the rollback with which a connection returns to the pool does not undo it.
        autocommit, dbapi.autocommit = dbapi.autocommit, True
        dbapi.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(rol)))
        dbapi.autocommit = autocommit
