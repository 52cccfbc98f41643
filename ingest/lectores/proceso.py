"""Starting and ending the child processes in which compiled parsers meet files of strangers."""

from __future__ import annotations

import contextlib
import os
import resource
import subprocess
import sys
from collections.abc import Mapping
from typing import IO, cast

DANADA, CON_CLAVE, SIN_SISTEMA = 3, 4, 5
"""Exit statuses of a child: the file cannot be read; it has a password; its reference system is not known."""
SIN_RED = {
    "OGR_SKIP": "OGR_VRT,GDALG,HTTP,WFS,OAPIF,CSW,PLSCENES,Carto,AmigoCloud,NGW,Elasticsearch,EEDA,OGCAPI,GeoRSS,"
    "GPSBabel,ADBC,SQLite,CSV,GML,XLSX,ODS,KML,ESRIJSON,TopoJSON,MBTiles,PMTiles,GTFS,LVBAG,JSONFG",
    "GDAL_SKIP": "OGCAPI,EEDA,MBTiles,PDF",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".ninguna",
    "PROJ_NETWORK": "OFF",
}
"""Settings of GDAL and PROJ: no network, no driver that follows links or that another reader of ours replaces."""


def limitar(memoria: int, segundos: int) -> None:
    """Set this very process's limits of address space and processor time; a child does so before it reads."""
    resource.setrlimit(resource.RLIMIT_AS, (memoria, memoria))
    resource.setrlimit(resource.RLIMIT_CPU, (segundos, segundos))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def lanzar(modulo: str, *argumentos: str, entorno: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
    """Run a module of ours with pipes at both ends; what its libraries complain about is nobody's reading."""
    orden = [sys.executable, "-P", "-m", modulo, *argumentos]
    # The interpreter and the module are ours; of the sender comes only the path, which no shell sees.
    return subprocess.Popen(  # noqa: S603
        orden,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **(entorno or {})},
    )


def entrada(proceso: subprocess.Popen[bytes]) -> IO[bytes]:
    """The pipe on which a child process takes requests."""
    return cast("IO[bytes]", proceso.stdin)


def salida(proceso: subprocess.Popen[bytes]) -> IO[bytes]:
    """The pipe on which a child process answers."""
    return cast("IO[bytes]", proceso.stdout)


def terminar(proceso: subprocess.Popen[bytes]) -> int:
    """End a child process, busy or not, and return its exit status."""
    # Closing may try to send a request that nobody is there to read any more.
    with contextlib.suppress(BrokenPipeError):
        entrada(proceso).close()
    salida(proceso).close()
    try:
        return proceso.wait(timeout=1)
    except subprocess.TimeoutExpired:
        proceso.kill()
        return proceso.wait()
