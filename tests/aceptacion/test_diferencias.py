"""Whoever asks everything that the public may ask, under every filter, learns what the releases say and nothing more.

All answers about figures are gathered: of the API in every combination of dimensions, levels and filters that it takes,
of the maps, and of the collections of zones under filters that people and attackers write. Each must be a cell of the
release; and the attacker, given the answers alone, opens nothing.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import product

import cql2
import httpx
import pytest
from sqlalchemy import Connection, select

from aplicacion_servida import servir
from curioso import Cual, Curioso, Dicho, Rasgo, lugar_de, preguntar_todo
from filtros_de_cifras import dice, inventar
from observatorio.cli.ciudad import cargar_ciudad
from observatorio.cli.consolidacion import consolidar_todo
from observatorio.db.engine import crear_engine
from observatorio.db.queries import publicacion as consultas
from observatorio.db.queries.capas import FIGURAS
from observatorio.db.queries.tractoras import cuentas
from observatorio.db.tablas import celda as t_celda
from observatorio.db.tablas import publicacion as t_publicacion
from observatorio.indicadores.compute import calcular
from observatorio.indicadores.lista import definiciones
from observatorio.indicadores.plan_publico import MEDIDAS, NIVELES_REDONDEADOS, UNIDADES, plan, preparar, regla
from observatorio.muestra import ANIOS, generar
from observatorio.reserva.ataque import Atacante, TablaPublicada
from observatorio.reserva.entrega import ESTABLECIMIENTOS, Protegida, proteger
from observatorio.settings import Settings
from observatorio.vocabulario import EstadoValor
from registros_inventados import metas

pytestmark = pytest.mark.aceptacion

NEGOCIOS = 1_500
ULTIMOS = tuple(ANIOS)[-2:]
EN_JSON = {"filter-lang": "cql2-json"}


@pytest.fixture(scope="module")
def publicada(base_modulo: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Two years of a small synthetic city, consolidated and published as a person would; the rounding is drawn anew."""
    # Rounded to five, its hexagons would nearly always be left out: some quarter has one establishment.
    settings = base_modulo.model_copy(update={"reserva_base": 10})
    carpeta = tmp_path_factory.mktemp("ciudad")
    generar(carpeta, tamano=NEGOCIOS)
    for anio in set(ANIOS) - set(ULTIMOS):
        for archivo in carpeta.rglob(f"*_{anio}.*"):
            archivo.unlink()
    engine = crear_engine(settings, "ingesta")
    cargar_ciudad(engine, settings, carpeta)
    consolidar_todo(engine, settings)
    engine.dispose()
    return settings


@pytest.fixture(scope="module")
def curioso(publicada: Settings) -> Iterator[Curioso]:
    """Everything has been asked."""
    with servir(publicada) as cliente:
        yield preguntar_todo(cliente, ULTIMOS)


def _celdas(conn: Connection) -> dict[Cual, Dicho]:
    """The releases, as they are stored."""
    c = t_celda.c
    filas = conn.execute(
        select(c.indicador, c.anio, c.nivel, c.dimensiones, c.valor, c.estado, c.redondeo)
        .join(t_publicacion, t_publicacion.c.publicacion == c.publicacion)
        .where(t_publicacion.c.vigente)
    )
    return {
        (f.indicador, f.anio, lugar_de(f.dimensiones, f.nivel)): Dicho(f.valor, f.estado, f.redondeo) for f in filas
    }


def test_toda_respuesta_es_una_celda_de_la_publicacion(publicada: Settings, curioso: Curioso) -> None:
    """Or a zero that the release shows by not having the cell."""
    engine = crear_engine(publicada, "propietario")
    with engine.connect() as conn:
        celdas = _celdas(conn)
    engine.dispose()
    tablas = {(i, anio, frozenset(d for d, _ in lugar)) for i, anio, lugar in celdas}
    # The attacker reads a missing cell as a zero, so that a table that was gathered in part would contradict itself.
    assert celdas.keys() <= curioso.dichos.keys()
    nuevas = {cual: dicho for cual, dicho in curioso.dichos.items() if celdas.get(cual) != dicho}
    for (indicador, anio, lugar), dicho in nuevas.items():
        assert (indicador, anio, lugar) not in celdas
        assert (indicador, anio, frozenset(d for d, _ in lugar)) in tablas, "a table of its own"
        assert dicho.valor == 0 or dicho.estado == "sin_dato"
    assert len(curioso.dichos) - len(nuevas) > 1_000
    assert {d.estado for d in curioso.dichos.values()} == {"publicado", "reservado", "sin_dato"}
    assert curioso.respuestas[200] > 100
    assert curioso.respuestas[404] > 1_000


