"""A release without its rounded hexagons says so: to who publishes, in its report, and to who reads it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from aplicacion_servida import servir
from ciudad_chica import CUT, sembrar
from observatorio.db.engine import crear_engine
from observatorio.db.tablas import publicacion as t_publicacion
from observatorio.indicadores.publicar import publicar
from observatorio.settings import Settings
from orden_observatorio import observatorio

CONTEO, ESTRECHA, HOLGADA = 30, 3, 50
"""The twelve of a quarter are too few, and have to pass for thirty. The hexagon is that quarter by another name: its
count as a multiple of three leaves sixteen at most, and of fifty forty-nine at least, whatever is drawn."""


def informes(conn: Connection) -> list[dict[str, dict[str, object]]]:
    """The reports of the releases of 2024, the first one first."""
    consulta = select(t_publicacion.c.informe).where(t_publicacion.c.anio == 2024)
    return list(conn.scalars(consulta.order_by(t_publicacion.c.publicacion)))


def test_los_que_no_caben_se_dicen_y_los_que_caben_no(
    conexion: Connection, sembrador: Callable[[Connection], None], tmp_path: Path
) -> None:
    sembrador(conexion)
    for base in (ESTRECHA, HOLGADA):
        avisos: list[str] = []
        ajustes = Settings(cut=CUT, state_dir=tmp_path, reserva_base=base, reserva_conteo=CONTEO)
        publicar(conexion, ajustes, 2024, avisar=avisos.append)
        sin_ellos = [a for a in avisos if "sin los conteos por hexágono (h3_7, h3_8)" in a]
        if base == ESTRECHA:
            (aviso,) = sin_ellos
            assert "Redondeados a 3 acotarían" in aviso
            assert "suba OBS_RESERVA_BASE" in aviso
        else:
            assert sin_ellos == []
    sin, con = informes(conexion)
    assert sin["establecimientos"]["niveles_omitidos"] == ["h3_7", "h3_8"]
    assert sin["establecimientos"]["redondeadas"] == 0
    assert sin["empleo"]["niveles_omitidos"] == []
    assert con["establecimientos"]["niveles_omitidos"] == []
    assert con["establecimientos"]["redondeadas"]
    # Which cell they would have bounded is for who publishes: whoever reads the report would learn that it is small.
    assert "proteger" not in str(sin)


def test_la_orden_lo_dice_y_el_portal_tambien(base: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    motor = crear_engine(base, "propietario")
    with motor.begin() as conn:
        sembrar(conn)
    motor.dispose()
    monkeypatch.setenv("OBS_RESERVA_BASE", str(ESTRECHA))
    monkeypatch.setenv("OBS_RESERVA_CONTEO", str(CONTEO))
    hecha = observatorio(base, "publish", "--anio", "2024")
    assert hecha.returncode == 0, hecha.stderr
    dicho = " ".join((hecha.stdout + hecha.stderr).split())
    assert "2024: sin los conteos por hexágono (h3_7, h3_8)" in dicho
    assert "Todo lo demás se publica" in dicho
    with servir(base) as lector:
        assert "Sin conteos por hexágono: acotarían celdas reservadas." in lector.get("/datos").text
        assert lector.get("/api/v1/indicadores/establecimientos?anio=2024&nivel=h3_8").status_code == 404
