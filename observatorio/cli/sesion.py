"""How a command reaches the settings and the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from pydantic import ValidationError
from sqlalchemy import Engine

from observatorio.db.engine import crear_engine
from observatorio.db.migrar import migrar
from observatorio.errors import ErrorObservatorio
from observatorio.settings import Settings


@cache
def ajustes() -> Settings:
    """The settings of this run. Raises `ErrorObservatorio` naming each setting that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        detalle = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise ErrorObservatorio(
            f"Los ajustes no son válidos: {detalle}.", "Revise observatorio.toml y OBS_*."
        ) from None


@contextmanager
def motor() -> Iterator[Engine]:
    """The engine of jobs that write, on a database that is up and migrated."""
    migrar(ajustes())
    engine = crear_engine(ajustes(), "ingesta")
    try:
        yield engine
    finally:
        engine.dispose()
