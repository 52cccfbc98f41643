"""The synthetic city that several tests read, written once; and how properties are tried."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import settings

from ciudad_escrita import registros_de
from observatorio import muestra

# No test may fail because the machine is busy.
settings.register_profile("sin_plazo", deadline=None)
settings.load_profile("sin_plazo")


@pytest.fixture(scope="session")
def grande(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a city of four thousand establishments, which nobody may change."""
    destino = tmp_path_factory.mktemp("ciudad")
    muestra.generar(destino, tamano=4_000)
    return destino


@pytest.fixture(scope="session")
def registros(grande: Path) -> pl.DataFrame:
    """What is true of each row of `grande`."""
    return registros_de(grande)
