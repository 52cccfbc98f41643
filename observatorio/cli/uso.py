"""Wrong use, said in Spanish: Typer's own sentences are English and cannot be chosen."""

from __future__ import annotations

import re

import typer

from observatorio.cli.salida import errores

_FRASES = tuple(
    (re.compile(patron), frase)
    for patron, frase in (
        (r"^No such option: (\S+)", r"No existe la opción «\1»."),
        (r" \(Possible options: (.*)\)$", r" ¿Quiso decir \1?"),
        (r"^No such command '(.*?)'\.", r"No existe la orden «\1»."),
        (r" Did you mean (.*?)\?$", r" ¿Quiso decir \1?"),
        (r"^Missing command\.$", "Falta la orden."),
        (r"^Missing argument '(.*?)'\.", r"Falta el argumento «\1»."),
        (r"^Missing option '(.*?)'\.", r"Falta la opción «\1»."),
        (r" *Choose from:\s*", " Use uno de: "),
        (r"(?<=[a-zñ_]),\s*\n\s*(?=[a-zñ_])", ", "),
        (r"^Got unexpected extra argument\(s\) \((.*)\)$", r"Sobran palabras: \1."),
        (r"^Option '(.*?)' requires an argument\.$", r"La opción «\1» necesita un valor."),
        (r"^Option '(.*?)' does not take a value\.$", r"La opción «\1» no lleva valor."),
        (r"^Invalid value for '?(.*?)'?: ", r"El valor de «\1» no sirve: "),
        (r"^Invalid value: ", "El valor no sirve: "),
        (r"Input should be a valid integer.*$", "debe ser un número entero."),
        (r"Input should be greater than or equal to (\S+)$", r"el mínimo es \1."),
        (r"Input should be less than or equal to (\S+)$", r"el máximo es \1."),
        (r"Value error, '(.*)' is not one of (.*)\.$", r"«\1» no es ninguno de \2."),
        (r"Value error, '(.*)' does not match the formats '%Y-%m-%d'\.$", r"«\1» no es un día: escriba 2024-12-31."),
    )
)


def explicar(error: typer.TyperException) -> int:
    """Print on stderr how the command is used and what was wrong; return the exit status, 2."""
    contexto = getattr(error, "ctx", None)
    if contexto is not None and error.message == contexto.get_help():
        # A group without a command: its help is the whole answer.
        errores.print(error.message)
        return error.exit_code
    if contexto is not None:
        errores.print(f"{contexto.get_usage()}\nAyuda: {contexto.command_path} --help\n")
    errores.print(f"Error: {en_castellano(error.format_message())}")
    return error.exit_code


def en_castellano(mensaje: str) -> str:
    """One of Typer's sentences in Spanish; what is not known, or is ours already, stays as it is."""
    for patron, frase in _FRASES:
        mensaje = patron.sub(frase, mensaje)
    return mensaje
