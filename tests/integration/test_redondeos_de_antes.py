"""What rounded counts tell whoever has read more than one release of a year."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, insert, select, text

from ciudad_chica import CUT
from observatorio.db import tablas as t
from observatorio.indicadores.publicar import publicar
from observatorio.reserva.publicacion import anteriores
from observatorio.reserva.secundaria import CONSEJO, ErrorReserva
from observatorio.settings import Settings

Sembrador = Callable[[Connection], None]
CELDAS = [f"88d{k:02d}" for k in range(40)]


def sembrar_celdas(conn: Connection) -> None:
    """Forty more hexagons with 1 to 9 premises each, all alike, each of a firm of its own."""
    conn.execute(insert(t.zona), [{"nivel": "h3_8", "zona": z, "nombre": z, "geom": None} for z in CELDAS])
    for k, celda in enumerate(CELDAS):
        for n in range(k % 9 + 1):
            abrir(conn, celda, f"d{k:02d}-{n}")


def abrir(conn: Connection, celda: str, identificador: str) -> None:
    """One more establishment of 2024 in a hexagon, like the first of the small city but of another firm."""
    tabla = t.establecimiento_anio
    columnas = [c for c in tabla.c if c.computed is None]
    uno = conn.execute(select(*columnas).where(tabla.c.anio == 2024, tabla.c.id == "e001")).one()
    ultimo = conn.scalar(select(func.max(tabla.c.rut)))
    conn.execute(insert(tabla).values(**uno._asdict() | {"id": identificador, "rut": ultimo + 1}))
    llave = {"cut": CUT, "anio": 2024, "id": identificador}
    for nivel, zona in (("h3_8", celda), ("unidad_vecinal", "uv1")):
        conn.execute(insert(t.establecimiento_zona).values(**llave, nivel=nivel, zona=zona))


def por_hexagono(conn: Connection) -> dict[str, float]:
    """The counts by hexagon of the release that holds."""
    c = t.celda.c
    vigente = select(t.publicacion.c.publicacion).where(t.publicacion.c.vigente, t.publicacion.c.anio == 2024)
    filas = conn.execute(
        select(c.dimensiones["zona"].astext, c.valor).where(
            c.publicacion.in_(vigente), c.nivel == "h3_8", c.redondeo.is_not(None)
        )
    )
    return dict(filas.all())


def test_lo_que_no_cambio_sale_igual_otra_vez(conexion: Connection, sembrador: Sembrador, tmp_path: Path) -> None:
    """Ten releases, one more business each time: whoever averages the others has what the first one said."""
    ajustes = Settings(cut=CUT, state_dir=tmp_path)
    sembrador(conexion)
    sembrar_celdas(conexion)
    publicar(conexion, ajustes, 2024)
    primero = por_hexagono(conexion)
    assert set(CELDAS) < set(primero)
    for k in range(10):
        abrir(conexion, CELDAS[0], f"nuevo-{k}")
        publicar(conexion, ajustes, 2024)
        despues = por_hexagono(conexion)
        assert {z: despues[z] for z in CELDAS[1:]} == {z: primero[z] for z in CELDAS[1:]}
    assert despues[CELDAS[0]] != primero[CELDAS[0]]


def test_las_tablas_redondeadas_se_recuerdan(conexion: Connection, sembrador: Sembrador, tmp_path: Path) -> None:
    sembrador(conexion)
    publicar(conexion, Settings(cut=CUT, state_dir=tmp_path), 2024)
    (recordada,) = [a for a in anteriores(conexion, CUT, 2024, "establecimientos") if a.dimensiones == ("zona:h3_8",)]
    assert (recordada.base, recordada.minimo) == (5, 1)
    assert {z: v for (z,), v in recordada.celdas.items()} == por_hexagono(conexion)


def test_un_nivel_que_los_hexagonos_ya_publicados_abririan_se_rehusa(
    conexion: Connection, sembrador: Sembrador, tmp_path: Path
) -> None:
    """Twelve in a quarter must pass for thirty, and everybody has read that their hexagon has sixteen at most. The
    release of before stays as it was."""
    sembrador(conexion)
    como_si = text("UPDATE territorio.nivel SET incorporado = :si WHERE nivel = 'unidad_vecinal'")
    conexion.execute(como_si, {"si": True})
    ajustes = Settings(cut=CUT, state_dir=tmp_path, reserva_base=3, reserva_conteo=30)
    avisos: list[str] = []
    publicar(conexion, ajustes, 2024, avisar=avisos.append)
    primero = por_hexagono(conexion)
    assert primero
    assert not [a for a in avisos if "sin los conteos" in a]

    conexion.execute(como_si, {"si": False})
    with pytest.raises(ErrorReserva, match="ya se publicaron de ese año") as error:
        publicar(conexion, ajustes, 2024)
    assert "sigue valiendo lo publicado" in error.value.consejo
    assert por_hexagono(conexion) == primero


def test_lo_que_no_tiene_lugar_por_si_mismo_no_se_achaca_a_los_hexagonos(
    conexion: Connection, sembrador: Sembrador, tmp_path: Path
) -> None:
    """A first release: nobody has read anything of the year, and the advice is the general one."""
    sembrador(conexion)
    # Lower thresholds than the settings take show what leaves the two establishments of education no company.
    uno = {"reserva_conteo": 1, "reserva_reforzado": 1}
    with pytest.raises(ErrorReserva, match="2024, establecimientos: No hay cómo proteger") as error:
        publicar(conexion, Settings(cut=CUT, state_dir=tmp_path).model_copy(update=uno), 2024)
    assert "ya se publicaron" not in error.value.mensaje
    assert error.value.consejo == CONSEJO
