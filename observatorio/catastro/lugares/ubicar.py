"""Where each record stands: its own point where that can be believed, else what its address says.

Everything is computed anew from the live observations: the stored point of a record is never altered.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from observatorio.catastro.lugares.callejero import Callejero, construir
from observatorio.catastro.lugares.centroides import centroides
from observatorio.catastro.lugares.datum import corregir, corrimientos
from observatorio.normalizar.direccion import clave_direccion
from observatorio.normalizar.zonas_comuna import ZonasComuna, zonas_de_referencia
from observatorio.vocabulario import Precision

__all__ = ["EXTERNAS", "Ubicado", "centroides", "clave_externa", "por_consultar", "ubicar"]

EXTERNAS = {
    "clave": pl.String,
    "cut": pl.String,
    "proveedor": pl.String,
    "lon": pl.Float64,
    "lat": pl.Float64,
    "precision": pl.String,
}
"""Answers of an outside geocoder, as `territorio.geocodificado` keeps them; `clave` as `clave_externa` makes it."""

_ORDEN = {str(p): k for k, p in enumerate(Precision)}
_CHILE = (pl.col("lon").is_between(-110.0, -66.0), pl.col("lat").is_between(-56.6, -17.0))


@dataclass(frozen=True)
class Ubicado:
    """The outcome of `ubicar`.

    `obs`: the observations, in their order, with the effective `lon`, `lat` (EPSG:4326) and `precision` (a value of
    `Precision`, never null), and `lugar_regla` (null where the record's own point stands as it came; `datum:psad56`,
    `geocodificado:puerta`, `externo:nominatim`, `centroide`) and `punto_propio` (the point was measured, not computed).
    `corrimientos`: as `datum.corrimientos`. `resumen`: `precision lugar_regla punto_propio filas` of the comuna.
    `callejero`: the gazetteer that was learnt.
    """

    obs: pl.DataFrame
    corrimientos: pl.DataFrame
    resumen: pl.DataFrame
    callejero: Callejero


def ubicar(
    obs: pl.DataFrame,
    cut: str,
    externas: pl.DataFrame | None = None,
    *,
    sectores: pl.DataFrame | None = None,
    zonas: ZonasComuna | None = None,
) -> Ubicado:
    """Give every observation (`lectura.COLUMNAS`) its effective place; only addresses of the comuna `cut` are geocoded.

    A record's own point, moved out of an old datum where its load stands in one, goes before anything computed. A
    centroid of a geocoder is no place: the record takes that of its address or none. `externas` (`EXTERNAS`) is used
    where it knows a place better than the gazetteer. A computed place outside the comuna is dropped. `sectores`
    (`nombre lon lat`): quarters of a loaded level; `zonas`: polygons of the comunas, by default those of reference.
    """
    zonas = zonas or zonas_de_referencia()
    corridas = corrimientos(obs)
    propias = _con_punto_propio(corregir(obs, corridas))
    callejero = construir(propias, cut, sectores, zonas)
    faltan = propias.with_row_index("i").filter((pl.col("cut") == cut) & ~pl.col("punto_propio"))
    hallados = _mejores([_del_callejero(faltan, callejero), _de_fuera(faltan, externas)])
    ubicadas = _poner(propias, _en_la_comuna(hallados, cut, zonas))
    resumen = (
        ubicadas.filter(pl.col("cut") == cut)
        .group_by("precision", "lugar_regla", "punto_propio")
        .agg(filas=pl.len().cast(pl.Int64))
        .sort("precision", "lugar_regla", "punto_propio", nulls_last=False)
    )
    return Ubicado(ubicadas, corridas, resumen, callejero)


def clave_externa(direcciones: pl.DataFrame) -> pl.Series:
    """The key under which an outside answer is kept: `calle` and `numero` of an address, without the unit."""
    sin_unidad = pl.repeat(None, direcciones.height, dtype=pl.String, eager=True)
    clave = clave_direccion(direcciones["calle"], direcciones["numero"], sin_unidad)
    return clave.set(direcciones["calle"].is_null(), None).alias("clave")


def por_consultar(ubicado: Ubicado, cut: str, externas: pl.DataFrame | None = None) -> pl.DataFrame:
    """Addresses of the comuna worth asking an outside geocoder for: `clave cut calle numero`, each once, in order.

    Those with a street and a number that have no measured point and no place at a door or between two; an answer that
    is in `externas`, even an empty one, is not asked for again.
    """
    precisas = [str(Precision.GPS), str(Precision.PUERTA), str(Precision.TRAMO)]
    faltan = ubicado.obs.filter(
        (pl.col("cut") == cut)
        & ~pl.col("punto_propio")
        & ~pl.col("precision").is_in(precisas)
        & pl.col("calle").is_not_null()
        & pl.col("numero").str.contains("[0-9]").fill_null(False)
    )
    claves = faltan.select("cut", "calle", "numero", clave=clave_externa(faltan)).filter(pl.col("clave").is_not_null())
    if externas is not None:
        claves = claves.join(externas.select("clave", "cut"), on=["clave", "cut"], how="anti")
    ordenadas = claves.sort("clave", "calle", "numero").unique("clave", keep="first", maintain_order=True)
    return ordenadas.select("clave", "cut", "calle", "numero")


def _con_punto_propio(obs: pl.DataFrame) -> pl.DataFrame:
    """Which records bring a point to be believed; the others lose theirs. Adds `punto_propio` and `lugar_regla`."""
    de_nadie = centroides(obs).select("lon", "lat", centroide=pl.lit(True))
    marco = obs.join(de_nadie, on=["lon", "lat"], how="left", maintain_order="left")
    es_centroide = pl.col("centroide").fill_null(False) | (pl.col("precision") == str(Precision.CENTROIDE))
    propio = (pl.all_horizontal(_CHILE) & ~es_centroide.fill_null(False)).fill_null(False)
    # A source that does not say how it measured is taken at the word of most of them.
    precision = pl.when(pl.col("precision") == str(Precision.SIN_UBICACION)).then(None).otherwise("precision")
    return (
        marco.with_columns(punto_propio=propio, es_centroide=es_centroide.fill_null(False))
        .with_columns(
            *(pl.when("punto_propio").then(c).alias(c) for c in ("lon", "lat")),
            precision=pl.when("punto_propio")
            .then(precision.fill_null(str(Precision.PUERTA)))
            .when("es_centroide")
            .then(pl.lit(str(Precision.CENTROIDE)))
            .otherwise(pl.lit(str(Precision.SIN_UBICACION))),
            lugar_regla=pl.when(pl.col("punto_propio") & pl.col("datum").is_not_null())
            .then(pl.concat_str(pl.lit("datum:"), "datum"))
            .when("es_centroide")
            .then(pl.lit("centroide")),
        )
        .drop("centroide", "es_centroide", "datum")
    )


def _del_callejero(faltan: pl.DataFrame, callejero: Callejero) -> pl.DataFrame:
    lugares = callejero.ubicar(faltan)
    regla = pl.concat_str(pl.lit("geocodificado:"), "precision")
    return pl.concat([faltan.select("i"), lugares], how="horizontal").select(
        "i", "lon", "lat", "precision", regla=regla, rango=pl.lit(0)
    )


def _de_fuera(faltan: pl.DataFrame, externas: pl.DataFrame | None) -> pl.DataFrame:
    if externas is None:
        externas = pl.DataFrame(schema=EXTERNAS)
    una = externas.sort("cut", "clave", "proveedor").unique(["cut", "clave"], keep="first", maintain_order=True)
    con_clave = faltan.select("i", "cut", clave=clave_externa(faltan))
    return con_clave.join(una, on=["cut", "clave"], how="inner").select(
        "i", "lon", "lat", "precision", regla=pl.concat_str(pl.lit("externo:"), "proveedor"), rango=pl.lit(1)
    )


def _mejores(opciones: list[pl.DataFrame]) -> pl.DataFrame:
    """For each record the place that is known best; of two as good, the gazetteer's."""
    orden = pl.col("precision").replace_strict(_ORDEN, default=None, return_dtype=pl.Int32)
    return (
        pl.concat(opciones)
        .filter(pl.col("lon").is_not_null() & pl.col("lat").is_not_null())
        .with_columns(orden=orden)
        .sort("i", "orden", "rango", nulls_last=True)
        .unique("i", keep="first", maintain_order=True)
    )


def _en_la_comuna(lugares: pl.DataFrame, cut: str, zonas: ZonasComuna) -> pl.DataFrame:
    if lugares.height == 0:
        return lugares
    suya = pl.Series([cut] * lugares.height, dtype=pl.String)
    dentro = zonas.dentro(suya, lugares["lon"].to_numpy(), lugares["lat"].to_numpy())
    return lugares.filter(pl.Series(dentro))


def _poner(propias: pl.DataFrame, lugares: pl.DataFrame) -> pl.DataFrame:
    """The computed places in the rows that have no point of their own."""
    nuevos = lugares.select("i", *(pl.col(c).alias(f"{c}_n") for c in ("lon", "lat", "precision", "regla")))
    marco = propias.with_row_index("i").join(nuevos, on="i", how="left", maintain_order="left")
    return marco.with_columns(
        *(pl.coalesce(f"{c}_n", c).alias(c) for c in ("lon", "lat", "precision")),
        lugar_regla=pl.coalesce("regla_n", "lugar_regla"),
    ).select(propias.columns)
