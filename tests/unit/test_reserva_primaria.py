"""Which cells tell too much by themselves: by hand at each threshold, and by the definitions over random registers."""

from __future__ import annotations

from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatorio.reserva import cubo
from observatorio.reserva.primaria import Atributo, Regla, Requisito, de_atributo, de_conteos, de_sumas
from observatorio.reserva.sistema import TOTAL
from registros_inventados import al_azar
from registros_inventados import de_conteos as registro

REGLA = Regla()
ATRIBUTO = Atributo("formalidad", "informal", ("formal", "informal", "en_proceso"), {"tamano": frozenset({"grande"})})


def conteo(n: int, contribuyentes: int, *, reforzado: bool = False) -> pl.DataFrame:
    return pl.DataFrame({"a": ["x"], "valor": [n], "contribuyentes": [contribuyentes], "reforzado": [reforzado]})


@pytest.mark.parametrize(
    ("n", "contribuyentes", "reforzado", "requisito"),
    [
        (1, 1, False, Requisito(2, 0)),
        (2, 2, False, Requisito(2, 0)),
        (3, 3, False, None),
        (4, 4, True, Requisito(2, 0)),
        (1, 1, True, Requisito(4, 0)),
        (5, 5, True, None),
        (10, 2, False, Requisito(2, 8)),
    ],
)
def test_un_conteo_de_pocos_llega_hasta_el_umbral(
    n: int, contribuyentes: int, reforzado: bool, requisito: Requisito | None
) -> None:
    assert de_conteos(conteo(n, contribuyentes, reforzado=reforzado), REGLA).get(("x",)) == requisito


def suma(*partes: int) -> pl.DataFrame:
    """A cell to which each contributor gives so much."""
    filas = {"a": ["x"] * len(partes), "contribuyente": [str(k) for k in range(len(partes))], "dinero": list(partes)}
    marco = pl.DataFrame(filas).with_columns(reforzado=False)
    return cubo.sumar(marco, ("a",), [("a",)], "dinero").filter(pl.col("a") == "x")


@pytest.mark.parametrize(
    ("partes", "requisito"),
    [
        # Eleven contributors of the same: nothing to hide; ten: the threshold.
        ([10] * 11, None),
        ([10] * 10, Requisito(5, 5)),
        # The remainder after the two greatest is 9 of x1 = 100: one is missing for 10%.
        ([100, 50, *[1] * 9], Requisito(1, 1)),
        ([100, 50, *[1] * 10], None),
        # Alone: the whole is missing. Its own value is no news to it.
        ([40], Requisito(4, 4)),
        # Two: the other finds out; and who looks for it knows its own part.
        ([1000, 900], Requisito(100, 100, 90)),
    ],
)
def test_una_suma_se_tapa_por_pocos_o_por_dominio(partes: list[int], requisito: Requisito | None) -> None:
    assert de_sumas(suma(*partes), REGLA).get(("x",)) == requisito


def test_un_cero_delata_solo_si_se_dice_que_delata() -> None:
    assert de_sumas(suma(0, 0), REGLA, pl.lit(value=True)) == {("x",): Requisito(1, 0, frente_a_solos=False)}
    assert de_sumas(suma(0, 0), REGLA) == {}