def test_con_todas_las_respuestas_no_se_abre_ninguna_celda(publicada: Settings, curioso: Curioso) -> None:
    """And with one hidden cell told besides, some are: what was gathered is enough to reason with."""
    engine = crear_engine(publicada, "propietario")
    with engine.connect() as conn:
        for anio, medida in product(ULTIMOS, MEDIDAS):
            tablas = _tablas(curioso.dichos, medida, anio)
            protegida = _protegida(conn, publicada, anio, medida, tablas)
            buscadas = metas(protegida)
            assert Atacante(tablas, protegida.geografia).abiertas(buscadas) == [], f"{anio} {medida}"
            contadas = _con_una_contada(tablas, protegida)
            assert Atacante(contadas, protegida.geografia).abiertas(buscadas), f"{anio} {medida}"
    engine.dispose()


def test_ningun_filtro_dice_de_una_zona_mas_que_sus_cifras(publicada: Settings, curioso: Curioso) -> None:
    """What comes of each is what anybody can pick out of the whole collection: a reserved zone is told apart by being
    reserved and by nothing else. Told the hidden figures, the same filters would have answered otherwise."""
    azar, distintas, reservadas = random.Random(7), 0, 0  # noqa: S311
    for nivel in _niveles(curioso):
        todas, exactas = curioso.pasear(f"cifras_{nivel}"), _exactas(publicada, nivel)
        reservadas += sum(f["properties"][f"{figura}_estado"] == "reservado" for f in todas for figura in FIGURAS)
        valores = {figura: sorted({5.0, *exactas[figura].values()}) for figura in FIGURAS}
        for filtro in inventar(valores, 100, azar):
            arbol = cql2.parse_text(filtro).to_json()
            quedan = [f for f in todas if dice(arbol, f["properties"]) is True]
            contadas = [f for f in todas if dice(arbol, _con_lo_exacto(f, exactas)) is True]
            distintas += quedan != contadas
            pregunta = {"filter": filtro} if azar.random() < 0.5 else {"filter": json.dumps(arbol), **EN_JSON}
            assert curioso.pasear(f"cifras_{nivel}", limit="10000", **pregunta) == quedan, filtro
    assert reservadas > 20
    assert distintas > 100


def test_nada_de_lo_que_acompana_a_un_filtro_cambia_lo_que_dice(curioso: Curioso) -> None:
    """A value of a property, a box, small pages and a choice of properties take away from the whole and add nothing;
    and figures put nothing in order."""
    for nivel in _niveles(curioso):
        id_ = f"cifras_{nivel}"
        todas = curioso.pasear(id_)
        por_estado = {e: [f for f in todas if f["properties"]["empleo_estado"] == e] for e in EstadoValor}
        for estado in ("publicado", "reservado", "sin_dato"):
            assert curioso.pasear(id_, empleo_estado=estado, limit="7") == por_estado[EstadoValor(estado)]
        for figura, n in product(FIGURAS, ("0", "1", "5", "12")):
            iguales = [f for f in todas if f["properties"][figura] == float(n)]
            assert curioso.pasear(id_, **{figura: n}) == iguales
            solas = curioso.pasear(id_, **{figura: n}, properties=figura, limit="3")
            assert [(f["id"], f["properties"]) for f in solas] == [(f["id"], {figura: float(n)}) for f in iguales]
        # Where a zone lies is no secret, and its shapes come without figures too.
        for caja in ("-68.95,-22.48,-68.91,-22.44", "-68.93,-22.47,-68.929,-22.469"):
            dentro = {f["id"] for f in curioso.pasear(f"zonas_{nivel}", bbox=caja)}
            mayores = curioso.pasear(id_, bbox=caja, filter="NOT (empleo < 3)", limit="5")
            assert mayores == [f for f in todas if f["id"] in dentro and (f["properties"]["empleo"] or 0) >= 3]
        for orden in ("sortby", "orderby"):
            respuesta = curioso.cliente.get(f"/ogc/collections/{id_}/items", params={orden: "empleo"})
            assert respuesta.status_code == 400


def test_las_colecciones_del_publico_son_las_que_se_preguntaron(curioso: Curioso) -> None:
    """Of those that there are, none but these tells figures; and none is drawn with them."""
    colecciones = [c["id"] for c in curioso.cliente.get("/ogc/collections").json()["collections"]]
    cifras = {f"cifras_{nivel}" for nivel in _niveles(curioso)}
    assert set(colecciones) == {*cifras, *(f"zonas_{nivel}" for nivel in _niveles(curioso)), "puntos_publicos"}
    for id_ in colecciones:
        dichas = curioso.cliente.get(f"/ogc/collections/{id_}/queryables").json()["properties"].keys()
        assert (id_ in cifras) == bool({f"{figura}_estado" for figura in FIGURAS} & dichas)
    for id_ in cifras:
        assert curioso.cliente.get(f"/ogc/collections/{id_}/tiles").status_code == 404


