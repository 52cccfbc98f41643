"""Which libraries a piece of code loads, in a process that has loaded nothing else."""

from __future__ import annotations

import subprocess
import sys


def cargadas(codigo: str, *bibliotecas: str) -> set[str]:
    """Those of `bibliotecas` that are there once `codigo` has run."""
    guion = f"{codigo}\nimport sys\nprint(*(m for m in {bibliotecas!r} if m in sys.modules))"
    hecho = subprocess.run([sys.executable, "-c", guion], capture_output=True, text=True, check=True)
    return set(hecho.stdout.split())
