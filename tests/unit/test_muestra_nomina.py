"""The nómina of any length, for measurements."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from ciudad_escrita import formato
from observatorio import muestra
from observatorio.errors import ErrorObservatorio
from observatorio.muestra.parametros import parametros


def test_nomina_de_cualquier_largo(tmp_path: Path) -> None:
    ruta = muestra.generar_nomina(tmp_path / "PUB_EMPRESAS_PJ_2024.txt", 210_001, semilla=3, anio=2024)
    nomina = pl.read_csv(ruta, separator="\t", infer_schema=False, quote_char=None)
    assert nomina.columns == formato("sii_nomina")
    assert nomina.height == 210_001
    assert nomina["RUT"].is_unique().all()
    assert nomina["Razón social"].str.len_chars().max() <= parametros().suciedad.corte_sii
    assert nomina["Tramo según ventas"].cast(pl.Int64).is_between(1, 13).all()
    assert set(nomina["Comuna"]) >= {"CALAMA", "LAS CONDES", "Sin Información"}
    otra = muestra.generar_nomina(tmp_path / "otra.txt", 210_001, semilla=3, anio=2024)
    assert otra.read_bytes() == ruta.read_bytes()


def test_nomina_mas_larga_que_el_bloque_de_ruts(tmp_path: Path) -> None:
    with pytest.raises(ErrorObservatorio, match="bloque de RUT"):
        muestra.generar_nomina(tmp_path / "x.txt", 2_000_001, semilla=1, anio=2024)
