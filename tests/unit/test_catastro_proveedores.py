"""Tiers of suppliers against a plain search of the same network, and links at a date."""

from __future__ import annotations

from collections import deque
from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatorio.catastro.proveedores import niveles, vigentes

Par = tuple[int, int]
redes = st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), max_size=40)


def marco(pares: list[Par]) -> pl.DataFrame:
    return pl.DataFrame(pares, schema={"comprador": pl.Int32, "proveedor": pl.Int32}, orient="row")


def a_mano(pares: list[Par], tractoras: set[int]) -> set[tuple[int, int, int]]:
    """The shortest ways by a queue and sets, one tractora after the other."""
    salida = set()
    for tractora in tractoras:
        vistos, cola = {tractora}, deque([(tractora, 0)])
        while cola:
            quien, nivel = cola.popleft()
            for comprador, proveedor in pares:
                if comprador == quien and proveedor not in vistos:
                    vistos.add(proveedor)
                    cola.append((proveedor, nivel + 1))
                    salida.add((tractora, proveedor, nivel + 1))
    return salida


@given(redes, st.sets(st.integers(1, 9)))
def test_los_niveles_son_los_de_una_busqueda_a_mano(pares: list[Par], tractoras: set[int]) -> None:
    filas = niveles(marco(pares), tractoras).rows()
    assert len(filas) == len(set(filas))
    assert set(filas) == a_mano(pares, tractoras)
    assert filas == sorted(filas)


@given(redes, st.sets(st.integers(1, 9)), st.randoms(use_true_random=False))
def test_ni_el_orden_ni_las_repeticiones_cuentan(pares: list[Par], tractoras: set[int], azar: st.DataObject) -> None:
    revueltos = [*pares, *pares[: len(pares) // 2]]
    azar.shuffle(revueltos)  # type: ignore[attr-defined]
    assert niveles(marco(revueltos), tractoras).equals(niveles(marco(pares), tractoras))


def test_ciclos_y_lazos_no_hacen_a_nadie_su_propio_proveedor() -> None:
    pares = [(1, 1), (1, 2), (2, 3), (3, 1), (3, 2), (2, 4), (4, 5), (5, 4), (7, 2), (1, 7)]
    assert niveles(marco(pares), [1, 7]).rows() == [
        *((1, 2, 1), (1, 3, 2), (1, 4, 2), (1, 5, 3), (1, 7, 1)),
        *((7, 1, 3), (7, 2, 1), (7, 3, 2), (7, 4, 2), (7, 5, 3)),
    ]


def test_una_tractora_sin_compras_no_tiene_filas() -> None:
    assert niveles(marco([]), [1]).height == 0
    assert niveles(marco([(2, 3)]), [1, 3, 99]).height == 0


def test_un_millon_de_vinculos_y_una_cadena_larga() -> None:
    """A chain of fifty thousand firms beside a network in which nearly every firm reaches most others."""
    azar = np.random.default_rng(1)
    muchos = pl.DataFrame(azar.integers(1, 1_000_000, (1_000_000, 2)), schema=["comprador", "proveedor"])
    cadena = pl.DataFrame({"comprador": range(2_000_000, 2_050_000), "proveedor": range(2_000_001, 2_050_001)})
    filas = niveles(pl.concat([muchos, cadena]), [5, 2_000_000])
    assert filas.filter(pl.col("tractora") == 2_000_000)["nivel"].to_list() == list(range(1, 50_001))


DESDE, HASTA = date(2023, 3, 1), date(2024, 6, 30)


@pytest.mark.parametrize(
    ("anio", "desde", "hasta", "fecha", "rige"),
    [
        (2024, None, None, date(2024, 1, 1), True),
        (2024, None, None, date(2024, 12, 31), True),
        (2024, None, None, date(2023, 12, 31), False),
        (2024, DESDE, HASTA, DESDE, True),
        (2024, DESDE, HASTA, HASTA, True),
        (2024, DESDE, HASTA, date(2023, 2, 28), False),
        (2024, DESDE, HASTA, date(2024, 7, 1), False),
        (2024, DESDE, None, date(2024, 12, 31), True),
        (2024, DESDE, None, date(2025, 1, 1), False),
        (2024, None, HASTA, date(2024, 1, 1), True),
        (2024, None, HASTA, date(2023, 12, 31), False),
        # It ended before the year of its list, or before it began: it holds on no day at all.
        (2024, None, date(2023, 6, 30), date(2023, 6, 30), False),
        (2024, HASTA, DESDE, date(2024, 1, 1), False),
    ],
)
def test_un_vinculo_rige_entre_sus_fechas(
    anio: int, desde: date | None, hasta: date | None, fecha: date, rige: bool
) -> None:
    tipos = {"comprador": pl.Int32, "proveedor": pl.Int32, "anio": pl.Int32, "desde": pl.Date, "hasta": pl.Date}
    uno = pl.DataFrame([(1, 2, anio, desde, hasta)], schema=tipos, orient="row")
    assert vigentes(uno, fecha).rows() == ([(1, 2)] if rige else [])


def test_un_anio_tiene_los_vinculos_de_cualquiera_de_sus_dias() -> None:
    tipos = {"comprador": pl.Int32, "proveedor": pl.Int32, "anio": pl.Int32, "desde": pl.Date, "hasta": pl.Date}
    filas = [
        (1, 2, 2024, None, None),
        (1, 2, 2024, DESDE, HASTA),
        (1, 3, 2023, DESDE, HASTA),
        (1, 4, 2023, None, None),
        (1, 5, 2023, None, date(2023, 12, 30)),
        (1, 6, 2025, date(2024, 12, 31), None),
    ]
    todos = pl.DataFrame(filas, schema=tipos, orient="row")
    assert vigentes(todos, date(2024, 1, 1), date(2024, 12, 31)).rows() == [(1, 2), (1, 3), (1, 6)]
