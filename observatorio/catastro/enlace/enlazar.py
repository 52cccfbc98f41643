"""Who is who: which observation speaks of which establishment, over all years at once.

Premises inside a RUT are told apart by exact rules (`locales`). Records without a RUT, or with one that is not to be
believed, are compared with them and with each other by a frozen model (`pareo`) and join under guards (`uniones`);
what a person decided goes before both. See docs/decisiones/0009-enlace.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from observatorio.catastro.enlace.locales import locales_de_rut
from observatorio.catastro.enlace.pareo import parear, recordar
from observatorio.catastro.enlace.perfiles import CLAVES, DE_LISTA, LOCAL, PROPIO, nodos, perfilar
from observatorio.catastro.enlace.ruts import con_clave, leer_ruts
from observatorio.catastro.enlace.uniones import agrupar
from observatorio.catastro.huella import resumir
from observatorio.catastro.lectura import ORDEN

_CITA = ("fuente", "sha256", "fila", "parte")


@dataclass(frozen=True)
class Enlace:
    """The outcome of `enlazar`.

    `identidad`: `carga fila parte anio id regla peso rut semilla`, one row an observation that speaks of an
    establishment of the comuna; `anio` is the record's own, `peso` in bits where the rule is a probability, `rut` that
    of the establishment, `semilla` what its id was made from. `rut`: for each observation, in their order, the RUT to
    be believed, null where none. `dudas`: pairs for a person (`db.queries.enlace.DUDA`). `memoria`: what was compared.
    """

    identidad: pl.DataFrame
    rut: pl.Series
    dudas: pl.DataFrame
    memoria: pl.DataFrame


def enlazar(
    observaciones: pl.DataFrame,
    cut: str,
    decisiones: pl.DataFrame | None = None,
    memoria: pl.DataFrame | None = None,
) -> Enlace:
    """Give every observation that speaks of an establishment of the comuna its establishment.

    `observaciones`: all live ones of all years (`lectura.COLUMNAS`), with their effective places. `decisiones`: what
    people answered, by records (`fuente_a sha256_a fila_a parte_a` and `_b`, `tomada`). `memoria`: what an earlier run
    compared; the outcome is the same without it.
    """
    observaciones = con_clave(observaciones)
    leidos = leer_ruts(observaciones)
    locales = locales_de_rut(observaciones, cut, leidos)
    de_quien = nodos(observaciones, locales, cut)
    perfiles = perfilar(observaciones, locales, cut, de_quien)
    pares = parear(perfiles, memoria)
    citas = observaciones.select(*CLAVES, "fuente", "sha256", "observado").join(
        de_quien, on=CLAVES, how="inner", maintain_order="left"
    )
    decididas = None if decisiones is None else _entre_nodos(decisiones, citas)
    grupos = agrupar(perfiles, pares, decididas)
    con_id = grupos.nodos.with_columns(id=_identificar(grupos.nodos["grupo"], cut))
    ruts = con_id.join(perfiles.select("nodo", "rut"), on="nodo").group_by("grupo").agg(pl.col("rut").max())
    return Enlace(
        _identidad(citas, con_id.join(ruts, on="grupo"), locales, grupos.uniones),
        leidos["rut"].set(~leidos["confiable"], None),
        _dudas(grupos.dudas, citas, con_id, decididas),
        recordar(perfiles, pares),
    )


def _identidad(citas: pl.DataFrame, con_id: pl.DataFrame, locales: pl.DataFrame, uniones: pl.DataFrame) -> pl.DataFrame:
    solo = (
        pl.when(pl.col("clase") == PROPIO)
        .then(pl.lit("identificador_propio"))
        .when(pl.col("nodo").str.contains(f"|{DE_LISTA}|", literal=True))
        .then(pl.lit("mismo_de_la_lista"))
        .otherwise(pl.lit("registro_suelto"))
    )
    # Nothing but a person joins two premises of one RUT.
    por_decision = (pl.col("clase") == LOCAL) & (pl.col("nodo") != pl.col("grupo"))
    return (
        citas.join(con_id, on="nodo", how="inner", maintain_order="left")
        .join(locales.select(*CLAVES, del_local="regla"), on=CLAVES, how="left", maintain_order="left")
        .join(uniones.select("nodo", union="regla", peso="peso"), on="nodo", how="left", maintain_order="left")
        .select(
            *CLAVES,
            "id",
            "rut",
            anio="observado",
            regla=pl.when(por_decision).then(pl.lit("decision")).otherwise(pl.coalesce("del_local", "union", solo)),
            peso=pl.when(pl.col("del_local").is_null()).then("peso"),
            semilla="grupo",
        )
    )


def _identificar(semillas: pl.Series, cut: str) -> pl.Series:
    """An id that depends on the comuna and on what names the group, not on the run: 16 hexadecimal digits."""
    unicas = semillas.unique()
    return semillas.replace_strict(unicas, resumir(f"{cut}|" + unicas, 8), return_dtype=pl.Utf8).alias("id")


def _entre_nodos(decisiones: pl.DataFrame, citas: pl.DataFrame) -> pl.DataFrame:
    """What was decided of two records (`_CITA` of both, `tomada`), with the profiles that they belong to today."""
    de_quien = citas.select(*_CITA, "nodo")
    for lado in ("a", "b"):
        suyas = de_quien.rename({c: f"{c}_{lado}" for c in de_quien.columns})
        decisiones = decisiones.join(suyas, on=[f"{c}_{lado}" for c in _CITA], how="inner")
    return decisiones.select(*(f"{c}_{lado}" for lado in ("a", "b") for c in (*_CITA, "nodo")), "tomada")


def _dudas(
    dudas: pl.DataFrame, citas: pl.DataFrame, con_id: pl.DataFrame, decididas: pl.DataFrame | None
) -> pl.DataFrame:
    """The doubtful pairs of profiles, each cited by its first record, with the establishments that they are in. A
    decision that is not obeyed is cited by the records that it speaks of."""
    primeras = citas.sort(ORDEN).unique("nodo", keep="first", maintain_order=True).select("nodo", *_CITA)
    rechazadas = dudas.filter(pl.col("tomada").is_not_null())
    dudas = dudas.filter(pl.col("tomada").is_null())
    for lado in ("a", "b"):
        suyas = primeras.rename({c: f"{c}_{lado}" for c in primeras.columns})
        dudas = dudas.join(suyas, on=f"nodo_{lado}", how="inner")
    if decididas is not None and rechazadas.height:
        en_orden = pl.col("nodo_a") <= pl.col("nodo_b")
        menor, mayor = (pl.when(en_orden).then(x).otherwise(y) for x, y in (("nodo_a", "nodo_b"), ("nodo_b", "nodo_a")))
        suyas = rechazadas.rename({"nodo_a": "menor", "nodo_b": "mayor"})
        dichas = decididas.unique().with_columns(menor=menor, mayor=mayor)
        rechazadas = dichas.join(suyas, on=["menor", "mayor", "tomada"], how="inner")
        dudas = pl.concat([dudas, rechazadas.select(dudas.columns)])
    for lado in ("a", "b"):
        suyas = con_id.select(pl.col("nodo").alias(f"nodo_{lado}"), pl.col("id").alias(f"id_{lado}"))
        dudas = dudas.join(suyas, on=f"nodo_{lado}", how="inner")
    par = pl.concat_str(*(f"{c}_{lado}" for lado in ("a", "b") for c in _CITA), separator="|")
    nombres = resumir(dudas.select(par).to_series(), 6)
    return dudas.with_columns(nombres.alias("duda"), pl.col("peso").fill_null(0.0)).sort("duda")
