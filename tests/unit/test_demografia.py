"""Births, deaths and survival of lives told in one line each, counted by hand; and the account in every category."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from observatorio.catastro.sucesos import ESTADOS, Evidencia, seguidos, sucesos
from observatorio.indicadores.demografia import Historia, contar, supervivencia

DESDE = 2018
ENTRAN, SALEN = ("nacimientos", "reactivaciones", "llegadas"), ("muertes", "salidas")
TRASLADOS = pl.Schema({"rut": pl.Int32(), "anio": pl.Int32(), "sentido": pl.String()})


def historia(
    vidas: Mapping[str, str],
    ruts: Mapping[str, int] | None = None,
    traslados: list[tuple[int, int, str]] | None = None,
    callan: Mapping[str, set[int]] | None = None,
) -> Historia:
    """A letter a year: a section (upper case) where it works, `.` where not, ` ` for all in a year never consolidated.

    The sections are the attributes. Each has a register of its own, which speaks of all years but those in `callan`.
    """
    filas = [
        {"anio": DESDE + t, "id": id, "rut": (ruts or {}).get(id), "activo": letra != ".", "seccion": letra}
        for id, trazo in vidas.items()
        for t, letra in enumerate(trazo)
        if letra != " " and DESDE + t not in (callan or {}).get(id, ())
    ]
    esquema = {**ESTADOS, "seccion": pl.String()}
    marco = pl.DataFrame(filas, schema=esquema)
    estados = marco.select(ESTADOS.names())
    anios = tuple(estados["anio"].unique().sort())
    evidencia = Evidencia(
        pl.DataFrame({"id": list(vidas), "fuente": list(vidas)}, schema={"id": pl.String, "fuente": pl.String}),
        pl.DataFrame(
            [(id, a) for id in vidas for a in anios if a not in (callan or {}).get(id, ())],
            schema={"fuente": pl.String, "anio": pl.Int32},
            orient="row",
        ),
        pl.DataFrame(schema={"id": pl.String, "desde": pl.Date}),
        pl.DataFrame(traslados or [], schema=TRASLADOS, orient="row"),
    )
    atributos = marco.filter("activo").select("anio", "id", "seccion")
    return Historia(anios, seguidos(estados, evidencia), sucesos(estados, evidencia), atributos)


PEQUENA = {
    "vieja": "GGGGGG",
    "cambia": "GGCCCC",
    "muere": "GGG...",
    "pausa": "CC.CCC",
    "nace": "..GGGG",
    "efimera": "..CC..",
    "llega": "...CCC",
    "se_va": "GGGG..",
}


def pequena() -> Historia:
    return historia(PEQUENA, {"llega": 1, "se_va": 2}, [(1, 2021, "deja"), (2, 2022, "llega")])


def fila(marco: pl.DataFrame, **donde: object) -> dict[str, object]:
    return marco.filter(**donde).row(0, named=True)


def test_historia_pequena_contada_a_mano() -> None:
    marco = contar(pequena())
    assert marco.select("anio", "desde", "antes", *ENTRAN, *SALEN, "neto", "ahora").rows() == [
        # 2018: vieja, cambia, muere, pausa and se_va, of whom it is not known when they came.
        (2018, None, None, 0, 0, 0, 0, 0, 0, None),
        (2019, 2018, 5, 0, 0, 0, 0, 0, 0, 5),
        (2020, 2019, 5, 2, 0, 0, 1, 0, 1, 6),
        (2021, 2020, 6, 0, 1, 1, 1, 0, 1, 7),
        (2022, 2021, 7, 0, 0, 0, 1, 1, -2, 5),
        (2023, 2022, 5, 0, 0, 0, 0, 0, 0, 5),
    ]
    assert marco["activos"].to_list() == [5, 5, 6, 7, 5, 5]
    assert marco["natalidad"].to_list() == pytest.approx([None, 0, 100 * 2 / 6, 0, 0, 0])
    assert marco["mortalidad"].to_list() == pytest.approx([None, 0, 100 / 5, 100 / 6, 100 / 7, 0])
    # A death and a departure of 2022 may still be pauses.
    assert marco["provisorias"].to_list() == [0, 0, 0, 0, 2, 0]


def test_por_seccion_cada_uno_donde_trabajo_por_ultima_vez() -> None:
    """Who changes sector is no birth and no death: from 2020 on it was, and is, one of C."""
    marco = contar(pequena(), ["seccion"])
    columnas = ("antes", *ENTRAN, *SALEN, "ahora")
    # cambia and pausa before; now cambia and efimera.
    assert [fila(marco, anio=2020, seccion="C")[c] for c in columnas] == [2, 1, 0, 0, 1, 0, 2]
    # vieja, muere and se_va; and nace.
    assert [fila(marco, anio=2020, seccion="G")[c] for c in columnas] == [3, 1, 0, 0, 0, 0, 4]
    assert [fila(marco, anio=2022, seccion="G")[c] for c in columnas] == [3, 0, 0, 0, 0, 1, 2]
    assert [fila(marco, anio=2022, seccion="C")[c] for c in columnas] == [4, 0, 0, 0, 1, 0, 3]
    assert fila(marco, anio=2020, seccion="C")["mortalidad"] == 50


def test_supervivencia_contada_a_mano() -> None:
    marco = supervivencia(pequena())
    # nace and efimera were born in 2020; the second is gone in 2022. Whoever arrived was not born.
    assert marco.select("anio", "despues", "nacidos", "vivos", "tasa", "provisoria").rows() == [
        (2020, 1, 2, 2, 100.0, False),
        (2020, 2, 2, 1, 50.0, True),
        (2020, 3, 2, 1, 50.0, True),
    ]
    assert fila(supervivencia(pequena(), ["seccion"]), despues=2, seccion="C")["tasa"] == 0


def test_supervivencia_de_quien_se_va_y_de_quien_no_se_sabe() -> None:
    vidas = {"a": "G" * 6, "queda": ".GGGGG", "emigra": ".G....", "calla": ".GGGGG"}
    h = historia(vidas, {"emigra": 9}, [(9, 2020, "llega")], {"calla": {2020}})
    uno = fila(supervivencia(h), anio=2019, despues=1)
    assert [uno[c] for c in ("nacidos", "vivos", "sin_noticia", "salidas", "tasa")] == [3, 1, 1, 1, 50]
    dos = fila(supervivencia(h), anio=2019, despues=2)
    assert [dos[c] for c in ("nacidos", "vivos", "sin_noticia", "tasa")] == [3, 2, 0, pytest.approx(200 / 3)]


def test_lo_que_no_se_cargo_no_se_cuenta_como_cero() -> None:
    """Without 2020, what is told in 2021 happened in two years: counts and no rate; and who lived then is not known."""
    h = historia({"a": "GG GGG", "nace": "..  GG", "antes": ".G  GG", "b": ".. GGG"})
    marco = contar(h)
    assert marco["anio"].to_list() == [2018, 2019, 2021, 2022, 2023]
    en_2021 = fila(marco, anio=2021)
    assert en_2021["desde"] == 2019
    assert en_2021["nacimientos"] == 1
    assert en_2021["natalidad"] is en_2021["mortalidad"] is None
    vivos = supervivencia(h)
    assert fila(vivos, anio=2019, despues=1)["vivos"] is None
    assert fila(vivos, anio=2019, despues=1)["tasa"] is None
    assert fila(vivos, anio=2021, despues=1)["tasa"] is None
    assert fila(vivos, anio=2021, despues=1)["vivos"] == 1


def test_sin_nada_no_hay_filas() -> None:
    h = historia({})
    assert contar(h, ["seccion"]).height == supervivencia(h).height == 0


VIDAS = st.lists(st.text("GC.", min_size=6, max_size=6), min_size=1, max_size=12)
SILENCIOS = st.lists(st.sets(st.integers(DESDE, DESDE + 5), max_size=2), min_size=12, max_size=12)


@given(
    VIDAS,
    SILENCIOS,
    st.lists(st.tuples(st.integers(1, 12), st.integers(2018, 2023), st.sampled_from(["deja", "llega"]))),
)
def test_las_cuentas_cuadran_en_cada_seccion(
    trazos: list[str], silencios: list[set[int]], traslados: list[tuple[int, int, str]]
) -> None:
    """Births - deaths + reactivations + moves in - moves out is the change of the active stock, whatever happened."""
    vidas = {f"e{i}": trazo for i, trazo in enumerate(trazos)}
    ruts = {id: i + 1 for i, id in enumerate(vidas)}
    callan = dict(zip(vidas, silencios, strict=False))
    h = historia({"todo": "GGGGGG", **vidas}, ruts, traslados, callan)
    entero, por_seccion = contar(h), contar(h, ["seccion"])
    for marco in (entero, por_seccion):
        con_antes = marco.filter(pl.col("desde").is_not_null())
        assert (con_antes["ahora"] - con_antes["antes"]).equals(con_antes["neto"].rename("ahora"))
    sumables = ["antes", "ahora", "neto", *ENTRAN, *SALEN, "provisorias", "activos"]
    juntas = por_seccion.filter(pl.col("desde").is_not_null()).group_by("anio").agg(pl.col(sumables).sum()).sort("anio")
    assert_frame_equal(juntas, entero.filter(pl.col("desde").is_not_null()).select("anio", *sumables))
    vivos = supervivencia(h)
    assert (vivos["vivos"] + vivos["sin_noticia"] + vivos["salidas"] <= vivos["nacidos"]).all()


@given(VIDAS)
def test_si_todas_las_fuentes_hablan_son_los_activos(trazos: list[str]) -> None:
    h = historia({"todo": "GGGGGG", **{f"e{i}": t for i, t in enumerate(trazos)}})
    marco = contar(h)
    cambio = (marco["activos"] - marco["activos"].shift(1)).slice(1)
    assert cambio.to_list() == marco["neto"].slice(1).to_list()
