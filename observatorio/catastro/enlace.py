"""Who is who: which observation speaks of which establishment.

First rules, exact and deterministic: a RUT and a place make a premises; a record without a RUT is known by its name and
place, or by the identifier that its own register gives it. A RUT alone never merges two places.
"""

from __future__ import annotations

import hashlib
from datetime import date

import polars as pl

from observatorio.catastro.cercania import MISMO_LUGAR_M, agrupar, metros
from observatorio.catastro.cierre import CIERRAN, NO_FUNCIONA, Voto, voto
from observatorio.catastro.sueltos import enlazar_sueltos
from observatorio.normalizar.direccion import clave_direccion
from observatorio.vocabulario import Describe, Senal, TipoSitio

_CLAVES = ("carga", "fila", "parte")
_SALIDA = (*_CLAVES, "rut", "clave_lugar", "voto", "regla")


def enlazar(observaciones: pl.DataFrame, cut: str, anio: int) -> pl.DataFrame:
    """Give every observation that speaks of an establishment of the comuna its establishment.

    Takes the frame of `lectura.leer_observaciones`. Returns `carga fila parte id regla rut clave_lugar`, one row an
    observation; observations that speak of firms only, of other comunas or of an unknown one are not in it.
    """
    aqui = observaciones.filter(pl.col("cut") == cut)
    aqui = _sin_cancelados(aqui.with_columns(clave_direccion_de(aqui), _propio(), voto=voto(anio)))
    locales = aqui.filter(
        (pl.col("describe") == str(Describe.ESTABLECIMIENTO))
        & (pl.col("tipo_sitio").fill_null("") != str(TipoSitio.DOMICILIO))
    )
    con_rut = _con_rut(locales.filter(pl.col("rut").is_not_null()))
    sin_rut = enlazar_sueltos(locales.filter(pl.col("rut").is_null()), con_rut, locales).select(_SALIDA)
    hechas = pl.concat([con_rut, sin_rut])
    lugares = hechas.filter(pl.col("rut").is_not_null()).group_by("rut", "clave_lugar").agg(pl.col("voto").min())
    vivas = aqui.filter(
        (pl.col("describe") == str(Describe.EMPRESA))
        & (pl.col("senal_sii") == str(Senal.SI))
        & pl.col("rut").is_not_null()
    ).join(lugares.filter(~pl.col("voto").is_in(CIERRAN)), on="rut", how="anti")
    todas = pl.concat([hechas, _casas_matrices(vivas, aqui, lugares)])
    return todas.with_columns(id=_identificar(todas, cut)).select(*_CLAVES, "id", "regla", "rut", "clave_lugar")


def clave_direccion_de(marco: pl.DataFrame) -> pl.Series:
    """The matching key of each row's address, `clave`; null where there is no street or block."""
    clave = clave_direccion(marco["calle"], marco["numero"], marco["resto"])
    return clave.set(marco["calle"].is_null(), None).alias("clave")


def _propio() -> pl.Expr:
    """The identifier that a public register gives its premises."""
    oficial = pl.col("publica") & pl.col("id_fuente").is_not_null()
    return pl.when(oficial).then(pl.concat_str("fuente", pl.lit(":"), "id_fuente")).alias("propio")


def _sin_cancelados(aqui: pl.DataFrame) -> pl.DataFrame:
    """Of a history of addresses, without the records of an address that the same history closed later."""
    cerrado = pl.col("estado").is_in(NO_FUNCIONA).fill_null(False)
    cierre = pl.when(cerrado).then(pl.col("desde")).max().over("fuente", "rut", "tipo_sitio", "clave")
    cancelado = (
        pl.col("historica")
        & pl.col("rut").is_not_null()
        & pl.col("clave").is_not_null()
        & ~cerrado
        & (pl.col("desde").fill_null(date.min) < cierre).fill_null(False)
    )
    return aqui.filter(~cancelado)


