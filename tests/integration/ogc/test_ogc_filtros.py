"""Part 3 and CQL2: every filter agrees with SQL, in both languages; what is not understood is refused."""

from __future__ import annotations

import json
from typing import Any

import cql2
import pytest

from observatorio.vocabulario import Rol

ITEMS = "/collections/establecimientos/items"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
_CAJA = "ST_MakeEnvelope(-68.97, -22.49, -68.93, -22.46, 4326)"

FILTROS = {
    "seccion = 'G'": "seccion = 'G'",
    "'G' = seccion": "seccion = 'G'",
    "seccion <> 'G'": "seccion <> 'G'",
    "empleo_total > 2": "empleo_total > 2",
    "empleo_total >= 2 AND empleo_total <= 9.5": "empleo_total BETWEEN 2 AND 9",
    "empleo_total BETWEEN 2 AND 10": "empleo_total BETWEEN 2 AND 10",
    "empleo_total NOT BETWEEN 2 AND 10": "empleo_total NOT BETWEEN 2 AND 10",
    "empleo_total IS NULL": "empleo_total IS NULL",
    "empleo_total IS NOT NULL": "empleo_total IS NOT NULL",
    "empleo_total < 1e30 AND NOT (empleo_total = -1)": "empleo_total IS NOT NULL",
    "seccion IN ('C', 'P')": "seccion IN ('C', 'P')",
    "seccion NOT IN ('C', 'P')": "seccion NOT IN ('C', 'P')",
    "NOT (seccion = 'G' OR tamano = 'micro')": "NOT (seccion = 'G' OR tamano = 'micro')",
    "((seccion = 'G') AND (tamano = 'micro')) AND (formalidad = 'formal')": (
        "seccion = 'G' AND tamano = 'micro' AND formalidad = 'formal'"
    ),
    "nombre LIKE 'Local e00%'": "nombre LIKE 'Local e00%'",
    "nombre LIKE 'Local e00_'": "nombre LIKE 'Local e00_'",
    "nombre NOT LIKE 'Local%'": "nombre NOT LIKE 'Local%'",
    "CASEI(nombre) LIKE CASEI('almacén ñ%')": "nombre ILIKE 'almacén ñ%'",
    "CASEI(nombre) = CASEI('ALMACÉN ÑUÑOA')": "nombre = 'Almacén Ñuñoa'",
    "ACCENTI(CASEI(nombre)) = ACCENTI(CASEI('almacen nunoa'))": "nombre = 'Almacén Ñuñoa'",
    "publica": "publica",
    "publica = FALSE": "NOT publica",
    "NOT publica": "NOT publica",
    "empleo_total = empleo_total": "empleo_total IS NOT NULL",
    "id = 'e004'": "id = 'e004'",
    "TRUE": "true",
    "FALSE": "false",
    "geometry IS NULL": "geom IS NULL",
    "S_INTERSECTS(geometry, BBOX(-68.97, -22.49, -68.93, -22.46))": f"ST_Intersects(geom, {_CAJA})",
    "S_WITHIN(geometry, POLYGON((-68.97 -22.49, -68.93 -22.49, -68.93 -22.46, -68.97 -22.46, -68.97 -22.49)))": (
        f"ST_Within(geom, {_CAJA})"
    ),
    "S_DISJOINT(geometry, BBOX(-68.97, -22.49, -68.93, -22.46))": f"ST_Disjoint(geom, {_CAJA})",
    "S_EQUALS(geometry, POINT(-68.992 -22.496))": "id = 'e004'",
    "S_CONTAINS(BBOX(-68.97, -22.49, -68.93, -22.46), geometry)": f"ST_Contains({_CAJA}, geom)",
    "S_INTERSECTS(geometry, LINESTRING(-68.992 -22.496, -68.99 -22.495)) AND seccion = 'G'": "id IN ('e004', 'e005')",
    "S_INTERSECTS(geometry, MULTIPOINT((-68.992 -22.496), (0 0)))": "id = 'e004'",
    "nombre = '''; DROP TABLE catastro.empresa; --'": "false",
    "nombre = '<script>' OR nombre = '=cmd|'' /C calc''!A0' OR nombre = '../../' OR nombre = '%00'": "false",
    r"nombre LIKE '100\%'": "false",
}


