"""How long a release takes, proof and attack included: as it is today, and with everything that it could hold."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace

import polars as pl
import pytest
from rich.console import Console
from rich.table import Table

from observatorio.catastro.consolidar import consolidar
from observatorio.catastro.zonas import asignar_zonas, preparar_niveles
from observatorio.cli.ciudad import cargar_ciudad
from observatorio.db.engine import crear_engine
from observatorio.db.queries import publicacion as consultas
from observatorio.indicadores.plan_publico import MEDIDAS, NIVELES_REDONDEADOS, plan, preparar, regla
from observatorio.indicadores.publicar import publicar
from observatorio.muestra import ANIOS, generar
from observatorio.reserva.cubo import CONTRIBUYENTE
from observatorio.reserva.entrega import Plan, proteger
from observatorio.settings import Settings

pytestmark = pytest.mark.bench

NEGOCIOS = int(os.environ.get("OBS_NEGOCIOS_PUBLICACION", "12000"))
COPIAS = 3
"""A register so many times the city, for the greatest release: each copy is of firms of its own."""

NIVELES = ["barrio", "distrito_industrial"]


@pytest.fixture(scope="module")
def ciudad(base_modulo: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A city of which the last year alone is loaded and consolidated."""
    carpeta = tmp_path_factory.mktemp("ciudad")
    generar(carpeta, tamano=NEGOCIOS)
    for anio in ANIOS[:-1]:
        for archivo in carpeta.rglob(f"*_{anio}.*"):
            archivo.unlink()
    engine = crear_engine(base_modulo, "ingesta")
    cargar_ciudad(engine, base_modulo, carpeta)
    with engine.begin() as conn:
        preparar_niveles(conn, base_modulo.cut)
        consolidar(conn, base_modulo.cut)
        asignar_zonas(conn, base_modulo.cut, max(ANIOS))
    yield base_modulo
    engine.dispose()


def test_una_entrega_y_una_mayor(ciudad: Settings) -> None:
    engine = crear_engine(ciudad, "ingesta")
    cuadro = Table("Entrega", "Celdas", "Ocultas", "Segundos", "Meta")
    with engine.begin() as conn:
        inicio = time.perf_counter()
        (hecha,) = publicar(conn, ciudad, max(ANIOS))
        segundos = time.perf_counter() - inicio
        activos = consultas.activos(conn, ciudad.cut, max(ANIOS), [*NIVELES, *NIVELES_REDONDEADOS])
    engine.dispose()
    celdas = {estado.value: n for estado, n in hecha.celdas.items()}
    cuadro.add_row(
        "la de hoy, guardada", str(sum(celdas.values())), str(celdas.get("reservado", 0)), f"{segundos:.1f}", "10"
    )
    registros = preparar(activos, [*NIVELES, *NIVELES_REDONDEADOS])
    base = plan(NIVELES, regla(ciudad), se_miro=True)
    for nombre, suyos, suyo in (
        ("la de hoy, sin guardar", registros, base),
        ("con divisiones y cruces de a tres", _copias(registros), _mayor(base)),
    ):
        n, ocultas, segundos = _proteger(suyos, suyo)
        cuadro.add_row(nombre, str(n), str(ocultas), f"{segundos:.1f}", "60" if n > 5_000 else "10")
    Console(width=100).print(cuadro)


def _proteger(registros: pl.DataFrame, suyo: Plan) -> tuple[int, int, float]:
    """Cells of all the measures, how many of them are hidden, and the seconds of one core."""
    inicio = time.perf_counter()
    hechas = [proteger(registros, suyo, medida) for medida in MEDIDAS]
    segundos = time.perf_counter() - inicio
    n = sum(len(t.celdas) for p in hechas for t in p.tablas())
    return n, sum(int(p.patron.oculta.sum()) for p in hechas), segundos


def _copias(registros: pl.DataFrame) -> pl.DataFrame:
    return pl.concat(
        [
            registros.with_columns(pl.concat_str(pl.col(CONTRIBUYENTE), pl.lit(f" copia {k}")).alias(CONTRIBUYENTE))
            for k in range(COPIAS)
        ]
    )


def _mayor(base: Plan) -> Plan:
    """Besides, divisions by size and by quarter, and sections and formality by size and quarter."""
    divisiones = (
        ("division", "tamano"),
        ("division", "zona:barrio"),
        ("seccion", "tamano", "zona:barrio"),
        ("tamano", "formalidad", "zona:barrio"),
        ("seccion", "formalidad", "zona:barrio"),
    )
    return replace(base, tablas=(*base.tablas, *divisiones), solo_conteos=(("division",),))
