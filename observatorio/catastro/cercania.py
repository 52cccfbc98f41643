"""How far two points are from each other, and how far those of one premises may be."""

from __future__ import annotations

import polars as pl

METROS_POR_GRADO = 111_320.0
MISMO_LUGAR_M = 60.0
"""Points of one RUT nearer than this, in metres, are one premises: GPS under a roof strays about as far."""


def metros(sufijo: str) -> pl.Expr:
    """From `lat`, `lon` to the columns with the suffix, on a local plane: exact to the metre at this scale."""
    dx = (pl.col("lon") - pl.col(f"lon{sufijo}")) * METROS_POR_GRADO * pl.col("lat").radians().cos()
    dy = (pl.col("lat") - pl.col(f"lat{sufijo}")) * METROS_POR_GRADO
    return (dx**2 + dy**2).sqrt()
