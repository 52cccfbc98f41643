"""The command line as a process of its own, on a test's database."""

from __future__ import annotations

import os
import subprocess
import sys

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