def test_de_las_tractoras_no_se_dice_mas_que_la_publicacion(publicada: Settings, curioso: Curioso) -> None:
    """Whatever part of their suppliers is asked for, which there are; nor whether a RUT is that of one of them."""
    engine = crear_engine(publicada, "propietario")
    with engine.connect() as conn:
        ruts = [fila.tractora for anio in ULTIMOS for fila in cuentas(conn, publicada.cut, anio, None, None)]
    engine.dispose()
    assert len(ruts) > len(ULTIMOS), "there is something to hide"
    for anio in ("", *map(str, ULTIMOS), ",".join(map(str, ULTIMOS)), "1999"):
        respuestas = {
            _sin_peticion(curioso.cliente.get("/api/v1/tractoras", params={k: v for k, v in alcance.items() if v}))
            for criterio, hasta in product(("", "N1", "N2", "N3", "N4"), ("", "1", "2", "1000"))
            if (alcance := {"criterio": criterio, "nivel_max": hasta, "anio": anio})
        }
        # Today no release has them. One that did would be of cells like any other, and those are read elsewhere.
        ((estado, cuerpo),) = respuestas
        assert estado == 404
        assert not [rut for rut in ruts if str(rut) in cuerpo]
        assert not curioso.preguntar("proveedores_locales", **({"anio": anio} if anio else {}))
    listas = {
        _sin_peticion(curioso.cliente.get(f"/api/v1/tractoras/{rut}/proveedores", params=alcance))
        for rut in {*ruts, 76_123_456, 1}
        for alcance in ({}, {"criterio": "N1"}, {"nivel_max": "1", "anio": str(ULTIMOS[0])})
    }
    ((estado, _),) = listas
    assert estado == 401


def _niveles(alguien: Curioso) -> list[str]:
    return [n["nivel"] for n in alguien.cliente.get("/api/v1/niveles").json()["datos"]]


def _exactas(settings: Settings, nivel: str) -> dict[str, dict[str, float]]:
    """The true figures of the last year of each zone where there is somebody, as nobody without a key may read them."""
    engine = crear_engine(settings, "propietario")
    with engine.connect() as conn:
        cuadros = {
            figura: calcular(conn, definiciones()[figura], ("zona",), cut=settings.cut, anio=ULTIMOS[-1], nivel=nivel)
            for figura in FIGURAS
        }
    engine.dispose()
    return {
        figura: {f.dimensiones["zona"]: f.valor for f in cuadro.filas if f.valor is not None}
        for figura, cuadro in cuadros.items()
    }


def _con_lo_exacto(rasgo: Rasgo, exactas: dict[str, dict[str, float]]) -> dict[str, object]:
    return rasgo["properties"] | {figura: suyas.get(rasgo["id"]) for figura, suyas in exactas.items()}


def _sin_peticion(respuesta: httpx.Response) -> tuple[int, str]:
    """The status and what it says, without the number of the request."""
    return respuesta.status_code, respuesta.text.replace(respuesta.headers["x-request-id"], "")


def _con_una_contada(tablas: list[TablaPublicada], protegida: Protegida) -> list[TablaPublicada]:
    """The same with the true value of one sensitive cell in place of its silence."""
    for celda in protegida.encargo.requisitos:
        cita, valor = protegida.cita(celda), int(protegida.sistema.valor[celda])
        for k, tabla in enumerate(tablas):
            suya = tuple(dict(cita).get(d, "") for d in tabla.dimensiones)
            if {d for d, _ in cita} == set(tabla.dimensiones) and valor and tabla.celdas.get(suya, 0) is None:
                return [*tablas[:k], replace(tabla, celdas={**tabla.celdas, suya: valor}), *tablas[k + 1 :]]
    raise AssertionError("no sensitive cell was asked for")


def _tablas(dichos: dict[Cual, Dicho], medida: str, anio: int) -> list[TablaPublicada]:
    """The answers about a measure in a year, by the table that they are of."""
    tablas: dict[tuple[str, ...], dict[tuple[str, ...], int | None]] = defaultdict(dict)
    bases: dict[tuple[str, ...], int] = {}
    for (indicador, de, lugar), dicho in sorted(dichos.items(), key=lambda d: (d[0][0], d[0][1], sorted(d[0][2]))):
        if indicador != medida or de != anio:
            continue
        orden = sorted(lugar)
        dimensiones = tuple(d for d, _ in orden)
        bases[dimensiones] = max(bases.get(dimensiones, 0), dicho.redondeo or 0)
        if dicho.estado == "sin_dato" or (dicho.valor == 0 and not dicho.redondeo):
            continue
        valor = None if dicho.valor is None else round(dicho.valor) // UNIDADES.get(medida, 1)
        tablas[dimensiones][tuple(v for _, v in orden)] = valor
    minimo = int(medida == ESTABLECIMIENTOS)
    return [TablaPublicada(d, celdas, bases[d], minimo, "formalidad") for d, celdas in tablas.items()]


def _protegida(
    conn: Connection, settings: Settings, anio: int, medida: str, tablas: Iterable[TablaPublicada]
) -> Protegida:
    niveles = consultas.niveles_exactos(conn)
    todos = [*niveles, *NIVELES_REDONDEADOS]
    registros = preparar(consultas.activos(conn, settings.cut, anio, todos), todos)
    return proteger(
        registros, plan(niveles, regla(settings), se_miro=True), medida, redondeadas=[t for t in tablas if t.base]
    )
