"""Whole releases of synthetic cities against the attacker, and against the rule that is used where there is no tool.

The default city in its five years, and three that nobody looked at while the search was written, in their last two.
"""

from __future__ import annotations

import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations, groupby
from pathlib import Path

import polars as pl
import pytest
from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection, select

from observatorio.catastro.consolidar import consolidar
from observatorio.cli.ciudad import cargar_ciudad
from observatorio.db.cluster import Cluster
from observatorio.db.engine import crear_engine
from observatorio.db.migrar import migrar
from observatorio.db.queries import publicacion as consultas
from observatorio.db.tablas import celda as t_celda
from observatorio.db.tablas import publicacion as t_publicacion
from observatorio.indicadores.plan_publico import EMPLEO, MEDIDAS, NIVELES_REDONDEADOS, UNIDADES, plan, preparar, regla
from observatorio.indicadores.publicar import publicar
from observatorio.muestra import ANIOS, generar
from observatorio.reserva.ataque import ZONA, Atacante, Geografia, TablaPublicada
from observatorio.reserva.entrega import ESTABLECIMIENTOS, Plan, Protegida, atacar, geografia, proteger
from observatorio.settings import Settings
from observatorio.vocabulario import EstadoValor
from registros_inventados import (
    con_nivel,
    conservado,
    dos_por_fila,
    leidas_juntas,
    metas,
    plano,
    sin_nivel,
    sin_secundaria,
)

pytestmark = pytest.mark.aceptacion

CONOCIDA = 20231201
CIUDADES = {CONOCIDA: tuple(ANIOS), 101: tuple(ANIOS)[-2:], 202: tuple(ANIOS)[-2:], 303: tuple(ANIOS)[-2:]}
ULTIMO = max(ANIOS)


@dataclass(frozen=True)
class Publicada:
    """A year of a city: its establishments, the plan of its release, and the tables of each measure as stored."""

    semilla: int
    anio: int
    registros: pl.DataFrame
    plan: Plan
    tablas: dict[str, list[TablaPublicada]]
    segundos: float


