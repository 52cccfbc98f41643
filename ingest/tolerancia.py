"""Whether a load is within what its source tolerates: rows lost in cleaning, and change against the vintage before."""

from __future__ import annotations

import math
from collections.abc import Mapping

import polars as pl
from sqlalchemy import Connection

from ingest.contract import Fuente
from ingest.resultado import CargaRechazada, Resultado
from observatorio.db.queries import cargas
from observatorio.vocabulario import Gravedad

DESVIOS_POR_AZAR = 3.0
"""Standard deviations of the difference of two counts (Poisson: the root of their sum) that chance explains."""


def juzgar_rechazo(fuente: Fuente, resultado: Resultado) -> None:
    """Refuse a file without rows, or with more rejected rows than its source tolerates (`CargaRechazada`)."""
    if resultado.leidas == 0:
        raise CargaRechazada(
            resultado,
            "El archivo tiene encabezado pero ninguna fila.",
            "Revise que la hoja correcta tenga datos.",
        )
    proporcion = resultado.rechazadas / resultado.leidas
    if proporcion > fuente.tolerancia.rechazo:
        peores = (
            resultado.rechazos.filter(pl.col("gravedad") == str(Gravedad.FILA))
            .group_by(pl.coalesce("columna", "campo", pl.lit("—")).alias("donde"), "consejo")
            .len()
            .sort(["len", "donde"], descending=[True, False])
            .head(1)
            .rows()
        )
        causa = f" Lo más frecuente (filas: {peores[0][2]}; columna «{peores[0][0]}»): {peores[0][1]}" if peores else ""
        raise CargaRechazada(
            resultado,
            f"Filas rechazadas: {resultado.rechazadas} de {resultado.leidas} ({_porcentaje(proporcion)}); la fuente "
            f"«{fuente.id}» admite hasta {_porcentaje(fuente.tolerancia.rechazo)}. No entró ninguna.",
            f"Corrija el archivo y vuelva a cargarlo.{causa}",
        )


def juzgar_cambio(
    conn: Connection, fuente: Fuente, primera: Resultado, conjunto: int, filas: Mapping[int, int]
) -> None:
    """Refuse a set in which some year has far more or fewer accepted rows than the vintage before.

    Each year is judged alone: over several, a hole in one hides behind the others.
    """
    for anio, nuevas in filas.items():
        antes = cargas.filas_de_referencia(conn, fuente.id, anio, conjunto)
        if not antes:
            continue
        cambio = abs(nuevas - antes) / antes
        # A list of a dozen rows varies by a third by mere chance: that much is no sign of a hole.
        azar = DESVIOS_POR_AZAR * math.sqrt(nuevas + antes)
        if cambio > fuente.tolerancia.cambio and abs(nuevas - antes) > azar:
            raise CargaRechazada(
                primera,
                f"Filas válidas para {anio}: {nuevas}; lo cargado antes de «{fuente.id}» traía {antes} "
                f"(cambio de {_porcentaje(cambio)}; se admite {_porcentaje(fuente.tolerancia.cambio)}). No entró nada.",
                "Revise que el archivo esté completo y que no traiga filas de otro año; si el cambio es "
                "real, repita la orden con --acepta-cambio.",
            )


def _porcentaje(parte: float) -> str:
    """A share as Chileans write it, with a decimal where it says something: 2,6 %, 30 %."""
    return f"{100 * parte:.1f}".removesuffix(".0").replace(".", ",") + " %"