@given(st.integers(0, 10_000), st.integers(1, 120))
def test_los_conteos_y_sumas_delicados_son_los_de_la_definicion(semilla: int, filas: int) -> None:
    registros = al_azar(semilla, filas, {"a": 3, "b": 3})
    celdas = cubo.contar(registros, ("a", "b"), [("a", "b")])
    sumas = cubo.sumar(registros, ("a", "b"), [("a", "b")], "empleo")
    conteos, dineros = de_conteos(celdas, REGLA), de_sumas(sumas, REGLA)
    for a, b in celdas.select("a", "b").iter_rows():
        suyos = [r for r in registros.to_dicts() if a in (TOTAL, r["a"]) and b in (TOTAL, r["b"])]
        umbral = 5 if any(r["reforzado"] for r in suyos) else 3
        assert ((a, b) in conteos) == (len({r["contribuyente"] for r in suyos}) < umbral)
        partes: dict[str, int] = {}
        for r in suyos:
            if r["empleo"] is not None:
                partes[r["contribuyente"]] = partes.get(r["contribuyente"], 0) + r["empleo"]
        x = sorted(partes.values(), reverse=True)
        domina = bool(x) and sum(x[2:]) < Fraction(10, 100) * x[0]
        assert ((a, b) in dineros) == (bool(x) and (len(x) < 11 or domina))
        if (a, b) in dineros:
            falta = Fraction(10, 100) * x[0] - sum(x[2:])
            assert dineros[a, b].arriba >= max(1, falta)
            assert dineros[a, b].abajo == min(dineros[a, b].arriba, sum(x))


def atributo_de(
    conteos: dict[tuple[str, str, str], int],
) -> tuple[dict[tuple[str, ...], Requisito], set[tuple[str, ...]]]:
    dimensiones = ("seccion", "tamano", "formalidad")
    return de_atributo(cubo.contar(registro(dimensiones, conteos), dimensiones, [dimensiones]), ATRIBUTO, REGLA)


def test_ninguno_y_todos_se_tapan_con_toda_su_division_y_la_de_sus_partes() -> None:
    requisitos, ocultas = atributo_de(
        {
            ("G", "micro", "formal"): 6,
            ("G", "micro", "informal"): 3,
            ("C", "micro", "formal"): 5,
            ("I", "micro", "informal"): 4,
            ("I", "micro", "en_proceso"): 1,
        }
    )
    assert requisitos[("C", "micro", "informal")] == Requisito(1, 0, frente_a_solos=False)
    assert ("I", "micro", "informal") not in requisitos, "four of five are not all of them"
    assert ("G", "micro", "informal") not in requisitos
    assert {("C", "micro", f) for f in ATRIBUTO.valores} <= ocultas
    assert {("C", TOTAL, f) for f in ATRIBUTO.valores} <= ocultas
    assert not {c for c in ocultas if c[0] in ("G", "I")}


def test_todos_informales_tambien_delata() -> None:
    requisitos, ocultas = atributo_de(
        {("G", "micro", "informal"): 3, ("C", "micro", "formal"): 9, ("C", "micro", "informal"): 1}
    )
    assert requisitos[("G", "micro", "informal")] == Requisito(0, 1, frente_a_solos=False)
    assert ("G", "micro", "en_proceso") in ocultas


def test_lo_imposible_no_dice_nada_de_nadie() -> None:
    """No firm of that size can be informal: that there is none is known before reading."""
    requisitos, ocultas = atributo_de(
        {("G", "grande", "formal"): 20, ("G", "micro", "informal"): 5, ("G", "micro", "formal"): 5}
    )
    assert not [c for c in (*requisitos, *ocultas) if c[1] == "grande"]


def test_un_total_de_pocos_no_delata_a_sus_partes() -> None:
    """Three firms of one section have no informal one among them; a natural person next to them makes the total one of
    few, whose zero would tell it all the same."""
    dimensiones = ("seccion", "tamano", "formalidad")
    tres = registro(
        dimensiones, {("G", "micro", "formal"): 3, ("C", "mediana", "informal"): 3, ("C", "mediana", "formal"): 9}
    )
    una = registro(dimensiones, {("C", "micro", "formal"): 1}, reforzado=True)
    celdas = cubo.contar(pl.concat([tres, una]), dimensiones, [dimensiones])
    requisitos, ocultas = de_atributo(celdas, ATRIBUTO, REGLA)
    assert requisitos[("G", "micro", "informal")] == Requisito(1, 0, frente_a_solos=False)
    assert requisitos[(TOTAL, "micro", "informal")] == Requisito(1, 0, frente_a_solos=False)
    assert (TOTAL, "micro", "informal") in ocultas
