"""How a command reaches the settings and the database; their libraries load when it does, so that help is instant."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from observatorio.settings import Settings


@cache
def ajustes() -> Settings:
    """The settings of this run. Raises `ErrorObservatorio` naming what is wrong in the file or the environment."""
    from observatorio.settings import leer_ajustes

    return leer_ajustes()


@contextmanager
def motor() -> Iterator[Engine]:
    """The engine of jobs that write, on a database that is up and migrated."""
    from observatorio.db.engine import crear_engine
    from observatorio.db.migrar import migrar

    migrar(ajustes())
    engine = crear_engine(ajustes(), "ingesta")
    try:
        yield engine
    finally:
        engine.dispose()