def publicadas(semilla: int) -> list[Publicada]:
    """Write a city, load and consolidate what its years say, and publish them in a database that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="obs-reserva-") as carpeta:
        # PostgreSQL runs as a user without privileges, and must be able to enter.
        Path(carpeta).chmod(0o755)
        settings = Settings(state_dir=Path(carpeta))
        archivos = settings.state_dir / "archivos"
        generar(archivos, semilla=semilla)
        for anio in set(ANIOS) - set(CIUDADES[semilla]):
            for archivo in archivos.rglob(f"*_{anio}.*"):
                archivo.unlink()
        migrar(settings)
        engine = crear_engine(settings, "ingesta")
        try:
            cargar_ciudad(engine, settings, archivos)
            with engine.begin() as conn:
                consolidar(conn, settings.cut)
                return [_publicada(conn, settings, semilla, anio) for anio in CIUDADES[semilla]]
        finally:
            engine.dispose()
            Cluster(settings.state_dir).detener()


def _publicada(conn: Connection, settings: Settings, semilla: int, anio: int) -> Publicada:
    inicio = time.perf_counter()
    numero = publicar(conn, settings, anio).publicacion
    segundos = time.perf_counter() - inicio
    niveles = consultas.niveles_exactos(conn)
    todos = [*niveles, *NIVELES_REDONDEADOS]
    registros = preparar(consultas.activos(conn, settings.cut, anio, todos), todos)
    el_plan = plan(niveles, regla(settings), hay_informales="informal" in registros["formalidad"])
    return Publicada(semilla, anio, registros, el_plan, _leer(conn, numero), segundos)


def _leer(conn: Connection, numero: int) -> dict[str, list[TablaPublicada]]:
    """The stored tables of each measure, as whoever downloads them has them."""
    c = t_celda.c
    filas = conn.execute(
        select(c.indicador, c.por, c.nivel, c.redondeo, c.dimensiones, c.valor, c.estado)
        .join(t_publicacion, t_publicacion.c.publicacion == c.publicacion)
        .where(c.publicacion == numero, c.indicador.in_(MEDIDAS))
        .order_by(c.indicador, c.por, c.nivel)
    ).all()
    tablas: dict[str, list[TablaPublicada]] = defaultdict(list)
    for (medida, por, nivel, base), suyas in groupby(filas, lambda f: (f.indicador, f.por, f.nivel, f.redondeo)):
        nombres = [d for d in por.split(",") if d]
        celdas = {
            tuple(f.dimensiones[d] for d in nombres): None
            if f.estado == EstadoValor.RESERVADO
            else round(f.valor) // UNIDADES.get(medida, 1)
            for f in suyas
        }
        dimensiones = tuple(ZONA + nivel if d == "zona" else d for d in nombres)
        tablas[medida].append(TablaPublicada(dimensiones, celdas, base or 0, minimo=1, division="formalidad"))
    return dict(tablas)


@pytest.fixture(scope="module", params=CIUDADES)
def ciudad(request: pytest.FixtureRequest) -> Iterator[list[Publicada]]:
    return publicadas(request.param)


@pytest.fixture(scope="module")
def conocida(ciudad: list[Publicada]) -> list[Publicada]:
    if ciudad[0].semilla != CONOCIDA:
        pytest.skip("only of the city that everybody knows")
    return ciudad


@pytest.fixture(scope="module")
def ultima(ciudad: list[Publicada]) -> Publicada:
    return next(p for p in ciudad if p.anio == ULTIMO)


def mapa(p: Publicada, protegida: Protegida) -> Geografia:
    """Which zones overlap, those of rounded counts too."""
    zonas = [c for c in p.registros.columns if c.startswith(ZONA)]
    pares = {
        frozenset(((a, x), (b, y)))
        for a, b in combinations(zonas, 2)
        for x, y in p.registros.select(a, b).unique().iter_rows()
    }
    return replace(geografia(protegida.sistema, p.plan), cruces=frozenset(pares))


def test_de_lo_publicado_no_se_deduce_ninguna_celda(ciudad: list[Publicada]) -> None:
    """Of every measure and year, from the stored cells alone (of one that no figure shows yet, from its tables)."""
    cuadro = Table("Ciudad", "Año", "Medida", "Celdas", "Delicadas", "Conserva", "Publicar s", "Ataque s")
    for p in ciudad:
        assert set(p.tablas) >= {ESTABLECIMIENTOS, EMPLEO}
        for medida in MEDIDAS:
            protegida = proteger(p.registros, p.plan, medida)
            tablas = [t for t in p.tablas.get(medida, protegida.tablas()) if not t.base]
            por_dimensiones = {frozenset(t.dimensiones): t for t in tablas}
            for tabla in protegida.tablas():
                guardada = por_dimensiones[frozenset(tabla.dimensiones)]
                orden = [tabla.dimensiones.index(d) for d in guardada.dimensiones]
                assert {tuple(c[k] for k in orden): v for c, v in tabla.celdas.items()} == guardada.celdas
            inicio = time.perf_counter()
            abiertas = Atacante(tablas, geografia(protegida.sistema, p.plan)).abiertas(metas(protegida))
            segundos = time.perf_counter() - inicio
            assert abiertas == [], f"{p.semilla} {p.anio} {medida}"
            s = protegida.sistema
            cuadro.add_row(
                str(p.semilla), str(p.anio), medida, str(int((~s.latente).sum())),
                str(len(protegida.encargo.requisitos)), f"{conservado(protegida):.1%}", f"{p.segundos:.1f}",
                f"{segundos:.1f}",
            )  # fmt: skip
    Console(width=110).print(cuadro)


@pytest.mark.xfail(
    strict=False,
    reason="the rounding of small zones does not look at the hidden cells of the quarters in which they lie",
)
def test_los_conteos_redondeados_no_abren_las_celdas_de_los_barrios(ciudad: list[Publicada]) -> None:
    """A quarter of few cells has no more than what their rounded counts allow, however hidden its own count is."""
    abiertas = []
    for p in ciudad:
        protegida = proteger(p.registros, p.plan, ESTABLECIMIENTOS)
        atacante = Atacante(p.tablas[ESTABLECIMIENTOS], mapa(p, protegida))
        abiertas += [(p.semilla, p.anio, sorted(c)) for c in atacante.abiertas(metas(protegida))]
    print(abiertas)
    assert abiertas == []


def test_quien_sabe_lo_suyo_tampoco_deduce_lo_ajeno(ultima: Publicada) -> None:
    for medida in MEDIDAS:
        protegida = proteger(ultima.registros, ultima.plan, medida)
        assert atacar(protegida, ultima.plan, con_lo_propio=True) == [], medida


def test_sin_lo_que_la_protege_hay_celdas_abiertas(ultima: Publicada) -> None:
    """Without the secondary suppression, without the intersections of zone levels, without the pattern of the release
    before: each time there are open cells, so that the attacker can find them."""
    entera = proteger(ultima.registros, ultima.plan, ESTABLECIMIENTOS)
    donde = geografia(entera.sistema, ultima.plan)
    assert atacar(sin_secundaria(entera), ultima.plan)

    # The districts of the city lie in few quarters; hexagons are a map of their own.
    dos = tuple(("tamano", ZONA + nivel) for nivel in ("barrio", "h3_7"))
    cruzado = replace(ultima.plan, tablas=dos, solo_conteos=(), atributo=None)
    juntas = proteger(ultima.registros, cruzado, ESTABLECIMIENTOS)
    sueltas = proteger(ultima.registros.rename(sin_nivel), plano(cruzado), ESTABLECIMIENTOS)
    assert Atacante(con_nivel(sueltas.tablas()), geografia(juntas.sistema, cruzado)).abiertas(metas(juntas))

    niveles = [d for d in entera.sistema.dimensiones if d.startswith(ZONA)]
    corto = replace(ultima.plan, tablas=tuple(t for t in ultima.plan.tablas if niveles[-1] not in t))
    antes = proteger(ultima.registros, corto, ESTABLECIMIENTOS).tablas()
    assert Atacante(leidas_juntas(antes, entera.tablas()), donde).abiertas(metas(entera))
    despues = proteger(ultima.registros, ultima.plan, ESTABLECIMIENTOS, antes)
    assert Atacante(leidas_juntas(antes, despues.tablas()), donde).abiertas(metas(despues)) == []


CUATRO = (("seccion", "tamano", "formalidad"), *((d, "zona:barrio") for d in ("seccion", "tamano", "formalidad")))
CUADROS = {"sector x tamaño": ((("seccion", "tamano"),), 0.89), "los cuatro enlazados": (CUATRO, 0.85)}


def test_conserva_lo_que_no_dice_nada_de_nadie(conocida: list[Publicada]) -> None:
    """Counts of the default city; beside them, the naive rule: at least two hidden in each row and column."""
    p = conocida[-1]
    cuadro = Table(
        "Cuadros", "Celdas", "Delicadas", "Conserva", "Abre", "Segundos", "Ingenua: conserva", "Ingenua: abre"
    )
    for nombre, (tablas, minimo) in CUADROS.items():
        atributo = p.plan.atributo if any("formalidad" in t for t in tablas) else None
        suyo = replace(p.plan, tablas=tablas, solo_conteos=(), atributo=atributo)
        inicio = time.perf_counter()
        protegida = proteger(p.registros, suyo, ESTABLECIMIENTOS)
        segundos = time.perf_counter() - inicio
        ingenua = dos_por_fila(protegida)
        abre = atacar(ingenua, suyo)
        cuadro.add_row(
            nombre, str(len(protegida.sistema.valor)), str(len(protegida.encargo.requisitos)),
            f"{conservado(protegida):.1%}", str(len(atacar(protegida, suyo))), f"{segundos:.2f}",
            f"{conservado(ingenua):.1%}", str(len(abre)),
        )  # fmt: skip
        assert conservado(protegida) >= minimo, nombre
        assert abre, "the naive rule keeps more because it protects less"
    Console(width=130).print(cuadro)
