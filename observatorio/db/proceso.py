"""What `postmaster.pid` and the kernel say about a server: whether it lives, and what a dead one left behind."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

from observatorio.errors import ErrorBase

_LINEA_MEMORIA = 6
_LINEA_SITUACION = 7


def postmaster(datos: Path) -> int | None:
    """Return the process id of the live server of the data folder `datos`, or None.

    The command line is looked at, not only the number: after a crash the number may be a zombie's or a stranger's.
    """
    pid = _pid(datos)
    if pid is None:
        return None
    try:
        argumentos = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return None
    return pid if str(datos).encode() in argumentos else None


def situacion(datos: Path) -> str:
    """Return what the server says of itself: `starting`, `ready`, `stopping`, or nothing."""
    return _linea(datos, _LINEA_SITUACION)


def limpiar_restos(datos: Path, socket: Path, espera: float) -> None:
    """Remove the lock files of a dead server, once none of its children holds the shared memory any more.

    PostgreSQL does this itself, except when the number in them now is a zombie's or a stranger's: then it refuses to
    start. Raises `ErrorBase` when children are still there after `espera` seconds.
    """
    limite = time.monotonic() + espera
    while _memoria_en_uso(datos):
        if time.monotonic() > limite:
            raise ErrorBase(
                "El servidor anterior murió y sus procesos siguen ocupando la base.",
                "Espere a que terminen (ps -ef | grep postgres) y vuelva a intentarlo.",
            )
        time.sleep(0.05)
    for archivo in (datos / "postmaster.pid", socket / ".s.PGSQL.5432.lock"):
        archivo.unlink(missing_ok=True)


def huella(ruta: Path) -> str:
    """Eight hexadecimal digits that tell one state folder from another."""
    return hashlib.sha256(str(ruta).encode()).hexdigest()[:8]


def _pid(datos: Path) -> int | None:
    texto = _linea(datos, 0)
    return int(texto) if texto.isdigit() else None


def _linea(datos: Path, numero: int) -> str:
    try:
        lineas = (datos / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return ""
    return lineas[numero].strip() if len(lineas) > numero else ""


def _memoria_en_uso(datos: Path) -> bool:
    segmento = _linea(datos, _LINEA_MEMORIA).split()
    if not segmento:
        return False
    filas = [x.split() for x in Path("/proc/sysvipc/shm").read_text(encoding="ascii").splitlines()]
    adjuntos, numero = filas[0].index("nattch"), filas[0].index("shmid")
    return any(fila[numero] == segmento[-1] and int(fila[adjuntos]) > 0 for fila in filas[1:])
