"""Commands that serve: the portal and its keys. What serves is imported when it is asked for: it takes a second."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from observatorio.cli.opciones import argumento_id, opcion_dias
from observatorio.cli.salida import decir, tabla
from observatorio.cli.sesion import ajustes
from observatorio.vocabulario import Rol

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from observatorio.settings import Settings

app = typer.Typer()
keys_app = typer.Typer(help="Claves de acceso.", no_args_is_help=True)


@contextmanager
def _dueno() -> Iterator[Connection]:
    """A transaction of the owner: only they manage keys from the command line."""
    from observatorio.db.engine import crear_engine
    from observatorio.db.migrar import migrar

    migrar(ajustes())
    engine = crear_engine(ajustes(), "propietario", pool_size=1)
    try:
        with engine.begin() as conn:
            yield conn
    finally:
        engine.dispose()


@app.command("serve")
def servir(
    host: Annotated[str, typer.Option(help="Dirección en que escucha.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Puerto.", min=1, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(help="Procesos.", min=1)] = 1,
) -> None:
    """Sirve el portal y la API.

    Ejemplo: observatorio serve --port 8000
    """
    from observatorio.db.migrar import migrar

    migrar(ajustes())
    atender(ajustes(), host, port, workers)


def atender(settings: Settings, host: str, port: int, workers: int = 1) -> None:
    """Serve until interrupted. With several processes each reads the settings anew, from the environment."""
    import uvicorn

    from api import limite

    decir(f"Portal en http://{host}:{port} (Ctrl-C para terminar).")
    comunes: dict[str, Any] = {
        "host": host,
        "port": port,
        "access_log": False,
        "log_level": "warning",
        "server_header": False,
        # This one bounds what comes before a body, in the address and the headers; the faster one does not.
        "http": "h11",
        # It bounds no time for them, and a bound on connections would close the door to everybody while somebody holds
        # them open: a proxy stands before what faces the internet (docs/servicio.md).
        "timeout_keep_alive": 5,
        "timeout_graceful_shutdown": 10,
    }
    if workers == 1:
        from api.app import create_app

        uvicorn.run(create_app(settings), **comunes)
    else:
        # What the processes share, quotas and counts, lives and ends with the service.
        with tempfile.TemporaryDirectory(prefix="obs-servicio-") as carpeta:
            os.environ.update({limite.VARIABLE: carpeta, "PROMETHEUS_MULTIPROC_DIR": carpeta})
            uvicorn.run("api.app:desde_entorno", factory=True, workers=workers, **comunes)


@keys_app.command("create")
def crear(
    rol: Annotated[Rol, typer.Option(help="publico, socio, planificador, municipal o admin.")],
    nombre: Annotated[str, typer.Option(help="De quién es la clave.")],
    dias: Annotated[int | None, opcion_dias("Días de vigencia; sin ello no vence.")] = None,
) -> None:
    """Crea una clave y la muestra por única vez.

    Ejemplo: observatorio keys create --rol planificador --nombre "Secplan"
    """
    from observatorio.db import claves

    with _dueno() as conn:
        texto = claves.crear_clave(conn, rol, nombre, dias)
    decir(texto)
    decir("Guárdela ahora: no se vuelve a mostrar.")


@keys_app.command("list")
def listar() -> None:
    """Las claves creadas, por su prefijo.

    Ejemplo: observatorio keys list
    """
    from observatorio.db import claves

    with _dueno() as conn:
        filas = claves.listar_claves(conn)
    tabla(
        ("Clave", "Prefijo", "Rol", "Nombre", "Creada", "Vence", "Revocada"),
        ((f.clave, f.prefijo, f.rol, f.nombre, f"{f.creada:%Y-%m-%d}", f.expira, f.revocada) for f in filas),
    )


@keys_app.command("revoke")
def revocar(clave: Annotated[int, argumento_id("Número de la clave.")]) -> None:
    """Revoca una clave; las sesiones abiertas con ella terminan.

    Ejemplo: observatorio keys revoke 2
    """
    from observatorio.db import claves

    with _dueno() as conn:
        claves.revocar_clave(conn, clave)
    decir(f"Clave {clave} revocada.")
