"""Indicators on a real PostGIS, against numbers that were counted by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, insert, select, text
from sqlalchemy.exc import ProgrammingError

from observatorio import catalogo
from observatorio.db import tablas as t
from observatorio.db.queries import publicacion as consultas
from observatorio.indicadores import definitions
from observatorio.indicadores.compute import calcular
from observatorio.indicadores.contract import Indicador
from observatorio.indicadores.cuadro import Cuadro
from observatorio.indicadores.dimensiones import ErrorPregunta
from observatorio.indicadores.publicado import ErrorNoPublicado, leer
from observatorio.indicadores.publicar import publicar
from observatorio.reserva.publicacion import anteriores, retirar
from observatorio.settings import Settings

CUT = "02201"
INDICADORES = catalogo.discover(definitions, Indicador)
OBLIGATORIAS = dict.fromkeys(("tamano_ventas", "tamano_trabajadores", "tamano"), "sin_dato") | {
    "precision": "sin_ubicacion",
    "procedencia": {},
}


@pytest.fixture
def ajustes(tmp_path: Path) -> Settings:
    """Settings whose secrets lie in a folder of this test's own."""
    return Settings(cut=CUT, state_dir=tmp_path)


def figuras(cuadro: Cuadro, *dimensiones: str) -> dict[tuple[str, ...], tuple[object, object]]:
    """(dimension values) -> (valor, n)"""
    return {tuple(f.dimensiones[d] for d in dimensiones): (f.valor, f.n) for f in cuadro.filas}


@pytest.mark.parametrize("indicador", INDICADORES.values(), ids=INDICADORES)
def test_el_ejemplo_de_cada_definicion_da_lo_calculado_a_mano(conexion: Connection, indicador: Indicador) -> None:
    """Each definition's rows enter a real table, and the engine's total equals the number beside them."""
    conexion.execute(select(func.catastro.asegurar_anio(2030)))
    conexion.execute(insert(t.version).values(cut="02201", anio=2030, version=1, huella="", establecimientos=1))
    for i, fila in enumerate(indicador.ejemplo.filas):
        valores = OBLIGATORIAS | {"cut": CUT, "anio": 2030, "id": str(i), **fila}
        conexion.execute(insert(t.establecimiento_anio).values(valores))
    # A planner may compute all but what is made from restricted columns, and that the municipality may.
    rol = "municipal" if indicador.restringidas else "planificador"
    conexion.execute(select(func.set_config("role", f"obs_{rol}", True)))

    (total,) = calcular(conexion, indicador, cut=CUT, anio=2030).filas

    assert total.valor == pytest.approx(indicador.ejemplo.valor)
    assert total.n == indicador.ejemplo.n
    assert total.cobertura == pytest.approx(indicador.ejemplo.cobertura)


def test_totales_exactos(como_planificador: Connection) -> None:
    """37 active; 72 workers known in 30 of them; 6 informal among 35 of known formality."""
    totales = {
        nombre: calcular(como_planificador, indicador, cut=CUT, anio=2024).filas[0]
        for nombre, indicador in INDICADORES.items()
        if not indicador.restringidas
    }
    assert (totales["establecimientos"].valor, totales["establecimientos"].cobertura) == (37, 1.0)
    assert (totales["empleo"].valor, totales["empleo"].n) == (72, 30)
    assert totales["empleo"].cobertura == pytest.approx(30 / 37)
    assert totales["tasa_informalidad"].valor == pytest.approx(600 / 35)
    assert totales["tasa_informalidad"].cobertura == pytest.approx(35 / 37)


def test_por_sector_y_tamano(como_planificador: Connection) -> None:
    """The dimensions come back in their own order, whatever the order in which they were asked for."""
    cuadro = calcular(como_planificador, INDICADORES["empleo"], ("tamano", "seccion"), cut=CUT, anio=2024)
    assert cuadro.pregunta.por == ("seccion", "tamano")
    assert figuras(cuadro, "seccion", "tamano") == {
        ("C", "micro"): (12, 12),
        ("G", "micro"): (30, 15),
        ("G", "pequena"): (30, 3),
        ("P", "mediana"): (None, 0),
    }
    assert [f.estado for f in cuadro.filas if f.dimensiones["seccion"] == "P"] == ["sin_dato"]


