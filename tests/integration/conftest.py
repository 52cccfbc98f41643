"""The small city, and the application served over it by a real HTTP server."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Connection, Engine, text

from aplicacion_servida import servir
from ciudad_buscada import sembrar_busqueda
from ciudad_chica import Ciudad, fundar, sembrar
from observatorio.db.cluster import Cluster
from observatorio.db.engine import crear_engine
from observatorio.settings import Settings
from observatorio.vocabulario import Rol


@pytest.fixture
def ingesta(base: Settings) -> Iterator[Engine]:
    """The engine of the jobs that write, with the rights that they have and no others, on the database of `base`."""
    engine = crear_engine(base, "ingesta")
    yield engine
    engine.dispose()


@pytest.fixture
def ciudad(base: Settings) -> Iterator[Ciudad]:
    """The small city in a database of this test's own."""
    with fundar(base) as hecha:
        yield hecha


@pytest.fixture
def cliente(ciudad: Ciudad) -> Iterator[httpx.Client]:
    """A client without a key on the application over a city that the test may change."""
    with servir(ciudad.settings) as abierto:
        yield abierto


@pytest.fixture
def llave(ciudad: Ciudad) -> Callable[[Rol], dict[str, str]]:
    """The header that carries the good key of a role of `ciudad`."""
    return lambda rol: {"X-API-Key": ciudad.claves[rol]}


@pytest.fixture(scope="module")
def ciudad_comun(base_modulo: Settings) -> Iterator[Ciudad]:
    """The small city that the tests of a module share, and only read."""
    with fundar(base_modulo) as hecha:
        yield hecha


@pytest.fixture(scope="module")
def lector(ciudad_comun: Ciudad) -> Iterator[httpx.Client]:
    """A client without a key on the application over `ciudad_comun`."""
    with servir(ciudad_comun.settings) as abierto:
        yield abierto


@pytest.fixture(scope="module")
def llave_comun(ciudad_comun: Ciudad) -> Callable[[Rol], dict[str, str]]:
    """The header that carries the good key of a role of `ciudad_comun`."""
    return lambda rol: {"X-API-Key": ciudad_comun.claves[rol]}


@pytest.fixture(scope="module")
def con_lo_buscado(ciudad_comun: Ciudad) -> None:
    """The invented year of what there is to search for, beside those of `ciudad_comun`."""
    with ciudad_comun.motor.begin() as conn:
        sembrar_busqueda(conn)


@pytest.fixture(scope="session")
def servidor_de() -> Callable[[Settings], AbstractContextManager[httpx.Client]]:
    """Serves the application over other settings."""
    return servir


@pytest.fixture
def sembrador() -> Callable[[Connection], None]:
    """Writes the small city on a connection."""
    return sembrar


@pytest.fixture
def como_planificador(conexion: Connection) -> Connection:
    """A connection on which everything runs with a planner's rights, over the small city."""
    sembrar(conexion)
    conexion.execute(text("SET LOCAL ROLE obs_planificador"))
    return conexion


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A private server of this test's own, in a folder where its unprivileged user may enter."""
    carpeta = Path(tempfile.mkdtemp(prefix="obs-api-"))
    carpeta.chmod(0o711)
    propio = Cluster(carpeta, ajustes={"fsync": "off", "shared_buffers": "64MB"})
    yield propio
    propio.detener()
    shutil.rmtree(carpeta)
