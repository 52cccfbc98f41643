"""What located addresses teach: where each door stands, how numbers grow along a street, where a short street lies."""

from __future__ import annotations

from typing import Literal

import polars as pl

from observatorio.catastro.cercania import metros_entre

MISMA_PUERTA_M = 60.0
"""Points of one door lie this near to their median: a mall's units do, two places of one name do not."""
MAYORIA = 0.6
"""Share of the points of a door that must agree, for the rest to be taken for mistakes."""
DESVIO_M, DESVIO_POR_HUECO = 120.0, 0.3
"""How far a door may lie from where its neighbours put it: so many metres and a share of the gap between them."""
ORDEN_M, ORDEN_POR_HUECO = 50.0, 0.1
"""How near most doors must lie to where their neighbours put them for a street's numbers to have an order."""
POCOS = 3
"""A door that contradicts its street and that fewer records than these support is a mistake."""
TRAMO_M, TRAMO_KM_M = 400.0, 3_000.0
"""The widest gap between two known numbers over which a third is interpolated: on a street, on a road by kilometres."""
MISMO_LADO_M = 200.0
"""Up to this gap the neighbours of the number's own side go before nearer ones across the street."""
AL_BORDE, AL_BORDE_KM = 60.0, 300.0
"""Numbers (metres of a road) by which one may lie beyond the last known number and still take its place."""
CALLE_M = 250.0
"""A street is short enough to stand for its doors where four in five of them lie this near to its middle."""

_KM = "#km"
_METROS = ("lon", "lat")


def mediana_robusta(puntos: pl.DataFrame, claves: list[str]) -> pl.DataFrame:
    """For each group of `claves` the middle of its points (`lon`, `lat`) and how many they are (`filas`).

    Only groups in which a clear majority of the points agree; the middle is that of those.
    """
    centro = puntos.group_by(claves).agg(*(pl.col(c).median().alias(f"{c}_c") for c in _METROS))
    cerca = puntos.join(centro, on=claves, how="inner", nulls_equal=True).with_columns(
        de_acuerdo=metros_entre("", "_c") <= MISMA_PUERTA_M
    )
    return (
        cerca.filter(pl.col("de_acuerdo").mean().over(claves) >= MAYORIA)
        .filter("de_acuerdo")
        .group_by(claves)
        .agg(*(pl.col(c).median() for c in _METROS), filas=pl.len())
        .sort(claves)
    )


def extension(puntos: pl.DataFrame, clave: str, cuantil: float) -> pl.DataFrame:
    """For each value of `clave` the median of its points, their number `filas`, and `radio`: that quantile, in m."""
    centro = puntos.group_by(clave).agg(*(pl.col(c).median().alias(f"{c}_c") for c in _METROS), filas=pl.len())
    lejos = puntos.join(centro, on=clave, how="inner").with_columns(m=metros_entre("", "_c"))
    return (
        lejos.group_by(clave)
        .agg(pl.col("lon_c", "lat_c", "filas").first(), radio=pl.col("m").quantile(cuantil, "linear"))
        .rename({"lon_c": "lon", "lat_c": "lat"})
        .sort(clave)
    )


def clave_de_orden(via: pl.Expr) -> pl.Expr:
    """The key of a sequence of numbers: doors and kilometres of one road are counted apart."""
    return pl.when(pl.col("clase") == "km").then(via + _KM).otherwise(via)


def hitos(puertas: pl.DataFrame) -> pl.DataFrame:
    """Known numbers of the streets in which numbers have an order: `orden`, `n`, `lado`, `lon`, `lat`.

    `puertas`: `via clase n lado lon lat filas`. Doors that contradict their neighbours are left out, and so are
    streets whose numbers do not grow along them (villages where each house took the number it liked).
    """
    numeradas = puertas.filter(pl.col("n").is_not_null()).with_columns(orden=clave_de_orden(pl.col("via")))
    juntas = numeradas.group_by("orden", "n", "lado").agg(*(pl.col(c).median() for c in _METROS))
    for _ in range(2):
        juntas = _con_desvio(juntas).filter(~pl.col("desviada"))
    return (
        _con_desvio(juntas)
        .filter(pl.col("error").is_not_null().any().over("orden"))
        .filter((pl.col("error") <= ORDEN_M + ORDEN_POR_HUECO * pl.col("hueco")).mean().over("orden") >= MAYORIA)
        .select("orden", "n", "lado", *_METROS)
        .sort("orden", "n")
    )


def desviadas(puertas: pl.DataFrame, conocidos: pl.DataFrame) -> pl.Series:
    """Which doors lie far from where the known numbers of their street put them; false where these say nothing."""
    buscadas = puertas.with_columns(orden=clave_de_orden(pl.col("via"))).with_row_index("i")
    puestas = interpolar(buscadas, conocidos).rename({"lon": "lon_p", "lat": "lat_p"})
    lejos = buscadas.join(puestas, on="i", how="left", maintain_order="left").select(
        (metros_entre("", "_p") > DESVIO_M + DESVIO_POR_HUECO * pl.col("hueco")).fill_null(False)
    )
    return lejos.to_series().alias("desviada")


