"""Every real file opens, with the rows and columns that its description gives."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest

from ingest.contract import Capa, Tabla
from ingest.lectores import abrir
from ingest.lectores.contract import FILA, LAT, LON

TABLAS = [
    ("res/res_constituciones_2013_antofagasta_y_muestra.csv", "RUT", "csv", 3155, 15, 1),
    ("sii/PUB_TRAM5_REG.csv", "Año comercial", "csv", 1689, 23, 5),
    ("sii/PUB_REG_TRTRAB.csv", "Año comercial", "csv", 1676, 23, 5),
    ("clasificadores/acteco_674.csv", "codigo", "csv", 674, 6, 1),
    ("clasificadores/acteco_iva_categoria.csv", "codigo", "csv", 674, 5, 1),
    ("clasificadores/ISIC_Rev_4_spanish_structure.txt", "Code", "csv", 766, 2, 1),
    ("clasificadores/CUT_2018_v04.xls", r"Código Comuna \d+", "xls", 346, 7, 1),
    ("territorio/censo_2017_zonas_calama_edad.csv", "geocodigo", "csv", 232, 3, 1),
    ("equipamiento/establecimientos_salud_antofagasta.json", "codigo_establecimiento", "json", 166, 14, 0),
    ("equipamiento/establecimientos_educacionales_antofagasta.json", "rbd", "json", 250, 9, 0),
    ("sercotec/sercotec_beneficiarios_antofagasta.xlsx", "Año", "xlsx", 552, 9, 1),
]


@pytest.mark.parametrize(("archivo", "columna", "formato", "filas", "columnas", "encabezado"), TABLAS)
def test_tabla(
    datos_reales: Path, archivo: str, columna: str, formato: str, filas: int, columnas: int, encabezado: int
) -> None:
    with abrir(datos_reales / archivo, Tabla(), {"clave": re.compile(columna)}) as lectura:
        tabla = pl.concat(lectura.lotes())
        assert lectura.irregulares == []
    assert (lectura.formato, lectura.fila_encabezado) == (formato, encabezado)
    assert (tabla.height, len(lectura.columnas)) == (filas, columnas)
    assert tabla[FILA].to_list() == list(range(encabezado + 1, encabezado + 1 + filas))


@pytest.mark.parametrize(
    ("archivo", "columna", "elementos"),
    [
        ("territorio/zonas_censales_2017_calama.geojson", "geocodigo", 38),
        ("territorio/comunas_region_antofagasta.geojson", "codigo_comuna", 9),
    ],
)
def test_capa(datos_reales: Path, archivo: str, columna: str, elementos: int) -> None:
    with abrir(datos_reales / archivo, Capa(), {"clave": re.compile(columna)}) as lectura:
        tabla = pl.concat(lectura.lotes())
    assert (lectura.formato, tabla.height) == ("geojson", elementos)
    assert tabla[LON].is_between(-71.0, -66.9).all()
    assert tabla[LAT].is_between(-26.1, -20.9).all()
    assert tabla[columna].str.starts_with("02").all()


def test_valores_conocidos(datos_reales: Path) -> None:
    ruta = datos_reales / "clasificadores" / "ISIC_Rev_4_spanish_structure.txt"
    with abrir(ruta, Tabla(), {"clave": re.compile("code")}) as lectura:
        tabla = pl.concat(lectura.lotes())
    assert tabla.row(0) == (2, "A", "Agricultura, ganadería, silvicultura y pesca")
    ruta = datos_reales / "sii" / "PUB_TRAM5_REG.csv"
    with abrir(ruta, Tabla(), {"clave": re.compile("año comercial")}) as lectura:
        tabla = pl.concat(lectura.lotes())
    assert tabla["Año Comercial"].unique().len() == 20
    assert "*" in tabla["Ventas anuales en UF"]
