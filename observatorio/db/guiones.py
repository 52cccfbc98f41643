"""The `.sql` files that lie beside this package."""

from __future__ import annotations

from importlib import resources
from typing import Any, cast

import psycopg
from sqlalchemy import Connection


def leer(nombre: str) -> str:
    """Return the text of `sql/<nombre>.sql`."""
    return resources.files("observatorio.db").joinpath("sql", f"{nombre}.sql").read_text(encoding="utf-8")


def leer_esquemas() -> str:
    """Return the text of every schema script, in the order of their numbers."""
    carpeta = resources.files("observatorio.db").joinpath("sql")
    nombres = sorted(archivo.name for archivo in carpeta.iterdir() if archivo.name.startswith("esquema_"))
    return "".join(carpeta.joinpath(nombre).read_text(encoding="utf-8") for nombre in nombres)


def ejecutar(conn: Connection, nombre: str) -> None:
    """Run `sql/<nombre>.sql` in the transaction of `conn`.

    It goes to the driver as it stands: with parameters, even none, several statements could not go at once.
    """
    directa = cast("psycopg.Connection[Any]", conn.connection.driver_connection)
    directa.execute(leer(nombre).encode())
