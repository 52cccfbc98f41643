"""What the database does for a page of features, as each role: boxes by the GiST index, pages by the primary key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, text

from api.auth import Identidad
from api.ogc import colecciones
from api.ogc.contract import Coleccion, Mundo
from api.ogc.crs import CRS84
from api.ogc.filtro import condicion
from api.ogc.recorte import en_caja
from observatorio.db.engine import crear_engine, transaccion
from observatorio.db.queries import rasgos
from observatorio.db.queries.rasgos import Forma
from observatorio.settings import Settings
from observatorio.vocabulario import Rol
from ordenes_dichas import ordenes_dichas

CUANTOS = 40_000
_SEMBRAR = """
    INSERT INTO catastro.establecimiento_anio (cut, anio, id, nombre, tipo_persona, geom, precision, seccion,
        tamano_ventas, tamano_trabajadores, tamano, formalidad, procedencia)
    SELECT '02201', 2024, md5(g::text), 'COMERCIAL ' || g, 'juridica',
           CASE WHEN g % 100 > 0
                THEN ST_SetSRID(ST_MakePoint(-69 + (g % 200) * 0.001, -22.5 + g / 200 * 0.001), 4326) END,
           'puerta', chr(65 + g % 10), 'micro', 'micro', 'micro', 'formal', '{}'
      FROM generate_series(1, :cuantos) g
"""
_VERSION = """
    INSERT INTO catastro.version (cut, anio, version, establecimientos, huella) VALUES ('02201', 2024, 1, :cuantos, '')
"""


@pytest.fixture(scope="module")
def lleno(base_modulo: Settings) -> Settings:
    """A year of many establishments whose statistics are known."""
    dueno = crear_engine(base_modulo, "propietario")
    with dueno.begin() as conn:
        conn.execute(text("SELECT catastro.asegurar_anio(2024)"))
        for orden in (_SEMBRAR, _VERSION):
            conn.execute(text(orden), {"cuantos": CUANTOS})
        conn.execute(text("ANALYZE catastro.establecimiento_anio"))
    dueno.dispose()
    return base_modulo


@pytest.fixture(params=[Rol.PLANIFICADOR, Rol.MUNICIPAL])
def mundo(request: Any, lleno: Settings) -> Iterator[Mundo]:
    """What a role sees of it over the API's own login."""
    api = crear_engine(lleno, "api")
    with transaccion(api, request.param) as conn:
        yield Mundo(conn, Identidad(request.param, 1), lleno)
    api.dispose()


@pytest.fixture
def coleccion(mundo: Mundo) -> Coleccion:
    """Its establishments."""
    return colecciones.buscar(mundo, "establecimientos")


def _plan(
    conn: Connection, coleccion: Coleccion, condiciones: Any, desde: str = "", limite: int = 100
) -> tuple[str, rasgos.Pagina]:
    """How a page is read, and the page."""
    nombres = list(coleccion.por_nombre)
    with ordenes_dichas(conn) as ordenes:
        hallada = rasgos.pagina(conn, coleccion.capa, nombres, Forma(), condiciones, desde=desde, limite=limite)
    ((orden, parametros),) = ordenes
    directa = conn.connection.driver_connection
    assert directa is not None
    plan = "\n".join(fila[0] for fila in directa.execute(f"EXPLAIN {orden}", parametros))
    assert "Seq Scan" not in plan
    return plan, hallada


@pytest.mark.parametrize("desde", ["", "8", "e"])
def test_una_pagina_sigue_la_clave_primaria(mundo: Mundo, coleccion: Coleccion, desde: str) -> None:
    """Wherever it begins, it reads its own rows, in their order."""
    plan, hallada = _plan(mundo.conn, coleccion, (), desde)
    assert "Index Scan using establecimiento_anio_2024_pkey" in plan
    assert "establecimiento_anio.id" not in "".join(f for f in plan.splitlines() if "Sort Key" in f)
    assert hallada.cuantos == 100


def test_una_caja_usa_el_indice_espacial(mundo: Mundo, coleccion: Coleccion) -> None:
    """Also for what has no place, which the parameter lets through."""
    caja = en_caja("-68.9502,-22.4502,-68.9398,-22.4398", CRS84, coleccion.capa.geom)
    plan, hallada = _plan(mundo.conn, coleccion, caja, limite=10_000)
    assert plan.count("Bitmap Index Scan on establecimiento_anio_2024_geom_idx") == 2
    assert hallada.cuantos == CUANTOS // 100 + 11 * 11


def test_un_filtro_usa_el_indice_de_lo_que_nombra(mundo: Mundo, coleccion: Coleccion) -> None:
    """The spatial one for a box, the primary key for an id."""
    caja = condicion("S_INTERSECTS(geometry, BBOX(-68.951,-22.451,-68.949,-22.449))", "cql2-text", CRS84, coleccion)
    plan, hallada = _plan(mundo.conn, coleccion, [caja])
    assert "establecimiento_anio_2024_geom_idx" in plan
    assert hallada.cuantos == 9
    plan, hallada = _plan(mundo.conn, coleccion, [condicion("id = 'x'", "cql2-text", CRS84, coleccion)])
    assert "establecimiento_anio_2024_pkey" in plan
    assert hallada.cuantos == 0
