"""The bounds of what a person may type: whatever lies outside is wrong use, said before anything is opened."""

from __future__ import annotations

from typing import Any, Literal

import typer

ANIO_MINIMO, ANIO_MAXIMO = 1990, 2100
ID_MAXIMO = 2**63 - 1
"""The largest number that a key of the database can be; also the most rows that a query can ask for."""
DIAS_MAXIMO = 36_500

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