@pytest.mark.parametrize("filtro", FILTROS)
@pytest.mark.parametrize("rol", [Rol.PLANIFICADOR, Rol.MUNICIPAL])
def test_cada_filtro_dice_lo_mismo_que_sql(ogc: Any, filtro: str, rol: Rol) -> None:
    """As text, as text under the name that GDAL uses, and as JSON."""
    # The one whose name only the municipality reads has a name that none of these filters asks for.
    espera = ogc.cuantos("establecimientos", f"({FILTROS[filtro]})")
    if rol is Rol.PLANIFICADOR and "nombre NOT LIKE" in filtro:
        espera -= 1
    hallados = ogc.ids("establecimientos", rol, filter=filtro, limit=11)
    assert len(hallados) == espera
    assert ogc.ids("establecimientos", rol, filter=filtro, filter_lang="cql-text") == hallados
    en_json = json.dumps(cql2.parse_text(filtro).to_json())
    assert ogc.ids("establecimientos", rol, filter=en_json, filter_lang="cql2-json") == hallados


def test_un_filtro_en_cada_coleccion(ogc: Any) -> None:
    """The public ones too; and beside the other parameters."""
    for id_ in ogc.colecciones():
        uno = sorted(ogc.ids(id_))[0]
        assert ogc.ids(id_, filter=f"id = '{uno}' AND S_INTERSECTS(geometry, BBOX(-70, -24, -67, -21))") == {uno}
        assert ogc.ids(id_, filter=f"id = '{uno}'", bbox="0,0,1,1") == set()
    assert ogc.ids("cifras_h3_8", filter="establecimientos_estado = 'publicado' AND establecimientos > 0") <= {
        "88a",
        "88b",
    }
    assert ogc.ids("zonas_h3_8", filter="area_km2 = 2.5 AND NOT poblacion_estimada") == {"88a"}


def test_geometrias_en_otro_sistema(ogc: Any) -> None:
    """`filter-crs` says in which one, and in which order of axes."""
    rol = Rol.PLANIFICADOR
    espera = ogc.ids("establecimientos", rol, filter="S_INTERSECTS(geometry, BBOX(-68.97, -22.49, -68.93, -22.46))")
    latitud_primero = "S_INTERSECTS(geometry, BBOX(-22.49, -68.97, -22.46, -68.93))"
    assert ogc.ids("establecimientos", rol, filter=latitud_primero, filter_crs=f"{EPSG}4326") == espera
    assert ogc.ids("establecimientos", rol, filter=latitud_primero) == set()
    # Five metres around the place of e004, in metres.
    en_metros = "S_WITHIN(geometry, BBOX(500818, 7512266, 500828, 7512276))"
    assert ogc.ids("establecimientos", rol, filter=en_metros, filter_crs=f"{EPSG}32719") == {"e004"}


MALOS = [
    *("", " ", "seccion", "seccion =", "= 'G'", "seccion = 'G' AND", "seccion == 'G'", "SELECT 1", 'seccion = "G"'),
    *("telefono = 'x'", "impuestos_clp > 0", "procedencia IS NULL", "geom IS NULL", "no_existe = 1"),
    *("seccion = 1", "empleo_total = '1'", "publica = 1", "publica > FALSE", "seccion LIKE 1", "empleo_total LIKE 'x'"),
    *("seccion IN ('G', 1)", "empleo_total BETWEEN 'a' AND 'b'", "empleo_total + 1 = 2", "empleo_total * 2 = 4"),
    *("pg_sleep(5) = 1", "lower(nombre) = 'x'", "anio = DATE('2024-01-01')", "T_AFTER(anio, DATE('2024-01-01'))"),
    *("S_INTERSECTS(geometry, POLYGON((0 0, 1 1, 1 0, 0 1, 0 0)))", "S_INTERSECTS(geometry, POINT(1 100))"),
    *(
        "S_INTERSECTS(geometry, POLYGON EMPTY)",
        "S_INTERSECTS(geometry, POINT EMPTY)",
        "S_INTERSECTS(geometry, LINESTRING(1 2))",
        "S_INTERSECTS(nombre, POINT(1 2))",
    ),
    *(
        "S_INTERSECTS(geometry, geometry)",
        "S_INTERSECTS(geometry, GEOMETRYCOLLECTION(POINT(1 2)))",
        "S_INTERSECTS(geometry)",
    ),
    *("S_WITHIN(geometry, BBOX(170, -23, -68, -22))", "S_INTERSECTS(geometry, BBOX(1, 2, 3))", "geometry = 'x'"),
    *("S_INTERSECTS(geometry, POLYGON((0 0, 1 1)))", "1", "'x'", "empleo_total", "(1, 2)"),
    # What would keep the parser busy for hours, or end the process.
    *(
        "(" * 40 + "publica",
        "(" * 40 + "publica" + ")" * 40,
        "(" * 5000 + "publica" + ")" * 5000,
        "NOT " * 5000 + "publica",
    ),
    *(
        "-" * 5000 + "1 = 1",
        "1 = " + "2^" * 5000 + "2",
        "casei(" * 100 + "nombre" + ")" * 100 + " = 'x'",
        "(not " * 30 + "x",
    ),
    *(" AND ".join(["publica"] * 2000), "nombre = '" + "x" * 30_000 + "'", "(x=1 and " * 14 + "!" + ")" * 14),
]


