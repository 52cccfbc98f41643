"""The activity of a business whose sources give it in words only.

The words are read as the tax service reads them in other firms: when those that use the same words and have a code
agree on it, the code is theirs too. Nothing is guessed from a dictionary.
"""

from __future__ import annotations

import polars as pl

from observatorio.normalizar.texto import plegar

MINIMO_EMPRESAS = 3
ACUERDO = 0.8
"""Share of the firms with the same words that must have the same code."""


def aprender_giros(observaciones: pl.DataFrame) -> pl.DataFrame:
    """Words -> code, from firms that have both: `giro` (folded), `acteco_giro`.

    Takes the frame of `lectura.leer_observaciones`. A firm counts once for each wording.
    """
    codigos = (
        observaciones.filter(pl.col("rut").is_not_null() & pl.col("acteco").is_not_null())
        .sort("rut", "desde", "acteco", nulls_last=True)
        .unique("rut", keep="first", maintain_order=True)
        .select("rut", acteco_giro="acteco")
    )
    dichos = observaciones.filter(pl.col("rut").is_not_null() & pl.col("giro_texto").is_not_null())
    pares = dichos.select("rut", giro=plegar(dichos["giro_texto"])).unique().join(codigos, on="rut", how="inner")
    cuentas = (
        pares.group_by("giro", "acteco_giro").len("firmas").with_columns(todas=pl.col("firmas").sum().over("giro"))
    )
    return (
        cuentas.filter((pl.col("todas") >= MINIMO_EMPRESAS) & (pl.col("firmas") >= ACUERDO * pl.col("todas")))
        .select("giro", "acteco_giro")
        .sort("giro")
    )


def completar_actividad(marco: pl.DataFrame, giros: pl.DataFrame) -> pl.DataFrame:
    """Give a code to the establishments that have none and whose words were learned; its origin is that of the words.

    `marco` has `acteco`, `giro_texto` and their origins `o_acteco`, `o_giro_texto`.
    """
    con_giro = marco.with_columns(giro=plegar(marco["giro_texto"])).join(
        giros, on="giro", how="left", maintain_order="left"
    )
    aplica = pl.col("acteco").is_null() & pl.col("acteco_giro").is_not_null()
    origen = pl.struct(
        carga=pl.col("o_giro_texto").struct.field("carga"),
        fila=pl.col("o_giro_texto").struct.field("fila"),
        regla=pl.lit("giro:como_otras_empresas"),
    )
    return con_giro.with_columns(
        acteco=pl.when(aplica).then("acteco_giro").otherwise("acteco"),
        o_acteco=pl.when(aplica).then(origen).otherwise(pl.col("o_acteco")),
    ).drop("giro", "acteco_giro")
