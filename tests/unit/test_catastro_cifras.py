"""What is derived for an establishment: its share of the firm, its state, its formality, the words of its activity."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import Any

import polars as pl
import pytest

from observatorio.catastro.cierre import Voto, estados, voto
from observatorio.catastro.formalidad import formalidad, pide_sanitaria, sanitaria_exigida
from observatorio.catastro.reparto import firmas_de_otras_comunas, repartir

RUT = 76_500_001
_ORIGEN = pl.Struct({"carga": pl.Int64, "fila": pl.Int64, "regla": pl.Utf8})
_REGISTRO = {
    "id": pl.Utf8,
    "actor": pl.Utf8,
    "observado": pl.Int32,
    "estado": pl.Utf8,
    "senal_patente": pl.Utf8,
    "senal_sanitaria": pl.Utf8,
    "hasta": pl.Date,
    "carga": pl.Int64,
    "fila": pl.Int64,
}


def repartido(total: int | None, *partes: int | None) -> list[int | None]:
    marco = pl.DataFrame(
        {
            "id": [str(i) for i in range(len(partes))],
            "rut": RUT,
            "abierto": True,
            "total": total,
            "parte": partes,
            "o_total": {"carga": 1, "fila": 2, "regla": "empresa:sii"},
            "o_parte": None,
        },
        schema_overrides={"total": pl.Int32, "parte": pl.Int32, "o_total": _ORIGEN, "o_parte": _ORIGEN},
    )
    return repartir(marco, "total", "parte", pl.DataFrame({"rut": []}, schema={"rut": pl.Int64}))["parte"].to_list()


@pytest.mark.parametrize(
    ("total", "partes", "salen"),
    [
        (10, (None, None, None), [4, 3, 3]),
        (10, (4, None), [4, 6]),
        (3, (4, None), [4, None]),
        (4, (4, None), [4, None]),
        (2, (None, None, None), [1, 1, None]),
        (0, (None, None), [0, 0]),
        (0, (1, None), [1, None]),
        (None, (None,), [None]),
    ],
)
def test_se_reparte_lo_que_queda(total: int | None, partes: tuple[int | None, ...], salen: list[int | None]) -> None:
    assert repartido(total, *partes) == salen


def test_una_firma_que_puede_estar_en_otra_comuna_no_se_reparte() -> None:
    filas = [
        (1, "sii", "casa_matriz", "02101"),
        (2, "sii", "casa_matriz", None),
        (3, "sii", "casa_matriz", "02201"),
        (4, "sii", None, None),
        (5, "gremio", "sucursal", None),
    ]
    esquema = {"rut": pl.Int32, "actor": pl.Utf8, "tipo_sitio": pl.Utf8, "cut": pl.Utf8}
    ajenas = firmas_de_otras_comunas(pl.DataFrame(filas, schema=esquema, orient="row"), "02201")
    assert sorted(ajenas["rut"]) == [1, 2]


def registros(*filas: dict[str, Any]) -> pl.DataFrame:
    base = {"id": "x", "observado": 2024, "carga": 1}
    return pl.DataFrame(
        [dict.fromkeys(_REGISTRO) | base | {"fila": i} | f for i, f in enumerate(filas)], schema=_REGISTRO
    )


PATENTE = {"actor": "municipalidad", "estado": "activo", "senal_patente": "si"}
MOROSA = {"actor": "municipalidad", "senal_patente": "no"}
ENCUESTA = {"actor": "academia", "estado": "cerrado"}
REGISTRO_SII = {"actor": "sii", "estado": "cerrado"}
SOCIO = {"actor": "gremio"}


@pytest.mark.parametrize(
    ("filas", "cerrado", "origen"),
    [
        ([PATENTE, ENCUESTA], True, 1),
        ([PATENTE, REGISTRO_SII], False, 0),
        ([REGISTRO_SII, SOCIO], False, None),
        ([REGISTRO_SII, MOROSA], True, 0),
        ([REGISTRO_SII], True, 0),
        ([MOROSA], False, None),
        ([PATENTE, {"actor": "gremio", "estado": "receso"}], True, 1),
        ([PATENTE, ENCUESTA | {"observado": 2020}], False, 0),
    ],
)
def test_el_estado_de_un_local(filas: list[dict[str, Any]], cerrado: bool, origen: int | None) -> None:
    for orden in (filas, filas[::-1]):
        [hecho] = estados(registros(*orden), 2024).rows(named=True)
        assert hecho["cerrado"] is cerrado
        assert (hecho["o_estado"] is None) is (origen is None)
        if origen is not None:
            assert orden[hecho["o_estado"]["fila"]] is filas[origen]


def test_un_fin_no_es_ver_abierto() -> None:
    marco = registros(PATENTE | {"hasta": date(2024, 6, 30)}, PATENTE | {"hasta": date(2025, 1, 1)})
    assert marco.select(voto(2024)).to_series().to_list() == [Voto.NADA, Voto.ABIERTO]


def test_la_formalidad_solo_se_dice_cuando_lo_desconocido_no_la_cambia() -> None:
    """Every combination, against the definition: fill each unknown both ways, and see whether the answer stands."""

    def completa(sii: str, patente: str, sanitaria: str, exigida: bool) -> str:
        if sii == patente == "si" and (sanitaria == "si" or not exigida):
            return "formal"
        return "informal" if sii == patente == "no" else "en_proceso"

    senales = (None, "si", "no")
    filas = list(product((True, False), senales, senales, senales, (True, False)))
    esquema = {"i": pl.Boolean, "s": pl.Utf8, "p": pl.Utf8, "a": pl.Utf8, "e": pl.Boolean}
    marco = pl.DataFrame(filas, schema=esquema, orient="row")
    dichas = marco.select(formalidad(*(pl.col(c) for c in esquema))).to_series().to_list()
    for (inactivo, *signos, exigida), dicha in zip(filas, dichas, strict=True):
        salidas = {completa(s, p, a, exigida) for s, p, a in product(*([v] if v else ["si", "no"] for v in signos))}
        esperada = "inactivo" if inactivo else salidas.pop() if len(salidas) == 1 else "indeterminado"
        assert dicha == esperada, (inactivo, signos, exigida)


def test_las_palabras_que_piden_resolucion() -> None:
    giros = ["Restorán y bar", "RESTAURANTES", "Hotelería", "Barraca de fierro", "Mediciones", "Médica", "", None]
    pide = pide_sanitaria(pl.Series(giros, dtype=pl.Utf8))
    assert pide.to_list() == [True, True, True, False, False, True, False, None]
    assert pide_sanitaria(pl.Series([None], dtype=pl.Utf8)).to_list() == [None]


def test_el_codigo_va_antes_que_las_palabras() -> None:
    filas = [("561000", False), ("431100", True), (None, True), (None, False), (None, None)]
    marco = pl.DataFrame(filas, schema={"acteco": pl.Utf8, "palabras": pl.Boolean}, orient="row")
    exigida = marco.select(sanitaria_exigida(pl.col("acteco"), pl.col("palabras"))).to_series().to_list()
    assert exigida == [True, False, True, False, False]