def _con_desvio(juntas: pl.DataFrame) -> pl.DataFrame:
    """Add `error` (metres to where its neighbours put it), their `hueco`, and `desviada`: no neighbours agree."""
    ordenadas = juntas.sort("orden", "n", "lado", *_METROS)
    pares = [(1, 1), (2, 2), (1, 2), (2, 1)]
    vecinas = ordenadas.with_columns(
        pl.col(c).shift(s * k).over("orden").alias(f"{c}{'_a' if s > 0 else '_d'}{k}")
        for c in ("n", *_METROS)
        for s in (1, -1)
        for k in (1, 2)
    )
    for a, d in pares:
        vecinas = vecinas.with_columns(*_puesta(f"_a{a}", f"_d{d}")).with_columns(
            metros_entre("", "_p").alias(f"e{a}{d}"),
            (DESVIO_M + DESVIO_POR_HUECO * metros_entre(f"_a{a}", f"_d{d}")).alias(f"t{a}{d}"),
        )
    fallas = [(pl.col(f"e{a}{d}") > pl.col(f"t{a}{d}")) for a, d in pares]
    return vecinas.with_columns(
        error=pl.col("e11"),
        hueco=metros_entre("_a1", "_d1"),
        desviada=pl.all_horizontal(f.fill_null(True) for f in fallas) & fallas[0],
    ).select("orden", "n", "lado", *_METROS, "error", "hueco", pl.col("desviada").fill_null(False))


def _puesta(a: str, d: str) -> list[pl.Expr]:
    """Where a number stands between the known numbers `n{a}` and `n{d}`, as `lon_p` and `lat_p`."""
    largo = pl.col(f"n{d}") - pl.col(f"n{a}")
    parte = pl.when(largo > 0).then((pl.col("n") - pl.col(f"n{a}")) / largo).otherwise(0.5)
    return [(pl.col(f"{c}{a}") + (pl.col(f"{c}{d}") - pl.col(f"{c}{a}")) * parte).alias(f"{c}_p") for c in _METROS]


def interpolar(buscadas: pl.DataFrame, conocidos: pl.DataFrame) -> pl.DataFrame:
    """Numbers (`i`, `orden`, `n`, `lado`) to `i`, `lon`, `lat`, `hueco` (metres between the two neighbours).

    Between the nearest known numbers of the same side where they are near, else between those of either side; a
    number a little beyond the last known one takes its place. Numbers with no neighbours near enough are left out.
    """
    faltan = buscadas.filter(pl.col("n").is_not_null()).select("i", "orden", "n", "lado")
    if faltan.height == 0 or conocidos.height == 0:
        return pl.DataFrame(schema={"i": pl.UInt32, "lon": pl.Float64, "lat": pl.Float64, "hueco": pl.Float64})
    tope = pl.when(pl.col("orden").str.ends_with(_KM)).then(TRAMO_KM_M).otherwise(TRAMO_M)
    del_lado = _entre(faltan.filter(pl.col("lado").is_not_null()), conocidos, ["orden", "lado"]).filter(
        pl.col("hueco") <= MISMO_LADO_M
    )
    de_ambos = _entre(faltan, conocidos, ["orden"]).filter(pl.col("hueco") <= tope)
    al_borde = _al_borde(faltan, conocidos)
    return (
        pl.concat([del_lado.with_columns(r=0), de_ambos.with_columns(r=1), al_borde.with_columns(r=2)])
        .sort("i", "r")
        .unique("i", keep="first", maintain_order=True)
        .select("i", *_METROS, "hueco")
    )


def _vecinos(faltan: pl.DataFrame, conocidos: pl.DataFrame, por: list[str]) -> pl.DataFrame:
    """The nearest known number at or before each one (`_a`), and at or after it (`_d`)."""
    por_numero = conocidos.group_by(*por, "n").agg(*(pl.col(c).median() for c in _METROS)).sort("n", *por)
    marco = faltan.sort("n", "i")
    estrategias: tuple[tuple[str, Literal["backward", "forward"]], ...] = (("_a", "backward"), ("_d", "forward"))
    for sufijo, estrategia in estrategias:
        otros = por_numero.rename({c: f"{c}{sufijo}" for c in ("n", *_METROS)})
        marco = marco.join_asof(
            otros,
            left_on="n",
            right_on=f"n{sufijo}",
            by=por,
            strategy=estrategia,
            check_sortedness=False,
            coalesce=False,
        )
    return marco


def _entre(faltan: pl.DataFrame, conocidos: pl.DataFrame, por: list[str]) -> pl.DataFrame:
    vecinos = _vecinos(faltan, conocidos, por).filter(pl.col("n_a").is_not_null() & pl.col("n_d").is_not_null())
    return vecinos.with_columns(*_puesta("_a", "_d"), hueco=metros_entre("_a", "_d")).select(
        "i", "orden", lon="lon_p", lat="lat_p", hueco="hueco"
    )


def _al_borde(faltan: pl.DataFrame, conocidos: pl.DataFrame) -> pl.DataFrame:
    """The place of the nearest known number, where that is a few numbers away."""
    antes, despues = pl.col("n") - pl.col("n_a"), pl.col("n_d") - pl.col("n")
    toma_antes = despues.is_null() | (antes <= despues).fill_null(False)
    tope = pl.when(pl.col("orden").str.ends_with(_KM)).then(AL_BORDE_KM).otherwise(AL_BORDE)
    return (
        _vecinos(faltan, conocidos, ["orden"])
        .filter(pl.min_horizontal(antes, despues) <= tope)
        .select(
            "i",
            "orden",
            *(pl.when(toma_antes).then(pl.col(f"{c}_a")).otherwise(pl.col(f"{c}_d")).alias(c) for c in _METROS),
            hueco=pl.lit(0.0),
        )
    )
