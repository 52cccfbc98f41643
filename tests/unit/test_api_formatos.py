"""Downloads, parameters and the limit of wrong keys, without a server."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from api.errors import ErrorParametro
from api.formatos import a_csv, a_xlsx, neutral
from api.parametros import leer_anios
from observatorio.db.queries.fuentes import UltimaCarga, frescura


@given(st.text(max_size=40))
def test_ninguna_celda_empieza_como_una_formula(texto: str) -> None:
    """Whatever the text, a spreadsheet reads text."""
    assert not neutral(texto).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert neutral(texto).endswith(texto)


def test_csv_neutraliza_textos_y_deja_numeros() -> None:
    """A negative number is a number; a text that starts like a formula is a text."""
    registros = [{"nombre": "=cmd|' /C calc'!A0", "valor": -3.5, "n": None}]
    columnas = ("nombre", "valor", "n")
    assert a_csv(registros, columnas).decode() == "nombre,valor,n\r\n'=cmd|' /C calc'!A0,-3.5,\r\n"
    assert a_csv(registros, columnas, ";").decode("utf-8-sig").splitlines()[1] == "'=cmd|' /C calc'!A0;-3,5;"


def test_xlsx_escribe_textos_como_textos() -> None:
    """Neither formulas nor links are made of what somebody wrote."""
    libro = a_xlsx([{"nombre": "=1+1", "valor": 2}], {"nombre": "Nombre", "valor": "Valor"}, {"Nota": "=2+2"})
    abierto = CalamineWorkbook.from_filelike(io.BytesIO(libro))
    assert abierto.get_sheet_by_name("Datos").to_python() == [["Nombre", "Valor"], ["=1+1", 2]]
    assert abierto.get_sheet_by_name("Acerca de").to_python() == [["Nota", "=2+2"]]


def test_leer_anios() -> None:
    """One, several, none."""
    assert leer_anios("2024, 2022,2024") == (2022, 2024)
    assert leer_anios("") == ()
    for malo in ("24", "dosmil", "2024;2023", "٢٠٢٤"):
        with pytest.raises(ErrorParametro):
            leer_anios(malo)


@pytest.mark.parametrize(
    ("periodicidad", "dias", "estado"),
    [
        ("mensual", 35, "al_dia"),
        ("mensual", 45, "atrasada"),
        ("anual", 400, "al_dia"),
        ("anual", 460, "atrasada"),
        ("a pedido", 5000, "al_dia"),
    ],
)
def test_frescura(periodicidad: str, dias: int, estado: str) -> None:
    """Late is a quarter beyond the period; what has no period is never late."""
    ahora = datetime(2026, 3, 1, tzinfo=UTC)
    carga = UltimaCarga(2024, ahora - timedelta(days=dias), 10)
    assert frescura(periodicidad, carga, ahora) == estado
    assert frescura(periodicidad, None, ahora) == "sin_carga"
