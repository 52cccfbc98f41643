"""How long an exact figure takes over a million establishments, beside the SQL that a person would write for it."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection, Engine, insert, text

from observatorio.db import tablas as t
from observatorio.db.engine import crear_engine, transaccion
from observatorio.indicadores.compute import calcular, calcular_varios
from observatorio.indicadores.cuadro import Cuadro
from observatorio.indicadores.lista import definiciones
from observatorio.settings import Settings
from observatorio.vocabulario import Rol

pytestmark = pytest.mark.bench

CUT, ANIO = "02201", 2024
ESTABLECIMIENTOS = int(os.environ.get("OBS_ESTABLECIMIENTOS", "1000000"))
VUELTAS = 7
DONDE = "FROM catastro.establecimiento_anio WHERE cut = '02201' AND anio = 2024 AND formalidad <> 'inactivo'"
A_MANO = {
    "establecimientos": f"SELECT seccion, tamano, count(*) {DONDE} GROUP BY seccion, tamano",
    "empleo": f"""
        SELECT seccion, tamano, sum(empleo_total), count(empleo_total), count(*) {DONDE} GROUP BY seccion, tamano
    """,
    "tasa_informalidad": f"""
        SELECT seccion, tamano,
               100.0 * count(*) FILTER (WHERE formalidad = 'informal')
                     / nullif(count(*) FILTER (WHERE formalidad IN ('formal', 'en_proceso', 'informal')), 0),
               count(*) FILTER (WHERE formalidad IN ('formal', 'en_proceso', 'informal')), count(*)
        {DONDE} GROUP BY seccion, tamano
    """,
}
GENERAR = """
    INSERT INTO catastro.establecimiento_anio
           (cut, anio, id, rut, precision, tamano_ventas, tamano_trabajadores, tamano, formalidad, seccion, division,
            empleo_total, encuesta_sii, nombre, direccion, procedencia)
    SELECT '02201', 2024, to_char(i, 'FM0000000'), 50000000 + i / 2, 'puerta', t, t, t,
           (ARRAY['formal', 'formal', 'formal', 'en_proceso', 'informal', 'indeterminado', 'inactivo'])
               [1 + i % 1009 * 7919 % 7],
           CASE WHEN i % 50 > 0 THEN chr(65 + (i * 31 % 21)::int) END, to_char(i * 31 % 99, 'FM00'),
           CASE WHEN i % 3 > 0 THEN i % 40 END, CASE WHEN i % 11 = 0 THEN 'si' END,
           'Local número ' || i, 'Calle ' || i % 900 || ' ' || i % 4000,
           jsonb_build_object('nombre', jsonb_build_array(1, i), 'tamano', jsonb_build_array(1, i, 'regla'))
      FROM generate_series(1, :cuantos) AS i,
           LATERAL (SELECT (ARRAY['micro', 'micro', 'pequena', 'mediana', 'grande', 'sin_dato'])
                               [1 + i % 997 % 6]) AS x (t)
"""


@pytest.fixture
def millon(base: Settings) -> Iterator[Engine]:
    """As many establishments as asked for, with their statistics gathered, as the consolidation leaves them."""
    engine = crear_engine(base, "propietario")
    with engine.begin() as conn:
        conn.execute(text("SELECT catastro.asegurar_anio(2024)"))
        conn.execute(text(GENERAR), {"cuantos": ESTABLECIMIENTOS})
        conn.execute(
            insert(t.version).values(cut=CUT, anio=ANIO, version=1, establecimientos=ESTABLECIMIENTOS, huella="")
        )
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.execute(text("VACUUM ANALYZE catastro.establecimiento_anio"))
    yield engine
    engine.dispose()


def test_indicador_junto_al_sql_a_mano(millon: Engine) -> None:
    todos = definiciones()
    cuadro = Table("Qué", "A mano, ms", "Motor, ms", "Razón", title=f"{ESTABLECIMIENTOS:,} establecimientos")
    with transaccion(millon, Rol.PLANIFICADOR) as conn:
        for id_, sql in A_MANO.items():

            def a_mano(sql: str = sql) -> Any:
                return conn.execute(text(sql)).all()

            def motor(id_: str = id_) -> Cuadro:
                return calcular(conn, todos[id_], ("seccion", "tamano"), cut=CUT, anio=ANIO)

            mano, propio = _medir(a_mano, motor)
            cuadro.add_row(f"{id_} por sector y tamaño", f"{mano:.0f}", f"{propio:.0f}", f"{propio / mano:.2f}")
            assert len(motor().filas) == len(a_mano()) > 100
        _otros(conn, cuadro)
    Console(width=100).print(cuadro)


def _otros(conn: Connection, cuadro: Table) -> None:
    """Figures without a peer of one line: five groupings at once beside one by one, and those made of others."""
    todos, kw = definiciones(), {"cut": CUT, "anio": ANIO}
    pors = [(), ("seccion",), ("tamano",), ("formalidad",), ("seccion", "tamano")]
    sueltas, juntas = _medir(
        lambda: [calcular(conn, todos["establecimientos"], por, **kw) for por in pors],
        lambda: calcular_varios(conn, todos["establecimientos"], pors, **kw),
    )
    razon = f"{juntas / sueltas:.2f}"
    cuadro.add_row("cinco agrupaciones: una a una, de una vez", f"{sueltas:.0f}", f"{juntas:.0f}", razon)
    for id_ in ("empresas", "hhi"):
        (propio,) = _medir(lambda id_=id_: calcular(conn, todos[id_], **kw))
        cuadro.add_row(id_, "", f"{propio:.0f}", "")


def _medir(*obras: Callable[[], object]) -> list[float]:
    """The median milliseconds of each piece of work, taken in turns so that they share whatever else happens."""
    for obra in obras:
        obra()
    tiempos: list[list[float]] = [[] for _ in obras]
    for _ in range(VUELTAS):
        for obra, suyos in zip(obras, tiempos, strict=True):
            inicio = time.perf_counter()
            obra()
            suyos.append(1000 * (time.perf_counter() - inicio))
    return [statistics.median(suyos) for suyos in tiempos]
