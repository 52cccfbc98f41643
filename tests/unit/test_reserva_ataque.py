"""The attacker against trying every table; and what it opens when a release is not protected as it should be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import settings as ajustes
from hypothesis import strategies as st

from observatorio.reserva.ataque import Atacante, Cota, ErrorAtaque, Geografia, TablaPublicada
from observatorio.reserva.entrega import ESTABLECIMIENTOS, Plan, atacar, geografia, proteger
from observatorio.reserva.primaria import Regla
from observatorio.reserva.secundaria import ErrorSinLugar, disenar
from registros_inventados import (
    al_azar,
    con_nivel,
    de_conteos,
    leidas_juntas,
    metas,
    plano,
    publicar_a_mano,
    sin_nivel,
    sin_secundaria,
    todas_las_que_caben,
)

SIN_MAPA = Geografia()


def celda(**valores: str) -> frozenset[tuple[str, str]]:
    return frozenset(valores.items())


# --- against every whole table ------------------------------------------------------------------------------------


@st.composite
def tabla_publicada(draw: st.DrawFn, forma: tuple[int, ...]) -> list[TablaPublicada]:
    """A small table of counts with any of its cells and margins hidden, the grand total shown."""
    detalle = {}
    for lugares in np.ndindex(forma):
        n = draw(st.sampled_from([0, 1, 1, 2, 2, 3, 4]))
        if n:
            detalle[tuple(f"{'abc'[k]}{v}" for k, v in enumerate(lugares))] = n
    assume(detalle)
    claves = sorted(
        {
            tuple(v if guarda else "*" for v, guarda in zip(valores, mascara, strict=True))
            for valores in detalle
            for mascara in np.ndindex((2,) * len(forma))
            if any(mascara)
        }
    )
    ocultas = draw(st.lists(st.sampled_from(claves), max_size=8, unique=True))
    return publicar_a_mano("abc"[: len(forma)], detalle, ocultas)


@given(tabla_publicada((3, 3)))
@ajustes(max_examples=60)
def test_en_dos_dimensiones_las_cotas_son_las_de_probarlo_todo(tablas: list[TablaPublicada]) -> None:
    posibles = list(todas_las_que_caben(tablas))
    assert posibles, "the true table fits"
    cotas = Atacante(tablas, SIN_MAPA).acotar()
    assert cotas == {clave: Cota(min(p[clave] for p in posibles), max(p[clave] for p in posibles)) for clave in cotas}
    assert set(cotas) == {
        frozenset(zip(t.dimensiones, v, strict=True)) for t in tablas for v, x in t.celdas.items() if x is None
    }


@given(tabla_publicada((2, 2, 3)))
@ajustes(max_examples=40)
def test_en_tres_dimensiones_las_cotas_contienen_a_las_enteras(tablas: list[TablaPublicada]) -> None:
    posibles = list(todas_las_que_caben(tablas))
    for clave, cota in Atacante(tablas, SIN_MAPA).acotar().items():
        assert cota.minimo <= min(p[clave] for p in posibles) + 1e-6
        assert cota.maximo >= max(p[clave] for p in posibles) - 1e-6


@given(semilla=st.integers(0, 100_000))
@ajustes(max_examples=15)
def test_lo_que_se_publica_deja_otras_tablas_enteras(semilla: int) -> None:
    """Not only the proof and the attacker say so: trying every table finds as much doubt as was asked."""
    plan = Plan(tablas=(("a", "b"),), regla=Regla(conteo=3, reforzado=3))
    registros = al_azar(semilla, 24, {"a": 3, "b": 3})
    p = proteger(registros, plan, ESTABLECIMIENTOS)
    tablas = p.tablas()
    assume(next(t for t in tablas if not t.dimensiones).celdas[()] is not None)
    posibles = list(todas_las_que_caben(tablas))
    for i, requisito in p.encargo.requisitos.items():
        vistos = {t[p.cita(i)] for t in posibles}
        assert max(vistos) >= p.sistema.valor[i] + requisito.arriba
        assert min(vistos) <= p.sistema.valor[i] - requisito.abajo


# --- what it knows ------------------------------------------------------------------------------------------------


def test_una_sola_celda_tapada_en_su_fila_se_lee_restando() -> None:
    tablas = publicar_a_mano("ab", {("x", "1"): 2, ("x", "2"): 5, ("y", "1"): 4, ("y", "2"): 6}, [("x", "1")])
    assert Atacante(tablas, SIN_MAPA).acotar() == {celda(a="x", b="1"): Cota(2, 2)}


def test_sabe_que_lo_tapado_no_es_cero() -> None:
    detalle = {("x", "1"): 1, ("x", "2"): 1, ("y", "1"): 1, ("y", "2"): 9}
    ocultas = [("x", "1"), ("x", "2"), ("y", "1"), ("y", "2")]
    con_cero = publicar_a_mano("ab", detalle, ocultas, minimo=0)
    assert Atacante(con_cero, SIN_MAPA).acotar()[celda(a="x", b="1")] == Cota(0, 2)
    sin_cero = publicar_a_mano("ab", detalle, ocultas)
    assert Atacante(sin_cero, SIN_MAPA).acotar()[celda(a="x", b="1")] == Cota(1, 1)


def test_sabe_que_un_total_que_no_esta_es_cero() -> None:
    detalle = TablaPublicada(("a", "b"), {("x", "1"): None, ("x", "2"): None, ("y", "1"): 4}, minimo=0)
    por_b = TablaPublicada(("b",), {("1",): 9})
    cotas = Atacante([detalle, por_b], SIN_MAPA).acotar()
    assert cotas[celda(a="x", b="2")] == Cota(0, 0), "nobody is in 2, so nobody is in 2 of x"


def test_sabe_hasta_donde_llega_un_redondeo() -> None:
    por_zona = TablaPublicada(("zona:x",), {("p",): 5, ("q",): 10}, base=5, minimo=1)
    total = TablaPublicada((), {(): 23})
    motor = Atacante([por_zona, total], SIN_MAPA)
    assert motor.ocultas == []
    citas = [frozenset({("zona:x", z)}) for z in "pq"]
    assert motor.abiertas({citas[0]: (9, 9), citas[1]: (14, 14)}) == []
    assert motor.abiertas({citas[0]: (8, 9)}) == [citas[0]], "14 and 9 are the only two that add up to 23"


def test_de_varios_redondeos_de_un_conteo_sabe_lo_que_todos_dejan() -> None:
    """Whichever is read first; one that no longer says anything of a zone takes nothing away."""
    de_a_cinco, de_a_tres = (TablaPublicada(("zona:x",), {("p",): v}, base=b, minimo=1) for v, b in ((5, 5), (9, 3)))
    callada = replace(de_a_tres, celdas={("p",): None})
    total = TablaPublicada((), {(): None}, minimo=1)
    cita = frozenset({("zona:x", "p")})
    for tablas in ([de_a_cinco, de_a_tres, callada], [callada, de_a_tres, de_a_cinco]):
        motor = Atacante([*tablas, total], SIN_MAPA)
        assert motor.acotar() == {frozenset(): Cota(7, 9)}, "from 1 to 9, and from 7 to 11"
        assert motor.abiertas({cita: (7, 9)}) == []
        assert motor.abiertas({cita: (6, 9)}) == [cita]


def test_sabe_a_que_seccion_pertenece_cada_division() -> None:
    divisiones = TablaPublicada(("division",), {("45",): None, ("46",): 4, ("10",): None})
    secciones = TablaPublicada(("seccion",), {("G",): 6, ("C",): 5})
    mapa = Geografia(jerarquia={"division": ("seccion", {"45": "G", "46": "G", "10": "C"})})
    cotas = Atacante([divisiones, secciones], mapa).acotar()
    assert cotas == {celda(division="45"): Cota(2, 2), celda(division="10"): Cota(5, 5)}


def test_tablas_que_se_contradicen_no_se_publicaron_juntas() -> None:
    tablas = [TablaPublicada(("a",), {("x",): 3, ("y",): None}, minimo=1), TablaPublicada((), {(): 2})]
    with pytest.raises(ErrorAtaque, match="contradicen"):
        Atacante(tablas, SIN_MAPA).acotar()


# --- what is taken away opens cells -------------------------------------------------------------------------------

PLAN = Plan(
    tablas=(("seccion", "tamano"), ("seccion", "zona:barrio"), ("seccion", "zona:distrito")),
    sumas={"empleo": None},
    regla=Regla(conteo=3, reforzado=3, dinero=3, p=10),
)


def test_sin_supresion_secundaria_hay_celdas_abiertas() -> None:
    registros = al_azar(5, 300, {"seccion": 5, "tamano": 4, "zona:barrio": 6, "zona:distrito": 4})
    p = proteger(registros, PLAN, ESTABLECIMIENTOS)
    assert atacar(p) == []
    assert atacar(sin_secundaria(p))


def test_dos_niveles_de_zonas_cuentan_lo_que_cada_uno_calla() -> None:
    """The district R is the quarter Q by another name, and each table would be safe without the other."""
    por_barrio = publicar_a_mano(
        ("seccion", "zona:barrio"),
        {("G", "P"): 2, ("G", "Q"): 9, ("F", "P"): 8, ("F", "Q"): 7},
        [("G", "P"), ("G", "Q"), ("F", "P"), ("F", "Q")],
    )
    por_distrito = publicar_a_mano(
        ("seccion", "zona:distrito"),
        {("G", "D"): 1, ("G", "E"): 1, ("G", "R"): 9, ("F", "D"): 4, ("F", "E"): 4, ("F", "R"): 7},
        [("G", "D"), ("G", "E"), ("F", "D"), ("F", "E")],
    )
    pares = [("P", "D"), ("P", "E"), ("Q", "R")]
    mapa = Geografia(frozenset(frozenset({("zona:barrio", b), ("zona:distrito", d)}) for b, d in pares))
    g_en_p = frozenset({("seccion", "G"), ("zona:barrio", "P")})
    tablas = [*por_barrio, *por_distrito]
    assert Atacante(por_barrio, mapa).acotar()[g_en_p] == Cota(1, 9)
    assert Atacante(tablas, SIN_MAPA).acotar()[g_en_p] == Cota(1, 9)
    assert Atacante(tablas, mapa).acotar()[g_en_p] == Cota(2, 2)


def test_sin_las_intersecciones_de_zonas_hay_celdas_abiertas() -> None:
    abiertas = 0
    for semilla in range(12):
        registros = al_azar(semilla, 250, {"seccion": 4, "tamano": 2, "zona:barrio": 7, "zona:distrito": 5})
        con = proteger(registros, PLAN, ESTABLECIMIENTOS)
        sin = proteger(registros.rename(sin_nivel), plano(PLAN), ESTABLECIMIENTOS)
        mapa = con.geografia
        assert Atacante(con.tablas(), mapa).abiertas(metas(con)) == []
        abiertas += len(Atacante(con_nivel(sin.tablas()), mapa).abiertas(metas(con)))
    assert abiertas


def test_sin_heredar_el_patron_dos_entregas_juntas_abren_celdas() -> None:
    """The second release has more tables; where it chooses its own pattern, it shows what the first one had hidden."""
    corto = replace(PLAN, tablas=(("seccion", "tamano"),))
    abiertas = {"sin heredar": 0, "heredando": 0}
    for semilla in range(6):
        registros = al_azar(semilla, 200, {"seccion": 6, "tamano": 5, "zona:barrio": 6, "zona:distrito": 4})
        primera = proteger(registros, corto, ESTABLECIMIENTOS).tablas()
        for como, antes in (("sin heredar", []), ("heredando", primera)):
            segunda = proteger(registros, PLAN, ESTABLECIMIENTOS, antes)
            juntas = Atacante(leidas_juntas(primera, segunda.tablas()), segunda.geografia)
            abiertas[como] += len(juntas.abiertas(metas(segunda)))
    assert abiertas["sin heredar"] > 0
    assert abiertas["heredando"] == 0


def test_sin_recordar_los_redondeos_de_antes_hay_celdas_abiertas() -> None:
    """The first release had hexagons and no quarters; the second one is the other way round. Where it forgets what
    everybody has read, the hexagons bound its quarters."""
    regla = Regla(conteo=4, reforzado=6)
    primero = Plan(tablas=(("a", "b"),), regla=regla)
    segundo = replace(primero, tablas=(("a", "b"), ("a", "zona:x")))
    abiertas = {"sin recordar": 0, "recordando": 0}
    sin_lugar = 0
    for semilla in range(8):
        registros = al_azar(semilla, 150, {"a": 4, "b": 3, "zona:x": 25, "zona:y": 15})
        conteos = registros.group_by("zona:y").len().sort("zona:y")
        celdas = {(z,): n // 6 * 6 for z, n in conteos.iter_rows()}
        leidas = [TablaPublicada(("zona:y",), celdas, base=6, minimo=1)]
        proteger(registros, primero, ESTABLECIMIENTOS, redondeadas=leidas)
        for como, antes in (("sin recordar", []), ("recordando", leidas)):
            try:
                p = proteger(registros, segundo, ESTABLECIMIENTOS, antes)
            except ErrorSinLugar:
                sin_lugar += 1
                continue
            mapa = geografia(registros, ["zona:x", "zona:y"], segundo)
            abiertas[como] += len(Atacante([*p.tablas(), *leidas], mapa).abiertas(metas(p)))
    assert abiertas["sin recordar"] > 0
    assert abiertas["recordando"] == 0
    assert sin_lugar < 8, "some can be published all the same"


def test_sin_pensar_en_quien_esta_solo_su_propio_dato_abre_otra_celda() -> None:
    """A firm alone in a hidden cell subtracts its own number, and reads its neighbour's."""
    registros = de_conteos(("seccion", "tamano"), {(s, t): 6 for s in "ABC" for t in "123"})
    unos = [("A", "1"), ("A", "2"), ("B", "1"), ("B", "2")]
    filas = [
        f | {"empleo": 7}
        for f in registros.to_dicts()
        if (f["seccion"], f["tamano"]) not in unos or f["contribuyente"].endswith(" 0")
    ]
    registros = pl.DataFrame(filas)
    plan = replace(PLAN, tablas=(("seccion", "tamano"),))
    p = proteger(registros, plan, "empleo")
    assert atacar(p, con_lo_propio=True) == []
    descuidado = replace(p, patron=disenar(p.sistema, replace(p.encargo, solos={}, mayores={}))[0])
    assert atacar(descuidado) == []
    assert atacar(descuidado, con_lo_propio=True)