def test_por_zona_suma_el_total_con_los_sin_ubicacion(como_planificador: Connection) -> None:
    """Establishments without a place are a row of their own, so that a table by zone adds up."""
    indicador = INDICADORES["establecimientos"]
    cuadro = calcular(como_planificador, indicador, cut=CUT, anio=2024, nivel="h3_8")
    assert figuras(cuadro, "zona") == {("88a",): (23, 23), ("88b",): (12, 12), ("sin_ubicacion",): (2, 2)}
    una = calcular(como_planificador, indicador, ("seccion",), cut=CUT, anio=2024, nivel="h3_8", zona="88b")
    assert figuras(una, "seccion", "zona") == {("C", "88b"): (10, 10), ("P", "88b"): (2, 2)}


def test_filtros_y_anio_anterior(como_planificador: Connection) -> None:
    """A filter keeps rows and is no dimension of the answer; the year before stands beside each figure."""
    cuadro = calcular(
        como_planificador,
        INDICADORES["establecimientos"],
        cut=CUT,
        anio=2024,
        filtros={"seccion": "G"},
        con_anterior=True,
    )
    assert cuadro.registros() == [
        {"anio": 2024, "valor": 23, "anterior": 15, "variacion": 8, "n": 23, "cobertura": 1.0, "estado": "exacto"}
        | {"redondeo": None}
    ]


def test_varios_anios_no_se_suman(como_planificador: Connection) -> None:
    """Each year is a row."""
    cuadro = calcular(como_planificador, INDICADORES["establecimientos"], cut=CUT, anio=(2024, 2023))
    assert [(f.anio, f.valor) for f in cuadro.filas] == [(2023, 15), (2024, 37)]


def test_un_sector_vacio_es_cero_y_su_tasa_no_se_sabe(como_planificador: Connection) -> None:
    """Zero is a number; a rate over nobody is not."""
    (cero,) = calcular(como_planificador, INDICADORES["empleo"], cut=CUT, anio=2024, filtros={"seccion": "U"}).filas
    assert (cero.valor, cero.n, cero.estado) == (0, 0, "exacto")
    (tasa,) = calcular(
        como_planificador, INDICADORES["tasa_informalidad"], cut=CUT, anio=2024, filtros={"seccion": "U"}
    ).filas
    assert (tasa.valor, tasa.estado) == (None, "sin_dato")


@pytest.mark.parametrize(
    ("pregunta", "dice"),
    [
        ({"por": ("formalidad",)}, "seccion, division, tamano"),
        ({"por": ("zona",)}, "nivel=h3_8"),
        ({"anio": 1999}, "2023, 2024"),
        ({"nivel": "barrio"}, "h3_8"),
        ({"nivel": "h3_8", "zona": "88z"}, "/api/v1/zonas?nivel=h3_8"),
        ({"filtros": {"tamano": "enorme"}}, "micro, pequena, mediana, grande, sin_dato"),
        ({"filtros": {"seccion": "G' OR '1'='1"}}, "A, B, C"),
    ],
)
def test_una_pregunta_que_no_se_puede_responder_dice_que_si(
    como_planificador: Connection, pregunta: dict[str, object], dice: str
) -> None:
    """A refusal names what there is."""
    with pytest.raises(ErrorPregunta) as rechazo:
        calcular(como_planificador, INDICADORES["tasa_informalidad"], **{"cut": CUT, "anio": 2024} | pregunta)
    assert dice in rechazo.value.consejo


def test_el_publico_no_puede_calcular(conexion: Connection, sembrador: Callable[[Connection], None]) -> None:
    """The database itself refuses: the engine is not what keeps the public out."""
    sembrador(conexion)
    conexion.execute(text("SET LOCAL ROLE obs_publico"))
    with pytest.raises(ProgrammingError, match="permission denied"):
        calcular(conexion, INDICADORES["establecimientos"], cut=CUT, anio=2024)


