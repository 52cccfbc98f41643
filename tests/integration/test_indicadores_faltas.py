"""What a figure says where something is missing: a place, a zone, a source, another comuna's register."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, insert, text

import ingest.fuentes
from ingest.contract import Fuente
from ingest.pipeline import cargar
from observatorio import catalogo
from observatorio.catastro.lectura import anios_observados
from observatorio.db import tablas as t
from observatorio.db.queries.indicadores import versiones
from observatorio.indicadores import definitions
from observatorio.indicadores.compute import calcular
from observatorio.indicadores.contract import Indicador
from observatorio.indicadores.cuadro import Cuadro
from observatorio.indicadores.dimensiones import ErrorPregunta
from observatorio.indicadores.publicado import leer
from observatorio.indicadores.publicar import publicar
from observatorio.settings import Settings

CUT = "02201"
INDICADORES = catalogo.discover(definitions, Indicador)
TASA = INDICADORES["tasa_informalidad"]


def zonas(cuadro: Cuadro) -> dict[str, float | None]:
    return {f.dimensiones["zona"]: f.valor for f in cuadro.filas}


def test_fuera_de_las_zonas_no_es_sin_ubicacion(conexion: Connection, sembrador: Callable[[Connection], None]) -> None:
    """Three located premises leave their cell, as where a level does not cover the comuna: a category of their own."""
    sembrador(conexion)
    conexion.execute(
        text("DELETE FROM catastro.establecimiento_zona WHERE anio = 2024 AND id IN (:a, :b, :c)"),
        {"a": "e001", "b": "e002", "c": "e003"},
    )
    conexion.execute(text("SET LOCAL ROLE obs_planificador"))
    cuantos = INDICADORES["establecimientos"]
    por_zona = calcular(conexion, cuantos, cut=CUT, anio=2024, nivel="h3_8")
    assert zonas(por_zona) == {"88a": 20, "88b": 12, "sin_ubicacion": 2, "fuera_de_zonas": 3}
    nombres = por_zona.con_nombres({}).registros()
    assert {f["zona"]: f["zona_nombre"] for f in nombres if f["zona_nombre"]} == {
        "sin_ubicacion": "Sin ubicación",
        "fuera_de_zonas": "Fuera de las zonas del nivel",
    }
    for palabra, esperado in (("fuera_de_zonas", 3), ("sin_ubicacion", 2)):
        una = calcular(conexion, cuantos, ("seccion",), cut=CUT, anio=2024, nivel="h3_8", zona=palabra)
        assert [(f.dimensiones["zona"], f.valor) for f in una.filas] == [(palabra, esperado)]


def test_sin_nadie_que_pregunte_la_informalidad_no_es_cero(
    conexion: Connection, sembrador: Callable[[Connection], None]
) -> None:
    """In 2023 all are formal: zero as long as somebody asked, and nothing at all when nobody did."""
    sembrador(conexion)
    (con_encuesta,) = calcular(conexion, TASA, cut=CUT, anio=2023).filas
    assert (con_encuesta.valor, con_encuesta.n, con_encuesta.estado) == (0, 15, "exacto")
    conexion.execute(text("UPDATE catastro.establecimiento_anio SET encuesta_sii = NULL WHERE anio = 2023"))
    cuadro = calcular(conexion, TASA, ("seccion",), cut=CUT, anio=(2023, 2024))
    assert [(f.anio, f.dimensiones["seccion"], f.valor, f.n, f.estado) for f in cuadro.filas] == [
        (2023, "G", None, 0, "sin_dato"),
        # Nobody informal was found in these sections of a year in which somebody looked.
        (2024, "C", 0, 12, "exacto"),
        (2024, "G", pytest.approx(600 / 21), 21, "exacto"),
        (2024, "P", 0, 2, "exacto"),
    ]
    (aviso,) = cuadro.avisos
    assert "2023" in aviso
    assert "observatorio ingest encuesta_establecimientos" in aviso
    # A count of premises needs nobody's answer.
    assert calcular(conexion, INDICADORES["establecimientos"], cut=CUT, anio=2023).avisos == ()


def test_lo_publicado_dice_lo_mismo(
    conexion: Connection, sembrador: Callable[[Connection], None], tmp_path: Path
) -> None:
    sembrador(conexion)
    conexion.execute(text("UPDATE catastro.establecimiento_anio SET encuesta_sii = NULL WHERE anio = 2023"))
    for anio in (2023, 2024):
        publicar(conexion, Settings(cut=CUT, state_dir=tmp_path), anio)
    conexion.execute(text("SET LOCAL ROLE obs_publico"))
    cuadro = leer(conexion, TASA, cut=CUT, anio=2023)
    assert [(f.valor, f.n, f.estado) for f in cuadro.filas] == [(None, 0, "sin_dato")]
    assert "encuesta" in cuadro.avisos[0]
    assert leer(conexion, TASA, ("seccion",), cut=CUT, anio=2024).avisos == ()


def test_la_informalidad_no_se_abre_por_la_senal_que_falta(como_planificador: Connection) -> None:
    """Who is undecided is in no rate: that dimension would have one value and no answer."""
    with pytest.raises(ErrorPregunta):
        calcular(como_planificador, TASA, ("indeterminado_por",), cut=CUT, anio=2024)


def test_las_versiones_son_de_cada_comuna(conexion: Connection) -> None:
    filas = [(CUT, 2023, 5), (CUT, 2024, 7), ("02101", 2024, 90), ("02101", 2025, 91)]
    for cut, anio, version in filas:
        conexion.execute(insert(t.version).values(cut=cut, anio=anio, version=version, huella="", establecimientos=1))
    assert versiones(conexion, CUT) == {2023: 5, 2024: 7}
    assert versiones(conexion, "02101") == {2024: 90, 2025: 91}


def test_constituirse_no_es_tener_un_local(ingesta: Engine, tmp_path: Path) -> None:
    """Constitutions alone make no year of the catastro; a list of premises of one of those years makes that one."""
    fuentes = catalogo.discover(ingest.fuentes, Fuente)
    res = tmp_path / "res.csv"
    cabeza = "ID;RUT;Razon Social;Fecha de actuacion (1era firma);Anio;Comuna Tributaria;Capital;Comuna Social"
    filas = [f"{a};76500001-7;VEGA Y RUIZ LTDA;02-05-{a};{a};CALAMA;1000000;CALAMA" for a in (2013, 2014)]
    res.write_text("\n".join([cabeza, *filas, ""]), encoding="utf-8")
    (hecha,) = cargar(ingesta, fuentes["res"], [res], cut=CUT, anio=None)
    assert (hecha.leidas, hecha.rechazadas) == (2, 0)
    with ingesta.connect() as conn:
        assert anios_observados(conn) == []
    gremio = tmp_path / "socios.csv"
    gremio.write_text("Socio;RUT;Rubro;Dirección\nVega;76500001-7;Pan;Lira 1\n", encoding="utf-8")
    (otra,) = cargar(ingesta, fuentes["gremio"], [gremio], cut=CUT, anio=2014)
    assert otra.rechazadas == 0
    with ingesta.connect() as conn:
        assert anios_observados(conn) == [2014]
