"""The small city, shared by the proofs that only read it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ciudad_chica import Ciudad, fundar
from observatorio.settings import Settings


@pytest.fixture(scope="module")
def ciudad_comun(base_modulo: Settings) -> Iterator[Ciudad]:
    """The small city that the tests of a module share, and only read."""
    with fundar(base_modulo) as hecha:
        yield hecha
