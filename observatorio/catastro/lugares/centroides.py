"""Points that are nobody's place: a geocoder that knew only the city put many addresses on one of them."""

from __future__ import annotations

import polars as pl
from rapidfuzz.distance import OSA

from observatorio.catastro.lugares.callejero_claves import desarmar
from observatorio.vocabulario import Describe

TITULARES, CALLES = 3, 3
"""Different businesses, on different streets, that must share one exact point for it to be none of theirs."""
MAYORIA = 0.5
"""Where one street holds more than this share of them the point is a building, whatever the others wrote."""
SIN_DIRECCION = 6
"""Entries of one load without an address that must share a point: more than any campus holds."""
_LAPSUS = 2


def centroides(obs: pl.DataFrame) -> pl.DataFrame:
    """Exact points shared by records whose addresses disagree: `lon lat filas titulares calles`, sorted by point.

    `obs` as `lectura.COLUMNAS`, points in EPSG:4326. Slips in the name of a street do not make another street, and a
    mall, a tower or a fair is one street and number. Records without an address (public lists) count where many of one
    load stand on the point. A parcel is never judged: several concessions may hold one.
    """
    juzgados = obs.filter(pl.col("lon").is_not_null() & (pl.col("describe") != str(Describe.PREDIO)))
    repetidos = juzgados.filter(pl.len().over("lon", "lat") >= TITULARES)
    titular = pl.coalesce(
        pl.concat_str(pl.lit("rut:"), "rut"),
        pl.concat_str(pl.lit("id:"), "fuente", pl.lit(":"), "id_fuente"),
        "nombre_fantasia",
        "razon_social",
    )
    filas = repetidos.select("carga", "lon", "lat", titular=titular, via=desarmar(repetidos)["via"])
    con_via = _por_calles(filas.filter(pl.col("via").is_not_null()))
    sin_via = (
        filas.filter(pl.col("via").is_null())
        .group_by("lon", "lat", "carga")
        .agg(titulares=pl.col("titular").n_unique())
        .filter(pl.col("titulares") >= SIN_DIRECCION)
        .select("lon", "lat")
    )
    malos = pl.concat([con_via, sin_via]).unique()
    return (
        filas.join(malos, on=["lon", "lat"], how="semi")
        .group_by("lon", "lat")
        .agg(filas=pl.len(), titulares=pl.col("titular").n_unique(), calles=pl.col("via").drop_nulls().n_unique())
        .sort("lon", "lat")
    )


def _por_calles(filas: pl.DataFrame) -> pl.DataFrame:
    """Points whose rows name enough different streets, none of them most of the time."""
    vistas = filas.group_by("lon", "lat", "via").agg(veces=pl.len(), titulares=pl.col("titular").unique())
    puntos = (
        vistas.sort("lon", "lat", "veces", "via", descending=[False, False, True, False])
        .group_by("lon", "lat", maintain_order=True)
        .agg("via", "veces", titulares=pl.col("titulares").list.explode().n_unique())
        .filter((pl.col("titulares") >= TITULARES) & (pl.col("via").list.len() >= CALLES))
    )
    malos = [_discrepan(vias, veces) for vias, veces in puntos.select("via", "veces").iter_rows()]
    return puntos.filter(pl.Series(malos, dtype=pl.Boolean)).select("lon", "lat")


def _discrepan(vias: list[str], veces: list[int]) -> bool:
    """Whether the names, most used first, are different streets and none of them prevails."""
    calles: dict[str, int] = {}
    for via, cuantas in zip(vias, veces, strict=True):
        propia = next((c for c in calles if _misma(c, via)), via)
        calles[propia] = calles.get(propia, 0) + cuantas
    return len(calles) >= CALLES and max(calles.values()) <= MAYORIA * sum(calles.values())


def _misma(una: str, otra: str) -> bool:
    """One street written in two ways: a slip apart, or the kind of street left out."""
    return una.endswith(f" {otra}") or otra.endswith(f" {una}") or OSA.distance(una, otra, score_cutoff=2) <= _LAPSUS
