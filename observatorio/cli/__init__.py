"""The commands: the one place that ties every room together.

Exit status: 0 done, 1 refused with reasons on stderr and nothing changed, 2 wrong use.
"""

from __future__ import annotations

import sys

import typer

from observatorio.cli import base, catastro, cifras, demo, ingreso, servicio
from observatorio.cli.salida import errores
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
for grupo in (ingreso.app, catastro.app, cifras.app, servicio.app, demo.app):
    app.registered_commands.extend(grupo.registered_commands)
app.add_typer(ingreso.cargas_app, name="cargas")
app.add_typer(ingreso.zonas_app, name="zonas")
app.add_typer(cifras.maps_app, name="maps")
app.add_typer(servicio.keys_app, name="keys")


def main() -> None:
    """Run the command line; a refusal is a sentence on stderr, never a traceback."""
    try:
        app()
    except ErrorObservatorio as error:
        errores.print(error.mensaje, style="bold red", highlight=False, markup=False)
        if error.consejo:
            errores.print(error.consejo, highlight=False, markup=False)
        sys.exit(1)
    except KeyboardInterrupt:
        errores.print("Interrumpido: nada de lo que estaba a medias quedó guardado.", highlight=False)
        sys.exit(130)
