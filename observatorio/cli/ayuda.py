"""The help of every command in Spanish: Typer's own headings and words for kinds of values are English."""

from __future__ import annotations

import re
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

OPCIONES, ORDEN = "[OPCIONES]", "ORDEN [ARGUMENTOS]..."
_CLASES = {
    "int": "entero",
    "float": "número",
    "str": "texto",
    "Path": "ruta",
    "path": "ruta",
    "file": "archivo",
    "directory": "carpeta",
    "date": "fecha",
    "datetime": "fecha",
}
_CLASE = re.compile(r"<(?:list\[)?(\w+)\]?(?: range)?>")
_NOTAS = (("[default: ", "[por omisión: "), ("required]", "obligatorio]"))


class Orden(TyperCommand):
    """A command whose help is in Spanish."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """Write the usage line."""
        _escribir_uso(self, ctx, formatter)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write its arguments and options."""
        _escribir_parametros(self, ctx, formatter)


class Grupo(TyperGroup):
    """A group of commands whose help is in Spanish."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """Write the usage line."""
        _escribir_uso(self, ctx, formatter)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write its options and its commands."""
        _escribir_parametros(self, ctx, formatter)
        ordenes = {nombre: self.get_command(ctx, nombre) for nombre in self.list_commands(ctx)}
        visibles = {nombre: orden for nombre, orden in ordenes.items() if orden is not None and not orden.hidden}
        ancho = formatter.width - 6 - max(map(len, visibles))
        with formatter.section("Órdenes"):
            formatter.write_dl([(nombre, orden.get_short_help_str(ancho)) for nombre, orden in visibles.items()])


def en_castellano(app: typer.Typer) -> None:
    """Let an application, its groups and their commands give their help in Spanish."""
    for grupo in (app.info, *app.registered_groups):
        grupo.cls, grupo.options_metavar, grupo.subcommand_metavar = Grupo, OPCIONES, ORDEN
    for orden in app.registered_commands:
        orden.cls, orden.options_metavar = Orden, OPCIONES
    for grupo in app.registered_groups:
        if grupo.typer_instance is not None:
            en_castellano(grupo.typer_instance)


def _escribir_uso(orden: TyperCommand | TyperGroup, ctx: Any, formatter: Any) -> None:
    formatter.write_usage(ctx.command_path, " ".join(orden.collect_usage_pieces(ctx)), prefix="Uso: ")


def _escribir_parametros(orden: TyperCommand | TyperGroup, ctx: Any, formatter: Any) -> None:
    for titulo, tipo in (("Argumentos", "argument"), ("Opciones", "option")):
        suyos = [parametro for parametro in orden.get_params(ctx) if parametro.param_type_name == tipo]
        fichas = [ficha for parametro in suyos if (ficha := parametro.get_help_record(ctx)) is not None]
        if fichas:
            with formatter.section(titulo):
                formatter.write_dl([_traducir(*ficha) for ficha in fichas])


def _traducir(termino: str, ayuda: str) -> tuple[str, str]:
    for ingles, castellano in _NOTAS:
        ayuda = ayuda.replace(ingles, castellano)
    if termino == "--help":
        ayuda = "Muestra esta ayuda."
    return _CLASE.sub(lambda hallado: f"<{_CLASES.get(hallado[1], hallado[1])}>", termino), ayuda
