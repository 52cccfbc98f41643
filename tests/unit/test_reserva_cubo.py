"""The cells of tables, counted and added, against the same by hand and by force."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from observatorio.reserva import cubo
from observatorio.reserva.sistema import TOTAL
from registros_inventados import al_azar

TABLAS = (("a", "b"), ("b", "zona:z"))
DIMENSIONES = ("a", "b", "zona:z")


def por_fuerza(registros: pl.DataFrame) -> dict[tuple[str, ...], list[dict[str, object]]]:
    """The establishments of each cell of `TABLAS`, one record after the other."""
    celdas: dict[tuple[str, ...], list[dict[str, object]]] = defaultdict(list)
    margenes = {frozenset(s) for t in TABLAS for n in range(len(t) + 1) for s in combinations(t, n)}
    for fila in registros.to_dicts():
        for margen in margenes:
            celdas[tuple(fila[d] if d in margen else TOTAL for d in DIMENSIONES)].append(fila)
    return celdas


@given(st.integers(0, 10_000), st.integers(1, 40))
def test_contar_es_contar_uno_por_uno(semilla: int, filas: int) -> None:
    registros = al_azar(semilla, filas, {"a": 3, "b": 2, "zona:z": 3})
    contadas = cubo.contar(registros, DIMENSIONES, TABLAS)
    vistas = {tuple(c): tuple(r) for *c, n, k, ref in contadas.iter_rows() for r in [(n, k, ref)]}
    assert vistas == {
        clave: (len(suyos), len({s["contribuyente"] for s in suyos}), any(s["reforzado"] for s in suyos))
        for clave, suyos in por_fuerza(registros).items()
    }


@given(st.integers(0, 10_000), st.integers(1, 40))
def test_sumar_es_sumar_por_contribuyente(semilla: int, filas: int) -> None:
    registros = al_azar(semilla, filas, {"a": 3, "b": 2, "zona:z": 3})
    sumadas = cubo.sumar(registros, DIMENSIONES, TABLAS, "empleo")
    vistas = {tuple(f[d] for d in DIMENSIONES): f for f in sumadas.to_dicts()}
    for clave, suyos in por_fuerza(registros).items():
        de_cada_uno: dict[object, int] = defaultdict(int)
        for s in suyos:
            if s["empleo"] is not None:
                de_cada_uno[s["contribuyente"]] += int(str(s["empleo"]))
        mayores = sorted(de_cada_uno.values(), reverse=True)
        if not de_cada_uno:
            assert clave not in vistas or vistas[clave]["valor"] == 0
            continue
        fila = vistas[clave]
        assert fila["valor"] == sum(mayores)
        assert fila["contribuyentes"] == len(mayores)
        assert [fila["mayor"], fila["segundo"], fila["tercero"]] == [*mayores, 0, 0][:3]
        assert de_cada_uno[fila["principal"]] == mayores[0]


def test_los_margenes_de_varias_tablas_van_una_vez() -> None:
    assert cubo.margenes(TABLAS) == [(), ("a",), ("b",), ("zona:z",), ("a", "b"), ("b", "zona:z")]


def test_el_orden_de_los_registros_no_cambia_nada() -> None:
    registros = al_azar(3, 200, {"a": 4, "b": 3, "zona:z": 5})
    revueltos = registros.sample(fraction=1.0, shuffle=True, seed=5)
    for medida in (None, "empleo"):
        una, otra = (
            cubo.contar(r, DIMENSIONES, TABLAS) if medida is None else cubo.sumar(r, DIMENSIONES, TABLAS, medida)
            for r in (registros, revueltos)
        )
        assert una.equals(otra)
