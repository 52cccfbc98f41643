"""Fingerprints: when two years were made from the same, they are the same, and need not be written again."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import polars as pl

from observatorio import catastro, db, normalizar, referencia, vocabulario

_PAQUETES = (catastro, db, normalizar)
"""Rules, what is asked of the database and in which order, and the reading of what sources write."""
_MODULOS = (referencia, vocabulario)


def programa() -> list[Path]:
    """The files that decide a year beside the observations: code, SQL and reference data, in a fixed order."""
    carpetas = [Path(carpeta) for paquete in _PAQUETES for carpeta in paquete.__path__]
    codigo = [ruta for carpeta in carpetas for ruta in carpeta.rglob("*") if ruta.suffix in (".py", ".sql")]
    sueltos = [Path(str(modulo.__file__)) for modulo in _MODULOS]
    datos = (referencia.datos_dir() / "referencia").iterdir()
    return sorted((*codigo, *sueltos)) + sorted(datos)


@cache
def huella_del_programa() -> str:
    """Of everything beside the observations that decides a year: any change in it makes every year anew."""
    resumen = hashlib.blake2b(digest_size=16)
    for ruta in programa():
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


def resumir(textos: pl.Series, octetos: int) -> pl.Series:
    """A hash of each text, of so many bytes in hexadecimal, the same in every run."""
    return pl.Series(
        textos.name, [hashlib.blake2b(t.encode(), digest_size=octetos).hexdigest() for t in textos], dtype=pl.String
    )


def version_de(huella: str) -> int:
    """The number by which answers name a version: the first 48 bits of its fingerprint, which any reader can hold."""
    return int(huella[:12], 16)
