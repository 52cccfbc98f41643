"""Who is who: which observation speaks of which establishment.

First rules, exact and deterministic: a RUT and a place make a premises; a record without a RUT is known by its name and
place, or by the identifier that its own register gives it. A RUT alone never merges two places.
"""

from __future__ import annotations

import hashlib

import polars as pl

from observatorio.normalizar.direccion import clave_direccion
from observatorio.normalizar.texto import plegar
from observatorio.vocabulario import Describe, Senal, TipoSitio

METROS_POR_GRADO = 111_320.0
MISMO_LUGAR_M = 60.0
"""Two points of one RUT nearer than this, in metres, are one premises: GPS under a roof strays about as far."""

_CELDA_GRADOS = 0.0005


def enlazar(observaciones: pl.DataFrame, cut: str) -> pl.DataFrame:
    """Give every observation that speaks of an establishment of the comuna its establishment.

    Takes the frame of `lectura.leer_observaciones`. Returns `carga fila parte id regla rut clave_lugar`, one row an
    observation; observations that speak of firms only, or of other comunas, are not in it.
    """
    aqui = observaciones.filter(pl.col("cut").fill_null(cut) == cut).with_columns(
        clave=clave_direccion_de(observaciones.filter(pl.col("cut").fill_null(cut) == cut))
    )
    locales = aqui.filter(
        (pl.col("describe") == str(Describe.ESTABLECIMIENTO))
        & (pl.col("tipo_sitio").fill_null("") != str(TipoSitio.DOMICILIO))
    )
    con_rut = _con_rut(locales.filter(pl.col("rut").is_not_null()))
    sin_rut = _sin_rut(locales.filter(pl.col("rut").is_null()), con_rut, locales)
    conocidos = con_rut.select("rut").unique()
    vivas = aqui.filter(
        (pl.col("describe") == str(Describe.EMPRESA))
        & (pl.col("senal_sii") == str(Senal.SI))
        & pl.col("rut").is_not_null()
    ).join(conocidos, on="rut", how="anti")
    matrices = _casas_matrices(vivas, aqui)
    todas = pl.concat([con_rut, sin_rut, matrices], how="vertical")
    return todas.with_columns(id=_identificar(todas, cut)).select(
        "carga", "fila", "parte", "id", "regla", "rut", "clave_lugar"
    )


def clave_direccion_de(marco: pl.DataFrame) -> pl.Series:
    """The matching key of each row's address; null where there is no street or block."""
    clave = clave_direccion(marco["calle"], marco["numero"], marco["resto"])
    return clave.set(marco["calle"].is_null(), None).alias("clave")


_SALIDA = ("carga", "fila", "parte", "rut", "clave_lugar", "semilla", "regla")


