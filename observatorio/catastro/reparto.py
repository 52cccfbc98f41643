"""What a source says of a whole firm, shared out among its premises: never booked on one as if all were there."""

from __future__ import annotations

import polars as pl

from observatorio.catastro.cierre import NO_FUNCIONA
from observatorio.vocabulario import Actor


def firmas_de_otras_comunas(observaciones: pl.DataFrame, cut: str) -> pl.DataFrame:
    """The firms that are, or may be, elsewhere too: `rut`. What they total cannot be shared out here.

    Some record names another comuna; or the tax service knows a place of theirs and not in which comuna it lies. A
    place that they left does not count: nobody works there.
    """
    dejado = pl.col("estado").is_in(NO_FUNCIONA).fill_null(False)
    sitio_perdido = (pl.col("actor") == str(Actor.SII)) & pl.col("tipo_sitio").is_not_null() & pl.col("cut").is_null()
    return observaciones.filter(
        pl.col("rut").is_not_null() & ~dejado & ((pl.col("cut") != cut).fill_null(False) | sitio_perdido)
    ).select(pl.col("rut").unique())


def repartir(marco: pl.DataFrame, total: str, parte: str, ajenas: pl.DataFrame) -> pl.DataFrame:
    """Give each open premises without a `parte` of its own an equal share of what is left of its firm's `total`.

    `marco` has `id`, `rut`, `abierto`, both columns and their origins (`o_…`); firms in `ajenas` are left alone. Shares
    are whole numbers that add up to what was left, the first premises taking the remainder. Who gets nothing of it
    stays null: that does not say that nobody works there. A zero is given only where the firm itself states none. The
    parts of closed premises take nothing from the total.
    """
    propia = pl.when("abierto").then(parte).fill_null(0)
    hereda = (
        pl.col(parte).is_null()
        & pl.col("abierto")
        & pl.col("rut").is_not_null()
        & pl.col(total).is_not_null()
        & ~pl.col("rut").is_in(ajenas["rut"].implode()).fill_null(False)
    )
    marco = marco.with_columns(hereda=hereda)
    herederos = pl.col("hereda").sum().over("rut").cast(pl.Int64)
    puesto = pl.col("hereda").cum_sum().over("rut", order_by="id").cast(pl.Int64)
    ninguno = (pl.col(total) == 0) & (propia.sum().over("rut") == 0)
    saldo = pl.max_horizontal(pl.col(total).cast(pl.Int64) - propia.sum().over("rut"), 0)
    cuota = saldo // herederos + (puesto <= saldo % herederos).cast(pl.Int64)
    origen = pl.struct(
        carga=pl.col(f"o_{total}").struct.field("carga"),
        fila=pl.col(f"o_{total}").struct.field("fila"),
        regla=pl.lit("empresa:repartido"),
    )
    return (
        marco.with_columns(cuota=cuota, ninguno=ninguno)
        .with_columns(hereda=pl.col("hereda") & ((pl.col("cuota") > 0) | pl.col("ninguno")))
        .with_columns(
            pl.when("hereda").then(pl.col("cuota").cast(marco.schema[parte])).otherwise(pl.col(parte)).alias(parte),
            pl.when("hereda").then(origen).otherwise(pl.col(f"o_{parte}")).alias(f"o_{parte}"),
        )
        .drop("hereda", "cuota", "ninguno")
    )