@pytest.mark.parametrize("filtro", MALOS, ids=range(len(MALOS)))
def test_lo_que_no_se_entiende_se_rechaza(ogc: Any, filtro: str) -> None:
    """As a refusal with advice, whatever it is."""
    respuesta = ogc.pedir(ITEMS, Rol.PLANIFICADOR, filter=filtro)
    assert respuesta.status_code == 400
    problema = respuesta.json()
    assert problema["consejo"]
    assert problema["errores"][0]["campo"] == "filter"
    assert "psycopg" not in respuesta.text


@pytest.mark.parametrize(
    "filtro",
    [
        *(
            "",
            "{",
            "[]",
            "1",
            "null",
            "true1",
            '"x"',
            "{}",
            '{"op": "="}',
            '{"op": "=", "args": []}',
            '{"op": [], "args": 1}',
        ),
        '{"op": "=", "args": [{"property": "nombre"}, "\\u0000"]}',
        '{"op": "=", "args": [{"property": "nombre"}, null]}',
        '{"op": "=", "args": [{"property": {"property": "x"}}, 1]}',
        '{"op": "pg_sleep", "args": [5]}',
        '{"op": "not", "args": [' * 70 + "true" + "]}" * 70,
        '{"op": "not", "args": [' * 500 + "true" + "]}" * 500,
        '{"op": "s_intersects", "args": [{"property": "geometry"}, {"type": "Point", "coordinates": [1]}]}',
        '{"op": "s_intersects", "args": [{"property": "geometry"}, {"type": "Punto", "coordinates": [1, 2]}]}',
        '{"op": "s_intersects", "args": [{"property": "geometry"}, {"bbox": [1, 2]}]}',
        '{"op": "in", "args": [{"property": "seccion"}, []]}',
        '{"op": "and", "args": []}',
    ],
)
def test_json_que_no_se_entiende(ogc: Any, filtro: str) -> None:
    respuesta = ogc.pedir(ITEMS, Rol.PLANIFICADOR, filter=filtro, filter_lang="cql2-json")
    assert respuesta.status_code == 400
    assert respuesta.json()["errores"][0]["campo"] == "filter"


def test_lenguas(ogc: Any) -> None:
    """The ones that are declared and no other; and a language needs a filter."""
    assert ogc.pedir(ITEMS, Rol.PLANIFICADOR, filter="publica", filter_lang="ecql").status_code == 400
    assert ogc.pedir(ITEMS, Rol.PLANIFICADOR, filter='{"op": "=", "args": [1, 1]}').status_code == 400
    assert ogc.pedir(ITEMS, Rol.PLANIFICADOR, filter="publica", filter_lang="cql2-json").status_code == 400
    assert ogc.pedir(ITEMS, Rol.PLANIFICADOR, filter_lang="cql2-text").status_code == 400
    assert ogc.pedir(ITEMS, Rol.PLANIFICADOR, filter_crs=f"{EPSG}4326").status_code == 400


def test_nadie_deduce_por_filtros_lo_que_no_ve(ogc: Any) -> None:
    """A planner's filters over a natural person's name and RUT find nothing, whatever they ask."""
    for filtro in (
        "nombre LIKE 'Rosa%'",
        "rut = 12345678",
        "rut < 76000000",
        "CASEI(razon_social) LIKE CASEI('%rosa%')",
    ):
        assert ogc.ids("establecimientos", Rol.PLANIFICADOR, filter=filtro) == set()
    assert "e001" in ogc.ids("establecimientos", Rol.PLANIFICADOR, filter="rut IS NULL")
