"""Finds the PostgreSQL programs and the PostGIS extension that Debian's packages install."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from observatorio.errors import ErrorBase

VERSION_MINIMA = 15
_DEBIAN = 15
"""The PostgreSQL of Debian 12, which is the one to recommend when there is none."""
_PROGRAMAS = ("postgres", "initdb", "pg_ctl", "pg_dump", "pg_restore")


@dataclass(frozen=True)
class Binarios:
    """One installed PostgreSQL: its major version, the folder of its programs, and PostGIS's version."""

    version: int
    bin: Path
    postgis: str

    def programa(self, nombre: str) -> str:
        """The path of one program, as text for `subprocess`."""
        return str(self.bin / nombre)


def buscar_binarios(
    version: int | None = None,
    raiz: Path = Path("/usr/lib/postgresql"),
    compartido: Path = Path("/usr/share/postgresql"),
) -> Binarios:
    """Return the newest PostgreSQL that has PostGIS, or exactly `version` when it is given.

    `raiz` holds one folder of programs for each major version, `compartido` one of extensions.
    Raises `ErrorBase` with the command that installs what is missing.
    """
    instaladas = _instaladas(raiz)
    completas = [b for v in instaladas if (b := _completa(v, raiz, compartido))]
    if version is not None:
        completas = [b for b in completas if b.version == version]
    if completas:
        return max(completas, key=lambda b: b.version)
    if version is not None:
        raise ErrorBase(
            f"La base fue creada con PostgreSQL {version} y PostGIS, que ya no están instalados.",
            f"Instálelos con: {orden_instalar(version)}",
        )
    if instaladas:
        mayor = max(instaladas)
        raise ErrorBase(
            f"Está PostgreSQL {mayor}, pero falta la extensión PostGIS.",
            f"Instálela con: {orden_instalar(mayor)}",
        )
    raise ErrorBase(
        f"No se encontró PostgreSQL {VERSION_MINIMA} o posterior con PostGIS.",
        f"Instálelos con: {orden_instalar(_DEBIAN)}",
    )


def orden_instalar(version: int) -> str:
    """The command that installs PostgreSQL `version` with PostGIS on Debian, for the user who is asking."""
    prefijo = "" if os.geteuid() == 0 else "sudo "
    return f"{prefijo}apt-get install -y postgresql-{version}-postgis-3"


def _instaladas(raiz: Path) -> list[int]:
    if not raiz.is_dir():
        return []
    return [
        int(carpeta.name)
        for carpeta in raiz.iterdir()
        if carpeta.name.isdigit()
        and int(carpeta.name) >= VERSION_MINIMA
        and all((carpeta / "bin" / programa).is_file() for programa in _PROGRAMAS)
    ]


def _completa(version: int, raiz: Path, compartido: Path) -> Binarios | None:
    control = compartido / str(version) / "extension" / "postgis.control"
    if not control.is_file():
        return None
    hallado = re.search(r"default_version\s*=\s*'([^']+)'", control.read_text(encoding="utf-8"))
    return Binarios(version, raiz / str(version) / "bin", hallado.group(1) if hallado else "?")
