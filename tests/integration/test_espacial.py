"""Spatial figures out of a catastro on real PostGIS, with the rights of a planner."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from sqlalchemy import Connection, text

from observatorio.catastro.zonas import asignar_zonas, cargar_zonas
from observatorio.db.queries import espacial as consultas
from observatorio.indicadores.espacial.autocorrelacion import moran, puntos_calientes
from observatorio.indicadores.espacial.distritos import distritos
from observatorio.indicadores.espacial.territorio import vecindad_de
from observatorio.indicadores.oportunidad import oportunidad

CUT, ANIO = "02201", 2024
LON, LAT, PASO = -68.93, -22.46, 0.01
BARRIOS = {"B1": (0, 0, 1_000), "B2": (1, 0, 3_000), "B3": (2, 1, 1_000), "B4": (0, 1, 0)}
"""Column and row of a grid, and people: B3 touches B2 at a corner only."""


def barrios(destino: Path) -> Path:
    rasgos = []
    for codigo, (i, j, gente) in BARRIOS.items():
        oeste, sur = LON + i * PASO, LAT + j * PASO
        este, norte = LON + (i + 1) * PASO, LAT + (j + 1) * PASO
        anillo = [[oeste, sur], [este, sur], [este, norte], [oeste, norte], [oeste, sur]]
        rasgos.append(
            {
                "type": "Feature",
                "properties": {"codigo": codigo, "gente": gente},
                "geometry": {"type": "Polygon", "coordinates": [anillo]},
            }
        )
    destino.write_text(json.dumps({"type": "FeatureCollection", "features": rasgos}), encoding="utf-8")
    return destino


# Where in the grid, how many, ACTECO, precision, formality, employment of each.
GRUPOS = (
    (0.5, 0.5, 20, "331202", "puerta", "formal", 3),
    (0.5, 0.5, 5, "471100", "puerta", "formal", None),
    (0.5, 0.5, 9, "331202", "centroide", "formal", 3),
    (0.5, 0.5, 4, "331202", "puerta", "inactivo", 3),
    (1.5, 0.5, 5, "471100", "gps", "informal", 1),
    (2.5, 1.5, 2, None, "gps", "indeterminado", None),
    (None, None, 3, "471100", "sin_ubicacion", "formal", None),
)


@pytest.fixture
def ciudad(conexion: Connection, tmp_path: Path) -> Connection:
    """Four neighbourhoods with their people and establishments; from here on with the rights of a planner."""
    conexion.execute(text("SELECT catastro.asegurar_anio(:anio)"), {"anio": ANIO})
    azar = np.random.default_rng(3)
    filas = []
    for x, y, cuantos, acteco, precision, formalidad, empleo in GRUPOS:
        for _ in range(cuantos):
            dx, dy = azar.uniform(-0.2, 0.2, 2)
            filas.append(
                {
                    "id": f"e{len(filas):03d}",
                    "lon": None if x is None else LON + (x + dx) * PASO,
                    "lat": None if y is None else LAT + (y + dy) * PASO,
                    "acteco": acteco,
                    "division": acteco and acteco[:2],
                    "seccion": {"33": "C", "47": "G"}.get((acteco or "")[:2]),
                    "precision": precision,
                    "formalidad": formalidad,
                    "empleo": empleo,
                }
            )
    conexion.execute(
        text(
            """
            INSERT INTO catastro.establecimiento_anio (cut, anio, id, geom, precision, acteco, division, seccion,
                   tamano_ventas, tamano_trabajadores, tamano, formalidad, empleo_total, procedencia)
            VALUES ('02201', 2024, :id, ST_SetSRID(ST_MakePoint(CAST(:lon AS float), CAST(:lat AS float)), 4326),
                    :precision, :acteco, :division, :seccion, 'micro', 'micro', 'micro', :formalidad, :empleo, '{}')
            """
        ),
        filas,
    )
    cargar_zonas(conexion, barrios(tmp_path / "b.geojson"), "barrio", "codigo", poblacion="gente", cut=CUT)
    asignar_zonas(conexion, CUT, ANIO)
    conexion.execute(text("SET LOCAL ROLE obs_planificador"))
    return conexion


def test_vecindad_de_poligonos_y_de_hexagonos(ciudad: Connection) -> None:
    barrio = vecindad_de(ciudad, "barrio", CUT)
    assert barrio.zonas == ("B1", "B2", "B3", "B4")
    assert barrio.matriz.toarray().tolist() == [[0, 1, 0, 1], [1, 0, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0]]
    assert barrio.islas == ("B3",)
    celdas = vecindad_de(ciudad, "h3_9", CUT)
    assert celdas.islas == ()
    assert celdas.grados.max() == 6
    assert celdas.grados.sum() == celdas.matriz.sum()
    assert vecindad_de(ciudad, "nada", CUT).zonas == ()


def test_cuenta_por_zona_y_seccion(ciudad: Connection) -> None:
    assert consultas.por_seccion(ciudad, CUT, ANIO, "barrio").rows() == [
        ("B1", "C", 29, 87, 29),
        ("B1", "G", 5, None, 0),
        ("B2", "G", 5, 5, 5),
        ("B3", None, 2, None, 0),
        (None, "G", 3, None, 0),
    ]


def test_moran_y_g_sobre_las_celdas(ciudad: Connection) -> None:
    cuentas = consultas.por_seccion(ciudad, CUT, ANIO, "h3_9").drop_nulls("zona")
    hay = dict(cuentas.group_by("zona").agg(pl.col("establecimientos").sum()).iter_rows())
    vecindad = vecindad_de(ciudad, "h3_9", CUT).con_entorno(hay)
    valores = {z: float(hay.get(z, 0)) for z in vecindad.zonas}
    hecho = moran(valores, vecindad)
    assert hecho.indice is not None
    assert hecho.participantes.zonas == len(vecindad.zonas)
    assert hecho == moran(valores, vecindad)
    puntos = puntos_calientes(valores, vecindad).zonas
    mayor = max(valores, key=lambda z: (valores[z], z))
    assert puntos.filter(pl.col("zona") == mayor)["z"].item() > 2


def test_el_distrito_es_el_de_los_talleres(ciudad: Connection) -> None:
    """Not shops, not those that only know their neighbourhood, and not who no longer works."""
    hecho = distritos(ciudad, CUT, ANIO)
    assert hecho.miembros.height == 20
    (d,) = hecho.distritos
    assert d.empleo == 3 * d.establecimientos
    assert d.divisiones == (("33", d.establecimientos),)
    assert d.parte_formal == 1
    oeste, sur, este, norte = d.contorno.bounds
    assert LON < oeste < este < LON + PASO
    assert LAT < sur < norte < LAT + PASO


def test_brechas_del_barrio_a_mano(ciudad: Connection) -> None:
    """Ten shops for five thousand people: two for each thousand. Nobody lives in B4."""
    hecho = oportunidad(ciudad, CUT, ANIO, "barrio", secciones=["G"])
    assert hecho.brechas.select("zona", "existentes", "esperados", "brecha").rows() == [
        ("B1", 5, 2, -3),
        ("B2", 5, 6, 1),
        ("B3", 0, 2, 2),
    ]
    assert hecho.sin_habitantes == ("B4",)
    # Two have no known section, and three no place.
    assert (hecho.ubicados, hecho.establecimientos) == (39, 42)
