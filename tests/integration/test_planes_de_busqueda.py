"""At two hundred thousand rows each search finds its rows by an index, as each role that may search."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text

from observatorio.db.engine import crear_engine, transaccion
from observatorio.db.queries import establecimientos as consultas
from observatorio.db.queries.busqueda import Busqueda, Cerca
from observatorio.settings import Settings
from observatorio.vocabulario import Rol
from ordenes_dichas import ordenes_dichas

ANIO, FILAS = 2024, 200_000
POLIGONO = '{"type":"Polygon","coordinates":[[[-68.93,-22.46],[-68.929,-22.46],[-68.929,-22.459],[-68.93,-22.46]]]}'
# Three of four are legal persons; one in a thousand has a rare name, the others share a hundred words; forty have no
# place that is known.
SEMBRAR = text(
    """
    INSERT INTO catastro.establecimiento_anio (cut, anio, id, rut, nombre, tipo_persona, direccion, geom, precision,
           seccion, tamano_ventas, tamano_trabajadores, tamano, formalidad, procedencia)
    SELECT '02201', 2024, substr(md5(i::text), 1, 16), CASE WHEN i % 4 = 0 THEN 5000000 ELSE 76000000 END + i,
           CASE WHEN i % 1000 IN (7, 8) THEN 'Güiñazú ' || i ELSE 'Comercial ' || md5((i % 100)::text) END,
           CASE WHEN i % 4 = 0 THEN 'natural' ELSE 'juridica' END, 'Vicuña Mackenna ' || i,
           CASE WHEN i % 5000 <> 9
                THEN ST_SetSRID(ST_MakePoint(-69 + (i % 500) * 0.0005, -22.6 + (i / 500) * 0.0005), 4326) END,
           'puerta', 'G', 'micro', 'micro', 'micro', 'formal', '{}'
      FROM generate_series(1, :filas) AS i
    """
)


@pytest.fixture(scope="module")
def grande(base_modulo: Settings) -> Iterator[Engine]:
    """A year of as many establishments, with the statistics that its consolidation would have gathered."""
    motor = crear_engine(base_modulo, "propietario")
    with motor.begin() as conn:
        conn.execute(text("SELECT catastro.asegurar_anio(2024)"))
        conn.execute(SEMBRAR, {"filas": FILAS})
        conn.execute(text("SELECT ingreso.analizar('catastro', 'establecimiento_anio')"))
    api = crear_engine(base_modulo, "api")
    yield api
    api.dispose()
    motor.dispose()


def _planes(conn: Connection, hacer: Callable[[], object]) -> list[Any]:
    """The plan of every query that `hacer` makes, under the same role and settings."""
    with ordenes_dichas(conn) as dichas:
        hacer()
    explicadas = [(o, p) for o, p in dichas if "v_establecimiento" in o]
    assert explicadas
    return [conn.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {o}", p).scalar_one() for o, p in explicadas]


def _indices(plan: Any) -> set[str]:
    """The indexes that a plan reads, and `Seq Scan` where it reads a table from end to end."""
    if isinstance(plan, list):
        return set().union(*map(_indices, plan))
    nodo = plan.get("Plan", plan)
    propio = {nodo["Index Name"]} if "Index Name" in nodo else set()
    entera = {"Seq Scan"} if nodo["Node Type"] == "Seq Scan" else set()
    return propio | entera | _indices(nodo.get("Plans", []))


@pytest.mark.parametrize("rol", [Rol.PLANIFICADOR, Rol.MUNICIPAL])
@pytest.mark.parametrize(
    ("pedido", "indice", "hallados"),
    [
        ({"q": "guinazu 77007"}, "busqueda_idx", 2),
        ({"q": "guinazi 77007", "parecida": True}, "busqueda_idx", None),
        ({"q": "mackenna 123456"}, "busqueda_idx", 1),
        ({"q": "76.123.457"}, "rut", 1),
        ({"cerca": Cerca(lon=-68.93, lat=-22.46, metros=120)}, "geom_idx", None),
        ({"bbox": (-68.93, -22.46, -68.929, -22.459)}, "geom_idx", 9),
        ({"poligono": POLIGONO}, "geom_idx", None),
        ({"nivel": "h3_8", "zona": "sin_ubicacion"}, "cut_anio_id_idx", 40),
    ],
)
def test_cada_busqueda_usa_su_indice(
    grande: Engine, rol: Rol, pedido: dict[str, Any], indice: str, hallados: int | None
) -> None:
    """And none reads the whole year."""
    buscada = Busqueda(cut="02201", anio=ANIO, **pedido)
    with transaccion(grande, rol) as conn:
        (plan,) = _planes(conn, lambda: consultas.pagina(conn, rol, buscada, "", 100))
        usados = _indices(plan)
        assert any(indice in usado for usado in usados), usados
        assert "Seq Scan" not in usados
        filas, _ = consultas.pagina(conn, rol, buscada, "", 100)
    assert filas
    assert hallados is None or filas.count('"id"') == hallados


@pytest.mark.parametrize("rol", [Rol.PLANIFICADOR, Rol.MUNICIPAL])
def test_una_pagina_honda_cuesta_lo_que_la_primera(grande: Engine, rol: Rol) -> None:
    """It begins at its key, without walking what comes before."""
    with transaccion(grande, rol) as conn:
        (plan,) = _planes(conn, lambda: consultas.pagina(conn, rol, Busqueda(cut="02201", anio=ANIO), "f", 100))
        assert any("pkey" in usado for usado in _indices(plan))


def test_una_palabra_de_todos_se_lee_por_la_llave_y_no_por_su_indice(grande: Engine) -> None:
    """A page of what nearly everybody is called is found at once in the order of the ids."""
    with transaccion(grande, Rol.PLANIFICADOR) as conn:
        buscada = Busqueda(cut="02201", anio=ANIO, q="comercial")
        (plan,) = _planes(conn, lambda: consultas.pagina(conn, Rol.PLANIFICADOR, buscada, "", 100))
        assert any("pkey" in usado for usado in _indices(plan))
