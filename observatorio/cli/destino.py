"""Where a command writes: looked at before the work begins, so that none is lost for want of a folder."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from observatorio.errors import ErrorArchivo, motivo


def exigir_terminacion(destino: Path | None, opcion: str, terminaciones: tuple[str, ...]) -> None:
    """Raise `typer.BadParameter` when the name of an output ends in none of these (`.html`, `.json`)."""
    if destino is not None and destino.suffix.lower() not in terminaciones:
        raise typer.BadParameter(f"«{destino}» debe terminar en {' o '.join(terminaciones)}.", param_hint=opcion)


def exigir_archivo(destino: Path | None) -> None:
    """Raise `ErrorArchivo` when a file of this name cannot be written."""
    if destino is None:
        return
    with escribiendo(destino):
        if destino.is_dir():
            raise IsADirectoryError(errno.EISDIR, "", str(destino))
        if destino.exists() and not os.access(destino, os.W_OK):
            raise PermissionError(errno.EACCES, "", str(destino))
        _probar(destino.parent)


def exigir_carpeta(destino: Path) -> None:
    """Make a folder for output. Raises `ErrorArchivo` when that fails or nothing can be written in it."""
    with escribiendo(destino):
        destino.mkdir(parents=True, exist_ok=True)
        _probar(destino)


def _probar(carpeta: Path) -> None:
    """Only writing tells: to root every folder looks open, also on a disk that takes nothing."""
    with tempfile.TemporaryFile(dir=carpeta):
        pass


@contextmanager
def escribiendo(destino: Path) -> Iterator[None]:
    """Whatever the system objects to within becomes an `ErrorArchivo` that names `destino`."""
    try:
        yield
    except OSError as error:
        raise ErrorArchivo(
            f"No se puede escribir «{destino}»: {motivo(error)}.", "Elija otra carpeta o revise sus permisos."
        ) from error
