"""What every test may ask for: the real data, a real PostGIS, and databases of its own on it.

One private server serves the whole run, whatever the number of xdist workers; one migrated database is the template
of all others. `OBS_TEST_DATABASE_URL` (a user who may create databases and roles) replaces the private server.
"""

from __future__ import annotations

import fcntl
import itertools
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import metadata
from pathlib import Path

import pytest
from psycopg import sql
from pydantic import SecretStr
from sqlalchemy import URL, Connection, Engine, create_engine, make_url

from observatorio.db.binarios import buscar_binarios
from observatorio.db.cluster import Cluster
from observatorio.db.engine import crear_engine
from observatorio.db.migrar import migrar
from observatorio.errors import ErrorBase
from observatorio.settings import Settings

DATOS = Path(__file__).resolve().parents[2] / "shared" / "datos"
AJUSTES = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "256MB",
    "max_connections": "200",
    # The tests' tables are tiny, and workers that wake up in between only take the two cores away.
    "autovacuum": "off",
}
_CARPETA = "OBS_PRUEBAS_CARPETA"
_NOMBRE = f"obs-pruebas-{os.geteuid()}-"
_PAQUETES = (
    "polars",
    "SQLAlchemy",
    "GeoAlchemy2",
    "psycopg",
    "alembic",
    "fastapi",
    "folium",
    "shapely",
    "h3",
)


def pytest_configure(config: pytest.Config) -> None:
    """Choose the folder of this run's server; the workers of xdist inherit it."""
    if not hasattr(config, "workerinput"):
        _barrer()
        carpeta = Path(tempfile.gettempdir()) / f"{_NOMBRE}{os.getpid()}"
        carpeta.mkdir()
        # The server's unprivileged user must be able to pass, whatever the umask is.
        carpeta.chmod(0o711)
        os.environ[_CARPETA] = str(carpeta)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server and remove its folder, once, when every worker has ended."""
    if not hasattr(config, "workerinput"):
        if externa := _externa():
            _orden(externa, "DROP DATABASE IF EXISTS {} WITH (FORCE)", _nombre_plantilla())
        _retirar(Path(os.environ[_CARPETA]))


def pytest_report_header() -> list[str]:
    """The versions that this run stands on."""
    try:
        binarios = buscar_binarios()
        base = f"PostgreSQL {binarios.version}, PostGIS {binarios.postgis}"
    except ErrorBase as error:
        base = str(error)
    paquetes = ", ".join(f"{nombre} {metadata.version(nombre)}" for nombre in _PAQUETES)
    return [f"base: {os.environ.get('OBS_TEST_DATABASE_URL') or base}", f"paquetes: {paquetes}"]


def _barrer() -> None:
    """Stop and remove what runs that were killed left behind: their number is in the folder's name."""
    for carpeta in Path(tempfile.gettempdir()).glob(f"{_NOMBRE}*"):
        pid = carpeta.name.removeprefix(_NOMBRE)
        if pid.isdigit() and not Path(f"/proc/{pid}").exists() and carpeta.lstat().st_uid == os.geteuid():
            _retirar(carpeta)


def _retirar(carpeta: Path) -> None:
    if carpeta.is_dir():
        Cluster(carpeta).detener()
        shutil.rmtree(carpeta)


@pytest.fixture(scope="session")
def datos_reales() -> Path:
    """The folder of real files, `../shared/datos`; skips, or fails with OBS_SIN_OMISIONES=1, where it is missing."""
    if not DATOS.is_dir():
        motivo = f"faltan los datos reales: {DATOS}"
        if os.environ.get("OBS_SIN_OMISIONES") == "1":
            pytest.fail(motivo)
        pytest.skip(motivo)
    return DATOS


@pytest.fixture(scope="session")
def _servidor() -> URL:
    """The owner's address on the server of this run, which the first worker to come starts."""
    return _externa() or Cluster(Path(os.environ[_CARPETA]), ajustes=AJUSTES).asegurar()


