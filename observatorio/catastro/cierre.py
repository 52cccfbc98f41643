"""Whether a premises works: what was seen on the ground goes before what the registers say."""

from __future__ import annotations

from datetime import date
from enum import IntEnum

import polars as pl

from observatorio.vocabulario import Actor, EstadoNegocio, Senal

NO_FUNCIONA = (str(EstadoNegocio.CERRADO), str(EstadoNegocio.RECESO))
EN_TERRENO = tuple(map(str, (Actor.ACADEMIA, Actor.SALUD, Actor.EDUCACION, Actor.GREMIO)))
"""Who goes to the premises, or has a register of those who work: a closure that they report in a year stands."""


class Voto(IntEnum):
    """What a record says of its premises, the strongest word first (see `docs/decisiones/0008-formalidad.md`)."""

    CERRADO_EN_TERRENO = 0
    ABIERTO = 1
    CERRADO_EN_PAPEL = 2
    NADA = 3


CIERRAN = (int(Voto.CERRADO_EN_TERRENO), int(Voto.CERRADO_EN_PAPEL))


def voto(anio: int) -> pl.Expr:
    """The `Voto` of each observation (columns of `lectura`) at the end of a year.

    To be listed is to be seen open, unless the same record denies it: an end date, a patente or a resolution that is
    not current.
    """
    cerrado = pl.col("estado").is_in(NO_FUNCIONA).fill_null(False)
    en_terreno = pl.col("actor").is_in(EN_TERRENO) & (pl.col("observado") == anio)
    sin_permiso = pl.any_horizontal(pl.col(c) == str(Senal.NO) for c in ("senal_patente", "senal_sanitaria"))
    negado = (pl.col("hasta") <= date(anio, 12, 31)).fill_null(False) | (
        pl.col("estado").is_null() & sin_permiso.fill_null(False)
    )
    return (
        pl.when(cerrado & en_terreno)
        .then(int(Voto.CERRADO_EN_TERRENO))
        .when(cerrado)
        .then(int(Voto.CERRADO_EN_PAPEL))
        .when(negado)
        .then(int(Voto.NADA))
        .otherwise(int(Voto.ABIERTO))
        .cast(pl.Int8)
    )


def estados(propias: pl.DataFrame, anio: int) -> pl.DataFrame:
    """The state of each premises: `id`, `cerrado`, and `o_estado`, the record that said it (null where none did).

    `propias` are the observations of the premises with their `id`, in the order in which ties are broken.
    """
    dicho = pl.struct("carga", "fila", regla=pl.concat_str(pl.lit("establecimiento:"), "actor"))
    return (
        propias.with_columns(voto=voto(anio))
        .sort("voto", pl.col("estado").is_null(), maintain_order=True)
        .group_by("id", maintain_order=True)
        .agg(
            cerrado=pl.col("voto").first().is_in(CIERRAN),
            o_estado=pl.when(pl.col("estado").is_not_null()).then(dicho).first(),
        )
    )
