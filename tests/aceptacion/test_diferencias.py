"""Whoever asks everything that the public may ask, under every filter, learns what the releases say and nothing more.

All answers about figures are gathered: of the API in every combination of dimensions, levels and filters that it takes,
and of the maps. Each must be a cell of the release; and the attacker, given the answers alone, opens nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import combinations, product
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, select

from aplicacion_servida import servir
from observatorio.cli.ciudad import cargar_ciudad
from observatorio.cli.consolidacion import consolidar_todo
from observatorio.db.engine import crear_engine
from observatorio.db.queries import publicacion as consultas
from observatorio.db.tablas import celda as t_celda
from observatorio.db.tablas import publicacion as t_publicacion
from observatorio.indicadores.dimensiones import DIMENSIONES
from observatorio.indicadores.plan_publico import MEDIDAS, NIVELES_REDONDEADOS, UNIDADES, plan, preparar, regla
from observatorio.muestra import ANIOS, generar
from observatorio.reserva.ataque import ZONA, Atacante, TablaPublicada
from observatorio.reserva.entrega import ESTABLECIMIENTOS, Protegida, proteger
from observatorio.settings import Settings
from registros_inventados import metas

pytestmark = pytest.mark.aceptacion

NEGOCIOS = 1_500
ULTIMOS = tuple(ANIOS)[-2:]
FILTROS = ("seccion", "division", "tamano", "formalidad", "tipo_persona")
Lugar = frozenset[tuple[str, str]]
Cual = tuple[str, int, Lugar]


@dataclass(frozen=True)
class Dicho:
    """A figure as it was answered."""

    valor: float | None
    estado: str
    redondeo: int | None


@dataclass
class Curioso:
    """Somebody without a key who writes down every figure, and notices when two answers disagree."""

    cliente: httpx.Client
    dichos: dict[Cual, Dicho] = field(default_factory=dict)
    respuestas: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    def preguntar(self, indicador: str, **pregunta: str) -> bool:
        """Ask once; say whether there was an answer."""
        respuesta = self.cliente.get(f"/api/v1/indicadores/{indicador}", params=pregunta)
        self.respuestas[respuesta.status_code] += 1
        if respuesta.status_code != 200:
            assert respuesta.status_code in (400, 404), respuesta.text
            return False
        cuadro = respuesta.json()
        for fila in cuadro["datos"]:
            propias = {d: fila[d] for d in DIMENSIONES if d in fila and d != "anio"} | cuadro["filtros"]
            lugar = _lugar(propias, cuadro["nivel"])
            self.anotar((indicador, fila["anio"], lugar), Dicho(fila["valor"], fila["estado"], fila["redondeo"]))
            if "anterior" in fila and fila["anterior"] is not None:
                antes = self.dichos.get((indicador, fila["anio"] - 1, lugar))
                assert antes is None or antes.valor == fila["anterior"]
        return True

    def mirar(self, mapa: str, indicador: str, anio: int, **pregunta: str) -> None:
        """Read the figures of a map of cells."""
        respuesta = self.cliente.get(f"/mapas/{mapa}/datos", params={"anio": anio, **pregunta})
        self.respuestas[respuesta.status_code] += 1
        if respuesta.status_code != 200:
            return
        for zona, cifra in respuesta.json()["meta"].get("cifras", {}).items():
            filtros = {k: v for k, v in pregunta.items() if k in FILTROS}
            lugar = _lugar({"zona": zona, **filtros}, pregunta.get("nivel", ""))
            self.anotar((indicador, anio, lugar), Dicho(cifra["valor"], cifra["estado"], cifra["redondeo"]))

    def anotar(self, cual: Cual, dicho: Dicho) -> None:
        """Write a figure down."""
        assert self.dichos.setdefault(cual, dicho) == dicho, f"two answers to {cual}"


def _lugar(dimensiones: dict[str, str], nivel: str | None) -> Lugar:
    return frozenset((f"{ZONA}{nivel}" if d == "zona" else d, v) for d, v in dimensiones.items())


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
        alguien = Curioso(cliente)
        niveles = [n["nivel"] for n in cliente.get("/api/v1/niveles").json()["datos"]]
        for ficha in cliente.get("/api/v1/indicadores").json()["datos"]:
            _preguntar_todo(alguien, ficha, niveles)
        _mirar_todo(alguien, niveles)
        yield alguien


def _preguntar_todo(alguien: Curioso, ficha: dict[str, Any], niveles: list[str]) -> None:
    """Every table of an indicator by up to three dimensions, with and without zones; and those by one or none again
    under each value, and pair of values, of the dimensions that they are not by."""
    dimensiones = [d for d in ficha["dimensiones"] if d not in ("anio", "zona")]
    # What is never published is refused the same under all filters.
    hondo = 3 if ficha["publicado"] else 0
    for n, nivel in product(range(hondo + 1), ("", *niveles)):
        for por in combinations(dimensiones, n):
            pregunta = {"por": ",".join(por), "anio": ",".join(map(str, ULTIMOS)), "comparar": "anterior"}
            if nivel:
                pregunta["nivel"] = nivel
            if not alguien.preguntar(ficha["id"], **pregunta):
                # What the release of one year lacks is refused for both of them together.
                for anio in map(str, ULTIMOS):
                    alguien.preguntar(ficha["id"], **pregunta | {"anio": anio})
            if n <= 1 and hondo:
                for filtros in _filtros(alguien, ficha["id"], set(dimensiones) - set(por), 1 if nivel else 2):
                    alguien.preguntar(ficha["id"], **pregunta, **filtros)


def _filtros(alguien: Curioso, indicador: str, libres: set[str], cuantos: int) -> Iterator[dict[str, str]]:
    """Values of up to `cuantos` free dimensions: a common one, a rare one, and one that nobody has."""
    valores = {d: _valores(alguien, indicador, d) for d in FILTROS if d in libres}
    for n in range(1, cuantos + 1):
        for dimensiones in combinations(valores, n):
            for elegidos in product(*(valores[d] for d in dimensiones)):
                yield dict(zip(dimensiones, elegidos, strict=True))


def _valores(alguien: Curioso, indicador: str, dimension: str) -> list[str]:
    vistos = {
        dict(lugar)[dimension]: dicho.valor or 0
        for (cual, _, lugar), dicho in alguien.dichos.items()
        if cual == indicador and len(lugar) == 1 and dimension in dict(lugar)
    }
    return sorted({max(vistos, key=vistos.__getitem__), min(vistos, key=vistos.__getitem__)}) if vistos else ["U"]


def _mirar_todo(alguien: Curioso, niveles: list[str]) -> None:
    for mapa, indicador in (("informalidad", "tasa_informalidad"), ("concentracion", "establecimientos")):
        for anio, nivel in product(ULTIMOS, niveles):
            alguien.mirar(mapa, indicador, anio, nivel=nivel)
            for filtro in ({"seccion": "G"}, {"tamano": "micro"}, {"formalidad": "informal"}):
                alguien.mirar(mapa, indicador, anio, nivel=nivel, **filtro)


def _celdas(conn: Connection) -> dict[Cual, Dicho]:
    """The releases, as they are stored."""
    c = t_celda.c
    filas = conn.execute(
        select(c.indicador, c.anio, c.nivel, c.dimensiones, c.valor, c.estado, c.redondeo)
        .join(t_publicacion, t_publicacion.c.publicacion == c.publicacion)
        .where(t_publicacion.c.vigente)
    )
    return {(f.indicador, f.anio, _lugar(f.dimensiones, f.nivel)): Dicho(f.valor, f.estado, f.redondeo) for f in filas}


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
