"""What happened to the establishments of a comuna, counted year by year, with the account that must come out even."""

from __future__ import annotations

import polars as pl
from sqlalchemy import Connection

from observatorio.catastro.sucesos import ESTADOS, balance, leer_evidencia
from observatorio.db.queries import sucesos as consultas
from observatorio.vocabulario import Suceso

ENTRADAS = {
    "nacimientos": Suceso.NACIMIENTO,
    "reactivaciones": Suceso.REACTIVACION,
    "llegadas": Suceso.LLEGADA,
}
SALIDAS = {"muertes": Suceso.MUERTE, "salidas": Suceso.SALIDA}
_CUENTAS = {**ENTRADAS, **SALIDAS, "mudanzas": Suceso.MUDANZA}
DEMOGRAFIA = pl.Schema(
    {"anio": pl.Int32(), "desde": pl.Int32(), "antes": pl.Int64()}
    | dict.fromkeys((*ENTRADAS, *SALIDAS), pl.Int64())
    | {"neto": pl.Int64(), "ahora": pl.Int64(), "provisorias": pl.Int64(), "mudanzas": pl.Int64()}
    | {"activos": pl.Int64()}
)


def demografia(conn: Connection, cut: str) -> pl.DataFrame:
    """The events of each consolidated year of a comuna, `DEMOGRAFIA` by year.

    `desde` is the consolidated year before, which is not the one before where a year was never loaded: what happened in
    between is told in the first year that is known. `antes` and `ahora` are those who worked in both, of the
    establishments that some register follows, and `antes + neto = ahora`, where `neto` adds what `ENTRADAS` count and
    takes away what `SALIDAS` do. The first year has no year before and so no account. `provisorias` are the exits that
    may still turn out to be a pause. `activos` counts all that work in the catastro: those that only a sample saw are
    not followed, and those of whom the year's sources say nothing stay as they were in the account.
    """
    estados = consultas.estados(conn, cut)
    if estados.height == 0:
        return DEMOGRAFIA.to_frame()
    anios = estados.group_by("anio").agg(activos=pl.col("activo").sum().cast(pl.Int64)).sort("anio")
    nulo = pl.lit(None, pl.Float64)
    seguidos = balance(
        estados.select(*(c if c in estados.columns else nulo.alias(c) for c in ESTADOS)), leer_evidencia(conn, cut)
    )
    cuentas = consultas.cuentas(conn, cut)
    contados = cuentas.group_by("anio").agg(
        *(pl.col("cuantos").filter(pl.col("tipo") == str(tipo)).sum().alias(c) for c, tipo in _CUENTAS.items()),
        provisorias=pl.col("cuantos")
        .filter(pl.col("provisorio") & pl.col("tipo").is_in([str(tipo) for tipo in SALIDAS.values()]))
        .sum(),
    )
    return (
        anios.with_columns(desde=pl.col("anio").shift(1))
        .join(contados, on="anio", how="left")
        .with_columns(pl.col(*_CUENTAS, "provisorias").fill_null(0))
        .with_columns(neto=pl.sum_horizontal(*ENTRADAS) - pl.sum_horizontal(*SALIDAS))
        .join(seguidos, on="anio", how="left")
        .select(DEMOGRAFIA.names())
        .cast(DEMOGRAFIA)
        .sort("anio")
    )
