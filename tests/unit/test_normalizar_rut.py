"""RUT: the published vectors, every way of writing one, and what is never invented."""

from __future__ import annotations

import polars as pl
import pytest

from observatorio.normalizar.rut import dv_de, formatear_rut, normalizar_rut, tipo_persona

VECTORES = ["61704000-K", "76000000-0", "50000000-7", "12345678-5", "1000005-K", "9-4"]


def uno(texto: str | None, *dv: str | None) -> tuple[int | None, str | None, str | None]:
    columna = (pl.Series(dv, dtype=pl.String),) if dv else ()
    resultado = normalizar_rut(pl.Series([texto], dtype=pl.String), *columna)
    return resultado.valores["rut"][0], resultado.valores["dv"][0], resultado.regla[0]


@pytest.mark.parametrize("vector", VECTORES)
def test_vectores(vector: str) -> None:
    numero, digito = vector.split("-")
    assert dv_de(pl.Series([int(numero)])).to_list() == [digito]
    assert uno(vector) == (int(numero), digito, None)
    assert uno(numero, digito) == (int(numero), digito, None)


@pytest.mark.parametrize(
    "texto",
    [
        "76286053-8",
        "76.286.053-8",
        "762860538",
        "76.286.0538",
        " 76286053 - 8 ",
        "0076286053-8",
        "76 286 053-8",
        "RUT 76.286.053-8",
        "R.U.T.: 76286053-8",
        "Rut N° 76.286.053-8",
        "76286053–8",
        "76286053‑8",
        "76286053−8",
        "'76286053-8",
        "76,286,053-8",
        "７６２８６０５３-８",
    ],
)
def test_maneras_de_escribir(texto: str) -> None:
    assert uno(texto) == (76286053, "8", None)


@pytest.mark.parametrize("texto", ["61704000-k", "61.704.000k", "61704000K", "061704000-K"])
def test_digito_k(texto: str) -> None:
    assert uno(texto) == (61704000, "K", None)


@pytest.mark.parametrize(
    ("texto", "esperado"),
    [
        ("76286053", (76286053, None, "rut_sin_dv")),
        ("76.286.053-", (76286053, None, "rut_sin_dv")),
        ("762860530", (None, None, "rut_formato")),
        ("9", (9, None, "rut_sin_dv")),
        # 8 figures whose last one fits the rest: under 50.000.000 the digit is there, above it is more likely missing.
        ("12345670", (1234567, "0", None) if dv_de(pl.Series([1234567]))[0] == "0" else (12345670, None, "rut_sin_dv")),
        ("76286053-7", (None, None, "rut_digito")),
        ("11111111-1", (None, None, "rut_comodin")),
        ("55.555.555-5", (None, None, "rut_comodin")),
        ("66666666-6", (None, None, "rut_comodin")),
        ("99999999-9", (None, None, "rut_comodin")),
        ("11111111", (None, None, "rut_comodin")),
        ("1-9", (None, None, "rut_comodin")),
        ("0-0", (None, None, "rut_comodin")),
        ("00000000", (None, None, "rut_comodin")),
        ("no tiene", (None, None, "rut_formato")),
        ("-8", (None, None, "rut_formato")),
        ("1234567890-1", (None, None, "rut_formato")),
        ("76286053-8 / 12345678-5", (None, None, "rut_formato")),
        ("S/I", (None, None, None)),
        ("", (None, None, None)),
        (None, (None, None, None)),
    ],
)
def test_lo_que_falta_o_falla(texto: str | None, esperado: tuple[int | None, str | None, str | None]) -> None:
    assert uno(texto) == esperado


def test_ocho_cifras_pegadas() -> None:
    numero = 7_628_605
    digito = dv_de(pl.Series([numero]))[0]
    assert uno(f"{numero}{digito}") == (int(f"{numero}{digito}"), None, "rut_sin_dv")
    numero = 4_123_456
    digito = dv_de(pl.Series([numero]))[0]
    assert uno(f"{numero}{digito}") == (numero, digito, None)


@pytest.mark.parametrize(
    ("numero", "dv", "esperado"),
    [
        ("76286053", "8", (76286053, "8", None)),
        ("76.286.053", " 8 ", (76286053, "8", None)),
        ("1000005", "k", (1000005, "K", None)),
        ("76286053-8", "8", (76286053, "8", None)),
        ("76286053-8", None, (76286053, "8", None)),
        ("76286053-8", "7", (None, None, "rut_digito")),
        ("76286053", "7", (None, None, "rut_digito")),
        ("76286053", "X", (None, None, "rut_digito")),
        ("76286053", None, (76286053, None, "rut_sin_dv")),
        ("762860538", None, (None, None, "rut_formato")),
        (None, "8", (None, None, None)),
    ],
)
def test_digito_en_su_columna(
    numero: str | None, dv: str | None, esperado: tuple[int | None, str | None, str | None]
) -> None:
    assert uno(numero, dv) == esperado


def test_formato_y_persona() -> None:
    ruts = pl.Series([76286053, 9, 1000005, 123, None], dtype=pl.Int32)
    digitos = pl.Series(["8", "4", "K", None, None], dtype=pl.String)
    assert formatear_rut(ruts, digitos).to_list() == ["76286053-8", "9-4", "1000005-K", "123", None]
    assert formatear_rut(ruts, digitos, puntos=True).to_list() == ["76.286.053-8", "9-4", "1.000.005-K", "123", None]
    assert tipo_persona(pl.Series([49_999_999, 50_000_000, None])).to_list() == ["natural", "juridica", None]


def test_ruts_reales(datos_reales: object) -> None:
    tabla = pl.read_csv(
        f"{datos_reales}/res/res_constituciones_2013_antofagasta_y_muestra.csv", separator=";", infer_schema=False
    )
    resultado = normalizar_rut(tabla["RUT"])
    assert len(tabla) == 3155
    assert resultado.regla.null_count() == 3155
    assert formatear_rut(resultado.valores["rut"], resultado.valores["dv"]).to_list() == tabla["RUT"].to_list()
