"""Whole loads whose points stand in an old datum: found against what other loads know, and moved back.

A point in PSAD56 or SAD69 read as if it were SIRGAS lies some hundred metres off, always the same way. No row shows it;
a load of them does, beside points of the same firms, addresses or public registers in other loads.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl
from pyproj import Transformer

from observatorio.catastro.cercania import metros_entre
from observatorio.normalizar.direccion import clave_direccion

EPSG_METROS = 32719
ALCANCE_M = 120.0
"""A pair of points speaks for a datum, or for none, when its offset lies this near to that of the datum, or to zero."""
UN_LUGAR_M = 60.0
"""A key whose points in one load lie farther apart than this names several places and compares nothing."""
MAYORIA = 0.7
"""Share of the pairs that must speak for the datum."""

CORRIMIENTOS = {
    "carga": pl.Int64,
    "fuente": pl.String,
    "sha256": pl.String,
    "datum": pl.String,
    "este_m": pl.Float64,
    "norte_m": pl.Float64,
    "pares": pl.Int64,
    "desviacion_m": pl.Float64,
}


@dataclass(frozen=True)
class Datum:
    """An old datum: its UTM 19S read as SIRGAS lies (`este_m`, `norte_m`) off around Calama.

    `elipsoide` and `traslacion` (metres, geocentric) are those of EPSG's transformation to WGS 84 for the north of
    Chile. `pares`: how many must agree; `error_m`: how far their middle may lie from the offset; `desviacion_m`: how
    far from each other.
    """

    id: str
    este_m: float
    norte_m: float
    elipsoide: str
    traslacion: tuple[float, float, float]
    pares: int
    error_m: float
    desviacion_m: float


PSAD56 = Datum("psad56", 184.0, 374.0, "intl", (-302.0, 272.0, -360.0), 5, 40.0, 50.0)
"""EPSG:24879 to 32719 by «PSAD56 to WGS 84 (15)», good to 17 m."""
SAD69 = Datum("sad69", 59.0, 43.0, "aust_SA", (-59.0, -11.0, -52.0), 20, 15.0, 25.0)
"""EPSG:29189 to 32719 by «SAD69 to WGS 84 (17)», good to 4 m. The shift is little more than a bad GPS: more pairs."""
DATUMS = (PSAD56, SAD69)


def corrimientos(obs: pl.DataFrame) -> pl.DataFrame:
    """The loads whose points stand in an old datum, as `CORRIMIENTOS`: metres of UTM 19S by which they lie off.

    `obs` as `lectura.COLUMNAS`. Each load is held against the points that other loads have for the same RUT, the same
    address or the same entry of a public register; other sources are asked first. `pares`: keys that spoke for the
    datum; `desviacion_m`: median distance of their offsets from the middle of these.
    """
    puntos = _por_clave(obs)
    hallados = _hallar(puntos, pl.DataFrame(schema={"carga": pl.Int64}))
    # A shifted load is no witness: without those just found, the others are judged once more.
    hallados = _hallar(puntos, hallados.select("carga"))
    cargas = obs.select("carga", "fuente", "sha256").unique()
    return (
        hallados.join(cargas, on="carga", how="left")
        .select(list(CORRIMIENTOS))
        .cast(pl.Schema(CORRIMIENTOS))
        .sort("fuente", "sha256", "datum")
    )


def corregir(obs: pl.DataFrame, corridas: pl.DataFrame) -> pl.DataFrame:
    """`obs` with the points of the loads of `corridas` moved to WGS 84, and the column `datum` (null elsewhere)."""
    marco = obs.join(corridas.select("carga", "datum"), on="carga", how="left", maintain_order="left")
    lon, lat = marco["lon"].fill_null(np.nan).to_numpy().copy(), marco["lat"].fill_null(np.nan).to_numpy().copy()
    for datum in DATUMS:
        suyas = np.flatnonzero(((marco["datum"] == datum.id) & marco["lon"].is_not_null()).fill_null(False).to_numpy())
        lon[suyas], lat[suyas] = _a_wgs84(datum).transform(lon[suyas], lat[suyas])
    puestos = {"lon": pl.Series(lon, nan_to_null=True), "lat": pl.Series(lat, nan_to_null=True)}
    return marco.with_columns(**puestos, datum=pl.when(pl.col("lon").is_not_null()).then("datum"))


@cache
def _a_wgs84(datum: Datum) -> Transformer:
    """Degrees that were read as SIRGAS: back to the metres of the file, and these through their own datum.

    The grids of PROJ are not at hand offline: the translation of three parameters is written out, always the same one.
    """
    x, y, z = datum.traslacion
    return Transformer.from_pipeline(
        "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad"
        " +step +proj=utm +zone=19 +south +ellps=WGS84"
        f" +step +inv +proj=utm +zone=19 +south +ellps={datum.elipsoide}"
        f" +step +proj=push +v_3 +step +proj=cart +ellps={datum.elipsoide}"
        f" +step +proj=helmert +x={x} +y={y} +z={z}"
        " +step +inv +proj=cart +ellps=WGS84 +step +proj=pop +v_3"
        " +step +proj=unitconvert +xy_in=rad +xy_out=deg"
    )


def _por_clave(obs: pl.DataFrame) -> pl.DataFrame:
    """One point (UTM 19S) for each load and key of which the load knows one place: `carga fuente clave este norte`."""
    con_punto = obs.filter(pl.col("lon").is_not_null() & pl.col("lat").is_not_null())
    direccion = clave_direccion(con_punto["calle"], con_punto["numero"], con_punto["resto"])
    numerada = (con_punto["numero"].str.contains("[0-9]") & con_punto["calle"].is_not_null()).fill_null(False)
    claves = {
        "rut": pl.concat_str(pl.lit("rut:"), "rut"),
        "direccion": pl.when(numerada).then(pl.concat_str(pl.lit("dir:"), "cut", pl.lit(":"), direccion)),
        "propia": pl.when("publica").then(pl.concat_str(pl.lit("id:"), "fuente", pl.lit(":"), "id_fuente")),
    }
    largas = pl.concat(
        [
            con_punto.select("carga", "fuente", "lon", "lat", clave=clave).filter(pl.col("clave").is_not_null())
            for clave in claves.values()
        ]
    )
    medias = largas.group_by("carga", "fuente", "clave").agg(
        pl.col("lon", "lat").median().name.suffix("_m"), pl.col("lon", "lat")
    )
    uno = (
        medias.explode("lon", "lat")
        .group_by("carga", "fuente", "clave")
        .agg(pl.col("lon_m", "lat_m").first(), lejos=metros_entre("", "_m").max())
        .filter(pl.col("lejos") <= UN_LUGAR_M)
        .sort("fuente", "clave", "carga")
    )
    este, norte = _metros().transform(uno["lon_m"].to_numpy(), uno["lat_m"].to_numpy())
    return uno.select("carga", "fuente", "clave", este=pl.Series(este), norte=pl.Series(norte))


@cache
def _metros() -> Transformer:
    return Transformer.from_crs(4326, EPSG_METROS, always_xy=True)


def _hallar(puntos: pl.DataFrame, corridas: pl.DataFrame) -> pl.DataFrame:
    """The loads in which the keys that other loads know speak for one datum: `carga datum este_m norte_m pares …`."""
    testigos = puntos.join(corridas, on="carga", how="anti")
    pares = (
        puntos.join(testigos, on="clave", suffix="_t")
        .filter(pl.col("carga") != pl.col("carga_t"))
        .with_columns(e=pl.col("este") - pl.col("este_t"), n=pl.col("norte") - pl.col("norte_t"))
        .with_columns(ajena=pl.col("fuente") != pl.col("fuente_t"))
    )
    votos = _votos(pares)
    return pl.concat([_decidir(votos, datum) for datum in DATUMS])


def _votos(pares: pl.DataFrame) -> pl.DataFrame:
    """For each load and key what most of its pairs say (`datum`, empty for none), and the middle of their offsets."""
    lejos = {"": (pl.col("e") ** 2 + pl.col("n") ** 2).sqrt()} | {
        d.id: ((pl.col("e") - d.este_m) ** 2 + (pl.col("n") - d.norte_m) ** 2).sqrt() for d in DATUMS
    }
    menor = pl.min_horizontal(lejos.values())
    cual = pl.coalesce(pl.when(expr == menor).then(pl.lit(nombre)) for nombre, expr in lejos.items())
    dichos = pares.with_columns(datum=cual).filter(menor <= ALCANCE_M)
    # Another office measured for itself; other years of the same one may all repeat its mistake.
    dichos = dichos.filter(pl.col("ajena") | ~pl.col("ajena").any().over("carga", "clave"))
    return (
        dichos.group_by("carga", "clave", "datum")
        .agg(pl.col("e", "n").median(), pl.len(), ajena=pl.col("ajena").any())
        .sort("carga", "clave", "len", "datum", descending=[False, False, True, False])
        .unique(["carga", "clave"], keep="first", maintain_order=True)
        # Where other offices speak for enough keys, the source's own years are not asked at all.
        .filter(pl.col("ajena") | (pl.col("ajena").sum().over("carga") < min(d.pares for d in DATUMS)))
    )


def _decidir(votos: pl.DataFrame, datum: Datum) -> pl.DataFrame:
    a_favor = pl.col("datum") == datum.id
    suyos = votos.with_columns(parte=a_favor.mean().over("carga")).filter(a_favor & (pl.col("parte") >= MAYORIA))
    medios = suyos.group_by("carga").agg(este_m=pl.col("e").median(), norte_m=pl.col("n").median(), pares=pl.len())
    dispersos = (
        suyos.join(medios, on="carga")
        .with_columns(d=((pl.col("e") - pl.col("este_m")) ** 2 + (pl.col("n") - pl.col("norte_m")) ** 2).sqrt())
        .group_by("carga")
        .agg(pl.col("este_m", "norte_m", "pares").first(), desviacion_m=pl.col("d").median())
    )
    error = ((pl.col("este_m") - datum.este_m) ** 2 + (pl.col("norte_m") - datum.norte_m) ** 2).sqrt()
    firme = (pl.col("pares") >= datum.pares) & (error <= datum.error_m) & (pl.col("desviacion_m") <= datum.desviacion_m)
    return dispersos.filter(firme).select(
        "carga", "este_m", "norte_m", pl.col("pares").cast(pl.Int64), "desviacion_m", datum=pl.lit(datum.id)
    )
