"""Employment of a premises: one record tells the total and its parts, and the row says whether they fit."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from observaciones_hechas import observaciones
from observatorio.catastro.empleo import CAMPOS, PARTES, cuadrar, elegir_empleo
from observatorio.catastro.ganadores import preparar

ENCUESTA = {"actor": "academia", "fuente": "encuesta"}
PATENTE = {"actor": "municipalidad", "fuente": "patentes"}
FAENA = {"actor": "tractora", "fuente": "faenas"}
SOCIO = {"actor": "gremio", "fuente": "gremio"}
_ORIGEN = pl.Struct({"carga": pl.Int64, "fila": pl.Int64, "regla": pl.Utf8})


def elegido(*filas: dict[str, Any]) -> dict[str, Any]:
    """The one row that comes out, whatever the order of the records."""
    salidas = []
    for orden in permutations(enumerate(filas)):
        marco = observaciones(*({"fila": i} | f for i, f in orden))
        salidas.append(elegir_empleo(preparar(marco.with_columns(id=pl.lit("x")), 2024)).rows(named=True))
    assert all(s == salidas[0] for s in salidas)
    [fila] = salidas[0]
    return fila


def dicho(fila: dict[str, Any]) -> dict[str, int]:
    return {c: fila[c] for c in CAMPOS if fila[c] is not None}


def test_las_partes_vienen_con_su_propio_total() -> None:
    encuesta = ENCUESTA | {"empleo_total": 5, "empleo_local": 2, "empleo_conmutante": 3}
    fila = elegido(encuesta, PATENTE | {"empleo_total": 40, "trabajadores_extranjeros": 7})
    assert dicho(fila) == {"empleo_total": 5, "empleo_local": 2, "empleo_conmutante": 3}
    assert fila["o_empleo_total"] == {"carga": 1, "fila": 0, "regla": "establecimiento:academia"}
    assert fila["o_trabajadores_extranjeros"] is None


def test_las_partes_de_quien_no_da_el_total_no_se_mezclan_con_el_de_otro() -> None:
    fila = elegido(ENCUESTA | {"empleo_local": 2}, PATENTE | {"empleo_total": 40})
    assert dicho(fila) == {"empleo_total": 40}
    assert fila["o_empleo_total"]["regla"] == "establecimiento:municipalidad"


def test_residentes_y_conmutantes_son_todos() -> None:
    partes = {"empleo_local": 2, "conmutante_intrarregional": 1, "conmutante_interregional": 3}
    fila = elegido(ENCUESTA | partes, PATENTE | {"empleo_total": 40})
    assert dicho(fila) == partes | {"empleo_total": 6, "empleo_conmutante": 4}
    assert fila["o_empleo_total"]["regla"] == "establecimiento:academia:suma_de_partes"
    assert fila["o_empleo_conmutante"]["regla"] == "establecimiento:academia:suma_de_partes"
    assert fila["o_empleo_local"]["regla"] == "establecimiento:academia"


def test_una_parte_sola_vale_si_nadie_da_un_total() -> None:
    assert dicho(elegido(ENCUESTA | {"empleo_local": 2}, SOCIO)) == {"empleo_local": 2}


@pytest.mark.parametrize(
    ("filas", "total"),
    [
        ([PATENTE | {"empleo_total": 4}, SOCIO | {"empleo_total": 9}], 4),
        ([PATENTE | {"empleo_total": 4}, FAENA | {"empleo_total": 900}], 900),
        ([ENCUESTA | {"empleo_total": 1}, FAENA | {"empleo_total": 900}], 1),
        ([ENCUESTA | {"empleo_total": 1, "ola": "1"}, ENCUESTA | {"empleo_total": 1, "ola": "2"}], 1),
        ([ENCUESTA | {"empleo_total": 3, "sha256": "b"}, ENCUESTA | {"empleo_total": 2, "sha256": "a"}], 2),
        ([{"actor": "sii", "fuente": "nomina", "empleo_total": 7}, PATENTE | {"empleo_total": 4}], 4),
    ],
)
def test_a_quien_se_le_cree(filas: list[dict[str, Any]], total: int) -> None:
    filas = [f | {"sha256": f.get("sha256", str(i))} for i, f in enumerate(filas)]
    assert elegido(*filas)["empleo_total"] == total


def cuadrado(valores: Mapping[str, int | None], regla: str = "establecimiento:academia") -> dict[str, Any]:
    origen = {"carga": 1, "fila": 1, "regla": regla}
    fila = (
        dict.fromkeys(CAMPOS)
        | dict(valores)
        | {f"o_{c}": origen if valores.get(c) is not None else None for c in CAMPOS}
    )
    esquema = dict.fromkeys(CAMPOS, pl.Int32) | {f"o_{c}": _ORIGEN for c in CAMPOS}
    return cuadrar(pl.DataFrame([fila], schema=esquema)).row(0, named=True)


@pytest.mark.parametrize(
    ("valores", "sin_dato", "cuadra"),
    [
        ({"empleo_total": 5, "empleo_local": 2, "empleo_conmutante": 3}, 0, True),
        ({"empleo_total": 5, "empleo_local": 2}, 3, True),
        ({"empleo_total": 5}, 5, None),
        ({"empleo_local": 2}, None, None),
        ({}, None, None),
        ({"empleo_total": 4, "empleo_local": 2, "empleo_conmutante": 3}, None, False),
        ({"empleo_total": 9, "empleo_conmutante": 3, "conmutante_intrarregional": 2}, 6, True),
        (
            {
                "empleo_total": 9,
                "empleo_conmutante": 3,
                "conmutante_intrarregional": 2,
                "conmutante_interregional": 2,
            },
            None,
            False,
        ),
        ({"empleo_total": 3, "empleo_local": 2, "conmutante_interregional": 2}, None, False),
        ({"empleo_total": 3, "empleo_local": 2, "trabajadores_extranjeros": 4}, 1, False),
        ({"empleo_total": 3, "trabajadores_con_contrato": 4}, 3, False),
        ({"empleo_total": 3, "trabajadores_con_contrato": 3, "trabajadores_extranjeros": 0}, 3, True),
        ({"empleo_total": 0, "empleo_local": 0, "empleo_conmutante": 0}, 0, True),
    ],
)
def test_las_partes_caben_o_la_fila_lo_dice(valores: dict[str, int], sin_dato: int | None, cuadra: bool | None) -> None:
    fila = cuadrado(valores)
    assert (fila["empleo_sin_dato"], fila["empleo_cuadra"]) == (sin_dato, cuadra)
    assert dicho(fila) == valores, "what does not fit stays as it was stated"


def test_la_parte_de_una_firma_repartida_no_se_mezcla_con_las_de_un_local() -> None:
    fila = cuadrado({"empleo_total": 12, "empleo_local": 3, "trabajadores_extranjeros": 1}, "empresa:repartido")
    assert dicho(fila) == {"empleo_total": 12}
    assert (fila["empleo_sin_dato"], fila["empleo_cuadra"], fila["o_empleo_local"]) == (12, None, None)


_CUENTAS = st.one_of(st.none(), st.integers(0, 20))


@given(st.fixed_dictionaries(dict.fromkeys(CAMPOS, _CUENTAS)))
def test_siempre_suman_o_se_dice_que_no(valores: dict[str, int | None]) -> None:
    fila = cuadrado(valores)
    total, local, conmutante = fila["empleo_total"], fila["empleo_local"] or 0, fila["empleo_conmutante"] or 0
    if fila["empleo_sin_dato"] is not None:
        assert fila["empleo_sin_dato"] >= 0
        assert local + conmutante + fila["empleo_sin_dato"] == total
    else:
        assert total is None or fila["empleo_cuadra"] is False
    con_partes = total is not None and any(valores[p] is not None for p in PARTES)
    assert (fila["empleo_cuadra"] is None) is not con_partes
