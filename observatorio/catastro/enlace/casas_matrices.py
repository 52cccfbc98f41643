"""Firms that the tax service lists and of which no premises is known to work: their head office.

A living firm never stays without an establishment.
"""

from __future__ import annotations

import polars as pl

from observatorio.catastro.cierre import CIERRAN, NO_FUNCIONA, voto
from observatorio.catastro.lectura import vigentes_en
from observatorio.vocabulario import Describe, Senal

CASA_MATRIZ = "casa_matriz"
"""The `local` of a head office of which no premises is known: a firm has one, wherever its domicile moves."""

_SALIDA = ("carga", "fila", "parte", "rut", "local", "regla")


def casas_matrices(creidas: pl.DataFrame, hechas: pl.DataFrame, domicilios: pl.DataFrame) -> pl.DataFrame:
    """The rows that list a firm in a year in which no premises of its works, with the premises they speak of.

    `creidas`: the observations of the comuna with a believed RUT; `hechas`, `domicilios`: those of premises and of
    legal domiciles, with `local`. The row goes to the premises at the firm's domicile, else to the one that was there
    last, as long as nobody saw it closed; else to a head office of its own, and the domicile in force with it.
    """
    listadas = creidas.filter(
        (pl.col("describe") == str(Describe.EMPRESA)) & (pl.col("senal_sii") == str(Senal.SI))
    ).select("carga", "fila", "parte", "rut", "observado")
    if listadas.is_empty():
        return listadas.select(_SALIDA[:4]).with_columns(local=pl.lit("casa"), regla=pl.lit("")).clear()
    grupos = hechas.filter(~pl.col("pasado")).group_by("rut", "local", "observado").agg(n=pl.len())
    en_casa = domicilios.filter(~pl.col("pasado")).drop_nulls("local").select("rut", "local").unique()
    partes = [
        _del_anio(listadas.filter(pl.col("observado") == anio), hechas, grupos, en_casa, anio)
        for anio in sorted(listadas["observado"].unique())
    ]
    firmas = pl.concat(partes)
    solas = firmas.filter(pl.col("local") == CASA_MATRIZ).select("rut").unique()
    return pl.concat([firmas.select(_SALIDA), _domicilios_de(solas, domicilios, hechas).select(_SALIDA)])


def _del_anio(
    listadas: pl.DataFrame, hechas: pl.DataFrame, grupos: pl.DataFrame, en_casa: pl.DataFrame, anio: int
) -> pl.DataFrame:
    """The listed firms of a year without an open premises, with `local` and `regla`."""
    votos = vigentes_en(hechas, anio).group_by("rut", "local").agg(voto=voto(anio).min())
    cerrados = votos.filter(pl.col("voto").is_in(CIERRAN))
    solas = listadas.join(votos.filter(~pl.col("voto").is_in(CIERRAN)), on="rut", how="anti")
    antes = pl.col("observado") <= anio
    posibles = (
        grupos.join(solas.select("rut").unique(), on="rut", how="semi")
        .join(cerrados, on=["rut", "local"], how="anti")
        .join(en_casa.with_columns(en_casa=pl.lit(True)), on=["rut", "local"], how="left")
        .with_columns(pl.col("en_casa").fill_null(False), antes=antes, lejos=(pl.col("observado") - anio).abs())
        .sort("en_casa", "antes", "lejos", "n", "local", descending=[True, True, False, True, False])
        .unique("rut", keep="first", maintain_order=True)
        .select("rut", "local")
    )
    return solas.join(posibles, on="rut", how="left").with_columns(
        local=pl.col("local").fill_null(CASA_MATRIZ), regla=pl.lit("casa_matriz_listada")
    )


def _domicilios_de(solas: pl.DataFrame, domicilios: pl.DataFrame, hechas: pl.DataFrame) -> pl.DataFrame:
    """The domiciles that are the place of a head office: those in force, and the former ones that were its own."""
    vistos = hechas.filter((pl.col("estado").is_in(NO_FUNCIONA).fill_null(False)) & ~pl.col("historica")).select(
        "rut", "clave"
    )
    suyos = domicilios.join(solas, on="rut", how="semi").filter(
        pl.col("local").is_null() & pl.col("clave").is_not_null() & (~pl.col("pasado") | pl.col("dejado"))
    )
    vigentes = (
        suyos.filter(~pl.col("pasado"))
        .join(vistos, on=["rut", "clave"], how="anti")
        .sort("desde", "posicion", descending=[True, False], nulls_last=True)
        .unique(["rut", "fuente", "observado"], keep="first", maintain_order=True)
    )
    dejados = suyos.filter("pasado").join(vigentes, on="rut", how="semi")
    return pl.concat([vigentes, dejados]).with_columns(
        local=pl.lit(CASA_MATRIZ),
        regla=pl.when("pasado").then(pl.lit("rut_mudanza")).otherwise(pl.lit("domicilio_de_casa_matriz")),
    )
