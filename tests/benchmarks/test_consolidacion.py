"""How long a large city takes to consolidate, beside its own ingest in the same run, and in how much memory."""

from __future__ import annotations

import multiprocessing
import os
import resource
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, text

from observatorio.catastro.consolidar import consolidar
from observatorio.cli.ciudad import cargar_ciudad
from observatorio.db.engine import crear_engine
from observatorio.muestra import generar
from observatorio.settings import Settings

pytestmark = pytest.mark.bench

NEGOCIOS = int(os.environ.get("OBS_NEGOCIOS", "72000"))
"""A city of this size, in five years, has about a million observations."""


def test_consolidacion_junto_a_su_ingesta(base: Settings, tmp_path: Path) -> None:
    generar(tmp_path, semilla=7, tamano=NEGOCIOS)
    ingesta, de_ingesta = _aparte(_ingerir, base, tmp_path)
    primera, de_primera = _aparte(_consolidar, base, tmp_path)
    engine = crear_engine(base, "ingesta")
    antes = _versiones(engine)
    otra, de_otra = _aparte(_consolidar, base, tmp_path)
    despues = _versiones(engine)
    with engine.connect() as conn:
        filas = conn.scalar(text("SELECT count(*) FROM observacion.registro"))
    engine.dispose()
    cuadro = Table("Qué", "Segundos", "Por la ingesta", "Memoria", title=f"{filas:,} observaciones")
    cuadro.add_row("ingesta de todos los archivos", f"{ingesta:.0f}", "1,00", de_ingesta)
    cuadro.add_row("consolidación completa", f"{primera:.0f}", f"{primera / ingesta:.2f}", de_primera)
    cuadro.add_row("otra vez, sin cambios", f"{otra:.0f}", f"{otra / ingesta:.2f}", de_otra)
    Console(width=110).print(cuadro)
    assert despues == antes, "what did not change is not written again"


def _versiones(engine: Engine) -> list[tuple[object, ...]]:
    """Each year of the catastro: its content's version, its establishments, and the last transaction that wrote one."""
    with engine.connect() as conn:
        filas = conn.execute(
            text(
                """
                SELECT e.anio, v.version, count(*), max(e.xmin::text::bigint)
                  FROM catastro.establecimiento_anio e JOIN catastro.version v USING (cut, anio)
                 GROUP BY 1, 2 ORDER BY 1
                """
            )
        ).all()
    assert filas
    return [tuple(fila) for fila in filas]


def _aparte(que: Callable[[Settings, Path], None], base: Settings, carpeta: Path) -> tuple[float, str]:
    """Seconds of a piece of work in a process of its own, and that process's peak memory."""
    contexto = multiprocessing.get_context("spawn")
    cola = contexto.Queue()
    proceso = contexto.Process(target=_medir, args=(que, base, carpeta, cola))
    proceso.start()
    segundos, kib = cola.get()
    proceso.join()
    assert proceso.exitcode == 0
    return segundos, f"{kib / 1024:,.0f} MB"


def _medir(que: Callable[[Settings, Path], None], base: Settings, carpeta: Path, cola: object) -> None:
    inicio = time.perf_counter()
    que(base, carpeta)
    cola.put((time.perf_counter() - inicio, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))  # type: ignore[attr-defined]


def _ingerir(base: Settings, carpeta: Path) -> None:
    engine = crear_engine(base, "ingesta")
    cargar_ciudad(engine, base, carpeta)
    engine.dispose()


def _consolidar(base: Settings, _: Path) -> None:
    engine = crear_engine(base, "ingesta")
    with engine.begin() as conn:
        consolidar(conn, base.cut)
    engine.dispose()
