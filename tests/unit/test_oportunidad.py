"""Opportunity gaps of a few zones, by hand; the shrinkage as esda has it; and the interval as the Gamma says."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from esda.smoothing import Empirical_Bayes
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from observatorio.indicadores.oportunidad import Previa, Referencia, comparar, suavizar

GENTE: dict[str, float | None] = {"norte": 1_000, "sur": 3_000, "centro": 6_000, "faenas": 0, "nueva": None}
CONTEOS = pl.DataFrame(
    [
        *(("norte", "G", 1), ("sur", "G", 9), ("centro", "G", 90), ("faenas", "G", 7), ("nueva", "G", 5)),
        *(("centro", "I", 10), ("centro", None, 99), ("sin_ubicacion", "G", 3)),
    ],
    schema={"zona": pl.String, "seccion": pl.String, "establecimientos": pl.Int64},
    orient="row",
)


def fila(marco: pl.DataFrame, zona: str, seccion: str) -> dict[str, float]:
    return marco.filter((pl.col("zona") == zona) & (pl.col("seccion") == seccion)).row(0, named=True)


def test_contra_la_comuna_misma_a_mano() -> None:
    """A hundred shops for ten thousand people: one for each hundred."""
    hecho = comparar(CONTEOS, GENTE)
    assert hecho.referencia == Referencia("las zonas comparadas", 10_000, {"G": 100, "I": 10})
    g = hecho.brechas.filter(pl.col("seccion") == "G")
    assert g.select("zona", "existentes", "esperados", "brecha").rows() == [
        ("centro", 90, 60, -30),
        ("norte", 1, 10, 9),
        ("sur", 9, 30, 21),
    ]
    # m = 1; A = (10·0.9² + 30·0.7² + 60·0.5²)/100 - 1/(100/3) = 0.378 - 0.03 = 0.348; a = b = 1/0.348.
    assert hecho.previas["G"].media == 1
    assert hecho.previas["G"].a == hecho.previas["G"].b == pytest.approx(1 / 0.348)
    # In the north θ = (1/0.348 + 1)/(1/0.348 + 10) = 1.348/4.48 and the shrunk gap 10·(1 - θ).
    assert fila(g, "norte", "G")["brecha_suavizada"] == pytest.approx(10 * (1 - 1.348 / 4.48))
    assert dict(g.select("zona", "lectura").iter_rows()) == {"centro": "sobran", "norte": "faltan", "sur": "faltan"}


def test_quien_no_se_compara_se_dice() -> None:
    hecho = comparar(CONTEOS, GENTE)
    assert (hecho.sin_poblacion, hecho.sin_habitantes) == (("nueva",), ("faenas",))
    # A hundred shops and ten of I; those of the works, of the new zone and of nowhere are not compared.
    assert (hecho.ubicados, hecho.establecimientos) == (110, 125)
    assert set(hecho.brechas["zona"]) == {"norte", "sur", "centro"}


def test_una_zona_sin_ninguno_tiene_cero_y_no_falta() -> None:
    i = comparar(CONTEOS, GENTE).brechas.filter(pl.col("seccion") == "I")
    assert i.select("zona", "existentes", "brecha").rows() == [("centro", 10, -4), ("norte", 0, 1), ("sur", 0, 3)]


def test_contra_otro_territorio_a_mano() -> None:
    """Two hundred shops for ten thousand people: twice what the zones have."""
    region = Referencia("Región", 500_000, {"G": 10_000, "R": 0, "K": None})
    hecho = comparar(CONTEOS, GENTE, referencia=region)
    assert hecho.brechas["brecha"].to_list() == [30, 19, 51]
    assert hecho.previas["G"].media == 0.5
    assert set(hecho.brechas["seccion"]) == {"G"}
    # Of K it is a secret, of I nothing is told, and of R there is none: no demand can be told from them.
    assert hecho.sin_referencia == ("I", "K", "R")
    assert comparar(CONTEOS, GENTE, referencia=region, secciones=["I"]).brechas.height == 0


def test_el_suavizado_de_esda() -> None:
    rng = np.random.default_rng(2)
    esperados = rng.uniform(1, 80, 30)
    hay = rng.poisson(esperados * rng.gamma(4, 1 / 4, 30))
    _, (suave, _, _) = suavizar(hay, esperados, 0.95)
    np.testing.assert_allclose(1 - suave / esperados, Empirical_Bayes(hay, esperados).r.ravel(), rtol=1e-10)


def test_el_intervalo_es_el_de_la_gamma() -> None:
    hay, esperados = np.array([2, 30, 5]), np.array([10.0, 12.0, 15.0])
    previa, (suave, desde, hasta) = suavizar(hay, esperados, 0.9)
    assert previa.a is not None
    assert previa.b is not None
    for k in range(3):
        theta = stats.gamma(previa.a + hay[k], scale=1 / (previa.b + esperados[k]))
        assert hasta[k] == pytest.approx(esperados[k] * (1 - theta.ppf(0.05)))
        assert desde[k] == pytest.approx(esperados[k] * (1 - theta.ppf(0.95)))
        assert desde[k] < suave[k] < hasta[k]


def test_sin_mas_diferencia_que_el_azar_todas_valen_lo_mismo() -> None:
    """Twelve expected and ten, eleven and twelve there: less apart than Poisson makes them."""
    previa, (suave, desde, hasta) = suavizar(np.array([10, 11, 12]), np.full(3, 12.0), 0.95)
    assert previa == Previa(33 / 36, None, None)
    np.testing.assert_allclose(suave, np.full(3, 12 * (1 - 33 / 36)))
    assert desde[0] == pytest.approx(12 * (1 - stats.gamma(33.5, scale=1 / 36).ppf(0.975)))
    assert (desde < 0).all()
    assert (hasta > 0).all()


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(1, 9_000)), min_size=1, max_size=12),
)
def test_las_brechas_suman_cero_y_el_orden_no_importa(zonas: list[tuple[int, int]]) -> None:
    marco = pl.DataFrame(
        [(f"z{k}", "G", hay) for k, (hay, _) in enumerate(zonas)],
        schema={"zona": pl.String, "seccion": pl.String, "establecimientos": pl.Int64},
        orient="row",
    )
    gente: dict[str, float | None] = {f"z{k}": float(personas) for k, (_, personas) in enumerate(zonas)}
    hecho = comparar(marco, gente)
    assert hecho.brechas["brecha"].sum() == pytest.approx(0, abs=1e-6)
    assert (hecho.brechas["brecha_desde"] <= hecho.brechas["brecha_hasta"]).all()
    assert comparar(marco.reverse(), dict(reversed(gente.items()))).brechas.equals(hecho.brechas)


def test_sin_nadie_no_hay_brechas() -> None:
    assert comparar(CONTEOS, {"norte": None}).brechas.height == 0
    assert comparar(CONTEOS.clear(), GENTE).brechas.height == 0
