"""The figures of docs/enlace.md are counted right: pairs, exact keys, formality."""

from __future__ import annotations

from itertools import combinations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from observatorio.catastro.evaluacion import contar_pares, medir_enlace, medir_formalidad

FILAS = st.lists(st.tuples(st.sampled_from("ABCD"), st.sampled_from(["1", "2", "3", None])), max_size=25)


@given(FILAS)
def test_los_pares_son_los_de_contarlos_uno_a_uno(filas: list[tuple[str, str | None]]) -> None:
    marco = pl.DataFrame(filas, schema={"verdad": pl.Utf8, "id": pl.Utf8}, orient="row")
    todos = list(combinations(filas, 2))
    juntos = [(a, b) for a, b in todos if a[1] is not None and a[1] == b[1]]
    pares = contar_pares(marco)
    assert pares.reales == sum(a[0] == b[0] for a, b in todos)
    assert pares.dados == len(juntos)
    assert pares.ciertos == sum(a[0] == b[0] for a, b in juntos)
    assert pares.precision == (pares.ciertos / len(juntos) if juntos else 1)
    assert pares.recall == (pares.ciertos / pares.reales if pares.reales else 1)


def registro(verdad: str, id: str | None, rut: int | None, direccion: str) -> dict[str, object]:
    vacias = dict.fromkeys(("nombre_fantasia", "calle", "numero", "resto"))
    return {"verdad": verdad, "id": id, "rut": rut, "razon_social": "UNO", "direccion_texto": direccion, **vacias}


def test_sin_rut_es_que_a_uno_de_los_dos_le_falta() -> None:
    filas = [
        registro("a", "1", 7, "Lira 1"),
        registro("a", "1", 7, "Lira 1"),
        registro("a", "1", None, "Lira 1"),
        registro("a", "2", None, "LIRA 1"),
    ]
    tipos = dict.fromkeys(("nombre_fantasia", "calle", "numero", "resto"), pl.Utf8)
    medido = medir_enlace(pl.DataFrame(filas, schema_overrides=tipos))
    assert (medido.todos.reales, medido.todos.dados) == (6, 3)
    assert (medido.sin_rut.reales, medido.sin_rut.dados, medido.sin_rut.ciertos) == (5, 2, 2)
    # By equality, the two with a RUT are one, and so are the two that have name and address alone.
    assert (medido.exactos.ciertos, medido.exactos_sin_rut.ciertos) == (2, 1)


def test_la_formalidad_se_compara_establecimiento_por_establecimiento() -> None:
    catastro = pl.DataFrame(
        {
            "anio": [2024] * 4,
            "id": ["1", "2", "3", "4"],
            "formalidad": ["formal", "indeterminado", "informal", "formal"],
        }
    )
    registros = pl.DataFrame({"id": ["1", "1", "1", "2", "3", None], "verdad": ["a", "a", "b", "b", "a", "c"]})
    reales = pl.DataFrame(
        {
            "anio": [2024] * 3,
            "id_establecimiento": ["a", "b", "c"],
            "formalidad": ["formal", "informal", "formal"],
        }
    )
    medida = medir_formalidad(catastro, registros, reales)
    assert {(f["real"], f["dada"]): f["n"] for f in medida.matriz.to_dicts()} == {
        ("formal", "formal"): 1,
        ("informal", "indeterminado"): 1,
    }
    assert (medida.reales, medida.encontradas, medida.sobran) == (3, 2, 2)
    assert (medida.cobertura, medida.exactitud) == (0.5, 1.0)
