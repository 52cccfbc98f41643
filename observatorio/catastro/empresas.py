"""The firms, by RUT, and what each one does: every field by the most official and newest record, with its origin."""

from __future__ import annotations

from typing import Any

import polars as pl

from observatorio.catastro.ganadores import procedencia
from observatorio.catastro.lectura import ORDEN
from observatorio.catastro.reglas import REGLAS
from observatorio.normalizar.rut import PRIMERA_JURIDICA
from observatorio.vocabulario import Actor, Describe, TipoPersona

EMPRESA: dict[str, Any] = {
    "rut": pl.Int32,
    "dv": pl.Utf8,
    "razon_social": pl.Utf8,
    "tipo_persona": pl.Utf8,
    "grupo_empresarial": pl.Utf8,
    "cut_casa_matriz": pl.Utf8,
    "desde": pl.Date,
    "hasta": pl.Date,
    "procedencia": pl.Utf8,
}
ACTIVIDAD: dict[str, Any] = {
    "rut": pl.Int32,
    "anio": pl.Int32,
    "acteco": pl.Utf8,
    "principal": pl.Boolean,
    "carga": pl.Int64,
    "fila": pl.Int64,
}

_DICHOS = ("dv", "razon_social", "grupo_empresarial", "cut_casa_matriz")
_CAMPOS = (*_DICHOS, "desde", "hasta")


def empresas(observaciones: pl.DataFrame) -> pl.DataFrame:
    """One row a firm (`EMPRESA`) of which some observation (`lectura.COLUMNAS`, all years) speaks.

    The head office is the comuna that a record of the firm itself names; start and end of activities are the SII's:
    the earliest start, and the end that its newest record states, if it states one.
    """
    actores = list(map(str, REGLAS["razon_social"].actores))
    de_empresa = pl.col("describe") == str(Describe.EMPRESA)
    del_sii = de_empresa & (pl.col("actor") == str(Actor.SII))
    voces = (
        observaciones.filter(pl.col("rut").is_not_null())
        .with_columns(
            rango=pl.col("actor").replace_strict(actores, range(len(actores)), default=None, return_dtype=pl.Int8),
            cut_casa_matriz=pl.when(de_empresa).then("cut"),
            desde=pl.when(del_sii).then("desde"),
            ultima=del_sii,
            origen=pl.struct("carga", "fila", regla=pl.concat_str(pl.lit("empresa:"), "actor")),
        )
        .sort("rango", "observado", *ORDEN, descending=[False, True, *[False] * len(ORDEN)], nulls_last=True)
    )
    marco = voces.group_by("rut", maintain_order=True).agg(
        *(_primero(c) for c in _DICHOS),
        *(_origen(c) for c in _DICHOS),
        desde=pl.col("desde").min(),
        o_desde=_con(pl.col("desde").min(), pl.col("origen").sort_by("desde", nulls_last=True).first()),
        hasta=pl.col("hasta").filter("ultima").first(),
        o_hasta=_con(pl.col("hasta").filter("ultima").first(), pl.col("origen").filter("ultima").first()),
    )
    natural = pl.col("rut") < PRIMERA_JURIDICA
    return (
        marco.with_columns(
            tipo_persona=pl.when(natural)
            .then(pl.lit(str(TipoPersona.NATURAL)))
            .otherwise(pl.lit(str(TipoPersona.JURIDICA))),
            procedencia=procedencia(_CAMPOS),
        )
        .select(pl.col(c).cast(t) for c, t in EMPRESA.items())
        .sort("rut")
    )


def _primero(campo: str) -> pl.Expr:
    return pl.col(campo).drop_nulls().first()


def _origen(campo: str) -> pl.Expr:
    return pl.col("origen").filter(pl.col(campo).is_not_null()).first().alias(f"o_{campo}")


def _con(valor: pl.Expr, origen: pl.Expr) -> pl.Expr:
    """The origin where there is a value."""
    return pl.when(valor.is_not_null()).then(origen)


def actividades(del_anio: pl.DataFrame, anio: int) -> pl.DataFrame:
    """The codes of each firm (`ACTIVIDAD`) among the observations that hold in a year; one of them is its principal.

    It is the code that the SII's list of the year gives, else the one of its history that began first, else that of
    another source. A code is cited from the record that says it first in that order.
    """
    ajeno = pl.col("actor") != str(Actor.SII)
    dichas = (
        del_anio.filter(pl.col("rut").is_not_null() & pl.col("acteco").is_not_null())
        .with_columns(ajeno=ajeno)
        .sort("rut", "ajeno", "historica", "desde", "acteco", *ORDEN, nulls_last=True)
        .unique(["rut", "acteco"], keep="first", maintain_order=True)
    )
    return dichas.select(
        "rut",
        pl.lit(anio, pl.Int32).alias("anio"),
        "acteco",
        (pl.int_range(pl.len()).over("rut") == 0).alias("principal"),
        "carga",
        "fila",
    )
