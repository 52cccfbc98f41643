"""Rebuilding the catastro: what `consolidate` and `demo` do."""

from __future__ import annotations

from sqlalchemy import Engine

from observatorio.catastro.consolidar import Consolidado, consolidar
from observatorio.catastro.lectura import anios_observados
from observatorio.catastro.zonas import asignar_zonas, preparar_niveles
from observatorio.cli.salida import decir, numero
from observatorio.db.queries.catastro import analizar, anios_consolidados, olvidar_anio
from observatorio.indicadores.publicar import publicar
from observatorio.reserva.publicacion import retirar
from observatorio.settings import Settings


def consolidar_todo(engine: Engine, settings: Settings, anio: int | None = None) -> None:
    """Rebuild one year or all of them: catastro, zones, public figures; a transaction a year.

    A year that was consolidated once and of which no load speaks any more is emptied and withdrawn.
    """
    with engine.begin() as conn:
        preparar_niveles(conn, settings.cut)
        observados = set(anios_observados(conn))
        todos = sorted(observados | set(anios_consolidados(conn)))
    anios = todos if anio is None else [anio]
    if not anios:
        decir("No hay cargas de las que consolidar.")
    for uno in anios:
        with engine.begin() as conn:
            hecho = consolidar(conn, settings.cut, uno)
            asignar_zonas(conn, settings.cut, uno)
            analizar(conn, uno)
            if uno in observados:
                publicar(conn, settings.cut, uno, settings.umbral_publico)
            else:
                olvidar_anio(conn, uno)
                retirar(conn, uno)
        decir(_resumir(hecho) if uno in observados else f"{uno}: ninguna carga habla ya de este año; se retiró.")


def _resumir(hecho: Consolidado) -> str:
    return (
        f"{hecho.anio}: {numero(hecho.establecimientos)} establecimientos, {numero(hecho.ubicados)} con ubicación, de "
        f"{numero(hecho.observaciones)} observaciones."
    )
