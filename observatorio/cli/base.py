"""Commands on the database itself. What reaches it is imported when it is asked for, so that help is instant."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from observatorio.cli.salida import decir
from observatorio.cli.sesion import ajustes
from observatorio.errors import ErrorBase

if TYPE_CHECKING:
    from observatorio.db.cluster import Cluster

app = typer.Typer(help="La base de datos PostGIS.", no_args_is_help=True)


def _cluster() -> Cluster:
    from observatorio.db.cluster import Cluster

    if ajustes().database_url is not None:
        raise ErrorBase(
            "OBS_DATABASE_URL apunta a otro servidor: este no lo enciende ni lo apaga.",
            "Quite OBS_DATABASE_URL para usar la base privada.",
        )
    return Cluster(ajustes().state_dir)


@app.command("up")
def subir() -> None:
    """Enciende la base privada, creándola si no existe.

    Ejemplo: observatorio db up
    """
    from observatorio.db.migrar import migrar

    cluster = _cluster()
    cluster.asegurar()
    migrar(ajustes())
    decir(f"Base {cluster.estado()}.")


@app.command("down")
def bajar() -> None:
    """Apaga la base privada sin perder nada.

    Ejemplo: observatorio db down
    """
    cluster = _cluster()
    cluster.detener()
    decir(f"Base {cluster.estado()}.")


@app.command("status")
def ver_estado() -> None:
    """Dice cómo está la base privada.

    Ejemplo: observatorio db status
    """
    decir(f"Base {_cluster().estado()}.")


@app.command("migrate")
def poner_al_dia() -> None:
    """Lleva el esquema, los permisos y los datos de referencia a esta versión.

    Ejemplo: observatorio db migrate
    """
    from observatorio.db.migrar import migrar

    decir("Base actualizada." if migrar(ajustes()) else "Base al día: no hubo nada que hacer.")


@app.command("backup")
def guardar_respaldo(archivo: Annotated[Path, typer.Argument(help="Archivo que se escribe.")]) -> None:
    """Respalda toda la base en un archivo.

    Ejemplo: observatorio db backup catastro.dump
    """
    from observatorio.db.respaldo import respaldar

    respaldar(ajustes(), archivo)
    decir(f"Respaldo en {archivo} ({archivo.stat().st_size:,} bytes).".replace(",", "."))


@app.command("restore")
def recuperar(archivo: Annotated[Path, typer.Argument(help="Archivo de un respaldo.")]) -> None:
    """Reemplaza la base por la de un respaldo; si el archivo no sirve, nada cambia.

    Ejemplo: observatorio db restore catastro.dump
    """
    from observatorio.db.respaldo import restaurar

    restaurar(ajustes(), archivo)
    decir(f"Base restaurada desde {archivo}.")
