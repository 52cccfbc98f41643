"""Size of a business in its two readings: by yearly sales (Ley 20.416) and by workers (Código del Trabajo, 505 bis)."""

from __future__ import annotations

import polars as pl

from observatorio.referencia import tramos_trabajadores, tramos_ventas
from observatorio.vocabulario import Tamano

_SIN_DATO = str(Tamano.SIN_DATO)


def medir_tamano(marco: pl.DataFrame) -> pl.DataFrame:
    """Add `tamano_ventas`, `tamano_trabajadores`, and `tamano` with `tamano_criterio`: sales where they are known.

    `marco` has `id`, `rut`, `abierto`, `tramo_ventas`, `trabajadores` (the firm's), `empleo_total` (the premises') with
    its origin `o_empleo_total`. Both readings are of the firm: where no source states its workers, those of its open
    premises count, and `o_tamano_trabajadores` cites one of them. `sin_dato` is never micro.
    """
    ventas = {tramo.tramo: tramo.tamano for tramo in tramos_ventas()}
    sabido = pl.col("empleo_total").is_not_null() & pl.col("abierto")
    sumados = pl.col("empleo_total").filter(sabido).sum().over("rut")
    conocidos = sabido.any().over("rut")
    de_sus_locales = pl.when(pl.col("rut").is_null()).then(pl.col("empleo_total")).when(conocidos).then(sumados)
    gente = pl.coalesce("trabajadores", de_sus_locales)
    por_gente = pl.lit(_SIN_DATO)
    for tramo in sorted(tramos_trabajadores(), key=lambda t: t.desde):
        por_gente = pl.when(gente >= tramo.desde).then(pl.lit(tramo.tamano)).otherwise(por_gente)
    marco = marco.with_columns(
        tamano_ventas=pl.col("tramo_ventas")
        .replace_strict(ventas, default=_SIN_DATO, return_dtype=pl.Utf8)
        .fill_null(_SIN_DATO),
        tamano_trabajadores=por_gente,
    )
    por_ventas = pl.col("tamano_ventas") != _SIN_DATO
    ajeno = pl.col("o_empleo_total").filter(sabido).sort_by(pl.col("id").filter(sabido)).first().over("rut")
    sumado = pl.struct(
        carga=ajeno.struct.field("carga"), fila=ajeno.struct.field("fila"), regla=pl.lit("empresa:suma_de_locales")
    )
    marco = marco.with_columns(
        o_tamano_trabajadores=pl.when(pl.col("trabajadores").is_null() & pl.col("rut").is_not_null() & conocidos).then(
            sumado
        )
    )
    return marco.with_columns(
        tamano=pl.when(por_ventas).then("tamano_ventas").otherwise("tamano_trabajadores"),
        tamano_criterio=pl.when(por_ventas)
        .then(pl.lit("ventas"))
        .when(pl.col("tamano_trabajadores") != _SIN_DATO)
        .then(pl.lit("trabajadores")),
    )
