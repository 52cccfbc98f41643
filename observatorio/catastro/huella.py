"""Fingerprints: when two years were made from the same, they are the same, and need not be written again."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import polars as pl

from observatorio import catastro, normalizar, referencia

_REGLAS = tuple(Path(carpeta) for paquete in (catastro, normalizar) for carpeta in paquete.__path__)


@cache
def huella_del_programa() -> str:
    """Of everything beside the observations that decides a year: the rules in the code, and the reference data."""
    resumen = hashlib.blake2b(digest_size=16)
    programa = [ruta for carpeta in _REGLAS for ruta in sorted(carpeta.rglob("*.py"))]
    datos = sorted((referencia.datos_dir() / "referencia").iterdir())
    for ruta in (*programa, *datos):
        resumen.update(ruta.name.encode() + b"\0" + ruta.read_bytes())
    # How polars hashes a row may change with its version: then every year is made again.
    resumen.update(pl.__version__.encode())
    return resumen.hexdigest()


def huella_de(*marcos: pl.DataFrame, mas: str = "") -> str:
    """Of frames of plain columns, whatever the order of their rows, and of a text beside them: 32 hex digits."""
    resumen = hashlib.blake2b(mas.encode(), digest_size=16)
    for marco in marcos:
        resumen.update(",".join(marco.columns).encode() + b"\0")
        resumen.update(marco.hash_rows(seed=1).sort().to_numpy().tobytes())
    return resumen.hexdigest()


def version_de(huella: str) -> int:
    """The number by which answers name a version: the first 48 bits of its fingerprint, which any reader can hold."""
    return int(huella[:12], 16)
