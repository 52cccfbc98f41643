"""A backup brings everything back, and a file that is none changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, create_engine, insert, text

from observatorio.db import tablas
from observatorio.db.engine import crear_engine, transaccion
from observatorio.db.migrar import migrar
from observatorio.db.respaldo import respaldar, restaurar
from observatorio.errors import ErrorArchivo
from observatorio.settings import Settings
from observatorio.vocabulario import Rol


@pytest.fixture
def respaldo(base: Settings, motor: Engine, tmp_path: Path) -> Path:
    """A backup of a database in which one zone level was loaded, and then deleted."""
    with motor.begin() as conn:
        conn.execute(text("SELECT catastro.asegurar_anio(2024)"))
        conn.execute(insert(tablas.nivel).values(nivel="barrio", nombre="Barrios", origen="prueba"))
    archivo = tmp_path / "base.respaldo"
    assert respaldar(base, archivo) == archivo.stat().st_size > 10_000
    assert archivo.stat().st_mode & 0o077 == 0
    with motor.begin() as conn:
        conn.execute(tablas.nivel.delete())
    return archivo


def _niveles(motor: Engine) -> list[str]:
    with transaccion(motor, Rol.PUBLICO) as conn:
        return list(conn.scalars(text("SELECT nivel FROM territorio.nivel")))


def _bases(motor: Engine) -> set[str]:
    with motor.connect() as conn:
        return set(conn.scalars(text("SELECT datname FROM pg_database WHERE datname LIKE '%restauracion%'")))


def test_restaurar_devuelve_los_datos_y_los_permisos(base: Settings, motor: Engine, respaldo: Path) -> None:
    restaurar(base, respaldo)
    assert _niveles(motor) == ["barrio"]
    assert migrar(motor) is False
    with transaccion(motor) as conn:
        assert conn.scalar(text("SELECT count(*) FROM ref.comuna")) == 345
        assert conn.scalar(text("SELECT to_regclass('catastro.establecimiento_anio_2024') IS NOT NULL"))
        puede = "SELECT has_table_privilege('obs_publico', 'catastro.establecimiento_anio', 'SELECT')"
        assert conn.scalar(text(puede)) is False
        ejecuta = "SELECT has_function_privilege('obs_publico', 'catastro.asegurar_anio(integer)', 'EXECUTE')"
        assert conn.scalar(text(ejecuta)) is False
    assert _bases(motor) == set()


@pytest.fixture
def ajena(motor: Engine) -> Iterator[Settings]:
    """A database that is not the observatory's."""
    nombre = f"{motor.url.database}_ajena"
    admin = create_engine(motor.url, isolation_level="AUTOCOMMIT")
    with admin.connect() as conn:
        conn.exec_driver_sql(f"CREATE DATABASE {nombre}")
    yield Settings(database_url=SecretStr(motor.url.set(database=nombre).render_as_string(hide_password=False)))
    with admin.connect() as conn:
        conn.exec_driver_sql(f"DROP DATABASE {nombre} WITH (FORCE)")
    admin.dispose()


def test_lo_que_no_es_un_respaldo_nuestro_no_cambia_nada(
    base: Settings, motor: Engine, respaldo: Path, ajena: Settings, tmp_path: Path
) -> None:
    texto, cortado, otro = (tmp_path / nombre for nombre in ("texto", "cortado", "otro"))
    texto.write_text("no soy un respaldo")
    cortado.write_bytes(respaldo.read_bytes()[: respaldo.stat().st_size // 2])
    respaldar(ajena, otro)
    esperados = (
        (texto, "no es un respaldo"),
        (cortado, "dañado o incompleto"),
        (otro, "otra base"),
        (tmp_path / "no-existe", "No se puede leer"),
    )
    for archivo, mensaje in esperados:
        with pytest.raises(ErrorArchivo, match=mensaje):
            restaurar(base, archivo)
        assert _niveles(motor) == []
    assert _bases(motor) == set()


def test_un_respaldo_que_falla_no_pisa_al_anterior(base: Settings, motor: Engine, tmp_path: Path) -> None:
    with pytest.raises(ErrorArchivo, match="No se puede escribir"):
        respaldar(base, tmp_path / "no" / "existe")
    assert list(tmp_path.iterdir()) == []


def test_restaurar_con_gente_adentro(base: Settings, respaldo: Path) -> None:
    dentro = crear_engine(base, "api")
    with dentro.connect() as conn:
        conn.execute(text("SELECT 1"))
        restaurar(base, respaldo)
        conn.invalidate()
    with dentro.connect() as conn:
        assert conn.scalar(text("SELECT current_user")) == "obs_api"
    dentro.dispose()