def test_publicar_reserva_lo_chico_y_lo_que_lo_delataria(
    conexion: Connection, sembrador: Callable[[Connection], None], ajustes: Settings
) -> None:
    """Two schools are too few; without the total nobody finds them by subtracting, and all are formal in their section
    and in industry, so that no rate is told there."""
    sembrador(conexion)
    (resumen,) = publicar(conexion, ajustes, 2024)
    conexion.execute(text("SET LOCAL ROLE obs_publico"))

    cuantos = INDICADORES["establecimientos"]
    sectores = leer(conexion, cuantos, ("seccion",), cut=CUT, anio=2024)
    assert figuras(sectores, "seccion") == {("C",): (12, 12), ("G",): (23, 23), ("P",): (None, None)}
    assert {f.dimensiones["seccion"]: f.estado.value for f in sectores.filas} == {
        "C": "publicado",
        "G": "publicado",
        "P": "reservado",
    }
    assert leer(conexion, cuantos, cut=CUT, anio=2024).filas[0].estado == "reservado"
    tasas = leer(conexion, INDICADORES["tasa_informalidad"], ("seccion",), cut=CUT, anio=2024)
    assert {f.valor for f in tasas.filas if f.dimensiones["seccion"] != "G"} == {None}
    empleos = leer(conexion, INDICADORES["empleo"], ("seccion",), cut=CUT, anio=2024)
    assert figuras(empleos, "seccion") == {("C",): (None, None), ("G",): (60, None), ("P",): (None, None)}
    assert sectores.publicaciones == (resumen.publicacion,)
    assert sectores.redondeos == []


def test_una_suma_publicada_dice_de_cuantos_se_conoce(
    conexion: Connection, sembrador: Callable[[Connection], None], ajustes: Settings
) -> None:
    """Of the whole comuna and of no cell, 18 of its 23: each table of the sum says the same share."""
    sembrador(conexion)
    conexion.execute(text("DELETE FROM catastro.establecimiento_anio WHERE anio = 2024 AND seccion <> 'G'"))
    publicar(conexion, ajustes, 2024)
    conexion.execute(text("SET LOCAL ROLE obs_publico"))
    total, sectores = (leer(conexion, INDICADORES["empleo"], por, cut=CUT, anio=2024) for por in ((), ("seccion",)))
    assert [(f.n, f.cobertura) for f in total.filas] == [(None, 0.78)]
    assert [f.cobertura for f in sectores.filas] == [None]
    assert total.avisos == sectores.avisos
    assert "del 78 % de los establecimientos" in total.avisos[0]


def test_lo_redondeado_lo_dice(
    conexion: Connection, sembrador: Callable[[Connection], None], ajustes: Settings
) -> None:
    """Counts by hexagon are multiples of five next to the truth, each says so, and no change is made out of two."""
    sembrador(conexion)
    for anio in (2023, 2024):
        publicar(conexion, ajustes, anio)
    verdad = {("88a",): 23, ("88b",): 12, ("sin_ubicacion",): 2}
    conexion.execute(text("SET LOCAL ROLE obs_publico"))
    cuadro = leer(conexion, INDICADORES["establecimientos"], cut=CUT, anio=2024, nivel="h3_8", con_anterior=True)
    dichas = figuras(cuadro, "zona")
    assert dichas.keys() == verdad.keys()
    for zona, (valor, n) in dichas.items():
        assert isinstance(valor, float)
        assert valor % 5 == 0
        assert abs(valor - verdad[zona]) < 5
        assert n is None
    assert cuadro.redondeos == [5]
    (centro,) = [f for f in cuadro.registros() if f["zona"] == "88a"]
    assert (centro["estado"], centro["redondeo"], centro["cobertura"]) == ("publicado", 5, None)
    assert (centro["anterior"], centro["variacion"]) == (15, None)


