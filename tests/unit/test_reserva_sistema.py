"""The sums that tie the cells of several tables: those that hold in every register, and no other."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from observatorio.reserva import cubo
from observatorio.reserva.sistema import TOTAL, construir
from observatorio.reserva.suelos import suelos
from registros_inventados import al_azar, de_conteos

TABLAS = (("a", "b", "c"), ("a", "zona:x"), ("a", "zona:y"), ("a", "zona:x", "zona:y"))
DIMENSIONES = ("a", "b", "c", "zona:x", "zona:y")
PADRES = {"division": {"45": "seccion=G", "46": "seccion=G", "10": "seccion=C"}}


@given(st.integers(0, 10_000), st.integers(1, 60))
def test_las_sumas_se_cumplen_y_no_falta_ninguna(semilla: int, filas: int) -> None:
    registros = al_azar(semilla, filas, {"a": 3, "b": 2, "c": 2, "zona:x": 3, "zona:y": 2})
    s = construir(cubo.contar(registros, DIMENSIONES, TABLAS), DIMENSIONES, TABLAS, {})
    assert not (s.sumas @ s.valor).any()
    assert (s.valor > 0).all()
    # One sum for each cell and each dimension over which some table adds it up.
    margenes = set(cubo.margenes(TABLAS))
    visibles = {frozenset(m) for m in margenes}
    esperadas = 0
    for clave in s.claves:
        propias = {d for d, v in zip(DIMENSIONES, clave, strict=True) if v != TOTAL}
        esperadas += sum(frozenset(propias | {d}) in visibles for d in DIMENSIONES if d not in propias)
    assert s.sumas.shape[0] == esperadas
    dos_niveles = [c[3] != TOTAL and c[4] != TOTAL for c in s.claves]
    assert s.latente.tolist() == dos_niveles


def test_las_divisiones_suman_su_seccion_y_no_el_total() -> None:
    registros = de_conteos(("seccion", "division"), {("G", "45"): 2, ("G", "46"): 3, ("C", "10"): 4})
    tablas = (("seccion",), ("division",))
    s = construir(cubo.contar(registros, ("division", "seccion"), tablas), ("division", "seccion"), tablas, PADRES)
    indice = s.indice()
    g = indice[TOTAL, "G"]
    (fila,) = [f for f in s.sumas.toarray() if f[g] == -1]
    assert {s.claves[i] for i in np.flatnonzero(fila > 0)} == {("45", TOTAL), ("46", TOTAL)}
    assert not any(f[indice["45", TOTAL]] == 1 and f[indice[TOTAL, TOTAL]] == -1 for f in s.sumas.toarray())


def test_un_cero_tapado_bajo_un_total_que_muestra_cero_no_es_una_celda() -> None:
    registros = de_conteos(("a", "b"), {("x", "1"): 4, ("y", "1"): 5, ("y", "2"): 2})
    celdas = cubo.contar(registros, ("a", "b"), [("a", "b")])
    s = construir(celdas, ("a", "b"), [("a", "b")], {}, ceros=[("x", "2"), ("x", "3"), ("z", "3"), (TOTAL, "3")])
    # Nobody is in "z": its zero is shown, and so is that of all of its parts.
    assert {c for c, v in zip(s.claves, s.valor, strict=True) if not v} == {("x", "2"), ("x", "3"), (TOTAL, "3")}
    assert not (s.sumas @ s.valor).any()


def test_un_total_no_es_menos_que_sus_partes_ni_que_lo_que_uno_sabe_de_ellas() -> None:
    registros = de_conteos(("a", "b"), {("x", "1"): 4, ("x", "2"): 5, ("y", "1"): 2})
    s = construir(cubo.contar(registros, ("a", "b"), [("a", "b")]), ("a", "b"), [("a", "b")], {})
    i = s.indice()
    pisos = suelos(s, np.ones(len(s.valor), np.int64), {i["x", "1"]: 7})
    assert pisos[None][i["x", TOTAL]] == 2
    assert pisos[None][i[TOTAL, TOTAL]] == 3
    assert pisos[7][i["x", TOTAL]] == 5, "who is alone in a part of 4 knows that the other is 1 or more"
    assert pisos[7][i["y", TOTAL]] == 1
