"""The three signals of formality: what each record says of them, as of when, and what a survey answered beside it.

A signal is `si`, `no` or null, which is *unknown* and never `no`. See `docs/decisiones/0008-formalidad.md`.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from observatorio.vocabulario import Actor, Describe, Senal

SENALES = ("senal_sii", "senal_patente", "senal_sanitaria")
ENCUESTAS = {s: s.replace("senal_", "encuesta_") for s in SENALES}
"""Signal -> the column that keeps a survey's answer about it."""

_SI, _NO = str(Senal.SI), str(Senal.NO)
_DE_UN_TERMINO = ("carga", "fila", "parte", "fuente", "actor", "describe", "sha256", "observado", "rut", "desde")
"""What a firm's end of an earlier year brings along: whose it is and where it stands, and no other value of its row."""


def leer_senales(observaciones: pl.DataFrame, anio: int) -> pl.DataFrame:
    """Read the signals of each record as of 31 December of the year, and add what tells where they came from.

    An end date up to then turns a `si` into `no`; of the SII's signal only the SII's own end does, and one that was
    inferred from a patente falls with the patente. Adds for each signal `fin_<signal>` (the end turned it) and
    `fecha_<signal>` (since when its word holds), and `inferida_senal_sii`. Takes and returns `lectura.COLUMNAS`.
    """
    terminada = (pl.col("hasta") <= date(anio, 12, 31)).fill_null(False)
    es_sii = pl.col("actor") == str(Actor.SII)
    inferida = (pl.col("actor") == str(Actor.MUNICIPALIDAD)) & (pl.col("senal_sii") == _SI).fill_null(False)
    con_fines = observaciones.with_columns(
        *(
            (terminada & (pl.col(s) == _SI).fill_null(False) & (es_sii if s == "senal_sii" else True)).alias(f"fin_{s}")
            for s in SENALES
        ),
        inferida_senal_sii=inferida,
        senal_sii=pl.when(~(inferida & terminada)).then("senal_sii"),
    )
    leidas = con_fines.with_columns(
        pl.when(f"fin_{s}").then(pl.lit(_NO)).otherwise(pl.col(s)).alias(s) for s in SENALES
    )
    return leidas.with_columns(_fecha(s) for s in SENALES)


def _fecha(senal: str) -> pl.Expr:
    """Since when the word holds: the end that turned it, the start of a `si`, else the last day of the record's year.

    The start of a record that says `no` is that of what is no longer current, so that it dates nothing; nor does a
    start after the year that the record speaks of.
    """
    cierre_del_anio = pl.date(pl.col("observado"), 12, 31)
    empieza = (pl.col(senal) == _SI) & (pl.col("desde") <= cierre_del_anio)
    return (
        pl.when(pl.col(senal).is_null())
        .then(None)
        .when(f"fin_{senal}")
        .then("hasta")
        .when(empieza)
        .then("desde")
        .otherwise(cierre_del_anio)
        .alias(f"fecha_{senal}")
    )


def matiz(senal: str) -> pl.Expr:
    """What the rule of a signal's origin adds: that it follows from an end, or from a current definitive patente."""
    inferida = pl.col("inferida_senal_sii") if senal == "senal_sii" else pl.lit(False)
    return (
        pl.when(f"fin_{senal}")
        .then(pl.lit(":termino"))
        .when(inferida)
        .then(pl.lit(":inferida_de_patente"))
        .otherwise(pl.lit(""))
    )


def responder_encuestas(propias: pl.DataFrame, de: str = "id") -> pl.DataFrame:
    """What the newest survey answered of each premises: `de`, `encuesta_<signal>` and `o_encuesta_<signal>`.

    `propias` are the records of the premises, which the column `de` names, as `preparar` leaves and orders them. The
    answer is kept whatever the registers say; where they say nothing it also fills the signal (see `reglas.REGLAS`).
    """
    respuestas = propias.filter(pl.col("actor") == str(Actor.ACADEMIA))
    origen = pl.struct("carga", "fila", regla=pl.lit("establecimiento:academia"))
    return respuestas.group_by(de, maintain_order=True).agg(
        *(pl.col(s).drop_nulls().first().alias(e) for s, e in ENCUESTAS.items()),
        *(origen.filter(pl.col(s).is_not_null()).first().alias(f"o_{e}") for s, e in ENCUESTAS.items()),
    )


def con_terminos(del_anio: pl.DataFrame, todas: pl.DataFrame, anio: int) -> pl.DataFrame:
    """The records of a year, and with them the end of activities that the SII stated of its firms in earlier years.

    A firm that ended is in no later list, and would be forgotten: its addresses, of which the SII keeps the history,
    would look undecided for ever. The last list in which a firm stands tells whether it ended: one that is listed again
    without an end is alive. Of the earlier row only the end is taken. `del_anio` and `todas` (all years) share their
    columns, `lectura.COLUMNAS` and maybe more; returns the columns and order of `del_anio`, the ends last.
    """
    en_lista = (
        (pl.col("actor") == str(Actor.SII))
        & (pl.col("describe") == str(Describe.EMPRESA))
        & pl.col("senal_sii").is_not_null()
        & pl.col("rut").is_not_null()
        & (pl.col("observado") <= anio)
    )
    listadas = todas.filter(en_lista).join(del_anio.select(pl.col("rut").unique()), on="rut", how="semi")
    ultimas = listadas.sort(
        # An end comes after a life in the same list: who stands twice in it, once without an end, is alive.
        ["rut", "observado", "hasta", "fuente", "sha256", "fila", "parte"],
        descending=[False, True, True, False, False, False, False],
        nulls_last=False,
    ).unique("rut", keep="first", maintain_order=True)
    antiguas = ultimas.filter((pl.col("hasta") <= date(anio, 12, 31)) & (pl.col("observado") < anio))
    terminos = antiguas.select(
        pl.col(c) if c in (*_DE_UN_TERMINO, "hasta", "senal_sii") else pl.lit(None, t).alias(c)
        for c, t in del_anio.schema.items()
    )
    return pl.concat([del_anio, terminos.with_columns(pl.col("publica", "historica").fill_null(False))])
