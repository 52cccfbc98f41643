"""What the rounding of small cells promises, over any counts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st

from observatorio.reserva.redondeo import redondear, sortear

SECRETO = b"de prueba"
CONTEOS = st.lists(st.integers(0, 60), min_size=1, max_size=60).map(lambda n: np.array(n, np.int64))
BASES = st.sampled_from([3, 5, 7, 10])


def sorteo(cuantas: int, nivel: str = "h3_8", secreto: bytes = SECRETO) -> npt.NDArray[np.float64]:
    return sortear(secreto, nivel, [f"z{k}" for k in range(cuantas)])


@given(CONTEOS, BASES, st.binary())
def test_cada_conteo_va_a_un_multiplo_vecino(conteos: np.ndarray, base: int, secreto: bytes) -> None:
    antes = conteos.copy()
    redondos = redondear(conteos, base, sorteo(len(conteos), secreto=secreto))
    assert not (redondos % base).any()
    assert (abs(redondos - conteos) < base).all()
    assert (redondos[conteos % base == 0] == conteos[conteos % base == 0]).all(), "a multiple, and a zero, stay"
    assert (conteos == antes).all()


@given(CONTEOS, BASES, st.data())
def test_el_conteo_de_una_zona_se_redondea_igual_en_cualquier_compania(
    conteos: np.ndarray, base: int, datos: st.DataObject
) -> None:
    """Whatever else is published beside it, so that another release of the same count tells nothing new."""
    zonas = [f"z{k}" for k in range(len(conteos))]
    todas = redondear(conteos, base, sortear(SECRETO, "h3_8", zonas))
    k = datos.draw(st.integers(0, len(conteos) - 1))
    sola = redondear(conteos[k : k + 1], base, sortear(SECRETO, "h3_8", zonas[k : k + 1]))
    assert sola[0] == todas[k]


@given(st.integers(0, 60), BASES, st.text(max_size=5))
def test_una_zona_que_crece_no_parece_achicarse(conteo: int, base: int, zona: str) -> None:
    suyo = sortear(SECRETO, "h3_8", [zona] * 2)
    uno, mas = redondear(np.array([conteo, conteo + 1], np.int64), base, suyo)
    assert uno <= mas


def test_de_muchas_zonas_el_promedio_es_el_conteo() -> None:
    """Each count goes up as often as it must: its mean over 20,000 zones is within five standard errors of it."""
    de_cada = sorteo(20_000)
    for conteo in (1, 2, 3, 4, 5, 6, 8, 0, 11, 19):
        hechos = redondear(np.full(len(de_cada), conteo, np.int64), 5, de_cada)
        resto = conteo % 5 / 5
        assert abs(hechos.mean() - conteo) <= 5 * 5 * np.sqrt(resto * (1 - resto) / len(hechos)), conteo


def test_cada_nivel_y_cada_instalacion_sortean_lo_suyo() -> None:
    """The same count goes up in some zones and down in others; nobody repeats the draws without the secret."""
    conteos = np.full(200, 2, np.int64)
    salidas = [
        redondear(conteos, 5, sorteo(200, nivel, secreto)).tolist()
        for nivel, secreto in (("h3_8", SECRETO), ("h3_7", SECRETO), ("h3_8", b"otro"))
    ]
    assert all(set(salida) == {0, 5} for salida in salidas)
    assert salidas[0] != salidas[1]
    assert salidas[0] != salidas[2]