@pytest.fixture(scope="session")
def _plantilla(_servidor: URL) -> str:
    """The name of the migrated template database, made by the first worker while the others wait."""
    nombre = _nombre_plantilla()
    with _turno():
        if not _existe(_servidor, nombre):
            _orden(_servidor, "DROP DATABASE IF EXISTS {}", f"{nombre}_nueva")
            _orden(_servidor, "CREATE DATABASE {}", f"{nombre}_nueva")
            migrar(ajustes_de(_servidor, f"{nombre}_nueva"))
            _orden(_servidor, "ALTER DATABASE {} RENAME TO {}", f"{nombre}_nueva", nombre)
    return nombre


_contador = itertools.count(1)


@contextmanager
def _copia(servidor: URL, plantilla: str) -> Iterator[Settings]:
    """A fresh copy of the template, dropped at the end with whoever is still connected to it."""
    trabajador = os.environ.get("PYTEST_XDIST_WORKER", "gw")
    nombre = f"{plantilla.replace('plantilla', 'prueba')}_{trabajador}_{next(_contador)}"
    _orden(servidor, "CREATE DATABASE {} TEMPLATE {}", nombre, plantilla)
    try:
        yield ajustes_de(servidor, nombre)
    finally:
        _orden(servidor, "DROP DATABASE {} WITH (FORCE)", nombre)


@pytest.fixture
def base(_servidor: URL, _plantilla: str) -> Iterator[Settings]:
    """Settings whose `database_url` is a migrated, empty database that only this test has."""
    with _copia(_servidor, _plantilla) as settings:
        yield settings


@pytest.fixture(scope="module")
def base_modulo(_servidor: URL, _plantilla: str) -> Iterator[Settings]:
    """The same as `base`, for all tests of a module together."""
    with _copia(_servidor, _plantilla) as settings:
        yield settings


@pytest.fixture
def otra_base(_servidor: URL, _plantilla: str) -> Iterator[Callable[[], Settings]]:
    """Makes as many databases as `base` as a test asks for."""
    with ExitStack() as pila:
        yield lambda: pila.enter_context(_copia(_servidor, _plantilla))


@pytest.fixture
def motor(base: Settings) -> Iterator[Engine]:
    """An engine of the owner on the database of `base`."""
    engine = crear_engine(base, "propietario")
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def _motor_compartido(_servidor: URL, _plantilla: str) -> Iterator[Engine]:
    with _copia(_servidor, _plantilla) as settings:
        engine = crear_engine(settings, "propietario")
        yield engine
        engine.dispose()


@pytest.fixture
def conexion(_motor_compartido: Engine) -> Iterator[Connection]:
    """An owner's connection on a shared database: cheap, and rolled back at the end, whatever was done on it."""
    with _motor_compartido.connect() as conn:
        transaccion = conn.begin()
        yield conn
        transaccion.rollback()


def ajustes_de(servidor: URL, nombre: str) -> Settings:
    """Settings for the database `nombre` of a server."""
    url = servidor.set(database=nombre).render_as_string(hide_password=False)
    return Settings(database_url=SecretStr(url), state_dir=Path(os.environ[_CARPETA]) / "estado" / nombre)


@contextmanager
def _turno() -> Iterator[None]:
    with (Path(os.environ[_CARPETA]) / "turno").open("w") as candado:
        fcntl.flock(candado, fcntl.LOCK_EX)
        yield


def _externa() -> URL | None:
    texto = os.environ.get("OBS_TEST_DATABASE_URL")
    return make_url(texto).set(drivername="postgresql+psycopg") if texto else None


def _nombre_plantilla() -> str:
    return "obs_plantilla_" + Path(os.environ[_CARPETA]).name.removeprefix(_NOMBRE)


def _existe(servidor: URL, nombre: str) -> bool:
    engine = create_engine(servidor)
    with engine.connect() as conn:
        hay = conn.exec_driver_sql("SELECT 1 FROM pg_database WHERE datname = %s", (nombre,)).first()
    engine.dispose()
    return hay is not None


def _orden(servidor: URL, orden: str, *nombres: str) -> None:
    """Run a statement on whole databases, which no transaction may hold."""
    assert all(re.fullmatch(r"\w+", nombre) for nombre in nombres)
    engine = create_engine(servidor, isolation_level="AUTOCOMMIT")
    with engine.connect() as conn:
        directa = conn.connection.driver_connection
        assert directa is not None
        directa.execute(sql.SQL(orden).format(*(sql.Identifier(nombre) for nombre in nombres)))
    engine.dispose()
