"""Secrets of the installation that live in a file of their own, outside the database and its backups."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

LARGO = 32
"""Bytes of a secret: 256 bits."""


def asegurar(archivo: Path) -> bytes:
    """What a secret file holds, made the first time: random bytes that only its owner reads.

    The file appears whole under its name or not at all, so that several processes that start at once share one. Raises
    `OSError` when it can be neither read nor written.
    """
    if not archivo.exists():
        _crear(archivo)
    return archivo.read_bytes()


def _crear(archivo: Path) -> None:
    archivo.parent.mkdir(parents=True, exist_ok=True)
    provisorio = archivo.with_name(f".{archivo.name}.{secrets.token_hex(8)}")
    descriptor = os.open(provisorio, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as abierto:
        abierto.write(secrets.token_bytes(LARGO))
        abierto.flush()
        os.fsync(abierto.fileno())
    try:
        os.link(provisorio, archivo)
    except FileExistsError:
        # Another process was first: its secret is the one.
        pass
    finally:
        provisorio.unlink()
