"""Levels and zones on a real PostGIS: loading layers, built-in levels, and where establishments lie."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import h3
import pytest
from sqlalchemy import Connection, text

from observatorio.catastro.zonas import asignar_zonas, cargar_zonas, preparar_niveles
from observatorio.errors import ErrorArchivo, ErrorConsulta

CALAMA = "02201"
ANIO = 2024
LON, LAT = -68.93, -22.46
"""South-west corner of the little zones of these tests, in urban Calama."""

PASO = 0.01


def _cuadro(i: int, j: int = 0) -> dict[str, Any]:
    oeste, sur = LON + i * PASO, LAT + j * PASO
    este, norte = oeste + PASO, sur + PASO
    return {
        "type": "Polygon",
        "coordinates": [[[oeste, sur], [este, sur], [este, norte], [oeste, norte], [oeste, sur]]],
    }


def _capa(destino: Path, filas: Sequence[tuple[dict[str, Any], dict[str, Any] | None]]) -> Path:
    rasgos = [{"type": "Feature", "properties": p, "geometry": g} for p, g in filas]
    destino.write_text(json.dumps({"type": "FeatureCollection", "features": rasgos}), encoding="utf-8")
    return destino


@pytest.fixture
def barrios(tmp_path: Path) -> Path:
    """Two squares side by side, with 100 and 300 people."""
    return _capa(
        tmp_path / "barrios.geojson",
        [
            ({"codigo": "B1", "nombre": "Uno", "gente": 100}, _cuadro(0)),
            ({"codigo": "B2", "nombre": "Dos", "gente": 300}, _cuadro(1)),
        ],
    )


def _establecer(conn: Connection, filas: Sequence[tuple[str, float | None, float | None]]) -> None:
    conn.execute(text("SELECT catastro.asegurar_anio(:anio)"), {"anio": ANIO})
    conn.execute(
        text(
            """
            INSERT INTO catastro.establecimiento_anio
                   (cut, anio, id, geom, precision, tamano_ventas, tamano_trabajadores, tamano, formalidad, procedencia)
            VALUES (:cut, :anio, :id, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), 'gps', 'sin_dato', 'sin_dato',
                    'sin_dato', 'indeterminado', '{}')
            """
        ),
        [{"cut": CALAMA, "anio": ANIO, "id": i, "lon": lon, "lat": lat} for i, lon, lat in filas],
    )


def _zonas_de(conn: Connection, nivel: str) -> dict[str, str]:
    orden = text("SELECT id, zona FROM catastro.establecimiento_zona WHERE nivel = :nivel AND anio = :anio")
    return {fila.id: fila.zona for fila in conn.execute(orden, {"nivel": nivel, "anio": ANIO})}


def _uno(conn: Connection, orden: str, **parametros: Any) -> Any:
    return conn.execute(text(orden), parametros).scalar()


def test_zonas_censales_reales(conexion: Connection, datos_reales: Path) -> None:
    resumen = cargar_zonas(
        conexion,
        datos_reales / "territorio" / "zonas_censales_2017_calama.geojson",
        "zona_censal",
        "geocodigo",
        poblacion=str(datos_reales / "territorio" / "censo_2017_zonas_calama_edad.csv"),
        anio_poblacion=2017,
        cut=CALAMA,
    )
    assert (resumen.zonas, resumen.con_poblacion, resumen.con_poligono) == (58, 58, 38)
    assert (resumen.personas, resumen.personas_con_poligono) == (157_432, 149_458)
    assert "20 quedan sin polígono (7.974 personas)" in str(resumen)
    cuts = conexion.execute(text("SELECT DISTINCT cut FROM territorio.zona WHERE nivel = 'zona_censal'")).scalars()
    assert set(cuts) == {CALAMA}
    for nivel in ("h3_7", "h3_8", "h3_9"):
        repartidas = _uno(conexion, "SELECT sum(poblacion) FROM territorio.zona WHERE nivel = :n", n=nivel)
        assert repartidas == pytest.approx(149_458, abs=10)
    estimadas = conexion.execute(
        text("SELECT DISTINCT poblacion_estimada FROM territorio.zona WHERE nivel = 'h3_9' AND poblacion > 0")
    ).scalars()
    assert list(estimadas) == [True]


def test_comunas_oficiales_van_antes_que_las_simplificadas(conexion: Connection, datos_reales: Path) -> None:
    preparar_niveles(conexion, CALAMA)
    area = "SELECT area_km2 FROM territorio.zona WHERE nivel = 'comuna' AND zona = :cut"
    simplificada = _uno(conexion, area, cut=CALAMA)
    resumen = cargar_zonas(
        conexion,
        datos_reales / "territorio" / "comunas_region_antofagasta.geojson",
        "comuna",
        "codigo_comuna",
        cut=CALAMA,
    )
    preparar_niveles(conexion, CALAMA)
    assert resumen.con_poligono == 9
    assert _uno(conexion, "SELECT count(*) FROM territorio.zona WHERE nivel = 'comuna'") == 9
    oficial = _uno(conexion, area, cut=CALAMA)
    # 15,597 km² is what the State says of Calama; Web Mercator would give 18,200.
    assert oficial == pytest.approx(15_597, rel=0.01)
    assert oficial != simplificada
    poblacion = "SELECT poblacion FROM territorio.zona WHERE nivel = 'comuna' AND zona = :cut"
    assert _uno(conexion, poblacion, cut=CALAMA) == 166_334


def test_niveles_incorporados_sin_zonas(conexion: Connection) -> None:
    preparar_niveles(conexion, CALAMA)
    preparar_niveles(conexion, CALAMA)
    niveles = {f.nivel: f.incorporado for f in conexion.execute(text("SELECT * FROM territorio.nivel"))}
    assert niveles == {"comuna": True, "h3_7": True, "h3_8": True, "h3_9": True}
    zonas = conexion.execute(text("SELECT nivel, zona, poblacion, poblacion_anio FROM territorio.zona")).all()
    assert [tuple(z) for z in zonas] == [("comuna", CALAMA, 166_334, 2024)]


def test_poblacion_de_celdas_por_area(conexion: Connection, barrios: Path) -> None:
    resumen = cargar_zonas(
        conexion, barrios, "barrio", "codigo", "nombre", poblacion="gente", anio_poblacion=2024, cut=CALAMA
    )
    assert (resumen.con_poblacion, resumen.personas) == (2, 400)
    total = _uno(conexion, "SELECT sum(poblacion) FROM territorio.zona WHERE nivel = 'h3_9'")
    assert total == pytest.approx(400, abs=1)
    # A cell wholly inside the second square has its people by its share of the square's area.
    dentro = h3.latlng_to_cell(LAT + PASO / 2, LON + 1.5 * PASO, 9)
    area = _uno(conexion, "SELECT area_km2 FROM territorio.zona WHERE nivel = 'barrio' AND zona = 'B2'")
    celda = conexion.execute(
        text("SELECT poblacion, area_km2, poblacion_anio FROM territorio.zona WHERE nivel = 'h3_9' AND zona = :z"),
        {"z": dentro},
    ).one()
    assert celda.poblacion == pytest.approx(300 * celda.area_km2 / area, rel=0.001)
    assert celda.area_km2 == pytest.approx(h3.cell_area(dentro), rel=0.01)
    assert celda.poblacion_anio == 2024


def test_cada_establecimiento_en_sus_zonas(conexion: Connection, barrios: Path) -> None:
    preparar_niveles(conexion, CALAMA)
    cargar_zonas(conexion, barrios, "barrio", "codigo", poblacion="gente", cut=CALAMA)
    lejos = (-68.2, -22.3)
    _establecer(
        conexion,
        [
            ("dentro", LON + PASO / 2, LAT + PASO / 2),
            ("borde", LON + PASO, LAT + PASO / 2),
            ("lejos", *lejos),
            ("sin_punto", None, None),
        ],
    )
    for _ in range(2):
        asignar_zonas(conexion, CALAMA, ANIO)
        assert _zonas_de(conexion, "comuna") == dict.fromkeys(("dentro", "borde", "lejos", "sin_punto"), CALAMA)
        assert _zonas_de(conexion, "barrio") == {"dentro": "B1", "borde": "B1"}
        for nivel, resolucion in (("h3_7", 7), ("h3_8", 8), ("h3_9", 9)):
            assert _zonas_de(conexion, nivel) == {
                "dentro": h3.latlng_to_cell(LAT + PASO / 2, LON + PASO / 2, resolucion),
                "borde": h3.latlng_to_cell(LAT + PASO / 2, LON + PASO, resolucion),
                "lejos": h3.latlng_to_cell(lejos[1], lejos[0], resolucion),
            }
    celda = conexion.execute(
        text(
            "SELECT poblacion, cut, ST_Covers(geom, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)) AS cubre"
            " FROM territorio.zona WHERE nivel = 'h3_9' AND zona = :z"
        ),
        {"lon": lejos[0], "lat": lejos[1], "z": h3.latlng_to_cell(lejos[1], lejos[0], 9)},
    ).one()
    # Nobody counted the people there: unknown, which is not zero.
    assert (celda.poblacion, celda.cut, celda.cubre) == (None, CALAMA, True)


def test_recargar_un_nivel_lo_reemplaza_y_reasigna(conexion: Connection, barrios: Path, tmp_path: Path) -> None:
    cargar_zonas(conexion, barrios, "barrio", "codigo", poblacion="gente", cut=CALAMA)
    _establecer(conexion, [("a", LON + PASO / 2, LAT + PASO / 2)])
    asignar_zonas(conexion, CALAMA, ANIO)
    otra = _capa(tmp_path / "otra.geojson", [({"codigo": 7}, _cuadro(0))])
    resumen = cargar_zonas(conexion, otra, "barrio", "codigo", cut=CALAMA)
    assert (resumen.zonas, resumen.con_poblacion) == (1, 0)
    assert _zonas_de(conexion, "barrio") == {"a": "7"}
    # With its populated level gone, a cell's estimate goes too.
    assert _uno(conexion, "SELECT count(*) FROM territorio.zona WHERE nivel LIKE 'h3%' AND poblacion IS NOT NULL") == 0


def test_utm_y_multiparte(conexion: Connection, tmp_path: Path) -> None:
    rasgo = {
        "type": "Feature",
        "properties": {"id": "P1"},
        "geometry": {
            "type": "MultiPolygon",
            "coordinates": [[[[507000, 7515000], [508000, 7515000], [508000, 7516000], [507000, 7515000]]]],
        },
    }
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32719"}}
    archivo = tmp_path / "utm.geojson"
    archivo.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": [rasgo]}), encoding="utf-8")
    cargar_zonas(conexion, archivo, "predio", "id", cut=CALAMA)
    fila = conexion.execute(
        text("SELECT cut, area_km2, ST_X(ST_Centroid(geom)) AS lon FROM territorio.zona WHERE nivel = 'predio'")
    ).one()
    assert fila.cut == CALAMA
    assert fila.lon == pytest.approx(-68.927, abs=0.002)
    assert fila.area_km2 == pytest.approx(0.5, rel=0.01)


@pytest.mark.parametrize(
    ("filas", "parametros", "mensaje"),
    [
        ([({"c": "1"}, _cuadro(0)), ({"c": "1"}, _cuadro(1))], {"codigo": "c"}, "repite códigos: 1"),
        ([({"c": "1"}, _cuadro(0))], {"codigo": "otra"}, "no tiene la columna «otra»"),
        ([({"c": "1"}, _cuadro(0))], {"codigo": "c", "nombre": "n"}, "no tiene la columna «n»"),
        ([({"c": "1"}, _cuadro(0))], {"codigo": "c", "poblacion": "gente"}, "no tiene la columna «gente»"),
        ([({"c": "1"}, _cuadro(0))], {"codigo": "c", "poblacion": "no_esta.csv"}, "No existe el archivo de población"),
        ([({"c": "1", "p": "mil"}, _cuadro(0))], {"codigo": "c", "poblacion": "p"}, "no es una población"),
        ([({"c": None}, _cuadro(0))], {"codigo": "c"}, "zonas sin código"),
        ([({"c": "1"}, {"type": "Point", "coordinates": [LON, LAT]})], {"codigo": "c"}, "no tiene polígonos"),
    ],
)
def test_capas_que_se_niegan(
    conexion: Connection,
    tmp_path: Path,
    filas: list[tuple[dict[str, Any], dict[str, Any]]],
    parametros: dict[str, str],
    mensaje: str,
) -> None:
    archivo = _capa(tmp_path / "mala.geojson", filas)
    with pytest.raises(ErrorArchivo, match=mensaje) as error:
        cargar_zonas(conexion, archivo, "malo", cut=CALAMA, **parametros)
    assert error.value.consejo
    assert _uno(conexion, "SELECT count(*) FROM territorio.nivel WHERE nivel = 'malo'") == 0


def test_archivos_que_no_son_capas(conexion: Connection, tmp_path: Path) -> None:
    binario = tmp_path / "binario.geojson"
    binario.write_bytes(bytes(range(256)))
    with pytest.raises(ErrorArchivo, match="no es una capa"):
        cargar_zonas(conexion, binario, "malo", "c")
    with pytest.raises(ErrorArchivo, match="No existe"):
        cargar_zonas(conexion, tmp_path / "nada.geojson", "malo", "c")


@pytest.mark.parametrize("nivel", ["h3_8", "Zona Censal", "x", "1a"])
def test_nombres_de_nivel_que_se_niegan(conexion: Connection, barrios: Path, nivel: str) -> None:
    with pytest.raises(ErrorConsulta, match="nombre de nivel"):
        cargar_zonas(conexion, barrios, nivel, "codigo")
