"""A load in an old datum is found and moved back; noise, chains and other shifts are left alone."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from observaciones_hechas import observaciones
from observatorio.catastro.lectura import COLUMNAS
from observatorio.catastro.lugares.datum import CORRIMIENTOS, DATUMS, PSAD56, SAD69, corregir, corrimientos

UTM = Transformer.from_crs(4326, 32719, always_xy=True)
CENTRO = np.array(UTM.transform(-68.9294, -22.4624))


def carga(
    id_carga: int, fuente: str, xy: np.ndarray, *, ruts: list[int | None] | None = None, **columnas: list[object]
) -> pl.DataFrame:
    """A load whose rows stand at these metres of UTM 19S."""
    lon, lat = UTM.transform(xy[:, 0], xy[:, 1], direction="INVERSE")
    suyos = ruts if ruts is not None else range(76_000_000, 76_000_000 + len(xy))
    filas = ({"rut": rut, "lon": x, "lat": y} for rut, x, y in zip(suyos, lon, lat, strict=True))
    de_todas = {"fuente": fuente, "carga": id_carga, "sha256": f"{fuente}{id_carga}", "observado": 2020 + id_carga}
    hecha = observaciones(*filas, **de_todas, precision="puerta")
    return hecha.with_columns(pl.Series(c, v, COLUMNAS[c]) for c, v in columnas.items())


def puntos(n: int, semilla: int = 1) -> np.ndarray:
    return CENTRO + np.random.default_rng(semilla).uniform(-3_000, 3_000, (n, 2))


def ruido(n: int, metros: float, semilla: int = 2) -> np.ndarray:
    return np.random.default_rng(semilla).normal(0, metros, (n, 2))


def error_m(obs: pl.DataFrame, xy: np.ndarray) -> np.ndarray:
    x, y = UTM.transform(obs["lon"].to_numpy(), obs["lat"].to_numpy())
    return np.hypot(x - xy[:, 0], y - xy[:, 1])


@pytest.mark.parametrize(("epsg", "datum"), [(24879, PSAD56), (29189, SAD69)])
def test_una_carga_escrita_en_un_datum_antiguo(epsg: int, datum: object) -> None:
    """Written by the inverse of the official transformation: found, and back to a metre."""
    xy = puntos(60)
    antiguo = np.column_stack(Transformer.from_crs(32719, epsg, always_xy=True).transform(xy[:, 0], xy[:, 1]))
    obs = pl.concat([carga(1, "predios", antiguo), carga(2, "encuesta", xy + ruido(60, 5))])
    hallados = corrimientos(obs)
    assert hallados.select("carga", "fuente", "sha256", "datum", "pares").rows() == [
        (1, "predios", "predios1", datum.id, 60)
    ]
    assert hallados.schema == pl.Schema(CORRIMIENTOS)
    assert math.hypot(hallados["este_m"][0] - datum.este_m, hallados["norte_m"][0] - datum.norte_m) < 3
    corregida = corregir(obs, hallados)
    assert error_m(corregida.filter(carga=1), xy).max() < 1
    assert corregida["datum"].to_list() == [datum.id] * 60 + [None] * 60
    assert corregida.filter(carga=2).select("lon", "lat").equals(obs.filter(carga=2).select("lon", "lat"))


def test_los_otros_anios_de_la_misma_oficina_bastan() -> None:
    xy = puntos(30)
    cargas = [carga(k, "predios", xy + (np.array([184, 374]) if k == 1 else 0)) for k in (0, 1, 2)]
    assert corrimientos(pl.concat(cargas)).select("carga", "datum").rows() == [(1, "psad56")]


def test_si_todos_sus_anios_estan_corridos_lo_dice_otra_oficina() -> None:
    """Its own years agree with each other; who measured for himself is asked first."""
    xy = puntos(40)
    corridas = [carga(k, "predios", xy + np.array([184, 374])) for k in (0, 1, 2)]
    obs = pl.concat([*corridas, carga(3, "patentes", xy[:12], ruts=list(range(76_000_000, 76_000_012)))])
    assert corrimientos(obs)["carga"].to_list() == [0, 1, 2]


@pytest.mark.parametrize(
    ("corrimiento", "metros", "n"),
    [
        ((0, 0), 8, 200),
        ((0, 0), 60, 200),
        ((184, 374), 0, 4),
        ((59, 43), 2, 15),
        ((-184, -374), 2, 100),
        ((120, 200), 2, 100),
        ((184, 374), 200, 100),
    ],
)
def test_no_toca_lo_que_no_es_un_datum(corrimiento: tuple[int, int], metros: float, n: int) -> None:
    """Good points, bad phones, too few pairs, the contrary way, another shift, and no agreement."""
    xy = puntos(n)
    obs = pl.concat([carga(1, "predios", xy + np.array(corrimiento) + ruido(n, metros)), carga(2, "patentes", xy)])
    assert corrimientos(obs).filter(carga=1).is_empty()


def test_las_cadenas_no_votan() -> None:
    """A firm with many premises has every offset to itself: it compares nothing."""
    xy = puntos(200)
    corrida, buena = (xy + np.array([184, 374]), "a"), (xy, "b")
    una_firma: list[int | None] = [76_000_001] * 200
    obs = pl.concat([carga(k, f, donde, ruts=una_firma) for k, (donde, f) in enumerate((corrida, buena), 1)])
    assert corrimientos(obs).is_empty()
    assert corrimientos(carga(1, "sola", xy)).is_empty()


def test_sin_rut_valen_la_direccion_y_el_registro_publico() -> None:
    xy = puntos(30)
    sin_rut: list[int | None] = [None] * 30
    corrido = xy + np.array([184, 374])
    calles = {"calle": ["RAMIREZ"] * 30, "numero": [str(100 + k) for k in range(30)]}
    por_direccion = pl.concat(
        [carga(1, "a", corrido, ruts=sin_rut, **calles), carga(2, "b", xy, ruts=sin_rut, **calles)]
    )
    assert corrimientos(por_direccion)["carga"].to_list() == [1]
    publico = {"publica": [True] * 30, "id_fuente": [str(k) for k in range(30)]}
    por_registro = pl.concat(
        [carga(1, "a", corrido, ruts=sin_rut, **publico), carga(2, "a", xy, ruts=sin_rut, **publico)]
    )
    assert corrimientos(por_registro)["carga"].to_list() == [1]


@settings(max_examples=20, deadline=None)
@given(
    st.integers(0, 10_000),
    st.sampled_from(DATUMS),
    st.floats(0, 8),
    st.permutations([11, 12, 13]),
)
def test_ni_el_orden_ni_el_numero_de_carga_cuentan(
    semilla: int, datum: object, metros: float, cargas: list[int]
) -> None:
    xy = puntos(40, semilla)
    corrido = xy + np.array([datum.este_m, datum.norte_m]) + ruido(40, metros, semilla)
    partes = [carga(cargas[0], "predios", corrido), carga(cargas[1], "patentes", xy), carga(cargas[2], "encuesta", xy)]
    obs = pl.concat([p.with_columns(sha256=pl.col("fuente")) for p in partes])
    hallados = corrimientos(obs.sample(fraction=1, shuffle=True, seed=semilla))
    assert hallados.select("carga", "fuente", "datum").rows() == [(cargas[0], "predios", datum.id)]
    assert hallados.equals(corrimientos(obs.reverse()))


def test_sin_observaciones() -> None:
    vacio = pl.DataFrame(schema=COLUMNAS)
    assert corrimientos(vacio).schema == pl.Schema(CORRIMIENTOS)
    assert corregir(vacio, corrimientos(vacio)).is_empty()
