"""The words of a giro matched to a code of the SII's list of activities, with a score.

See `docs/decisiones/0011-giros.md`.

In this order: what a person decided; the code of the other firms that use the very same words; the code whose gloss, or
whose learned wordings, share the rarest words with these. Sure enough, it is given; less so, it is a doubt for a
person to settle; otherwise nothing is said.
"""

from __future__ import annotations

from enum import StrEnum

import polars as pl

from observatorio.catastro.palabras_giro import RESTO, corregir, palabras
from observatorio.normalizar.texto import plegar
from observatorio.referencia import actecos

SEGURO = 0.84
"""Score from which a code is given."""
DUDOSO = 0.45
"""Score from which a code is worth a person's look."""
VENTAJA = 0.10
"""By how much the best code must beat the best one of another division to be given."""
VENTAJA_EN_LA_DIVISION = 0.03
"""By how much it must beat the others of its own division: two codes that only a word tells apart are both likely."""

_ESCALA = 1000
_CUENTA_LA_GLOSA = 0.3
_CUENTA_LO_APRENDIDO = 0.6
"""How much of the score is the share of the reference's words that the giro has: a gloss is long, and a giro that says
part of it may be all of it; of two giros, the one that says less may be another activity."""
_POR_MAYOR = "MAYOR"
_PESO_MINIMO = 2_500
"""Weight of the rarest shared word below which two texts share only words that say nothing («venta», «productos»)."""

GIROS = {"giro": pl.Utf8, "acteco": pl.Utf8, "puntaje": pl.Float64, "origen": pl.Utf8}


class Origen(StrEnum):
    """How the code of a giro was found."""

    DECISION = "decision"
    COMO_OTRAS_EMPRESAS = "como_otras_empresas"
    PARECIDO = "parecido"
    DUDA = "duda"


def emparejar_giros(giros: pl.Series, aprendidos: pl.DataFrame, decisiones: pl.DataFrame) -> pl.DataFrame:
    """The code of each giro: `giro acteco puntaje origen` (an `Origen`), sorted by `giro`; hopeless ones are left out.

    `giros`: folded texts (see `plegar`). `aprendidos`: the same columns, of `actividad.aprender_giros`.
    `decisiones`: `giro acteco`, one row a giro, what a person said last; a null code says that none fits. `puntaje`
    goes from 0 to 1: 1 for a decision, the share of firms that agree for a learned wording, otherwise the likeness.
    """
    pedidos = giros.drop_nulls().unique().sort().alias("giro").to_frame().filter(pl.col("giro") != "")
    decididos = pedidos.join(decisiones.select("giro", "acteco"), on="giro", how="inner").with_columns(
        puntaje=pl.lit(1.0), origen=pl.lit(str(Origen.DECISION))
    )
    resto = pedidos.join(decididos, on="giro", how="anti")
    iguales = aprendidos.join(resto, on="giro", how="semi")
    parecidos = _parecidos(resto.join(iguales, on="giro", how="anti")["giro"], _referencias(aprendidos))
    partes = (decididos, iguales, parecidos)
    return pl.concat([p.select(pl.col(c).cast(t) for c, t in GIROS.items()) for p in partes]).sort("giro")


def dudas_de_giro(emparejados: pl.DataFrame, usos: pl.DataFrame) -> pl.DataFrame:
    """The doubts that a person may settle: `giro acteco puntaje establecimientos`, sorted by `giro`.

    `emparejados` of `emparejar_giros`; `usos`: `giro` (folded) and `id` of the establishments that have no other code,
    of any year.
    """
    cuentas = usos.group_by("giro").agg(establecimientos=pl.col("id").n_unique().cast(pl.Int64))
    return (
        emparejados.filter(pl.col("origen") == str(Origen.DUDA))
        .join(cuentas, on="giro", how="inner")
        .select("giro", "acteco", "puntaje", "establecimientos")
        .sort("giro")
    )


def _referencias(aprendidos: pl.DataFrame) -> pl.DataFrame:
    """What a giro is compared with: `texto acteco` of every gloss and every learned wording, and what it `cuenta`."""
    lista = actecos()
    glosas = pl.DataFrame({"texto": [a.glosa for a in lista], "acteco": [a.acteco for a in lista]})
    glosas = glosas.with_columns(plegar(glosas["texto"]).alias("texto"), cuenta=pl.lit(_CUENTA_LA_GLOSA))
    dichas = aprendidos.select(texto="giro", acteco="acteco", cuenta=pl.lit(_CUENTA_LO_APRENDIDO))
    return pl.concat([glosas, dichas]).unique(["texto", "acteco"], keep="first", maintain_order=True)


