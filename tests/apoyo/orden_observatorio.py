"""The command line as a process of its own, on a test's database."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from observatorio.settings import Settings

ORDEN = (sys.executable, "-m", "observatorio.cli")


def entorno(base: Settings) -> dict[str, str]:
    """The environment in which the command finds the database and the state folder of `base`."""
    assert base.database_url is not None
    return {
        **os.environ,
        "OBS_DATABASE_URL": base.database_url.get_secret_value(),
        "OBS_STATE_DIR": str(base.state_dir),
    }


def observatorio(base: Settings, *palabras: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end, with nobody at a terminal."""
    return subprocess.run(
        [*ORDEN, *palabras],
        env=entorno(base),
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def hasta(cierto: Callable[[], bool], segundos: float = 30) -> bool:
    """Whether something becomes true in time."""
    limite = time.monotonic() + segundos
    while time.monotonic() < limite:
        if cierto():
            return True
        time.sleep(0.05)
    return False


@contextmanager
def en_marcha(ajustes: Settings, *opciones: str, termina: int = 0, **variables: str) -> Iterator[str]:
    """The command `serve` as a process of its own; its address. It must end with the status `termina`: one that serves
    alone ends by the signal, and one that has others serve ends by itself."""
    with socket.socket() as libre:
        libre.bind(("127.0.0.1", 0))
        puerto = libre.getsockname()[1]
    orden = [*ORDEN, "serve", "--port", str(puerto), *opciones]
    salida = Path(tempfile.mkstemp(prefix="obs-serve-")[1])
    with salida.open("w") as abierta:
        proceso = subprocess.Popen(orden, env=entorno(ajustes) | variables, stdout=abierta, stderr=abierta)
    direccion = f"http://127.0.0.1:{puerto}"

    def responde() -> bool:
        try:
            return httpx.get(f"{direccion}/salud", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    try:
        assert hasta(responde, 60), salida.read_text()
        yield direccion
    finally:
        proceso.send_signal(signal.SIGTERM)
        estado = proceso.wait(30)
        registro = salida.read_text()
        salida.unlink()
    assert estado == termina, registro
    assert "Traceback" not in registro, registro