def _con_rut(marco: pl.DataFrame) -> pl.DataFrame:
    """Records with a RUT: by RUT and address; then by RUT and nearness; the rest to the RUT's main premises."""
    propios = marco.with_columns(
        propio=pl.when(pl.col("publica") & pl.col("id_fuente").is_not_null())
        .then(pl.concat_str(pl.col("fuente"), pl.lit(":"), pl.col("id_fuente")))
        .otherwise(None)
    ).with_columns(clave=pl.coalesce("propio", "clave"))
    direccion = propios.filter(pl.col("clave").is_not_null()).with_columns(
        clave_lugar=pl.col("clave"), regla=pl.lit("rut_y_direccion")
    )
    anclas = (
        direccion.filter(pl.col("lon").is_not_null())
        .group_by("rut", "clave_lugar")
        .agg(ancla_lon=pl.col("lon").median(), ancla_lat=pl.col("lat").median())
    )
    sueltas = propios.filter(pl.col("clave").is_null())
    punto = sueltas.filter(pl.col("lon").is_not_null())
    cerca = (
        punto.join(anclas, on="rut", how="inner")
        .with_columns(metros=_metros())
        .filter(pl.col("metros") <= MISMO_LUGAR_M)
        .sort("metros", "clave_lugar")
        .unique(["carga", "fila", "parte"], keep="first", maintain_order=True)
        .with_columns(regla=pl.lit("rut_y_cercania"))
    )
    lejos = punto.join(cerca, on=["carga", "fila", "parte"], how="anti").with_columns(
        clave_lugar=_celda(), regla=pl.lit("rut_y_punto")
    )
    hechas = pl.concat([_recortar(direccion), _recortar(cerca), _recortar(lejos)])
    principal = (
        hechas.group_by("rut", "clave_lugar")
        .len()
        .sort(["len", "clave_lugar"], descending=[True, False])
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
    return pl.concat([hechas, _recortar(sin_lugar)])


def _sin_rut(marco: pl.DataFrame, con_rut: pl.DataFrame, locales: pl.DataFrame) -> pl.DataFrame:
    """Records without a RUT: by the register's own identifier, or by name and place, also those of a RUT's premises."""
    nombres = plegar(marco["nombre_fantasia"].fill_null(marco["razon_social"])).alias("nombre")
    marco = marco.with_columns(nombres).with_columns(
        lugar=pl.coalesce("clave", pl.when(pl.col("lon").is_not_null()).then(_celda())),
        propio=pl.when(pl.col("id_fuente").is_not_null() & pl.col("publica"))
        .then(pl.concat_str(pl.col("fuente"), pl.lit(":"), pl.col("id_fuente")))
        .otherwise(None),
    )
    marco = marco.with_columns(
        clave_lugar=pl.coalesce(
            "propio",
            pl.when(pl.col("nombre").is_not_null() & pl.col("lugar").is_not_null()).then(
                pl.concat_str("nombre", pl.lit("@"), "lugar")
            ),
            pl.concat_str(
                "fuente",
                pl.lit("#"),
                pl.coalesce("id_fuente", pl.col("fila").cast(pl.Utf8)),
                pl.lit("."),
                "parte",
            ),
        ),
        regla=pl.when(pl.col("propio").is_not_null())
        .then(pl.lit("identificador_propio"))
        .when(pl.col("nombre").is_not_null() & pl.col("lugar").is_not_null())
        .then(pl.lit("nombre_y_lugar"))
        .otherwise(pl.lit("registro_suelto")),
    )
    conocidos = _nombres_conocidos(con_rut, locales)
    unidos = marco.filter(pl.col("propio").is_null()).join(
        conocidos,
        left_on=["nombre", "clave"],
        right_on=["nombre", "clave_lugar"],
        how="inner",
        suffix="_conocido",
    )
    unidos = unidos.with_columns(
        rut=pl.col("rut_conocido"), clave_lugar=pl.col("clave"), regla=pl.lit("nombre_y_direccion_de_un_rut")
    )
    resto = marco.join(unidos, on=["carga", "fila", "parte"], how="anti")
    return pl.concat([_recortar(unidos), _recortar(resto)])


def _nombres_conocidos(con_rut: pl.DataFrame, locales: pl.DataFrame) -> pl.DataFrame:
    """Names that one RUT alone bears at an address: `nombre clave_lugar rut`."""
    claves = ["carga", "fila", "parte"]
    nombrados = con_rut.join(locales.select(*claves, "nombre_fantasia", "razon_social"), on=claves, how="inner")
    largos = pl.concat(
        nombrados.select("rut", "clave_lugar", nombre=plegar(nombrados[c])) for c in ("nombre_fantasia", "razon_social")
    ).drop_nulls()
    return (
        largos.unique()
        .group_by("nombre", "clave_lugar")
        .agg(pl.col("rut").unique())
        .filter(pl.col("rut").list.len() == 1)
        .with_columns(pl.col("rut").list.first())
    )


def _casas_matrices(vivas: pl.DataFrame, aqui: pl.DataFrame) -> pl.DataFrame:
    """Firms that the tax service lists in the comuna and of which no premises is known: their head office.

    Its place is the legal domicile, where one in force is known.
    """
    domicilios = (
        aqui.filter(
            (pl.col("tipo_sitio") == str(TipoSitio.DOMICILIO))
            & pl.col("clave").is_not_null()
            & (pl.col("estado").fill_null("activo") == "activo")
        )
        .sort(["rut", "desde", "clave"], descending=[False, True, False], nulls_last=True)
        .unique("rut", keep="first", maintain_order=True)
    )
    firmas = vivas.join(domicilios.select("rut", clave_lugar="clave"), on="rut", how="left").with_columns(
        clave_lugar=pl.col("clave_lugar").fill_null("sin_lugar"), regla=pl.lit("casa_matriz_listada")
    )
    propios = domicilios.join(vivas.select("rut").unique(), on="rut", how="semi").with_columns(
        clave_lugar=pl.col("clave"), regla=pl.lit("domicilio_de_casa_matriz")
    )
    return pl.concat([_recortar(firmas), _recortar(propios)])


def _recortar(marco: pl.DataFrame) -> pl.DataFrame:
    semilla = (
        pl.when(pl.col("rut").is_not_null())
        .then(pl.concat_str(pl.lit("rut:"), "rut", pl.lit("|"), "clave_lugar"))
        .otherwise(pl.col("clave_lugar"))
    )
    return marco.with_columns(semilla=semilla).select(_SALIDA)


def _identificar(marco: pl.DataFrame, cut: str) -> pl.Series:
    """An id that depends on the comuna, the RUT and the place alone: the same in every year and every run."""
    unicas = marco["semilla"].unique()
    ids = [hashlib.blake2b(f"{cut}|{s}".encode(), digest_size=8).hexdigest() for s in unicas]
    return marco["semilla"].replace_strict(unicas, pl.Series(ids, dtype=pl.Utf8), return_dtype=pl.Utf8).alias("id")


def _celda() -> pl.Expr:
    """A square of about 50 m around a point, as text."""
    return pl.concat_str(
        pl.lit("punto:"),
        (pl.col("lat") / _CELDA_GRADOS).round().cast(pl.Int64),
        pl.lit(","),
        (pl.col("lon") / _CELDA_GRADOS).round().cast(pl.Int64),
    )


def _metros() -> pl.Expr:
    """Distance between a row's point and its anchor on a local plane: exact to the metre at this scale."""
    dx = (pl.col("lon") - pl.col("ancla_lon")) * METROS_POR_GRADO * pl.col("lat").radians().cos()
    dy = (pl.col("lat") - pl.col("ancla_lat")) * METROS_POR_GRADO
    return (dx**2 + dy**2).sqrt()