def _parecidos(giros: pl.Series, referencias: pl.DataFrame) -> pl.DataFrame:
    """The best code of each giro by the words that they share, given or in doubt; those without any are left out."""
    cuentas = referencias.with_row_index("i").select("i", "cuenta")
    de_referencia = palabras(referencias["texto"]).join(_pesos(referencias), on="palabra").join(cuentas, on="i")
    dichas = _con_peso(palabras(giros), de_referencia)
    puntajes = _puntuar(dichas, de_referencia).join(referencias.with_row_index("j").select("j", "acteco"), on="j")
    por_codigo = puntajes.sort("i", "puntaje", "acteco", "dice", descending=[False, True, False, True]).unique(
        ["i", "acteco"], keep="first", maintain_order=True
    )
    division = pl.col("acteco").str.slice(0, 2)
    primero, ajeno, otro = (
        pl.col("puntaje").first(),
        pl.col("puntaje").filter(division != division.first()).max().fill_null(0.0),
        pl.col("puntaje").slice(1).max().fill_null(0.0),
    )
    mejores = por_codigo.group_by("i", maintain_order=True).agg(
        pl.col("acteco", "puntaje", "dice").first(),
        gana=(primero - ajeno >= VENTAJA) & (primero - otro >= VENTAJA_EN_LA_DIVISION),
    )
    seguro = (pl.col("puntaje") >= SEGURO) & pl.col("gana") & pl.col("dice")
    dignos = mejores.filter(pl.col("puntaje") >= DUDOSO)
    origen = pl.when(seguro).then(pl.lit(str(Origen.PARECIDO))).otherwise(pl.lit(str(Origen.DUDA)))
    return dignos.with_columns(giros.gather(dignos["i"]).alias("giro"), origen=origen)


def _pesos(referencias: pl.DataFrame) -> pl.DataFrame:
    """How much each word of the references tells: `palabra peso`, a whole number, more for words of few codes."""
    usos = palabras(referencias["texto"]).join(referencias.with_row_index("i").select("i", "acteco"), on="i")
    codigos = referencias["acteco"].n_unique()
    return (
        usos.group_by("palabra")
        .agg(en=pl.col("acteco").n_unique())
        .select("palabra", peso=((codigos + 1) / pl.col("en")).log().mul(_ESCALA).round().cast(pl.Int64))
    )


def _con_peso(dichas: pl.DataFrame, de_referencia: pl.DataFrame) -> pl.DataFrame:
    """The words of the giros with their weight, misspelt ones by the known word that they are: `i palabra peso vale`.

    A word that no reference has tells something that none of them says: it weighs as a common one.
    """
    pesos = de_referencia.select("palabra", "peso").unique()
    corregidas = corregir(dichas["palabra"], pesos["palabra"])
    comun = pesos.select(pl.col("peso").median().round().cast(pl.Int64).fill_null(0)).item()
    return (
        dichas.join(corregidas, on="palabra", how="left")
        .with_columns(palabra=pl.coalesce("conocida", "palabra"), parecido=pl.col("parecido").fill_null(1.0))
        .join(pesos, on="palabra", how="left")
        .with_columns(pl.col("peso").fill_null(comun))
        .with_columns(vale=(pl.col("peso") * pl.col("parecido")).round().cast(pl.Int64))
        .sort("i", "palabra", "vale", descending=[False, False, True])
        .unique(["i", "palabra"], keep="first", maintain_order=True)
    )


def _puntuar(dichas: pl.DataFrame, de_referencia: pl.DataFrame) -> pl.DataFrame:
    """Likeness of each giro `i` and reference `j` that share a word: `i j puntaje dice`.

    The share of the giro's words, by weight, that the reference has, and how much of the reference that is. `dice`: a
    shared word is rare enough to tell one activity from another; wholesale is not taken for granted, nor is the code
    that gathers the rest of a class. Whole numbers, so that no order of adding matters.
    """
    total_i = dichas.group_by("i").agg(todo_i=pl.col("peso").sum())
    total_j = de_referencia.group_by(j="i").agg(
        pl.col("cuenta").first(),
        todo_j=pl.col("peso").sum(),
        de_mayor=(pl.col("palabra") == _POR_MAYOR).any(),
        resto=(pl.col("palabra") == RESTO).any(),
    )
    comunes = (
        dichas.join(de_referencia.select("palabra", j="i"), on="palabra")
        .group_by("i", "j")
        .agg(comun=pl.col("vale").sum(), raro=pl.col("peso").max(), dice_mayor=(pl.col("palabra") == _POR_MAYOR).any())
    )
    dicho = pl.col("comun") / pl.col("todo_i")
    cubre = pl.min_horizontal(pl.col("comun") / pl.col("todo_j"), 1.0)
    return (
        comunes.join(total_i, on="i")
        .join(total_j, on="j")
        .select(
            "i",
            "j",
            puntaje=dicho * (1 - pl.col("cuenta") * (1 - cubre)),
            dice=(pl.col("raro") >= _PESO_MINIMO) & (pl.col("dice_mayor") | ~pl.col("de_mayor")) & ~pl.col("resto"),
        )
    )
