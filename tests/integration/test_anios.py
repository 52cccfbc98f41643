"""Years come with their loads and go with them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

import ingest.fuentes
from ingest.contract import Fuente
from ingest.pipeline import cargar
from observatorio import catalogo
from observatorio.cli.ciudad import rehusar_datos_reales
from observatorio.cli.consolidacion import consolidar_todo
from observatorio.db.engine import crear_engine
from observatorio.db.queries import cargas
from observatorio.errors import ErrorCarga
from observatorio.settings import Settings

FUENTES = catalogo.discover(ingest.fuentes, Fuente)


@pytest.fixture
def ingesta(base: Settings) -> Iterator[Engine]:
    engine = crear_engine(base, "ingesta")
    yield engine
    engine.dispose()


def socios(carpeta: Path, *nombres: str) -> Path:
    ruta = carpeta / "socios.csv"
    filas = [f"{nombre};;Taller;Ramirez {i}" for i, nombre in enumerate(nombres, start=1)]
    ruta.write_text("\n".join(["Socio;RUT;Rubro;Direccion", *filas, ""]), encoding="utf-8")
    return ruta


def anios(engine: Engine, tabla: str) -> list[int]:
    consultas = {
        "catastro": "SELECT DISTINCT anio FROM catastro.establecimiento_anio ORDER BY 1",
        "publicacion": "SELECT DISTINCT anio FROM publicacion.celda ORDER BY 1",
    }
    with engine.connect() as conn:
        return list(conn.execute(text(consultas[tabla])).scalars())


def test_un_anio_sin_cargas_se_retira(base: Settings, ingesta: Engine, tmp_path: Path) -> None:
    ruta = socios(tmp_path, "Uno Ltda.", "Dos Ltda.")
    for anio in (2023, 2024):
        cargar(ingesta, FUENTES["gremio"], [ruta], cut=base.cut, anio=anio)
    consolidar_todo(ingesta, base)
    assert anios(ingesta, "catastro") == anios(ingesta, "publicacion") == [2023, 2024]
    with ingesta.begin() as conn:
        assert cargas.revertir(conn, 2) == [2024]
    consolidar_todo(ingesta, base)
    assert anios(ingesta, "catastro") == anios(ingesta, "publicacion") == [2023]


def test_la_ciudad_sintetica_no_entra_donde_hay_datos_reales(base: Settings, ingesta: Engine, tmp_path: Path) -> None:
    rehusar_datos_reales(base)
    cargar(ingesta, FUENTES["gremio"], [socios(tmp_path, "Uno Ltda.")], cut=base.cut, anio=2024)
    with pytest.raises(ErrorCarga, match="datos reales"):
        rehusar_datos_reales(base)


def test_lo_sintetico_se_reconoce_por_su_carpeta(base: Settings, ingesta: Engine, tmp_path: Path) -> None:
    (tmp_path / "DATOS_SINTETICOS.txt").write_text("nada es real", encoding="utf-8")
    (tmp_path / "gremio").mkdir()
    cargar(ingesta, FUENTES["gremio"], [socios(tmp_path / "gremio", "Uno Ltda.")], cut=base.cut, anio=2024)
    rehusar_datos_reales(base)
    with ingesta.connect() as conn:
        assert conn.execute(text("SELECT sintetico FROM publicacion.v_origen")).scalar_one()