def test_un_filtro_del_publico_lee_la_tabla_que_lo_contiene(
    conexion: Connection, sembrador: Callable[[Connection], None], ajustes: Settings
) -> None:
    """A filter picks rows of a published table, and never makes a table that is not there."""
    sembrador(conexion)
    publicar(conexion, ajustes, 2024)
    indicador = INDICADORES["establecimientos"]
    cuadro = leer(conexion, indicador, ("tamano",), cut=CUT, anio=2024, filtros={"seccion": "G"})
    assert figuras(cuadro, "tamano") == {("micro",): (20, 20), ("pequena",): (3, 3)}
    assert leer(conexion, indicador, cut=CUT, anio=2024, filtros={"seccion": "U"}).filas[0].valor == 0
    with pytest.raises(ErrorNoPublicado) as rechazo:
        leer(conexion, indicador, ("tamano",), cut=CUT, anio=2024, filtros={"tipo_persona": "juridica"})
    assert {"indicador": "establecimientos", "anio": 2024, "por": "seccion,tamano", "nivel": "", "celdas": 4} in (
        rechazo.value.tablas
    )
    with pytest.raises(ErrorNoPublicado):
        leer(conexion, indicador, cut=CUT, anio=2023)


def test_publicar_de_nuevo_conserva_la_anterior(
    conexion: Connection, sembrador: Callable[[Connection], None], ajustes: Settings
) -> None:
    """The same figures are the same release; other ones are a new one, and the one before holds no more."""
    sembrador(conexion)
    (primera,) = publicar(conexion, ajustes, 2024)
    assert publicar(conexion, ajustes, 2024)[0].publicacion == primera.publicacion
    conexion.execute(text("UPDATE catastro.establecimiento_anio SET formalidad = 'inactivo' WHERE id = 'e001'"))
    (segunda,) = publicar(conexion, ajustes, 2024)
    assert segunda.publicacion > primera.publicacion
    assert [(r.publicacion, r.vigente) for r in consultas.todas(conexion, CUT)] == [
        (segunda.publicacion, True),
        (primera.publicacion, False),
    ]
    comercio = leer(conexion, INDICADORES["establecimientos"], cut=CUT, anio=2024, filtros={"seccion": "G"})
    assert comercio.publicaciones == (segunda.publicacion,)
    # What was shown before may be shown still, with what it is now.
    assert comercio.filas[0].valor in (22, None)


def test_cada_comuna_lee_lo_suyo(
    conexion: Connection, sembrador: Callable[[Connection], None], ajustes: Settings
) -> None:
    """Two comunas in one database: the release of one is neither read nor replaced by that of the other."""
    sembrador(conexion)
    (suya,) = publicar(conexion, ajustes, 2024)
    vecina = "02202"
    conexion.execute(
        text("INSERT INTO catastro.version SELECT :v, anio, 1, '', 3 FROM catastro.version"), {"v": vecina}
    )
    conexion.execute(
        text("UPDATE catastro.establecimiento_anio SET cut = :v WHERE seccion = 'C' AND anio = 2024"), {"v": vecina}
    )
    (otra,) = publicar(conexion, ajustes.model_copy(update={"cut": vecina}), 2024)
    cuantos = INDICADORES["establecimientos"]
    industria = {"cut": vecina, "anio": 2024, "filtros": {"seccion": "C"}}
    assert leer(conexion, cuantos, **industria).filas[0].valor == 12
    comercio = leer(conexion, cuantos, cut=CUT, anio=2024, filtros={"seccion": "G"})
    assert (comercio.filas[0].valor, comercio.publicaciones) == (23, (suya.publicacion,))
    assert [r.publicacion for r in consultas.vigentes(conexion, vecina)] == [otra.publicacion]
    assert consultas.anios(conexion, "02203") == []


def test_lo_retirado_se_recuerda(
    conexion: Connection, sembrador: Callable[[Connection], None], ajustes: Settings
) -> None:
    """A year that is withdrawn and comes back is published by the pattern that everybody has read."""
    sembrador(conexion)
    publicar(conexion, ajustes, 2024)
    retirar(conexion, CUT, 2024)
    assert consultas.anios(conexion, CUT) == []
    assert anteriores(conexion, CUT, 2024, "establecimientos")
