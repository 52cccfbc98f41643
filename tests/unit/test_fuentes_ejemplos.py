"""Every source executes its example: the rows under its header become what it says that they become."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache

import polars as pl
import pytest

import ingest.fuentes
from ingest.canonizar import Canonizador
from ingest.contract import Capa, Fuente
from ingest.lectores.contract import FILA, LAT, LON
from ingest.pareo import emparejar
from ingest.trabajo import Canonizado
from observatorio import catalogo
from observatorio.normalizar.contract import REGLAS
from observatorio.normalizar.coordenada import ZonasComuna
from observatorio.referencia import comunas

FUENTES = catalogo.discover(ingest.fuentes, Fuente)
PRIMERA_FILA = 2


@cache
def zonas() -> ZonasComuna:
    return ZonasComuna(comunas())


def lote_de(fuente: Fuente) -> pl.DataFrame:
    """The example as a reader would hand it over."""
    ejemplo = fuente.ejemplo
    columnas = {
        encabezado: [fila[i].strip() or None for fila in ejemplo.filas]
        for i, encabezado in enumerate(ejemplo.encabezado)
    }
    lote = pl.DataFrame(columnas, schema=dict.fromkeys(ejemplo.encabezado, pl.Utf8))
    lote = lote.with_columns(pl.Series(FILA, range(PRIMERA_FILA, PRIMERA_FILA + lote.height), dtype=pl.Int64))
    if isinstance(fuente.lector, Capa):
        lote = lote.with_columns(pl.lit(-68.9294).alias(LON), pl.lit(-22.4624).alias(LAT))
    return lote


def canonizado(fuente: Fuente) -> Canonizado:
    pareo = emparejar(fuente.ejemplo.encabezado, fuente, {})
    return Canonizador(fuente, pareo, zonas(), anio=2024, cut="02201").canonizar(lote_de(fuente))


def comparable(valor: object) -> object:
    return valor.isoformat() if isinstance(valor, date) else valor


@pytest.mark.parametrize("fuente", FUENTES.values(), ids=list(FUENTES))
def test_el_ejemplo_da_lo_que_dice(fuente: Fuente) -> None:
    filas = canonizado(fuente).filas.to_dicts()
    obtenido = [
        {k: comparable(f.get(k)) for k in espera} for f, espera in zip(filas, fuente.ejemplo.espera, strict=True)
    ]
    esperado: list[Mapping[str, object]] = list(fuente.ejemplo.espera)
    assert obtenido == esperado


@pytest.mark.parametrize("fuente", FUENTES.values(), ids=list(FUENTES))
def test_el_ejemplo_rechaza_lo_que_dice(fuente: Fuente) -> None:
    rechazos = canonizado(fuente).rechazos
    assert {(f - PRIMERA_FILA, r) for f, r in rechazos.select("fila", "regla").iter_rows()} == set(
        fuente.ejemplo.rechazos
    )


@pytest.mark.parametrize("fuente", FUENTES.values(), ids=list(FUENTES))
def test_cada_rechazo_aconseja(fuente: Fuente) -> None:
    rechazos = canonizado(fuente).rechazos
    assert set(rechazos["regla"]) <= set(REGLAS)
    assert rechazos["consejo"].null_count() == 0
