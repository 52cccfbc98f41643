"""What the rounding of small cells promises, over any counts."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from observatorio.reserva.redondeo import redondear

CONTEOS = st.lists(st.integers(0, 60), min_size=1, max_size=60).map(lambda n: np.array(n, np.int64))


@given(CONTEOS, st.sampled_from([3, 5, 10]), st.integers(0, 2**64))
def test_cada_conteo_va_a_un_multiplo_vecino_y_la_suma_tambien(conteos: np.ndarray, base: int, semilla: int) -> None:
    redondos = redondear(conteos, base, semilla)
    assert not (redondos % base).any()
    assert (abs(redondos - conteos) < base).all()
    assert abs(int(redondos.sum()) - int(conteos.sum())) < base
    assert (redondos[conteos % base == 0] == conteos[conteos % base == 0]).all(), "a multiple, and a zero, stay"


@given(CONTEOS, st.integers(0, 2**64))
def test_la_misma_semilla_da_lo_mismo_y_no_cambia_los_datos(conteos: np.ndarray, semilla: int) -> None:
    antes = conteos.copy()
    assert (redondear(conteos, 5, semilla) == redondear(conteos, 5, semilla)).all()
    assert (conteos == antes).all()


def test_de_muchas_semillas_el_promedio_es_el_conteo() -> None:
    """Each count goes up as often as it must: its mean over 20,000 draws is within five standard errors of it."""
    conteos = np.array([1, 2, 3, 4, 5, 6, 8, 0, 11, 19], np.int64)
    hechos = np.array([redondear(conteos, 5, semilla) for semilla in range(20_000)])
    resto = conteos % 5 / 5
    error = 5 * np.sqrt(resto * (1 - resto) / len(hechos))
    assert (abs(hechos.mean(axis=0) - conteos) <= 5 * error).all()


def test_uno_y_cuatro_salen_a_veces_iguales() -> None:
    unos = {tuple(redondear(np.array([1, 4], np.int64), 5, semilla).tolist()) for semilla in range(200)}
    assert unos == {(0, 5), (5, 0)}, "their sum is 5, and it is kept"
