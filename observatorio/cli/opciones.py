"""The bounds of what a person may type: whatever lies outside is wrong use, said before anything is opened."""

from __future__ import annotations

import re
from typing import Any, Literal

import typer

ANIO_MINIMO, ANIO_MAXIMO = 1990, 2100
ID_MAXIMO = 2**63 - 1
"""The largest number that a key of the database can be; also the most rows that a query can ask for."""
DIAS_MAXIMO = 36_500
_REGISTRO = re.compile(r"(\d{1,18}):(\d{1,18})(?::(\d{1,4}))?")

FormatoTexto = Literal["tabla", "csv", "json"]
"""How figures that fit on a screen are shown."""


def opcion_anio(ayuda: str) -> Any:
    """The option of a year, for `Annotated[int | None, opcion_anio("Año; sin él, el último.")]`."""
    return typer.Option(help=ayuda, min=ANIO_MINIMO, max=ANIO_MAXIMO)


def opcion_limite(ayuda: str) -> Any:
    """The option of how many rows to show."""
    return typer.Option(help=ayuda, min=1, max=ID_MAXIMO)


def opcion_dias(ayuda: str) -> Any:
    """The option of a number of days."""
    return typer.Option(help=ayuda, min=1, max=DIAS_MAXIMO)


def argumento_id(ayuda: str) -> Any:
    """The argument that names a load or a key by its number."""
    return typer.Argument(help=ayuda, min=1, max=ID_MAXIMO)


def leer_registro(texto: str, donde: str) -> tuple[int, int, int | None]:
    """Load, row and part (None where it is not said) of a record that a person named, as what `donde` asks for."""
    partes = _REGISTRO.fullmatch(texto.strip())
    if partes is None or int(partes[1]) > ID_MAXIMO or int(partes[2]) > ID_MAXIMO:
        raise typer.BadParameter(f"«{texto}» no es CARGA:FILA ni CARGA:FILA:PARTE.", param_hint=donde)
    return int(partes[1]), int(partes[2]), None if partes[3] is None else int(partes[3])
