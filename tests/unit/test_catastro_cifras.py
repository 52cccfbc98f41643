"""What is derived for an establishment: its share of the firm, its state, its formality, the words of its activity."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import Any

import polars as pl
import pytest

from observatorio.catastro.cierre import Voto, estados, voto
from observatorio.catastro.formalidad import formalidad, indeterminado_por, pide_sanitaria, sanitaria_exigida
from observatorio.catastro.reparto import firmas_de_otras_comunas, repartir
from observatorio.catastro.tamano import medir_tamano

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


def locales(*filas: tuple[int | None, int | None, int | None, bool]) -> pl.DataFrame:
    """The premises of one firm: sales bracket, workers of the firm, workers of the premises, whether it is open."""
    return pl.DataFrame(
        [
            {"id": str(i), "rut": RUT, "tramo_ventas": tramo, "trabajadores": gente, "empleo_total": local,
             "abierto": abierto, "o_empleo_total": {"carga": 1, "fila": i, "regla": "x"} if local is not None else None}
            for i, (tramo, gente, local, abierto) in enumerate(filas)
        ],
        schema={"id": pl.Utf8, "rut": pl.Int32, "tramo_ventas": pl.Int32, "trabajadores": pl.Int32,
                "empleo_total": pl.Int32, "abierto": pl.Boolean, "o_empleo_total": _ORIGEN},
    )  # fmt: skip


def repartido(total: int | None, *partes: int | None, abierto: list[bool] | None = None) -> list[int | None]:
    marco = pl.DataFrame(
        {
            "id": [str(i) for i in range(len(partes))],
            "rut": RUT,
            "abierto": abierto or [True] * len(partes),
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


def test_un_local_cerrado_ni_recibe_ni_descuenta() -> None:
    assert repartido(10, 4, None, None, abierto=[False, True, False]) == [4, 10, None]


def test_una_firma_que_puede_estar_en_otra_comuna_no_se_reparte() -> None:
    filas = [
        (1, "sii", "casa_matriz", "02101", None),
        (2, "sii", "casa_matriz", None, None),
        (3, "sii", "casa_matriz", "02201", None),
        (4, "sii", None, None, None),
        (5, "gremio", "sucursal", None, None),
        # Nobody works at an address that the firm left.
        (6, "sii", "sucursal", "02101", "cerrado"),
        (7, "sii", "sucursal", "02101", "cerrado"),
        (7, "sii", "sucursal", "02101", None),
    ]
    esquema = {"rut": pl.Int32, "actor": pl.Utf8, "tipo_sitio": pl.Utf8, "cut": pl.Utf8, "estado": pl.Utf8}
    ajenas = firmas_de_otras_comunas(pl.DataFrame(filas, schema=esquema, orient="row"), "02201")
    assert sorted(ajenas["rut"]) == [1, 2, 7]


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


SENALES = ("sii", "patente", "sanitaria")
ESQUEMA_SENALES = {"i": pl.Boolean, "s": pl.Utf8, "p": pl.Utf8, "a": pl.Utf8, "e": pl.Boolean}


def completa(exigida: bool, sii: str, patente: str, sanitaria: str) -> str:
    """The definition where nothing is unknown."""
    if sii == patente == "si" and (sanitaria == "si" or not exigida):
        return "formal"
    return "informal" if sii == patente == "no" else "en_proceso"


def test_la_formalidad_solo_se_dice_cuando_lo_desconocido_no_la_cambia() -> None:
    """Every combination, against the definition: fill each unknown both ways, and see whether the answer stands."""
    senales = (None, "si", "no")
    filas = list(product((True, False), senales, senales, senales, (True, False)))
    marco = pl.DataFrame(filas, schema=ESQUEMA_SENALES, orient="row")
    signos = [pl.col(c) for c in ESQUEMA_SENALES]
    dichas = marco.select(f=formalidad(*signos), por=indeterminado_por(*signos)).rows()
    for (inactivo, *signos_fila, exigida), (dicha, por) in zip(filas, dichas, strict=True):
        casos = {relleno: completa(exigida, *relleno) for relleno in rellenos(signos_fila)}
        salidas = set(casos.values())
        esperada = "inactivo" if inactivo else salidas.pop() if len(salidas) == 1 else "indeterminado"
        assert dicha == esperada, (inactivo, signos_fila, exigida)
        deciden = [n for i, n in enumerate(SENALES) if cambia(i, casos)] if esperada == "indeterminado" else []
        assert por == ("+".join(deciden) or None), (inactivo, signos_fila, exigida)
        assert (por is None) is (dicha != "indeterminado")


def rellenos(signos: list[str | None]) -> list[tuple[str, str, str]]:
    sii, patente, sanitaria = ([v] if v else ["si", "no"] for v in signos)
    return list(product(sii, patente, sanitaria))


def cambia(i: int, casos: dict[tuple[str, str, str], str]) -> bool:
    """Whether two ways of filling that differ in the `i`-th signal alone give two answers."""
    return any(
        una != otra and a[:i] + a[i + 1 :] == b[:i] + b[i + 1 :]
        for (a, una), (b, otra) in product(casos.items(), repeat=2)
    )


@pytest.mark.parametrize(
    ("sii", "patente", "sanitaria", "exigida", "por"),
    [
        ("si", None, "no", True, None),
        ("si", None, None, True, "patente+sanitaria"),
        (None, None, None, False, "sii+patente"),
        (None, "si", "no", True, None),
        ("si", "si", None, True, "sanitaria"),
        ("si", "si", None, False, None),
        ("no", None, None, True, "patente"),
    ],
)
def test_que_senal_falta(sii: str | None, patente: str | None, sanitaria: str | None, exigida: bool, por: str) -> None:
    marco = pl.DataFrame([(False, sii, patente, sanitaria, exigida)], schema=ESQUEMA_SENALES, orient="row")
    assert marco.select(indeterminado_por(*(pl.col(c) for c in ESQUEMA_SENALES))).item() == por


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


@pytest.mark.parametrize(
    ("tramo", "trabajadores", "local", "ventas", "gente", "tamano", "criterio"),
    [
        (1, 9, None, "sin_dato", "micro", "micro", "trabajadores"),
        (None, 10, None, "sin_dato", "pequena", "pequena", "trabajadores"),
        (2, 250, None, "micro", "grande", "micro", "ventas"),
        (4, None, 49, "micro", "pequena", "micro", "ventas"),
        (5, None, 50, "pequena", "mediana", "pequena", "ventas"),
        (7, 199, None, "pequena", "mediana", "pequena", "ventas"),
        (8, 200, None, "mediana", "grande", "mediana", "ventas"),
        (9, 0, None, "mediana", "sin_dato", "mediana", "ventas"),
        (10, None, None, "grande", "sin_dato", "grande", "ventas"),
        (13, None, None, "grande", "sin_dato", "grande", "ventas"),
        (14, None, 0, "sin_dato", "sin_dato", "sin_dato", None),
        (None, None, None, "sin_dato", "sin_dato", "sin_dato", None),
    ],
)
def test_las_dos_lecturas_del_tamano(
    tramo: int | None,
    trabajadores: int | None,
    local: int | None,
    ventas: str,
    gente: str,
    tamano: str,
    criterio: str | None,
) -> None:
    medido = medir_tamano(locales((tramo, trabajadores, local, True)))
    [hecho] = medido.select("tamano_ventas", "tamano_trabajadores", "tamano", "tamano_criterio").rows()
    assert hecho == (ventas, gente, tamano, criterio)


def test_una_firma_mide_lo_que_sus_locales_abiertos_y_dice_de_donde_lo_sabe() -> None:
    medido = medir_tamano(locales((None, None, None, True), (None, None, 8, True), (None, None, 90, False)))
    assert medido["tamano_trabajadores"].to_list() == ["micro"] * 3
    assert medido["o_tamano_trabajadores"].struct.field("fila").to_list() == [1, 1, 1]
