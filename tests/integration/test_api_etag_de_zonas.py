"""The ETag of whatever speaks of zones: it holds while they do, and changes with each way in which one can change."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, text

from ciudad_chica import CUT, Ciudad
from observatorio.catastro.zonas import asignar_zonas, cargar_zonas, preparar_niveles
from observatorio.vocabulario import Rol

ITEMS = "/ogc/collections/zonas_{}/items"
RUTAS = ("/api/v1/niveles", "/api/v1/zonas?nivel=barrio", ITEMS.format("barrio"), "/api/v1/conteos?por=seccion")
Cambio = Callable[[Connection, Path], None]


def _capa(carpeta: Path, gente: int = 100, lado: float = 0.01, codigo: str = "B1") -> Path:
    """A layer of one square in urban Calama."""
    oeste, sur = -68.93, -22.46
    este, norte = oeste + lado, sur + lado
    anillo = [[oeste, sur], [este, sur], [este, norte], [oeste, norte], [oeste, sur]]
    rasgo = {
        "type": "Feature",
        "properties": {"codigo": codigo, "gente": gente},
        "geometry": {"type": "Polygon", "coordinates": [anillo]},
    }
    destino = carpeta / "barrio.geojson"
    destino.write_text(json.dumps({"type": "FeatureCollection", "features": [rasgo]}))
    return destino


def _cargar(conn: Connection, carpeta: Path, **cambios: Any) -> None:
    cargar_zonas(conn, _capa(carpeta, **cambios), "barrio", "codigo", poblacion="gente", anio_poblacion=2024, cut=CUT)


@pytest.fixture
def cargada(ciudad: Ciudad, tmp_path: Path) -> tuple[Ciudad, Path]:
    """The small city with a level that somebody loaded, and the cells over it."""
    with ciudad.motor.begin() as conn:
        _cargar(conn, tmp_path)
        preparar_niveles(conn, CUT)
    return ciudad, tmp_path


def test_cargar_otra_vez_lo_cambia_y_lo_demas_no(
    cargada: tuple[Ciudad, Path], cliente: httpx.Client, llave: Callable[[Rol], dict[str, str]]
) -> None:
    """304 until somebody loads the level again, even with as many zones as before; exact answers and the public's."""
    ciudad, carpeta = cargada
    de_quien: tuple[dict[str, str], ...] = ({}, llave(Rol.PLANIFICADOR))

    def pedir() -> dict[tuple[str, int], httpx.Response]:
        return {(r, i): cliente.get(r, headers=k) for r in RUTAS for i, k in enumerate(de_quien)}

    def otra_vez() -> dict[tuple[str, int], int]:
        condicion = {pregunta: {"If-None-Match": primera.headers["etag"]} for pregunta, primera in primeras.items()}
        return {(r, i): cliente.get(r, headers=de_quien[i] | c).status_code for (r, i), c in condicion.items()}

    primeras = pedir()
    assert {r.status_code for r in primeras.values()} == {200}
    assert set(otra_vez().values()) == {304}
    with ciudad.motor.begin() as conn:
        preparar_niveles(conn, CUT)
    assert set(otra_vez().values()) == {304}, "nothing changed"
    with ciudad.motor.begin() as conn:
        _cargar(conn, carpeta, lado=0.02)
    assert set(otra_vez().values()) == {200}


def _gente(conn: Connection, carpeta: Path) -> None:
    _cargar(conn, carpeta, gente=250)


def _celdas(conn: Connection, _carpeta: Path) -> None:
    conn.execute(
        text("UPDATE catastro.establecimiento_anio SET geom = ST_Translate(geom, 0.05, 0.05) WHERE anio = 2024")
    )
    asignar_zonas(conn, CUT, 2024)


def _censo(conn: Connection, _carpeta: Path) -> None:
    conn.execute(text("UPDATE ref.poblacion SET personas = personas + 1 WHERE territorio = :cut"), {"cut": CUT})
    preparar_niveles(conn, CUT)


@pytest.mark.parametrize(
    ("cambio", "cambian", "quedan"),
    [
        (_gente, {"barrio", "h3_8"}, {"comuna", "unidad_vecinal"}),
        (_celdas, {"h3_8"}, {"comuna", "barrio", "unidad_vecinal"}),
        (_censo, {"comuna"}, {"h3_8", "barrio", "unidad_vecinal"}),
    ],
)
def test_cada_nivel_cambia_con_sus_zonas(
    cargada: tuple[Ciudad, Path], cliente: httpx.Client, cambio: Cambio, cambian: set[str], quedan: set[str]
) -> None:
    """People who are estimated anew, cells that come with new premises, a newer census: each its own levels."""
    ciudad, carpeta = cargada
    niveles = sorted(cambian | quedan)
    antes = {n: cliente.get(ITEMS.format(n)) for n in niveles}
    with ciudad.motor.begin() as conn:
        cambio(conn, carpeta)
    despues = {n: cliente.get(ITEMS.format(n)) for n in niveles}
    assert {n for n in niveles if antes[n].headers["etag"] != despues[n].headers["etag"]} == cambian
    assert {n for n in niveles if antes[n].json()["features"] != despues[n].json()["features"]} == cambian


def test_quien_espera_su_turno_no_deja_un_momento_anterior(ciudad: Ciudad, tmp_path: Path) -> None:
    """Of two loads the one that began first and ended last leaves the later moment."""
    momento = text("SELECT max(cargado) FROM territorio.nivel")
    with ciudad.motor.connect() as lenta, ciudad.motor.connect() as rapida:
        lenta.execute(text("SELECT now()"))
        _cargar(rapida, tmp_path)
        rapida.commit()
        primera = rapida.scalar(momento)
        _cargar(lenta, tmp_path, gente=7)
        lenta.commit()
        assert lenta.scalar(momento) > primera
        # A clock that was set back does not matter either.
        lenta.execute(text("UPDATE territorio.nivel SET cargado = now() + interval '1 day' WHERE nivel = 'comuna'"))
        adelantada = lenta.scalar(momento)
        _cargar(lenta, tmp_path, gente=8)
        assert lenta.scalar(momento) > adelantada


def test_number_matched_sigue_siendo_el_numero_de_zonas(cargada: tuple[Ciudad, Path], cliente: httpx.Client) -> None:
    """Counted only for the level that is asked for."""
    with cargada[0].motor.connect() as conn:
        filas = conn.execute(text("SELECT nivel, count(*) AS zonas FROM territorio.zona GROUP BY nivel"))
        cuantas = {fila.nivel: fila.zonas for fila in filas}
    assert {"barrio", "h3_9"} < cuantas.keys()
    for nivel, total in cuantas.items():
        assert cliente.get(f"{ITEMS.format(nivel)}?limit=1").json()["numberMatched"] == total
