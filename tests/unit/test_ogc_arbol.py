"""The reader of filters: whatever is written, it answers with a tree or with a refusal, and the process goes on."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.errors import ErrorParametro
from api.ogc.arbol import LENGUAS, leer_arbol

TROZOS = (
    *(
        "(",
        ")",
        "not ",
        "-",
        "+",
        "=",
        "<>",
        "1",
        "'a'",
        '"p"',
        "x",
        " and ",
        " or ",
        "casei(",
        "in (",
        ",",
        "between ",
    ),
    *(
        "like ",
        "is null",
        "POINT(1 2)",
        "POLYGON((",
        "POINT EMPTY",
        "BBOX(1,2,3,4)",
        "BBOX(1)",
        "true",
        "*",
        "div ",
        "'",
    ),
    *(
        "date('2024-01-01')",
        "interval('..','x')",
        "[",
        "]",
        "{",
        ".",
        "ñ",
        "💥",
        "1e999",
        "--",
        ";",
        "/*",
        "s_intersects(",
    ),
)
HOJAS = st.sampled_from(
    [1, -1.5, 1e308, 10**30, "x", True, None, {}, {"property": "x"}, {"property": 1}, {"date": "x"}]
)
ARBOLES = st.recursive(
    HOJAS,
    lambda hijos: (
        st.lists(hijos, max_size=3)
        | st.fixed_dictionaries(
            {
                "op": st.sampled_from(["and", "not", "=", "in", "casei", "s_intersects", "zz"]),
                "args": st.lists(hijos, max_size=3),
            }
        )
    ),
    max_leaves=20,
)


@settings(deadline=None, max_examples=400)
@given(st.lists(st.sampled_from(TROZOS), max_size=60).map("".join) | st.text(max_size=40))
def test_cualquier_texto(texto: str) -> None:
    """No other error than a refusal leaves it, also where the library itself would fail."""
    with suppress(ErrorParametro):
        leer_arbol(texto, "cql2-text")


@settings(deadline=None, max_examples=200)
@given(ARBOLES)
def test_cualquier_json(arbol: object) -> None:
    """The same, of trees that no schema was asked about."""
    with suppress(ErrorParametro):
        leer_arbol(json.dumps(arbol), "cql2-json")


@pytest.mark.parametrize("hondo", ["(", "not (", "casei(", "(x=1 and ", "-(", "((x) is null or "])
def test_ni_miles_de_parentesis_ni_veinte_mal_cerrados(hondo: str) -> None:
    """The first would end the process, the second keep it busy: both are refused before they are read."""
    for veces in (20, 2_000):
        for cola in ("", ")" * veces, "x=!" + ")" * veces):
            with pytest.raises(ErrorParametro):
                leer_arbol(hondo * veces + "x=1" + cola, "cql2-text")


def test_lo_que_escriben_los_programas_pasa() -> None:
    """QGIS puts every pair of conditions into brackets of their own; texts within quotes do not count."""
    condiciones = "x = 1"
    for numero in range(9):
        condiciones = f"({condiciones}) AND (y{numero} = {numero})"
    assert leer_arbol(condiciones, "cql-text")["op"] == "and"
    vertices = ", ".join(f"-68.{n:03} -22.{n:03}" for n in range(500))
    poligono = f"S_INTERSECTS(geometry, POLYGON(({vertices}, -68.000 -22.000)))"
    assert len(leer_arbol(poligono, "cql2-text")["args"][1]["coordinates"][0]) == 501
    assert leer_arbol(f"x = '{'(' * 5000}'", "cql2-text")["args"][1] == "(" * 5000
    assert len(LENGUAS) == 3
