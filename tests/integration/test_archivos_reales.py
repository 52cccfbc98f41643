"""The real files of five offices together, through the jobs and into a catastro of Calama."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, text

from archivos_de_oficinas import FUENTES
from ingest.pipeline import cargar
from observatorio import catalogo
from observatorio.catastro.consolidar import consolidar
from observatorio.catastro.zonas import asignar_zonas, cargar_zonas, preparar_niveles
from observatorio.db.engine import crear_engine
from observatorio.indicadores import definitions
from observatorio.indicadores.compute import calcular
from observatorio.indicadores.contract import Indicador
from observatorio.settings import Settings

INDICADORES = catalogo.discover(definitions, Indicador)
CUT, ANIO = "02201", 2024
ARCHIVOS = {
    "res": "res/res_constituciones_2013_antofagasta_y_muestra.csv",
    "salud": "equipamiento/establecimientos_salud_antofagasta.json",
    "educacion": "equipamiento/establecimientos_educacionales_antofagasta.json",
    "sercotec": "sercotec/sercotec_beneficiarios_antofagasta.xlsx",
}


@pytest.fixture(scope="module")
def real(base_modulo: Settings, datos_reales: Path) -> Iterator[Engine]:
    """The database after loading, consolidating all years at once, and placing everything in its zones."""
    engine = crear_engine(base_modulo, "ingesta")
    territorio = datos_reales / "territorio"
    with engine.begin() as conn:
        cargar_zonas(
            conn,
            territorio / "comunas_region_antofagasta.geojson",
            nivel="comuna",
            codigo="codigo_comuna",
            cut=CUT,
        )
    for fuente, archivo in ARCHIVOS.items():
        cargar(engine, FUENTES[fuente], [datos_reales / archivo], cut=CUT, anio=ANIO if fuente != "res" else None)
    with engine.begin() as conn:
        preparar_niveles(conn, CUT)
        resumen = cargar_zonas(
            conn,
            territorio / "zonas_censales_2017_calama.geojson",
            nivel="zona_censal",
            codigo="geocodigo",
            poblacion=str(territorio / "censo_2017_zonas_calama_edad.csv"),
            anio_poblacion=2017,
            cut=CUT,
        )
        assert "58" in str(resumen)
        assert "38" in str(resumen)
        hecho = consolidar(conn, CUT)
        assert [uno.anio for uno in hecho.anios] == [2013, ANIO]
        for anio in (2013, ANIO):
            asignar_zonas(conn, CUT, anio)
    yield engine
    engine.dispose()


@pytest.fixture
def conn(real: Engine) -> Iterator[Connection]:
    with real.connect() as abierta:
        yield abierta


def uno(conn: Connection, consulta: str) -> object:
    return conn.execute(text(consulta)).scalar_one()


def test_una_constitucion_es_una_empresa_y_ningun_local(conn: Connection) -> None:
    assert uno(conn, "SELECT count(*) FROM catastro.empresa") == 3155
    assert uno(conn, "SELECT count(*) FROM catastro.establecimiento_anio WHERE anio = 2013") == 0


def test_los_beneficiarios_iguales_son_personas_distintas_y_ningun_local(conn: Connection) -> None:
    assert uno(conn, "SELECT count(*) FROM observacion.registro WHERE fuente = 'sercotec'") == 552
    assert (
        uno(
            conn,
            """SELECT count(*) FROM catastro.identidad i JOIN ingreso.carga c USING (carga)
                WHERE c.fuente = 'sercotec'""",
        )
        == 0
    )


def test_solo_se_cuentan_los_de_calama(conn: Connection) -> None:
    assert uno(conn, "SELECT count(*) FROM observacion.registro WHERE fuente IN ('salud', 'educacion')") == 166 + 250
    assert uno(conn, "SELECT count(*) FROM catastro.establecimiento_anio WHERE anio = 2024") == 53 + 94


def test_ninguna_posta_se_junta_con_una_escuela(conn: Connection) -> None:
    mezclas = """SELECT count(*) FROM (
                     SELECT id FROM catastro.identidad i JOIN ingreso.carga c USING (carga)
                      GROUP BY id HAVING count(DISTINCT c.fuente) > 1) AS mezclados"""
    assert uno(conn, mezclas) == 0


def test_cada_local_tiene_un_rut_a_lo_mas_y_un_numero_de_su_registro(conn: Connection) -> None:
    mezclas = """SELECT count(*) FROM (
                     SELECT i.id FROM catastro.identidad i JOIN observacion.registro r USING (carga, fila, parte, anio)
                      GROUP BY i.id HAVING count(DISTINCT r.rut) > 1 OR count(DISTINCT r.id_fuente) > 1) AS mezclados"""
    assert uno(conn, mezclas) == 0
    assert uno(conn, "SELECT count(DISTINCT id) FROM catastro.identidad") == 53 + 94


def test_cada_escuela_ubicada_cae_dentro_de_la_comuna(conn: Connection) -> None:
    fuera = """SELECT count(*) FROM catastro.establecimiento_anio e
                 JOIN territorio.zona z ON z.nivel = 'comuna' AND z.zona = e.cut
                WHERE e.geom IS NOT NULL AND NOT ST_Covers(z.geom, e.geom)"""
    assert uno(conn, fuera) == 0
    ubicados = "SELECT count(geom) FROM catastro.establecimiento_anio WHERE anio = 2024"
    assert uno(conn, ubicados) == 52 + 84


def test_las_cifras_salen_de_los_que_funcionan(conn: Connection) -> None:
    [total] = calcular(conn, INDICADORES["establecimientos"], cut=CUT, anio=ANIO).filas
    cerrados = uno(
        conn,
        """SELECT count(*) FROM observacion.registro
            WHERE fuente IN ('salud', 'educacion') AND cut = '02201' AND estado <> 'activo'""",
    )
    assert isinstance(cerrados, int)
    assert total.valor == 53 + 94 - cerrados
    por_zona = calcular(conn, INDICADORES["establecimientos"], cut=CUT, anio=ANIO, nivel="zona_censal").filas
    assert sum(f.valor or 0 for f in por_zona) == total.valor
