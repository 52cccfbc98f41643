"""`observatorio demo`: the command; what it does is imported when it is asked for, so that help is instant."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer()


@app.command("demo")
def demostrar(
    port: Annotated[int, typer.Option(help="Puerto del portal.", min=1, max=65535)] = 8000,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Prepara todo y no sirve.")] = False,
    size: Annotated[int, typer.Option(help="Negocios de la ciudad sintética.", min=200)] = 12_000,
    seed: Annotated[int, typer.Option(help="Semilla: otra da otra ciudad.")] = 20231201,
) -> None:
    """Una Calama sintética, de los archivos de cada oficina al portal.

    Ejemplo: observatorio demo --port 8080
    """
    from observatorio.cli.ciudad import preparar

    preparar(size, seed, port, servir=not no_serve)
