"""Neighbours, Moran's I and G*: the same numbers as esda and libpysal, and as a hand can count."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path

import geopandas
import h3
import numpy as np
import pytest
import shapely
from esda.getisord import G_Local
from esda.moran import Moran as MoranDeEsda
from libpysal.weights import Rook, W
from scipy import stats

from observatorio.indicadores.espacial.autocorrelacion import falsos_hallazgos, moran, puntos_calientes
from observatorio.indicadores.espacial.vecindad import Vecindad, de_h3, de_pares, de_poligonos

CENTRO = h3.latlng_to_cell(-22.46, -68.93, 8)
CELDAS = sorted(h3.grid_disk(CENTRO, 6))


def hexagonos() -> dict[str, float | None]:
    """Counts of 127 cells with a heap around the centre, and nothing in some."""
    rng = np.random.default_rng(7)
    lejos = np.array([h3.grid_distance(CENTRO, c) for c in CELDAS])
    return dict(zip(CELDAS, rng.poisson(np.where(lejos < 3, 40, 3)).astype(float).tolist(), strict=True))


def pesos(vecindad: Vecindad) -> W:
    """The same neighbourhood as libpysal holds it."""
    m = vecindad.matriz
    return W(
        {z: [vecindad.zonas[j] for j in m.indices[m.indptr[i] : m.indptr[i + 1]]] for i, z in enumerate(vecindad.zonas)}
    )


def pares(vecindad: Vecindad) -> set[frozenset[str]]:
    filas, columnas = vecindad.matriz.nonzero()
    return {frozenset((vecindad.zonas[i], vecindad.zonas[j])) for i, j in zip(filas, columnas, strict=True)}


def test_hexagonos_vecinos() -> None:
    v = de_h3(CELDAS)
    assert v.zonas == tuple(CELDAS)
    # A disk of radius 6 has 3·6·7 + 1 cells, and 9·6² + 3·6 sides between two of them.
    assert len(v.zonas) == 127
    assert len(pares(v)) == 342
    assert v.grados[v.zonas.index(CENTRO)] == 6
    assert de_h3([CENTRO]).islas == (CENTRO,)


def test_una_esquina_no_es_un_borde() -> None:
    formas: dict[str, shapely.Geometry | None] = {
        "b": shapely.box(1, 0, 2, 1),
        "a": shapely.box(0, 0, 1, 1),
        "esquina": shapely.box(2, 1, 3, 2),
        "medio": shapely.box(0, 1, 1.5, 2),
        "lejos": shapely.box(9, 9, 10, 10),
        "sin": None,
    }
    v = de_poligonos(formas)
    assert v.zonas == ("a", "b", "esquina", "lejos", "medio", "sin")
    assert pares(v) == {frozenset("ab"), frozenset(("a", "medio")), frozenset(("b", "medio"))}
    assert v.islas == ("esquina", "lejos", "sin")


def test_zonas_censales_de_calama_como_libpysal(datos_reales: Path) -> None:
    capa = geopandas.read_file(datos_reales / "territorio" / "zonas_censales_2017_calama.geojson")
    codigos = [str(i) for i in range(len(capa))]
    nuestra = de_poligonos(dict(zip(codigos, capa.geometry, strict=True)))
    with warnings.catch_warnings():
        # It warns of islands, and of its own way of numbering.
        warnings.simplefilter("ignore")
        suya = Rook.from_dataframe(capa, ids=codigos)
    assert pares(nuestra) == {frozenset((a, b)) for a, vs in suya.neighbors.items() for b in vs}
    assert len(pares(nuestra)) > len(codigos)


def test_moran_como_esda() -> None:
    valores, v = hexagonos(), de_h3(CELDAS)
    nuestro = moran(valores, v)
    suyo = MoranDeEsda(np.array([valores[z] for z in v.zonas]), pesos(v), transformation="r", permutations=0)
    assert nuestro.indice == pytest.approx(suyo.I, rel=1e-12)
    assert nuestro.esperado == pytest.approx(suyo.EI, rel=1e-12)
    assert nuestro.z == pytest.approx(suyo.z_rand, rel=1e-10)
    assert nuestro.p == 0.002


def test_moran_contado_a_mano() -> None:
    """Four zones in a row, 1 1 3 3: z = -1 -1 1 1, lags -1, 0, 0, 1, so I = (1 + 0 + 0 + 1) / 4."""
    fila = de_pares("abcd", [("a", "b"), ("b", "c"), ("c", "d")])
    hecho = moran({"a": 1, "b": 1, "c": 3, "d": 3}, fila)
    assert hecho.indice == pytest.approx(0.5)
    assert hecho.esperado == pytest.approx(-1 / 3)
    # Of the 6 arrangements of two ones and two threes, 2 give 1/2 and none more: p is near 2·2/6.
    assert hecho.p == pytest.approx(2 / 3, abs=0.08)


def test_g_como_esda() -> None:
    valores, v = hexagonos(), de_h3(CELDAS)
    nuestro = puntos_calientes(valores, v)
    y = np.array([valores[z] for z in v.zonas])
    with warnings.catch_warnings():
        # It says that numba, which only makes it quicker, is not there.
        warnings.simplefilter("ignore")
        suyo = G_Local(y, pesos(v), transform="B", star=True, permutations=999, seed=3, keep_simulations=True, n_jobs=1)
    assert nuestro.zonas["zona"].to_list() == list(v.zonas)
    np.testing.assert_allclose(nuestro.zonas["g"].to_numpy(), suyo.Gs, rtol=1e-12)
    np.testing.assert_allclose(nuestro.zonas["z"].to_numpy(), suyo.Zs, rtol=1e-10)
    altos = (suyo.rGs >= suyo.Gs[:, None] * (1 - 1e-12)).sum(axis=1) + 1
    bajos = (suyo.rGs <= suyo.Gs[:, None] * (1 + 1e-12)).sum(axis=1) + 1
    suyas = np.minimum(2 * np.minimum(altos, bajos) / 1000, 1)
    # Two draws of 999: a two-sided p of one half has a standard error of 0.032 in their difference.
    assert np.abs(nuestro.zonas["p"].to_numpy() - suyas).max() < 0.15
    np.testing.assert_allclose(
        nuestro.zonas["q"].to_numpy(), stats.false_discovery_control(nuestro.zonas["p"].to_numpy()), rtol=1e-12
    )


def test_el_monton_es_un_punto_caliente() -> None:
    hallado = puntos_calientes(hexagonos(), de_h3(CELDAS))
    calientes = hallado.zonas.filter(hallado.zonas["clase"] == "caliente")["zona"].to_list()
    assert CENTRO in calientes
    assert set(h3.grid_disk(CENTRO, 1)) <= set(calientes) <= set(h3.grid_disk(CENTRO, 3))
    # 0.002 · 127 / 0.05 = 5.08.
    assert hallado.minimo == 6


def test_sin_patron_nada_se_destaca() -> None:
    rng = np.random.default_rng(11)
    azar = dict(zip(CELDAS, rng.normal(50, 5, len(CELDAS)).tolist(), strict=True))
    assert set(puntos_calientes(azar, de_h3(CELDAS)).zonas["clase"]) == {"no_significativa"}
    p = moran(azar, de_h3(CELDAS)).p
    assert p is not None
    assert p > 0.05


def test_el_orden_no_cambia_nada_y_la_semilla_si() -> None:
    valores, v = hexagonos(), de_h3(CELDAS)
    reves: Mapping[str, float | None] = dict(reversed(valores.items()))
    otra = de_h3(reversed(CELDAS))
    assert moran(valores, v) == moran(reves, otra)
    assert puntos_calientes(valores, v).zonas.equals(puntos_calientes(reves, otra).zonas)
    assert not puntos_calientes(valores, v).zonas.equals(puntos_calientes(valores, v, semilla=1).zonas)


def test_lo_que_no_se_sabe_no_es_cero() -> None:
    """A zone without a figure takes no part: as if it had never been there, and not as a zone of nothing."""
    valores, v = hexagonos(), de_h3(CELDAS)
    calla = CELDAS[10]
    sin = moran(valores | {calla: None}, v)
    assert sin.participantes.sin_dato == (calla,)
    falta = {z: x for z, x in valores.items() if z != calla}
    assert sin.indice == moran(falta, v.entre(falta)).indice != moran(valores | {calla: 0.0}, v).indice
    assert calla not in puntos_calientes(valores | {calla: float("nan")}, v).zonas["zona"].to_list()


def test_las_islas_se_dicen() -> None:
    """Whoever touches only zones that are not known is an island as well."""
    v = de_pares("abcdefg", [("a", "b"), ("b", "c"), ("c", "d"), ("d", "a"), ("e", "f")])
    valores: dict[str, float | None] = {"a": 1, "b": 2, "c": 3, "d": 5, "e": 9, "f": None, "g": 7}
    hecho = moran(valores, v)
    assert hecho.participantes.islas == ("e", "g")
    assert hecho.participantes.sin_dato == ("f",)
    assert hecho.participantes.zonas == 4
    assert puntos_calientes(valores, v).zonas["zona"].to_list() == ["a", "b", "c", "d"]


@pytest.mark.parametrize("valores", [{"a": 1.0, "b": 2.0, "c": 3.0}, dict.fromkeys("abcd", 4.0), {}])
def test_sin_con_que_comparar_se_dice_por_que(valores: dict[str, float | None]) -> None:
    fila = de_pares("abcd", [("a", "b"), ("b", "c"), ("c", "d")])
    hecho, puntos = moran(valores, fila), puntos_calientes(valores, fila)
    assert hecho.indice is None
    assert hecho.p is None
    assert hecho.motivo == puntos.motivo != ""
    assert puntos.zonas.height == 0


def test_todas_tocan_a_todas() -> None:
    """The sum is always the whole: nothing stands out, and nothing is divided by zero."""
    todas = de_pares("abcd", [(a, b) for a in "abcd" for b in "abcd" if a < b])
    puntos = puntos_calientes({"a": 1, "b": 2, "c": 3, "d": 4}, todas).zonas
    assert puntos["g"].to_list() == [1.0] * 4
    assert puntos["z"].to_list() == [0.0] * 4
    assert puntos["p"].to_list() == [1.0] * 4


def test_el_entorno_de_lo_habitado() -> None:
    v = de_h3(CELDAS)
    assert set(v.con_entorno([CENTRO]).zonas) == set(h3.grid_disk(CENTRO, 1))
    assert v.con_entorno([]).zonas == ()


def test_falsos_hallazgos_a_mano() -> None:
    """Five p sorted 0.01 0.02 0.03 0.04 0.5: times 5/rank 0.05 0.05 0.05 0.05 0.5."""
    np.testing.assert_allclose(falsos_hallazgos(np.array([0.5, 0.04, 0.01, 0.03, 0.02])), [0.5, 0.05, 0.05, 0.05, 0.05])