def _con_rut(marco: pl.DataFrame) -> pl.DataFrame:
    """Records with a RUT: by RUT and address; then by RUT and nearness; the rest to the RUT's main premises."""
    propios = marco.with_columns(clave=pl.coalesce("propio", "clave"))
    direccion = propios.filter(pl.col("clave").is_not_null()).with_columns(
        clave_lugar=pl.col("clave"), regla=pl.lit("rut_y_direccion")
    )
    sueltas = propios.filter(pl.col("clave").is_null())
    puntos = _por_cercania(sueltas.filter(pl.col("lon").is_not_null()), direccion)
    hechas = pl.concat([direccion.select(_SALIDA), puntos.select(_SALIDA)])
    principal = (
        hechas.group_by("rut", "clave_lugar")
        .agg(pl.len(), cerrado=pl.col("voto").min().is_in(CIERRAN))
        .sort(["cerrado", "len", "clave_lugar"], descending=[False, True, False])
        .unique("rut", keep="first", maintain_order=True)
        .select("rut", "clave_lugar")
    )
    sin_lugar = (
        sueltas.filter(pl.col("lon").is_null())
        .join(principal, on="rut", how="left")
        .with_columns(
            regla=pl.when(pl.col("clave_lugar").is_null())
            .then(pl.lit("rut_sin_lugar"))
            .otherwise(pl.lit("rut_lugar_principal")),
            clave_lugar=pl.col("clave_lugar").fill_null("sin_lugar"),
        )
    )
    return pl.concat([hechas, sin_lugar.select(_SALIDA)])


def _por_cercania(puntos: pl.DataFrame, direccion: pl.DataFrame) -> pl.DataFrame:
    """Points without an address: to the nearest address of their RUT, or of a point beside them; else by themselves."""
    anclas = (
        direccion.filter(pl.col("lon").is_not_null())
        .group_by("rut", ancla="clave_lugar")
        .agg(lon_ancla=pl.col("lon").median(), lat_ancla=pl.col("lat").median())
    )
    agrupados = agrupar(puntos)
    cerca = (
        agrupados.join(anclas, on="rut", how="inner")
        .with_columns(metros=metros("_ancla"))
        .filter(pl.col("metros") <= MISMO_LUGAR_M)
        .sort("metros", "ancla")
    )
    propia = cerca.unique(_CLAVES, keep="first", maintain_order=True).select(*_CLAVES, "ancla")
    vecina = cerca.unique(["rut", "grupo"], keep="first", maintain_order=True).select("rut", "grupo", vecina="ancla")
    con_ancla = agrupados.join(propia, on=_CLAVES, how="left").join(vecina, on=["rut", "grupo"], how="left")
    return con_ancla.with_columns(
        clave_lugar=pl.coalesce("ancla", "vecina", "grupo"),
        regla=pl.when(pl.col("vecina").is_null()).then(pl.lit("rut_y_punto")).otherwise(pl.lit("rut_y_cercania")),
    )


def _casas_matrices(vivas: pl.DataFrame, aqui: pl.DataFrame, lugares: pl.DataFrame) -> pl.DataFrame:
    """Firms that the tax service lists in the comuna and of which no premises works: their head office.

    Its place is the legal domicile, where one in force is known and nobody saw it closed.
    """
    vistos = lugares.filter(pl.col("voto") == int(Voto.CERRADO_EN_TERRENO)).select("rut", clave="clave_lugar")
    domicilios = (
        aqui.filter(
            (pl.col("tipo_sitio") == str(TipoSitio.DOMICILIO))
            & pl.col("clave").is_not_null()
            & ~pl.col("estado").is_in(NO_FUNCIONA).fill_null(False)
        )
        .join(vistos, on=["rut", "clave"], how="anti")
        .sort(
            ["rut", "desde", "clave", "fuente", "sha256", "fila", "parte"],
            descending=[False, True, False, False, False, False, False],
            nulls_last=True,
            maintain_order=True,
        )
        .unique("rut", keep="first", maintain_order=True)
    )
    firmas = vivas.join(domicilios.select("rut", clave_lugar="clave"), on="rut", how="left").with_columns(
        clave_lugar=pl.col("clave_lugar").fill_null("sin_lugar"), regla=pl.lit("casa_matriz_listada")
    )
    propios = domicilios.join(vivas.select("rut").unique(), on="rut", how="semi").with_columns(
        clave_lugar=pl.col("clave"), regla=pl.lit("domicilio_de_casa_matriz")
    )
    return pl.concat([firmas.select(_SALIDA), propios.select(_SALIDA)])


def _identificar(marco: pl.DataFrame, cut: str) -> pl.Series:
    """An id that depends on the comuna, the RUT and the place alone: the same in every year and every run."""
    con_rut = pl.concat_str(pl.lit("rut:"), "rut", pl.lit("|"), "clave_lugar")
    semillas = marco.select(semilla=pl.coalesce(con_rut, "clave_lugar")).to_series()
    unicas = semillas.unique()
    ids = [hashlib.blake2b(f"{cut}|{s}".encode(), digest_size=8).hexdigest() for s in unicas]
    return semillas.replace_strict(unicas, pl.Series(ids, dtype=pl.Utf8), return_dtype=pl.Utf8).alias("id")
