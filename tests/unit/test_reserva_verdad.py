"""The truth fits whatever is published of it, with any draw; and what denies it is refused before anybody reasons."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import settings as ajustes
from hypothesis import strategies as st

from observatorio.reserva.ataque import Atacante, TablaPublicada
from observatorio.reserva.entrega import ESTABLECIMIENTOS, Plan, Protegida, exigir_segura, proteger
from observatorio.reserva.primaria import Regla
from observatorio.reserva.redondeo import redondear, sortear
from observatorio.reserva.secundaria import ErrorReserva, ErrorSinLugar
from registros_inventados import al_azar, de_conteos

HEXAGONOS = "zona:y"
PLAN = Plan(tablas=(("a", "b"), ("a", "zona:x")), regla=Regla(conteo=3, reforzado=4))
VALORES = {"a": 4, "b": 3, "zona:x": 5, HEXAGONOS: 7}


def redondas(registros: pl.DataFrame, semilla: int, base: int) -> TablaPublicada:
    conteos = registros.group_by(HEXAGONOS).len().sort(HEXAGONOS)
    zonas = conteos[HEXAGONOS].to_list()
    sorteo = sortear(str(semilla).encode(), HEXAGONOS, zonas)
    valores = redondear(conteos["len"].cast(pl.Int64).to_numpy(), base, sorteo).tolist()
    celdas = {(z,): v for z, v in zip(zonas, valores, strict=True)}
    return TablaPublicada((HEXAGONOS,), celdas, base=base, minimo=1)


def desmentidas(p: Protegida) -> list[frozenset[tuple[str, str]]]:
    verdad = {p.cita(i): valor for i, valor in enumerate(p.sistema.valor.tolist())}
    return Atacante([*p.tablas(), *p.redondeadas], p.geografia).desmentidas(verdad)


@given(semilla=st.integers(0, 100_000), sorteo=st.integers(0, 2**64), filas=st.integers(30, 200))
@ajustes(max_examples=25)
def test_la_verdad_cabe_en_lo_publicado_con_cualquier_sorteo(semilla: int, sorteo: int, filas: int) -> None:
    """And no draw makes the attacker's programme contradict itself."""
    registros = al_azar(semilla, filas, VALORES)
    try:
        p = proteger(registros, PLAN, ESTABLECIMIENTOS, redondeadas=[redondas(registros, sorteo, 10)])
    except ErrorSinLugar:
        assume(False)
    assert desmentidas(p) == []
    Atacante([*p.tablas(), *p.redondeadas], p.geografia).acotar()


@given(semilla=st.integers(0, 100_000), sorteo=st.integers(0, 2**64), datos=st.data())
@ajustes(max_examples=25)
def test_una_zona_que_falta_o_que_miente_se_nombra(semilla: int, sorteo: int, datos: st.DataObject) -> None:
    """A table gathered in part, or of other figures, denies the records: it is no failure of the solver."""
    registros = al_azar(semilla, 120, VALORES)
    entera = redondas(registros, sorteo, 10)
    try:
        p = proteger(registros, PLAN, ESTABLECIMIENTOS, redondeadas=[entera])
    except ErrorSinLugar:
        assume(False)
    zona = datos.draw(st.sampled_from(sorted(entera.celdas)))
    sin_zona = {z: v for z, v in entera.celdas.items() if z != zona}
    otro_valor = {**entera.celdas, zona: (entera.celdas[zona] or 0) + 20}
    for celdas in (sin_zona, otro_valor):
        falsa = replace(p, redondeadas=(replace(entera, celdas=celdas),))
        assert desmentidas(falsa)
        with pytest.raises(ErrorReserva, match="no calzan con los registros"):
            exigir_segura(falsa)


def test_no_tener_lugar_no_es_desmentir() -> None:
    """A quarter of one establishment that is a hexagon by another name: rounded to 0, it cannot be four."""
    conteos = {("g", "p", "1"): 1, ("g", "q", "2"): 30, ("h", "q", "3"): 30}
    registros = de_conteos(("a", "zona:x", HEXAGONOS), conteos)
    plan = Plan(tablas=(("a", "zona:x"),), regla=Regla(conteo=4, reforzado=4))
    justa = TablaPublicada((HEXAGONOS,), {("1",): 0, ("2",): 30, ("3",): 30}, base=4, minimo=1)
    with pytest.raises(ErrorSinLugar, match="No hay cómo proteger"):
        proteger(registros, plan, ESTABLECIMIENTOS, redondeadas=[justa])
    holgada = replace(justa, base=10)
    assert desmentidas(proteger(registros, plan, ESTABLECIMIENTOS, redondeadas=[holgada])) == []
