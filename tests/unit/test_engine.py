"""The address of another server is checked before anything is tried on it."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from observatorio.db.engine import conectar, crear_engine, url_externa
from observatorio.errors import ErrorBase
from observatorio.settings import Settings


def _settings(url: str, tmp_path: Path) -> Settings:
    return Settings(database_url=SecretStr(url), state_dir=tmp_path)


@pytest.mark.parametrize("esquema", ["postgresql", "postgres", "postgresql+psycopg2", "postgresql+psycopg"])
def test_cualquier_forma_de_la_direccion_usa_el_mismo_controlador(esquema: str, tmp_path: Path) -> None:
    url = url_externa(_settings(f"{esquema}://ana:se%20creta@servidor:6543/base?sslmode=require", tmp_path))
    assert url.drivername == "postgresql+psycopg"
    assert (url.username, url.password, url.host, url.port, url.database) == (
        "ana",
        "se creta",
        "servidor",
        6543,
        "base",
    )
    assert url.query == {"sslmode": "require"}


@pytest.mark.parametrize("mala", ["servidor/base", "mysql://servidor/base", "sqlite:///archivo.db", "postgresql:/x"])
def test_lo_que_no_es_postgresql_se_rechaza_con_un_ejemplo(mala: str, tmp_path: Path) -> None:
    with pytest.raises(ErrorBase, match="OBS_DATABASE_URL") as error:
        url_externa(_settings(mala, tmp_path))
    assert "postgresql://" in error.value.consejo


def test_sin_direccion_no_hay_otro_servidor(tmp_path: Path) -> None:
    with pytest.raises(ErrorBase):
        url_externa(Settings(database_url=None, state_dir=tmp_path))


def test_un_servidor_que_no_responde_se_dice_sin_mostrar_la_clave(tmp_path: Path) -> None:
    url = f"postgresql://ana:secretisima@/base?host={tmp_path}"
    engine = crear_engine(_settings(url, tmp_path), "propietario")
    with pytest.raises(ErrorBase, match="No se pudo entrar") as error, conectar(engine):
        pass
    assert str(tmp_path) in str(error.value)
    assert "secretisima" not in str(error.value)
    assert "secretisima" not in repr(engine)
    engine.dispose()


def test_el_tamano_del_grupo_de_conexiones_es_un_ajuste(tmp_path: Path) -> None:
    settings = Settings(database_url=SecretStr("postgresql://x@servidor/base"), state_dir=tmp_path, pool=3)
    engine = crear_engine(settings, "propietario")
    assert engine.pool.size() == 3  # type: ignore[attr-defined]
    otro = crear_engine(settings, "propietario", pool_size=1)
    assert otro.pool.size() == 1  # type: ignore[attr-defined]
