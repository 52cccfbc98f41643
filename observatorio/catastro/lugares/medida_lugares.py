"""How well places were repaired and computed, against a truth that is known: only the synthetic city has one."""

from __future__ import annotations

import polars as pl

from observatorio.catastro.cercania import metros_entre
from observatorio.vocabulario import Describe, Precision, TipoSitio

ACIERTO_M = 30.0
"""A repaired point lies this near to the true door: the error of a phone's GPS fits in, another door does not."""
_FALLA = r"((?:coord|datum)_[a-z0-9_]+)"
IRREPARABLES = ("coord_centroide", "coord_cero")
_ANTERIOR = "direccion_anterior"
_DE_OTRO_LUGAR = f"{_ANTERIOR}|direccion_numero"
_CUENTAS = ("filas", "reparadas", "mal_reparadas", "perdidas", "sin_verdad", "por_direccion")


def medir(
    ubicado: pl.DataFrame, verdad_registros: pl.DataFrame, verdad_establecimientos: pl.DataFrame, cut: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Two tables: by fault of a coordinate, and by precision of the records of premises of the comuna `cut`.

    `ubicado`: `lugares.Ubicado.obs`. `verdad_registros`: `carga fila parte id_establecimiento falla` (faults joined by
    `;`). `verdad_establecimientos`: `anio id_establecimiento lon lat` in EPSG:4326.

    By fault: `falla reparable filas reparadas mal_reparadas perdidas sin_verdad por_direccion`. Repaired: its own point
    lies within `ACIERTO_M` of the truth; badly: farther, or for a fault that cannot be repaired at all; lost: it has
    none; `sin_verdad`: the row gives an earlier place, which the truth does not hold. Of those lost, `por_direccion`
    found a door or a stretch by their address.
    By precision: `precision punto_propio filas parte error_mediano_m error_p95_m`. Errors leave out the records that
    name an earlier address or a wrong number and the histories of addresses, which speak of other years.
    """
    claves = ["carga", "fila", "parte"]
    registros = verdad_registros.select(*claves, "id_establecimiento", "falla").with_columns(
        pl.col("falla").fill_null(""), pl.col("id_establecimiento").replace("", None)
    )
    filas = ubicado.join(registros, on=claves, how="inner").with_row_index("i")
    filas = filas.join(_errores(filas, verdad_establecimientos), on="i", how="left", maintain_order="left")
    return _por_falla(filas), _por_precision(filas.filter(pl.col("cut") == cut))


def _errores(filas: pl.DataFrame, verdad: pl.DataFrame) -> pl.DataFrame:
    """`i`, `error_m`: how far each row lies from the nearest door that its premises had in any year of the truth.

    A register may show a business that closed or moved where it was: that is where the row says that it is.
    """
    puertas = verdad.filter(pl.col("lon").is_not_null()).select(
        "id_establecimiento", lon_v=pl.col("lon").cast(pl.Float64), lat_v=pl.col("lat").cast(pl.Float64)
    )
    return (
        filas.select("i", "id_establecimiento", "lon", "lat")
        .join(puertas.unique(), on="id_establecimiento", how="inner")
        .group_by("i")
        .agg(error_m=metros_entre("", "_v").min())
    )


def _por_falla(filas: pl.DataFrame) -> pl.DataFrame:
    con_falla = filas.with_columns(una=pl.col("falla").str.extract(_FALLA, 1)).filter(pl.col("una").is_not_null())
    reparable = ~pl.col("una").is_in(IRREPARABLES)
    # A point that cannot be right is wrong wherever it lies.
    cerca = (pl.col("error_m") <= ACIERTO_M).fill_null(False)
    propio = pl.col("punto_propio")
    ajena = pl.col("falla").str.contains(_ANTERIOR) & reparable & ~cerca
    precisas = [str(Precision.PUERTA), str(Precision.TRAMO)]
    return (
        con_falla.filter(pl.col("id_establecimiento").is_not_null())
        .group_by(falla="una", reparable=reparable)
        .agg(
            filas=pl.len(),
            reparadas=(propio & reparable & cerca).sum(),
            mal_reparadas=(propio & ~ajena & ~(reparable & cerca)).sum(),
            perdidas=(~propio).sum(),
            sin_verdad=(propio & ajena).sum(),
            por_direccion=(~propio & pl.col("precision").is_in(precisas)).sum(),
        )
        .cast(dict.fromkeys(_CUENTAS, pl.Int64))
        .sort("reparable", "falla", descending=[True, False])
    )


def _por_precision(filas: pl.DataFrame) -> pl.DataFrame:
    de_locales = filas.filter(
        (pl.col("describe") == str(Describe.ESTABLECIMIENTO))
        & (pl.col("tipo_sitio").fill_null("") != str(TipoSitio.DOMICILIO))
    )
    comparable = ~pl.col("falla").str.contains(_DE_OTRO_LUGAR) & ~pl.col("historica")
    error = pl.col("error_m").filter(comparable)
    orden = {str(p): k for k, p in enumerate(Precision)}
    return (
        de_locales.group_by("precision", "punto_propio")
        .agg(
            filas=pl.len().cast(pl.Int64),
            parte=pl.len() / de_locales.height,
            error_mediano_m=error.median(),
            error_p95_m=error.quantile(0.95, "linear"),
        )
        .sort(
            pl.col("precision").replace_strict(orden, return_dtype=pl.Int32), "punto_propio", descending=[False, True]
        )
    )
