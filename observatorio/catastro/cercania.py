"""How far two points are from each other, and how far those of one premises may be."""

from __future__ import annotations

import polars as pl

from observatorio.normalizar.coordenada import METROS_POR_GRADO

__all__ = ["METROS_POR_GRADO", "MISMO_LUGAR_M", "metros_entre"]

MISMO_LUGAR_M = 60.0
"""Points of one RUT nearer than this, in metres, are one premises: GPS under a roof strays about as far."""


def metros_entre(a: str, b: str) -> pl.Expr:
    """Metres between the points `lon{a}`, `lat{a}` and `lon{b}`, `lat{b}` on a local plane, exact to the metre at this
    scale; null where one is null."""
    dx = (pl.col(f"lon{a}") - pl.col(f"lon{b}")) * METROS_POR_GRADO * pl.col(f"lat{a}").radians().cos()
    dy = (pl.col(f"lat{a}") - pl.col(f"lat{b}")) * METROS_POR_GRADO
    return (dx**2 + dy**2).sqrt()
