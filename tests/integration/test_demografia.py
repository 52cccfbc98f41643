"""Business demography out of four rolls of patentes, consolidated in earnest, on real PostGIS."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import Engine

from archivos_de_oficinas import CUT, PATENTES, libro, patente, subir
from observatorio.catastro.consolidar import consolidar
from observatorio.catastro.demografia import demografia
from observatorio.catastro.zonas import asignar_zonas
from observatorio.indicadores.demografia import DIMENSIONES, Historia, contar, leer_historia, supervivencia

ANIOS = (2021, 2022, 2023, 2024)
VIEJA, NACE, EFIMERA, MUERE, PAUSA = range(76_500_001, 76_500_006)
ROL = {VIEJA: ANIOS, NACE: ANIOS[1:], EFIMERA: (2022,), MUERE: (2021, 2022), PAUSA: (2021, 2023, 2024)}


@pytest.fixture
def historia(ingesta: Engine, tmp_path: Path) -> Historia:
    for anio in ANIOS:
        filas = [patente(rut, f"Lira {rut % 10}") for rut, suyos in ROL.items() if anio in suyos]
        subir(ingesta, "patentes", libro(tmp_path / f"p{anio}.xlsx", PATENTES, *filas), anio=anio)
    with ingesta.begin() as conn:
        consolidar(conn, CUT)
        for anio in ANIOS:
            asignar_zonas(conn, CUT, anio)
        return leer_historia(conn, CUT, "comuna")


def test_contado_a_mano(historia: Historia) -> None:
    columnas = ("anio", "antes", "nacimientos", "reactivaciones", "muertes", "ahora", "natalidad", "mortalidad")
    assert contar(historia).select(columnas).rows() == [
        (2021, None, 0, 0, 0, None, None, None),
        # Of three, one pauses; two are born.
        (2022, 3, 2, 0, 1, 4, 50.0, pytest.approx(100 / 3)),
        # One is back, one dies for good, and so does one of those born.
        (2023, 4, 0, 1, 2, 3, 0.0, 50.0),
        (2024, 3, 0, 0, 0, 3, 0.0, 0.0),
    ]
    vivos = supervivencia(historia).select("anio", "despues", "nacidos", "vivos", "tasa").rows()
    assert vivos == [(2022, 1, 2, 1, 50.0), (2022, 2, 2, 1, 50.0), (2022, 3, 2, None, None)]


def test_cuadra_con_la_cuenta_del_catastro_y_en_cada_categoria(ingesta: Engine, historia: Historia) -> None:
    with ingesta.connect() as conn:
        del_catastro = demografia(conn, CUT)
    assert contar(historia).select(del_catastro.columns).equals(del_catastro)
    for dimension in DIMENSIONES:
        por = contar(historia, [dimension]).filter(pl.col("desde").is_not_null())
        assert (por["antes"] + por["neto"]).to_list() == por["ahora"].to_list()
        assert por[dimension].null_count() == 0
    # Everybody lies in the comuna, located or not.
    assert set(contar(historia, ["zona"])["zona"]) == {CUT}
