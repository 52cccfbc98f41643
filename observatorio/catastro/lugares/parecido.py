"""Misspelt names of streets and quarters: the one known name that is clearly the nearest, or none."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

Distancias = npt.NDArray[np.float64]

VECES_MAS_USADA = 4
"""A name is taken for a slip only of one that is written at least so many times as often."""

_TIPO = r"^(?:CALLE|PASAJE|AVENIDA|CAMINO|DIAGONAL|COSTANERA|CIRCUNVALACION|VILLA|POBLACION|BARRIO|CONDOMINIO) "
_OTRO_TIPO = 0.5
"""What it costs to leave the kind of street out, or to write the `CALLE` that is left out: less than a letter."""
_CORTA, _LARGA = 4, 10
"""Names of fewer letters than the first must be equal; from the second on, two slips are forgiven, and else one."""
_LEJOS = 9.0
_TROZO = 1_000


def firmes(usados: pl.DataFrame) -> pl.DataFrame:
    """Of names (`nombre`, `peso`) those that are no slip of another one, however many may be its origin."""
    return usados.join(mas_parecidas(usados, usados, desempatar=True), on="nombre", how="anti").sort("nombre")


def mas_parecidas(nombres: pl.DataFrame, conocidos: pl.DataFrame, *, desempatar: bool = False) -> pl.DataFrame:
    """For names (`nombre`, `peso`: how often it is written) the known name that each one is a slip of.

    `conocidos` has the same columns; both hold folded texts, each once. A slip is a letter swapped, lost, doubled or
    another's, or the kind of street left out (`GRANADEROS` for `AVENIDA GRANADEROS`); figures must be the same. Returns
    `nombre`, `conocido`, `distancia`, only where one known name is strictly the nearest; with `desempatar`, the most
    used of the nearest.
    """
    salida = {"nombre": pl.String, "conocido": pl.String, "distancia": pl.Float64}
    if nombres.height == 0 or conocidos.height == 0:
        return pl.DataFrame(schema=salida)
    conocidos = _con_partes(conocidos.sort(["peso", "nombre"], descending=[True, False]))
    trozos = [_elegir(t, conocidos, desempatar) for t in _con_partes(nombres.sort("nombre")).iter_slices(_TROZO)]
    return pl.concat(trozos).cast(pl.Schema(salida))


def _con_partes(nombres: pl.DataFrame) -> pl.DataFrame:
    pelado = pl.col("nombre").str.replace(_TIPO, "")
    return nombres.with_columns(
        pl.when(pelado == pl.col("nombre")).then("CALLE " + pelado).otherwise(pelado).alias("otro"),
        pl.col("nombre").str.extract_all("[0-9]+").list.join(" ").alias("cifras"),
        pl.when(pelado.str.len_chars() < _CORTA)
        .then(0.0)
        .when(pelado.str.len_chars() < _LARGA)
        .then(1.0)
        .otherwise(2.0)
        .alias("tope"),
    )


def _elegir(nombres: pl.DataFrame, conocidos: pl.DataFrame, desempatar: bool) -> pl.DataFrame:
    """The nearest known name of each one; the first of those as near, and so the most used, if `desempatar`."""
    lejos = _distancias(nombres["nombre"].to_list(), conocidos["nombre"].to_list())
    con_otro = _distancias(nombres["nombre"].to_list(), conocidos["otro"].to_list()) + _OTRO_TIPO
    lejos = np.minimum(lejos, con_otro)
    lejos[nombres["cifras"].to_numpy()[:, None] != conocidos["cifras"].to_numpy()[None, :]] = _LEJOS
    poco = conocidos["peso"].to_numpy()[None, :] < VECES_MAS_USADA * nombres["peso"].to_numpy()[:, None]
    lejos[poco] = _LEJOS
    # A slip in a short name may be another short name: the shorter of the two sets how much is forgiven.
    tope = np.minimum(nombres["tope"].to_numpy()[:, None], conocidos["tope"].to_numpy()[None, :])
    lejos[lejos > tope + _OTRO_TIPO] = _LEJOS
    mejor = lejos.argmin(axis=1)
    filas = np.arange(len(lejos))
    distancia = lejos[filas, mejor]
    unica = desempatar | ((lejos == distancia[:, None]).sum(axis=1) == 1)
    return pl.DataFrame(
        {"nombre": nombres["nombre"], "conocido": conocidos["nombre"].gather(mejor), "distancia": distancia}
    ).filter(pl.Series(unica & (distancia < _LEJOS)))


def _distancias(unos: Sequence[str], otros: Sequence[str]) -> Distancias:
    return cdist(unos, otros, scorer=OSA.distance, score_cutoff=2, dtype=np.uint8, workers=1).astype(np.float64)
