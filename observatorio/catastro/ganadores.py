"""For every field the record whose word won, and where it stands."""

from __future__ import annotations

from datetime import date

import polars as pl

from observatorio.catastro.formalidad import pide_sanitaria
from observatorio.catastro.reglas import REGLAS, Ambito
from observatorio.vocabulario import Actor, Describe, Precision, Senal

SENALES = ("senal_sii", "senal_patente", "senal_sanitaria")
DESEMPATE = ("observado", "desde", "fuente", "sha256", "fila", "parte")
"""Among the records of one actor: the newest, then an order that rests on the files, not on when they were loaded."""


def preparar(observaciones: pl.DataFrame, anio: int) -> pl.DataFrame:
    """Read each record as of the end of the year: an end date turns its signals. The best of an actor come first.

    Adds `fin_<signal>` (the signal was turned), `terminada`, `direccion`, `punto` and `pide_sanitaria`.
    """
    terminada = (pl.col("hasta") <= date(anio, 12, 31)).fill_null(False)
    es_sii = pl.col("actor") == str(Actor.SII)
    con_fines = observaciones.with_columns(
        (terminada & (pl.col(s) == str(Senal.SI)).fill_null(False) & (es_sii if s == "senal_sii" else True)).alias(
            f"fin_{s}"
        )
        for s in SENALES
    )
    return con_fines.with_columns(
        *(pl.when(f"fin_{s}").then(pl.lit(str(Senal.NO))).otherwise(pl.col(s)).alias(s) for s in SENALES),
        terminada=terminada & es_sii & (pl.col("describe") == str(Describe.EMPRESA)),
        direccion=pl.coalesce(
            "direccion_texto", pl.concat_str(["calle", "numero", "resto"], separator=" ", ignore_nulls=True)
        ).replace("", None),
        punto=pl.when(pl.col("lon").is_not_null()).then(
            pl.struct("lon", "lat", pl.col("precision").fill_null(str(Precision.PUERTA)))
        ),
        pide_sanitaria=pide_sanitaria(observaciones["giro_texto"]),
    ).sort(DESEMPATE, descending=[True, True, False, False, False, False], nulls_last=True, maintain_order=True)


def ganadores(voces: pl.DataFrame, ambito: Ambito, de: str) -> pl.DataFrame:
    """For each value of the column `de` and each field of a scope, the winning value and `o_<field>`, its origin.

    `voces` are observations as `preparar` leaves them, in their order.
    """
    ordenes: dict[tuple[str, ...], list[str]] = {}
    for campo, regla in REGLAS.items():
        if regla.ambito is ambito:
            ordenes.setdefault(tuple(map(str, regla.actores)), []).append(campo)
    marco = voces.select(pl.col(de).unique())
    for actores, campos in ordenes.items():
        rango = pl.col("actor").replace_strict(
            list(actores), list(range(len(actores))), default=None, return_dtype=pl.Int8
        )
        elegidos = (
            voces.filter(pl.col("actor").is_in(actores))
            .with_columns(rango=rango)
            .sort("rango", maintain_order=True)
            .group_by(de, maintain_order=True)
            .agg(*(_valor(c) for c in campos), *(_origen(c, ambito) for c in campos))
        )
        marco = marco.join(elegidos, on=de, how="left")
    return marco


def _valor(campo: str) -> pl.Expr:
    """The winning value of a field in a group whose best record comes first."""
    primero = pl.col(campo).drop_nulls().first()
    if not REGLAS[campo].suma:
        return primero
    ganadora = (pl.col("fuente") == pl.col("fuente").filter(pl.col(campo).is_not_null()).first()) & (
        pl.col("observado") == pl.col("observado").filter(pl.col(campo).is_not_null()).first()
    )
    return pl.when(primero.is_not_null()).then(pl.col(campo).filter(ganadora).sum()).alias(campo)


def _origen(campo: str, ambito: Ambito) -> pl.Expr:
    """The record that won: load, row, and the rule, which says when the value follows from the record's end date."""
    regla = pl.concat_str(pl.lit(f"{ambito}:"), "actor")
    if campo in SENALES:
        regla = pl.concat_str(regla, pl.when(f"fin_{campo}").then(pl.lit(":termino")).otherwise(pl.lit("")))
    origen = pl.struct("carga", "fila", regla=regla)
    return origen.filter(pl.col(campo).is_not_null()).first().alias(f"o_{campo}")


def procedencia(marco: pl.DataFrame) -> pl.Expr:
    """`{"field": [load, row, "rule"], …}` as JSON text; fields without a value are left out by the database."""
    origenes = [c for c in (*(f"o_{campo}" for campo in REGLAS), "o_estado") if c in marco.columns]
    return pl.struct(
        pl.when(pl.col(o).struct.field("carga").is_not_null())
        .then(
            pl.concat_list(
                pl.col(o).struct.field("carga").cast(pl.Utf8),
                pl.col(o).struct.field("fila").cast(pl.Utf8),
                pl.col(o).struct.field("regla"),
            )
        )
        .alias(o.removeprefix("o_"))
        for o in origenes
    ).struct.json_encode()
