"""The commands: the one place that ties every room together.

Exit status: 0 done, 1 refused with reasons on stderr and nothing changed, 2 wrong use.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence

import typer

from observatorio.cli import (
    auditoria,
    base,
    catastro,
    cifras,
    demo,
    demografia,
    derechos,
    fallas,
    ingreso,
    lugares,
    revision,
    servicio,
    tractoras,
)
from observatorio.cli.ayuda import en_castellano
from observatorio.cli.salida import errores
from observatorio.cli.uso import explicar
from observatorio.errors import ErrorObservatorio

app = typer.Typer(
    name="observatorio",
    help="Observatorio económico de una comuna: de los archivos de cada oficina a los indicadores y los mapas.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
)
app.add_typer(base.app, name="db")
for grupo in (
    ingreso.app,
    catastro.app,
    lugares.app,
    tractoras.app,
    cifras.app,
    demografia.app,
    derechos.app,
    servicio.app,
    demo.app,
):
    app.registered_commands.extend(grupo.registered_commands)
app.add_typer(ingreso.cargas_app, name="cargas")
app.add_typer(ingreso.zonas_app, name="zonas")
app.add_typer(revision.app, name="revision")
app.add_typer(cifras.maps_app, name="maps")
app.add_typer(servicio.keys_app, name="keys")
app.add_typer(auditoria.app, name="auditoria")
en_castellano(app)


_INTERRUMPIDA = 130
"""The status with which Typer answers Ctrl-C."""


def main() -> None:
    """Run the command line; a refusal is a sentence on stderr, never a traceback."""
    for salida in (sys.stdout, sys.stderr):
        # Old archives unpack names that are not UTF-8: they can be shown only approximately.
        if isinstance(salida, io.TextIOWrapper):
            salida.reconfigure(errors="backslashreplace")
    sys.exit(ejecutar())


def ejecutar(palabras: Sequence[str] | None = None) -> int:
    """Run a command, by default the one that the process was started with, and return its exit status."""
    try:
        estado = app(palabras, prog_name="observatorio", standalone_mode=False)
    except ErrorObservatorio as error:
        return negar(error)
    except typer.TyperException as error:
        return explicar(error)
    except fallas.externas() as error:
        return negar(fallas.en_palabras(error))
    if estado == _INTERRUMPIDA:
        errores.print("Interrumpido: nada de lo que estaba a medias quedó guardado.")
    return int(estado or 0)


def negar(error: ErrorObservatorio) -> int:
    """Print a refusal on stderr and return its exit status."""
    errores.print(error.mensaje, style="bold red")
    if error.consejo:
        errores.print(error.consejo)
    return 1
