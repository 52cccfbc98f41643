"""Two premises of one RUT that must not be glued: two doors in one year, two numbers in public registers."""

from __future__ import annotations

from typing import Any

import polars as pl

from observatorio.catastro.enlace.locales import locales_de_rut
from observatorio.catastro.lectura import COLUMNAS

CUT, RUT = "02201", 69_020_500
AQUI, ALLA = {"calle": "RAMIREZ", "numero": "1950"}, {"calle": "LATORRE", "numero": "810"}


def fila(fuente: str, anio: int, **otros: Any) -> dict[str, Any]:
    propia = {"fuente": fuente, "actor": "municipalidad", "describe": "establecimiento", "observado": anio, "cut": CUT}
    propia |= {"rut": RUT, "dv": "1", "publica": False, "historica": False, "carga": 1, "parte": 0}
    return dict.fromkeys(COLUMNAS) | propia | {"sha256": f"{fuente}{anio}"} | otros


def locales(*filas: dict[str, Any]) -> pl.DataFrame:
    marco = pl.DataFrame([f | {"fila": i} for i, f in enumerate(filas)], schema=COLUMNAS)
    hechos = locales_de_rut(marco, CUT)
    assert hechos.height == marco.height
    return hechos


def cuantos(*filas: dict[str, Any]) -> int:
    return locales(*filas)["local"].n_unique()


def test_dos_puertas_en_el_unico_anio_conocido_son_dos_locales() -> None:
    uno, otro = fila("patentes", 2023, **AQUI), fila("resoluciones", 2023, actor="salud", **ALLA)
    assert cuantos(uno, otro) == 2
    assert cuantos(uno, otro | {"numero": "810", "calle": "RAMIREZ"}) == 2
    assert cuantos(uno, otro | AQUI) == 1
    assert cuantos(uno, otro | {"observado": 2024}) == 1, "moved"
    assert cuantos(uno, otro | {"estado": "cerrado"}) == 1, "left"


def test_la_direccion_vieja_de_una_sola_fuente_en_un_solo_anio_no_es_otro_local() -> None:
    permisos = [fila("patentes", anio, id_fuente="2-1", **AQUI) for anio in (2022, 2023, 2024)]
    otro = fila("resoluciones", 2023, actor="salud", **ALLA)
    assert cuantos(*permisos, otro) == 1
    assert cuantos(*permisos[:2], otro) == 1, "it may have moved in 2023"
    assert cuantos(*permisos[1:], otro) == 1, "it may have come in 2023"


def publica(fuente: str, codigo: str, **otros: Any) -> dict[str, Any]:
    return fila(fuente, 2023, actor=fuente, publica=True, id_fuente=codigo) | otros


def test_la_escuela_y_la_posta_de_una_corporacion_son_dos_en_una_puerta() -> None:
    punto = {"lat": -22.45, "lon": -68.92, "precision": "puerta"}
    for lugar in (AQUI, punto, AQUI | punto, {}):
        escuela, posta = publica("educacion", "77", **lugar), publica("salud", "9", **lugar)
        assert cuantos(escuela, posta) == 2, lugar
        assert cuantos(escuela, escuela | {"observado": 2024, "sha256": "otro"}) == 1, lugar
    assert cuantos(publica("educacion", "77", **AQUI), publica("educacion", "78", **AQUI)) == 2


def test_sin_lugar_el_numero_del_registro_basta() -> None:
    hechos = locales(publica("educacion", "77"), publica("salud", "9"), publica("salud", "9", observado=2024))
    assert hechos["local"].n_unique() == 2
    assert {*hechos["regla"]} == {"rut_e_identificador"}


def test_un_permiso_en_la_puerta_de_ambas_es_de_una_sola() -> None:
    filas = (publica("educacion", "77", **AQUI), publica("salud", "9", **AQUI), fila("patentes", 2023, **AQUI))
    assert cuantos(*filas) == 2
    hechos = [locales(*orden).sort("fila")["local"].n_unique() for orden in (filas, filas[::-1])]
    assert hechos == [2, 2]
