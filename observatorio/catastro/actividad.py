"""The activity of a business: the code that its sources give, or the one that the words of its giro mean.

What the words mean is learned from other firms first: when those that use the same words and have a code agree on it,
the code is theirs too. The rest is in `giros`.
"""

from __future__ import annotations

import polars as pl

from observatorio.catastro.giros import Origen, emparejar_giros
from observatorio.normalizar.texto import plegar
from observatorio.vocabulario import Actor

MINIMO_EMPRESAS = 3
ACUERDO = 0.8
"""Share of the firms with the same words that must have the same code."""


def aprender_giros(observaciones: pl.DataFrame) -> pl.DataFrame:
    """Words -> code, from firms that have both: `giros.GIROS`, where `puntaje` is the share of the firms that agree.

    Takes the frame of `lectura.leer_observaciones`, of all years: the outcome depends on what it holds and not on its
    order. A firm counts once for each wording, with its principal code: that of the newest list that names one, or of a
    history the one that began first.
    """
    codigos = (
        observaciones.filter(pl.col("rut").is_not_null() & pl.col("acteco").is_not_null())
        .sort(
            "rut",
            pl.col("actor") != str(Actor.SII),
            "historica",
            pl.when(~pl.col("historica")).then(-pl.col("observado")),
            "desde",
            "acteco",
            nulls_last=True,
        )
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
        .select(
            "giro",
            acteco="acteco_giro",
            puntaje=pl.col("firmas") / pl.col("todas"),
            origen=pl.lit(str(Origen.COMO_OTRAS_EMPRESAS)),
        )
        .sort("giro")
    )


def leer_giros(observaciones: pl.DataFrame, decisiones: pl.DataFrame) -> pl.DataFrame:
    """The code of every giro that any record of any year states, as `giros.emparejar_giros` returns it.

    `observaciones` of all years (`lectura.COLUMNAS`); `decisiones`: `giro acteco`, what a person said last of a giro.
    """
    dichos = plegar(observaciones["giro_texto"].drop_nulls().unique())
    return emparejar_giros(dichos, aprender_giros(observaciones), decisiones)


def completar_actividad(marco: pl.DataFrame, giros: pl.DataFrame) -> pl.DataFrame:
    """Settle the code of each establishment: `acteco`, its origin, and `acteco_puntaje` where its words gave it.

    Its own register goes first (a school's, a health post's), then its firm's code, then what its words mean; the
    origin is then that of the words. `marco` has `acteco`, `acteco_propio`, `giro_texto` and their origins `o_…`;
    `giros` as `leer_giros`.
    """
    sabidos = giros.filter((pl.col("origen") != str(Origen.DUDA)) & pl.col("acteco").is_not_null())
    con_giro = marco.with_columns(
        giro=plegar(marco["giro_texto"]),
        acteco=pl.coalesce("acteco_propio", "acteco"),
        o_acteco=pl.when(pl.col("acteco_propio").is_not_null()).then("o_acteco_propio").otherwise("o_acteco"),
    ).join(
        sabidos.select("giro", acteco_giro="acteco", acteco_puntaje="puntaje", origen_giro="origen"),
        on="giro",
        how="left",
        maintain_order="left",
    )
    aplica = pl.col("acteco").is_null() & pl.col("acteco_giro").is_not_null()
    origen = pl.struct(
        carga=pl.col("o_giro_texto").struct.field("carga"),
        fila=pl.col("o_giro_texto").struct.field("fila"),
        regla=pl.concat_str(pl.lit("giro:"), "origen_giro"),
    )
    return con_giro.with_columns(
        acteco=pl.when(aplica).then("acteco_giro").otherwise("acteco"),
        o_acteco=pl.when(aplica).then(origen).otherwise(pl.col("o_acteco")),
        acteco_puntaje=pl.when(aplica).then("acteco_puntaje"),
    ).drop("giro", "acteco_giro", "origen_giro", "acteco_propio", "o_acteco_propio")
