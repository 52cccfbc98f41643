"""The pattern and its proof: what is asked is proven by whole tables, and no other table passes for one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as ajustes
from hypothesis import strategies as st

from observatorio.reserva import cubo
from observatorio.reserva.ataque import TablaPublicada
from observatorio.reserva.entrega import ESTABLECIMIENTOS, Plan, exigir_segura, proteger
from observatorio.reserva.primaria import Atributo, Regla, Requisito
from observatorio.reserva.prueba import sin_probar
from observatorio.reserva.secundaria import Alternativa, Encargo, ErrorReserva, Patron, disenar
from observatorio.reserva.sistema import TOTAL, Sistema, construir
from registros_inventados import al_azar, de_conteos

REGLA = Regla(conteo=3, reforzado=4, dinero=4, p=10)
DOS = Plan(tablas=(("a", "b"),), sumas={"empleo": None}, regla=REGLA)
TRES = Plan(tablas=(("a", "b", "c"),), sumas={"empleo": None}, regla=REGLA)
ENLAZADAS = Plan(
    tablas=(("a", "b"), ("a", "zona:x"), ("b", "zona:x"), ("a", "zona:y")), sumas={"empleo": None}, regla=REGLA
)
VALORES = {"a": 4, "b": 3, "c": 2, "zona:x": 5, "zona:y": 3}


@pytest.mark.parametrize("medida", [ESTABLECIMIENTOS, "empleo"])
@pytest.mark.parametrize("plan", [DOS, TRES, ENLAZADAS], ids=["dos", "tres", "enlazadas"])
@given(semilla=st.integers(0, 100_000), filas=st.integers(4, 300))
@ajustes(max_examples=40)
def test_todo_lo_que_se_pide_queda_probado_y_nadie_lo_abre(plan: Plan, medida: str, semilla: int, filas: int) -> None:
    # It proves and attacks by itself, and refuses what does not stand.
    p = proteger(al_azar(semilla, filas, VALORES), plan, medida)
    d = np.zeros((len(p.patron.alternativas), len(p.sistema.valor)), np.int64)
    for k, alternativa in enumerate(p.patron.alternativas):
        d[k, alternativa.celdas] = alternativa.diferencia
    # The same as `sin_probar`, in other words: each alternative is a table that fits all that is published.
    otras = p.sistema.valor + d
    visibles = ~p.patron.oculta & ~p.sistema.latente
    assert (otras[:, visibles] == p.sistema.valor[visibles]).all()
    assert (otras[:, ~p.sistema.latente] >= 1).all(), "every zero is shown"
    assert (otras >= 0).all()
    assert not (p.sistema.sumas @ otras.T).any()
    for i in p.encargo.requisitos:
        arriba, abajo = p.encargo.lejania(i, None)
        assert p.patron.oculta[i]
        assert d[:, i].max(initial=0) >= arriba
        assert d[:, i].min(initial=0) <= -abajo


# --- tables that prove nothing -----------------------------------------------------------------------------------

CONTEOS = {("x", "1"): 2, ("x", "2"): 9, ("x", "3"): 7, ("y", "1"): 6, ("y", "2"): 8, ("y", "3"): 5}
CONTEOS |= {("z", "1"): 9, ("z", "2"): 7, ("z", "3"): 6}


@pytest.fixture
def sistema() -> Sistema:
    registros = de_conteos(("a", "b"), CONTEOS)
    return construir(cubo.contar(registros, ("a", "b"), [("a", "b")]), ("a", "b"), [("a", "b")], {})


def encargo(sistema: Sistema, **mas: object) -> Encargo:
    lugar = sistema.indice()["x", "1"]
    return replace(Encargo(requisitos={lugar: Requisito(2, 0)}, minimo=np.ones(len(sistema.valor), np.int64)), **mas)


def con(sistema: Sistema, patron: Patron, diferencias: dict[tuple[str, str], int], oculta: bool = True) -> Patron:
    """The pattern with this table as its only proof, its cells hidden."""
    indice = sistema.indice()
    celdas = np.array([indice[c] for c in diferencias])
    ocultas = patron.oculta.copy()
    ocultas[celdas] |= oculta
    return Patron(ocultas, (), (Alternativa(celdas, np.array(list(diferencias.values()))),))


CRUZ = {("x", "1"): 2, ("x", "2"): -2, ("y", "1"): -2, ("y", "2"): 2}


def test_una_tabla_que_cabe_prueba(sistema: Sistema) -> None:
    e = encargo(sistema)
    buena = con(sistema, disenar(sistema, e)[0], CRUZ)
    assert sin_probar(sistema, e, buena) == []


@pytest.mark.parametrize(
    ("diferencias", "mas"),
    [
        ({("x", "1"): 2, ("x", "2"): -2}, {}),
        ({**CRUZ, ("y", "2"): 1}, {}),
        ({c: d // 2 for c, d in CRUZ.items()}, {}),
        ({c: -d for c, d in CRUZ.items()}, {}),
        ({("x", "1"): 9, ("x", "2"): -9, ("y", "1"): -9, ("y", "2"): 9}, {}),
        ({("x", "1"): 6, ("x", "2"): -6, ("y", "1"): -6, ("y", "2"): 6}, {}),
        ({}, {}),
    ],
    ids=["suma", "suma-de-mas", "corta", "al-reves", "negativa", "un-cero-que-se-veria", "la-verdadera"],
)
def test_una_tabla_que_no_cabe_no_prueba(
    sistema: Sistema, diferencias: dict[tuple[str, str], int], mas: dict[str, object]
) -> None:
    e = encargo(sistema, **mas)
    falsa = (
        con(sistema, disenar(sistema, e)[0], diferencias)
        if diferencias
        else replace(disenar(sistema, e)[0], alternativas=())
    )
    assert sin_probar(sistema, e, falsa) == [("x", "1")]


def test_mover_una_celda_que_se_muestra_no_prueba(sistema: Sistema) -> None:
    e = encargo(sistema)
    bueno = con(sistema, disenar(sistema, e)[0], CRUZ)
    oculta = bueno.oculta.copy()
    oculta[sistema.indice()["y", "2"]] = False
    assert sin_probar(sistema, e, replace(bueno, oculta=oculta)) == [("x", "1")]


def test_mover_lo_que_ya_se_publico_no_prueba(sistema: Sistema) -> None:
    e = encargo(sistema, congeladas=frozenset({sistema.indice()["y", "2"]}))
    assert sin_probar(sistema, e, con(sistema, disenar(sistema, e)[0], CRUZ)) == [("x", "1")]
    otra = {("x", "1"): 2, ("x", "3"): -2, ("y", "1"): -2, ("y", "3"): 2}
    assert sin_probar(sistema, e, con(sistema, disenar(sistema, e)[0], otra)) == []
    assert not {sistema.indice()["y", "2"]} & {c for a in disenar(sistema, e)[0].alternativas for c in a.celdas}


def test_mover_lo_de_quien_esta_solo_no_lo_deja_en_duda(sistema: Sistema) -> None:
    i = sistema.indice()
    e = encargo(sistema, solos={i["x", "2"]: 7})
    assert sin_probar(sistema, e, con(sistema, disenar(sistema, e)[0], CRUZ)) == [("x", "1")]
    quietas = {("x", "1"): 2, ("x", "3"): -2, ("y", "1"): -2, ("y", "3"): 2}
    assert sin_probar(sistema, e, con(sistema, disenar(sistema, e)[0], quietas)) == []
    assert sin_probar(sistema, e, disenar(sistema, e)[0]) == []


def test_lo_que_nada_tapa_se_rehusa() -> None:
    """A section of one, where the total of one was shown before: whatever is hidden now, that says it."""
    registros = de_conteos(("a", "b"), {("x", "1"): 1})
    antes = [TablaPublicada((), {(): 1})]
    with pytest.raises(ErrorReserva, match="No hay cómo proteger «"):
        proteger(registros, DOS, ESTABLECIMIENTOS, antes)


def test_de_lo_que_los_ceros_ya_dicen_se_pide_lo_que_queda() -> None:
    """Nobody believes that a cell of nine, once hidden, is none: it can fall by eight, and that much is proven."""
    registros = de_conteos(("a", "b"), CONTEOS)
    s = construir(cubo.contar(registros, ("a", "b"), [("a", "b")]), ("a", "b"), [("a", "b")], {})
    i = s.indice()["x", "2"]
    margen = {None: np.full(len(s.valor), 99)}
    patron, cedido = disenar(s, encargo(s, requisitos={i: Requisito(0, 9)}, margen=margen))
    assert cedido.lejania(i, None) == (0, 8)
    assert sin_probar(s, cedido, patron) == []
    assert margen[None][i] == 99, "what was asked stays as it was"


def test_una_celda_que_otros_cortes_del_mismo_lugar_dejan_en_su_piso_se_publica_oculta() -> None:
    """Two establishments of one worker each: all of their section in a place where there is nothing else, and each of
    its own size. That the two sizes are not zero there says that their section is two at least."""
    otros = {(a, b, x): 6 for a in ("g", "h") for b in ("p", "q") for x in ("x2", "x3")}
    solos = {("g", "p", "x1"): 1, ("g", "q", "x1"): 1}
    registros = de_conteos(("a", "b", "zona:x"), {**otros, **solos}, empleo=1)
    plan = Plan(tablas=(("a", "zona:x"), ("b", "zona:x")), sumas={"empleo": None}, regla=REGLA)
    p = proteger(registros, plan, "empleo")
    i = p.sistema.indice()["g", TOTAL, "x1"]
    assert p.patron.oculta[i]
    arriba, abajo = p.encargo.lejania(i, None)
    assert arriba > 0
    assert abajo == 0


def test_una_entrega_sin_pruebas_se_rehusa() -> None:
    p = proteger(de_conteos(("a", "b"), CONTEOS), DOS, ESTABLECIMIENTOS)
    with pytest.raises(ErrorReserva, match="Falta la prueba de 1 celdas"):
        exigir_segura(replace(p, patron=replace(p.patron, alternativas=())))


def test_los_mismos_registros_dan_el_mismo_patron_en_cualquier_orden() -> None:
    registros = al_azar(11, 250, VALORES)
    una = proteger(registros, ENLAZADAS, ESTABLECIMIENTOS)
    otra = proteger(registros.sample(fraction=1.0, shuffle=True, seed=3), ENLAZADAS, ESTABLECIMIENTOS)
    assert una.tablas() == otra.tablas()
    assert una.sistema.claves == otra.sistema.claves


def test_una_medida_que_nadie_sabe_no_tiene_celdas() -> None:
    registros = al_azar(11, 50, VALORES).with_columns(empleo=pl.lit(None, pl.Int64))
    assert proteger(registros, ENLAZADAS, "empleo").tablas() == []


def test_el_atributo_se_prueba_en_una_entrega_entera() -> None:
    """Where none of a section is informal its whole division is hidden, and one of them could be."""
    atributo = Atributo("formalidad", "informal", ("formal", "informal", "en_proceso"), {})
    conteos = {
        (s, f): n for s, n in zip("GCI", (30, 20, 25), strict=True) for f in ("formal", "en_proceso", "informal")
    }
    del conteos["C", "informal"]
    registros = de_conteos(("seccion", "formalidad"), conteos)
    plan = Plan(tablas=(("seccion", "formalidad"),), atributo=atributo, regla=REGLA)
    p = proteger(registros, plan, ESTABLECIMIENTOS)
    tabla = next(t for t in p.tablas() if len(t.dimensiones) == 2)
    orden = [tabla.dimensiones.index(d) for d in ("seccion", "formalidad")]
    vistas = {tuple(c[k] for k in orden): v for c, v in tabla.celdas.items()}
    assert [vistas["C", f] for f in atributo.valores] == [None, None, None]
    assert vistas["C", "informal"] is None
    assert {c[0] for c, v in vistas.items() if v is None} > {"C"}, "another division takes what this one gives"
    assert next(t for t in p.tablas() if t.dimensiones == ("seccion",)).celdas[("C",)] == 40
    assert TOTAL not in {c[0] for c in vistas}
