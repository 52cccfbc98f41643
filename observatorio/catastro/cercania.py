"""Which points of one RUT are one premises."""

from __future__ import annotations

import math
from collections.abc import Iterable

import polars as pl

METROS_POR_GRADO = 111_320.0
MISMO_LUGAR_M = 60.0
"""Points of one RUT nearer than this, in metres, are one premises, and so are those that a chain of such steps joins:
GPS under a roof strays about as far."""

_CELDA_GRADOS = 0.0005


def celda() -> pl.Expr:
    """A square of about 50 m around a row's `lat`, `lon`, as text."""
    return pl.concat_str(
        pl.lit("punto:"),
        (pl.col("lat") / _CELDA_GRADOS).round().cast(pl.Int64),
        pl.lit(","),
        (pl.col("lon") / _CELDA_GRADOS).round().cast(pl.Int64),
    )


def metros(sufijo: str) -> pl.Expr:
    """From `lat`, `lon` to the columns with the suffix, on a local plane: exact to the metre at this scale."""
    dx = (pl.col("lon") - pl.col(f"lon{sufijo}")) * METROS_POR_GRADO * pl.col("lat").radians().cos()
    dy = (pl.col("lat") - pl.col(f"lat{sufijo}")) * METROS_POR_GRADO
    return (dx**2 + dy**2).sqrt()


def agrupar(marco: pl.DataFrame) -> pl.DataFrame:
    """Add `grupo` to rows with `rut`, `lat`, `lon`: the square of the first point of those within reach, as text."""
    puntos = marco.select("rut", "lat", "lon").unique().sort("rut", "lat", "lon").with_row_index("i")
    raices = _raices(puntos.height, _vecinos(puntos).iter_rows())
    cabezas = puntos.select(celda()).to_series().gather(raices).alias("grupo")
    return marco.join(puntos.with_columns(cabezas).drop("i"), on=["rut", "lat", "lon"], how="left")


def _vecinos(puntos: pl.DataFrame) -> pl.DataFrame:
    """Pairs `i` < `j` of one RUT within reach, looked for in a square of that side and the eight around it."""
    if puntos.height == 0:
        return pl.DataFrame(schema={"i": pl.UInt32, "j": pl.UInt32})
    alto = MISMO_LUGAR_M / METROS_POR_GRADO
    # The widest that a metre is in degrees anywhere in the frame: no square is narrower than the reach.
    maxima = puntos.select(pl.col("lat").abs().max()).item()
    ancho = alto / max(math.cos(math.radians(maxima)), 1e-6)
    en_malla = puntos.with_columns(
        x=(pl.col("lon") / ancho).floor().cast(pl.Int64), y=(pl.col("lat") / alto).floor().cast(pl.Int64)
    )
    pasos = pl.DataFrame([(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1)], schema=["dx", "dy"], orient="row")
    mirados = en_malla.join(pasos, how="cross").with_columns(x=pl.col("x") + pl.col("dx"), y=pl.col("y") + pl.col("dy"))
    return (
        mirados.join(en_malla, on=["rut", "x", "y"], suffix="_otro")
        .filter((pl.col("i") < pl.col("i_otro")) & (metros("_otro") <= MISMO_LUGAR_M))
        .select("i", j="i_otro")
    )


def _raices(cuantos: int, pares: Iterable[tuple[int, int]]) -> list[int]:
    """For each of the numbers below `cuantos`, the smallest that pairs join it to."""
    padre = list(range(cuantos))

    def raiz(n: int) -> int:
        while padre[n] != n:
            padre[n] = padre[padre[n]]
            n = padre[n]
        return n

    for par in pares:
        menor, mayor = sorted(map(raiz, par))
        padre[mayor] = menor
    return [raiz(n) for n in range(cuantos)]
