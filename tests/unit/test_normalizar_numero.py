"""Numbers, money and dates as Chilean offices write them."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from observatorio.normalizar.fecha import normalizar_fecha
from observatorio.normalizar.numero import normalizar_dinero, normalizar_entero, normalizar_numero

FORMATO, RANGO = "formato", "rango"

CASOS = [
    # text, whole number, money, any number: a value, or the kind of rule that it breaks
    ("1234567", 1234567, 1234567, 1234567.0),
    ("1.234.567", 1234567, 1234567, 1234567.0),
    ("12.670", 12670, 12670, 12670.0),
    ("$ 1.234.567", 1234567, 1234567, 1234567.0),
    ("$1.234.567.-", 1234567, 1234567, 1234567.0),
    ("CLP 1.234", 1234, 1234, 1234.0),
    ("1.234 pesos", 1234, 1234, 1234.0),
    ("1 234 567", 1234567, 1234567, 1234567.0),
    ("1\u00a0234", 1234, 1234, 1234.0),
    ("1,234,567", 1234567, 1234567, 1234567.0),
    ("1,234,567.89", FORMATO, 1234568, 1234567.89),
    ("1.234,5", FORMATO, 1235, 1234.5),
    ("1234.5", FORMATO, 1235, 1234.5),
    ("2005.0", 2005, 2005, 2005.0),
    ("1.500,00", 1500, 1500, 1500.0),
    ("12,5", FORMATO, 13, 12.5),
    ("0.125", FORMATO, 0, 0.125),
    # Three figures after a lone comma may be thousands or decimals: no whole number is guessed from them.
    ("12,000", FORMATO, FORMATO, 12.0),
    ("1,234", FORMATO, FORMATO, 1.234),
    ("1e5", 100000, 100000, 100000.0),
    ("-5", RANGO, RANGO, -5.0),
    ("−5", RANGO, RANGO, -5.0),
    ("(1.234)", RANGO, RANGO, -1234.0),
    ("99999999999999999999", RANGO, RANGO, 1e20),
    ("3000000000", RANGO, 3000000000, 3e9),
    ("1.23.4", FORMATO, FORMATO, FORMATO),
    ("12 mil", FORMATO, FORMATO, FORMATO),
    ("M$ 5", FORMATO, FORMATO, FORMATO),
    ("5 UF", FORMATO, FORMATO, FORMATO),
    ("US$ 5", FORMATO, FORMATO, FORMATO),
    ("cinco", FORMATO, FORMATO, FORMATO),
    *[(vacio, None, None, None) for vacio in (None, "", "-", "s/i", "S/I", "Sin Información", "null", "NULL", "N/A")],
]


@pytest.mark.parametrize(
    ("funcion", "prefijo", "columna"),
    [(normalizar_entero, "entero", 1), (normalizar_dinero, "dinero", 2), (normalizar_numero, "numero", 3)],
)
def test_numeros(funcion: object, prefijo: str, columna: int) -> None:
    assert callable(funcion)
    resultado = funcion(pl.Series([caso[0] for caso in CASOS], dtype=pl.String), salida="x")
    obtenido = list(zip(resultado.valores["x"], resultado.regla, strict=True))
    esperado = [
        (None, f"{prefijo}_{valor}") if isinstance(valor := caso[columna], str) else (valor, None) for caso in CASOS
    ]
    assert obtenido == esperado
    assert resultado.valores["x"].dtype == {"entero": pl.Int32, "dinero": pl.Int64, "numero": pl.Float64}[prefijo]


def test_limites_del_entero() -> None:
    resultado = normalizar_entero(pl.Series(["0", "1", "13", "14"]), "tramo_ventas", minimo=1, maximo=13)
    assert resultado.valores["tramo_ventas"].to_list() == [None, 1, 13, None]
    assert resultado.regla.to_list() == ["entero_rango", None, None, "entero_rango"]


MARZO = date(2024, 3, 1)


@pytest.mark.parametrize(
    "texto",
    [
        "01-03-2024",
        "1-3-2024",
        "1/3/2024",
        "01/03/2024",
        "01.03.2024",
        "2024-03-01",
        "2024-3-1",
        "2024/03/01",
        "2024.03.01",
        "20240301",
        "2024-03-01 00:00:00",
        "2024-03-01T23:59:59.999-03:00",
        "2024-03-01T10:00:00Z",
        "01-03-2024 10:30",
        "01/03/2024 10:30:00 a. m.",
        "01-mar-2024",
        "1 MAR 2024",
        "1 de marzo de 2024",
        "1° de marzo del 2024",
        "viernes 1 de marzo de 2024",
        "45352",
        "45352,4375",
        "45352.0",
    ],
)
def test_fechas(texto: str) -> None:
    resultado = normalizar_fecha(pl.Series([texto]), salida="desde")
    assert (resultado.valores["desde"].to_list(), resultado.regla.to_list()) == ([MARZO], [None])


@pytest.mark.parametrize(
    ("texto", "regla"),
    [
        ("01-03-24", "fecha_formato"),
        ("24-03-01", "fecha_formato"),
        ("12/31/2024", "fecha_formato"),
        ("31-02-2024", "fecha_formato"),
        ("29-02-2023", "fecha_formato"),
        ("00-00-0000", "fecha_formato"),
        ("marzo 2024", "fecha_formato"),
        ("2024", "fecha_formato"),
        ("19999", "fecha_formato"),
        ("60001", "fecha_formato"),
        ("1 de brumario de 2024", "fecha_formato"),
        ("9999-12-31", "fecha_rango"),
        ("31-12-1849", "fecha_rango"),
        ("s/i", None),
        (None, None),
    ],
)
def test_fechas_que_no_son(texto: str | None, regla: str | None) -> None:
    resultado = normalizar_fecha(pl.Series([texto], dtype=pl.String))
    assert (resultado.valores["desde"].to_list(), resultado.regla.to_list()) == ([None], [regla])


def test_un_programa_escribe_los_decimales_con_punto() -> None:
    textos = pl.Series(["11.364", "3,5", "-2.5", "1.234.567", "7", None])
    leidos = normalizar_numero(textos, "n", punto_decimal=True)
    assert leidos.valores["n"].to_list() == [11.364, 3.5, -2.5, 1234567, 7, None]
    assert normalizar_numero(textos, "n").valores["n"].to_list()[0] == 11364
