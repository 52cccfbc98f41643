"""Who changed place: another door in the comuna, or another comuna.

Offices repeat old addresses for years, so that two lists of one year disagree and a list goes back and forth. A
premises is therefore taken to have stood, year by year, where the fewest records are contradicted, a move counting as
much as one record and a half: a door is believed when two records name it, and a single one is an old list or a slip.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt
import polars as pl

from observatorio.catastro.cercania import MISMO_LUGAR_M, metros_entre
from observatorio.catastro.enlace.puertas import Parecido, comparar, mismo_edificio
from observatorio.normalizar.direccion import clave_direccion
from observatorio.vocabulario import Suceso

DIRECCIONES = pl.Schema({"id": pl.String(), "anio": pl.Int32(), "clave": pl.String()})
COSTO_DE_MUDARSE = 1.5
"""How many records a move must explain: more than one, and not as many as two."""
_EMPATE = 2.0**-10
"""Less than any difference between two counts, even over all years; exact, so that equal sums are equal."""

_Reales = npt.NDArray[np.float64]
_Enteros = npt.NDArray[np.int64]


def mudanzas(activos: pl.DataFrame, direcciones: pl.DataFrame, anios: list[int]) -> pl.DataFrame:
    """Changes of door while an establishment worked without a pause: `anio id tipo provisorio`.

    `activos`: the years in which each worked, `id anio racha lon lat`; `racha` tells the spells between pauses apart,
    the point (degrees, EPSG:4326) is null unless it was measured: two years whose points lie within
    `cercania.MISMO_LUGAR_M` have no move between them. `direcciones` (`DIRECCIONES`): the matching key of the address
    of each record in its year; spellings of one door, and units of one building, are one. `anios`: all years,
    ascending. A move of the last one is provisional.
    """
    votos = _votos(direcciones.join(activos.select("id").unique(), on="id", how="semi"))
    suyas = ("id", "racha")
    corridas = (
        activos.join(_recorridos(votos, anios), on=["id", "anio"], how="inner")
        .sort("id", "anio")
        .with_columns(
            lon_antes=pl.col("lon").shift().over(suyas),
            lat_antes=pl.col("lat").shift().over(suyas),
            antes=pl.col("puerta").shift().over(suyas),
        )
    )
    lejos = (metros_entre("", "_antes") > MISMO_LUGAR_M).fill_null(True)
    return corridas.filter((pl.col("puerta") != pl.col("antes")) & lejos).select(
        "anio",
        "id",
        pl.lit(str(Suceso.MUDANZA)).alias("tipo"),
        (pl.col("anio") == anios[-1]).alias("provisorio"),
    )


def _votos(direcciones: pl.DataFrame) -> pl.DataFrame:
    """How many records of each year name each door, of those establishments that have more than one: `id anio puerta
    votos`; doors are numbered from 0 in the order of their keys."""
    claves = (
        direcciones.drop_nulls("clave")
        .group_by("id")
        .agg(pl.col("clave").unique().sort())
        .filter(pl.col("clave").list.len() > 1)
        .sort("id")
    )
    numeradas = claves.with_columns(
        puerta=pl.Series([_numerar(suyas) for suyas in claves["clave"].to_list()], dtype=pl.List(pl.Int64))
    ).filter(pl.col("puerta").list.max() > 0)
    una_a_una = numeradas.explode("clave", "puerta")
    return (
        direcciones.join(una_a_una, on=["id", "clave"], how="inner")
        .group_by("id", "anio", "puerta")
        .agg(votos=pl.len())
    )


def _numerar(claves: list[str]) -> list[int]:
    """The door of each key, from 0: keys that name one door, or that a chain of such pairs joins, have one number."""
    puertas = list(range(len(claves)))
    for i, j in combinations(range(len(claves)), 2):
        if puertas[i] != puertas[j] and misma_puerta(claves[i], claves[j]):
            menor, mayor = sorted((puertas[i], puertas[j]))
            puertas = [menor if p == mayor else p for p in puertas]
    orden = {p: n for n, p in enumerate(sorted(set(puertas)))}
    return [orden[p] for p in puertas]


def misma_puerta(clave: str, otra: str) -> bool:
    """Whether two matching keys of one establishment are spellings of one door, or units of one building."""
    return comparar(clave, otra) >= Parecido.NUMERO_ERRADO or mismo_edificio(clave, otra)


def _recorridos(votos: pl.DataFrame, anios: list[int]) -> pl.DataFrame:
    """The door of each establishment in every year, `id anio puerta`, those with as many doors at a time."""
    cuantas = votos.group_by("id").agg(cuantas=pl.col("puerta").max() + 1)
    partes = [pl.DataFrame(schema={"id": pl.String, "anio": pl.Int32, "puerta": pl.Int64})]
    for (numero,), grupo in sorted(cuantas.partition_by("cuantas", as_dict=True).items()):
        ids = grupo["id"].sort()
        propios = votos.join(pl.DataFrame({"id": ids}).with_row_index("i"), on="id", how="inner").join(
            pl.DataFrame({"anio": anios}, schema={"anio": pl.Int32}).with_row_index("t"), on="anio", how="inner"
        )
        cuenta = np.zeros((len(ids), len(anios), int(numero)))
        cuenta[tuple(propios[c].to_numpy() for c in ("i", "t", "puerta"))] = propios["votos"].to_numpy()
        camino = _mejor_camino(cuenta)
        partes.append(
            pl.DataFrame(
                {
                    "id": ids.gather(np.repeat(np.arange(len(ids)), len(anios))),
                    "anio": pl.Series(np.tile(anios, len(ids)), dtype=pl.Int32),
                    "puerta": camino.ravel(),
                }
            )
        )
    return pl.concat(partes)


def _mejor_camino(votos: _Reales) -> _Enteros:
    """For each establishment the door of each year that leaves the fewest votes (establishment, year, door) against it,
    moves included (Viterbi).

    Of equally good paths, one that is at no door before somebody names it, then the one that moves soonest.
    """
    cuantos, anios, puertas = votos.shape
    sin_nombrar = votos.cumsum(axis=1) == 0
    contra = votos.sum(axis=2, keepdims=True) - votos + _EMPATE * sin_nombrar
    mudarse = COSTO_DE_MUDARSE * (1 - np.eye(puertas))
    # The cost of coming, in a year, from each door (axis 1) to each (axis 2).
    hasta = np.zeros((anios, cuantos, puertas, puertas))
    suma = contra[:, 0]
    for t in range(1, anios):
        hasta[t] = suma[:, :, None] + mudarse[None]
        suma = contra[:, t] + hasta[t].min(axis=1)
    camino = np.empty((cuantos, anios), dtype=np.int64)
    camino[:, -1] = suma.argmin(axis=1)
    filas = np.arange(cuantos)
    for t in range(anios - 1, 0, -1):
        opciones = hasta[t][filas, :, camino[:, t]]
        quedarse = opciones[filas, camino[:, t]] <= opciones.min(axis=1)
        camino[:, t - 1] = np.where(quedarse, camino[:, t], opciones.argmin(axis=1))
    return camino


def claves_de(registros: pl.DataFrame) -> pl.DataFrame:
    """`DIRECCIONES` of records with the parts of an address: `id anio calle numero resto`."""
    claves = clave_direccion(registros["calle"], registros["numero"], registros["resto"])
    return registros.select("id", "anio", claves.alias("clave")).cast(DIRECCIONES)


def cambios_de_comuna(menciones: pl.DataFrame, cut: str) -> pl.DataFrame:
    """The firms that left another comuna (`deja`), or that a new one names (`llega`): `rut anio sentido`.

    `menciones` (`fuente rut anio cut`): the comunas in which each source places a firm each year. A source's word on a
    comuna counts only beside its word on the same firm in another year: that it did not name the firm at all says
    nothing. `anio` is the first year without the comuna that was left, or with the new one.
    """
    firma = ("fuente", "rut")
    afuera = menciones.filter(pl.col("cut") != cut)
    limites = afuera.group_by(*firma, "cut").agg(primera=pl.col("anio").min(), ultima=pl.col("anio").max())
    otros = limites.join(menciones.select(*firma, "anio").unique(), on=firma, how="inner")
    vecinos = otros.group_by(*firma, "cut", "primera", "ultima").agg(
        despues=pl.col("anio").filter(pl.col("anio") > pl.col("ultima")).min(),
        antes=pl.col("anio").filter(pl.col("anio") < pl.col("primera")).max(),
    )
    dejan = vecinos.drop_nulls("despues").select("rut", anio="despues", sentido=pl.lit("deja"))
    llegan = vecinos.drop_nulls("antes").select("rut", anio="primera", sentido=pl.lit("llega"))
    return pl.concat([dejan, llegan]).unique().sort("rut", "anio", "sentido")
