"""Coordinates: accepted where they lie in the comuna of their row, repaired or refused elsewhere."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from observatorio.normalizar.contract import Normalizado
from observatorio.normalizar.hipotesis import Candidato, Eje, Filas, candidatos, nombre_arreglo
from observatorio.normalizar.lectura_coordenada import leer_eje
from observatorio.normalizar.lote import reglas
from observatorio.normalizar.texto import sin_vacios
from observatorio.normalizar.zonas_comuna import ZonasComuna, zonas_de_referencia
from observatorio.vocabulario import Precision

__all__ = ["METROS_POR_GRADO", "ZonasComuna", "normalizar_coordenada", "separar_geopunto", "zonas_de_referencia"]

METROS_POR_GRADO = 111_320.0
"""Of latitude, and of longitude at the equator."""
IGUALES_M = 100.0
"""Candidates nearer to each other than this, in metres, are the same place."""

_GEOPUNTO = r"^\(?\s*([+-]?[0-9]{1,3}(?:[.,][0-9]+)?)\s*[;, ]\s*([+-]?[0-9]{1,3}(?:[.,][0-9]+)?)(?:[;, ].*)?\)?$"


def normalizar_coordenada(
    lat: pl.Series, lon: pl.Series, cut: pl.Series, comunas: ZonasComuna, defecto_cut: str | None = None
) -> Normalizado:
    """Two columns (texts, or numbers of a layer) to `lat`, `lon` (Float64, EPSG:4326) and `precision`.

    A point inside the comuna of its row (`cut`, or `defecto_cut` where that is null) is taken as it is. Elsewhere the
    known faults are undone one by one; exactly one place inside the comuna makes a repair, named in `arreglo`.
    Rules: `coordenada_formato`, `coordenada_incompleta`, `coordenada_fuera`, `coordenada_ambigua`. Without a
    place `lat` and `lon` are null and `precision` is `sin_ubicacion`; otherwise it is null, for the source to say.
    A decimal comma is no fault here. Rows whose comuna has no polygon are only held against the bounds of Chile.
    """
    norte_sur, este_oeste = leer_eje(lat), leer_eje(lon)
    comuna = cut.cast(pl.String).fill_null(defecto_cut) if defecto_cut else cut.cast(pl.String)
    eje_lat, eje_lon = _eje(norte_sur), _eje(este_oeste)
    lugar, ambigua = _situar(eje_lat, eje_lon, comuna, comunas)
    leida = pl.Series(np.isfinite(eje_lat.valor) & np.isfinite(eje_lon.valor))
    ubicada = pl.Series(np.isfinite(lugar.lat))
    regla = reglas(
        len(lat),
        (norte_sur["hay"] ^ este_oeste["hay"], "coordenada_incompleta"),
        (norte_sur["hay"] & ~leida, "coordenada_formato"),
        (pl.Series(ambigua), "coordenada_ambigua"),
        (leida & ~ubicada, "coordenada_fuera"),
    )
    precision = pl.repeat(None, len(lat), dtype=pl.String, eager=True).set(~ubicada, Precision.SIN_UBICACION.value)
    valores = {
        "lat": pl.Series("lat", lugar.lat, nan_to_null=True),
        "lon": pl.Series("lon", lugar.lon, nan_to_null=True),
        "precision": precision.alias("precision"),
    }
    return Normalizado(valores, regla, _nombrar(lugar.marcas))


def separar_geopunto(s: pl.Series) -> tuple[pl.Series, pl.Series]:
    """One cell `lat lon [altura [precisión]]` (KoBo, ODK) to the two texts `lat` and `lon`.

    A cell that is not such a point is handed on as `lat` with an empty `lon`, for the normaliser to refuse.
    """
    texto = sin_vacios(s)
    partes = pl.DataFrame({"t": texto}).select(
        pl.col("t").str.extract(_GEOPUNTO, 1).alias("lat"), pl.col("t").str.extract(_GEOPUNTO, 2).alias("lon")
    )
    return partes["lat"].fill_null(texto), partes["lon"]


def _eje(leido: pl.DataFrame) -> Eje:
    return Eje(leido["valor"].fill_null(np.nan).to_numpy(), leido["miles"].to_numpy())


def _situar(lat: Eje, lon: Eje, cut: pl.Series, comunas: ZonasComuna) -> tuple[Candidato, Filas]:
    """Where each row lies (NaN where nowhere), with its repairs, and which rows could lie in two places."""
    y, x = lat.valor, lon.valor
    bien = comunas.dentro(cut, x, y)
    lugar = Candidato(np.where(bien, x, np.nan), np.where(bien, y, np.nan), np.zeros(len(cut), dtype=np.int64))
    ambigua = np.zeros(len(cut), dtype=bool)
    dudosas = np.flatnonzero(~bien & np.isfinite(x) & np.isfinite(y) & ((x != 0) | (y != 0)))
    if len(dudosas):
        norte_sur, este_oeste = (Eje(eje.valor[dudosas], eje.miles[dudosas]) for eje in (lat, lon))
        reparado, ambigua[dudosas] = _reparar(norte_sur, este_oeste, cut.gather(dudosas), comunas)
        lugar.lon[dudosas], lugar.lat[dudosas] = reparado.lon, reparado.lat
        lugar.marcas[dudosas] = reparado.marcas
    return lugar, ambigua


def _reparar(lat: Eje, lon: Eje, cut: pl.Series, comunas: ZonasComuna) -> tuple[Candidato, Filas]:
    """The one place of each row that undoing its faults leads to, and whether two distinct places were possible."""
    n = len(cut)
    # Without a polygon nothing says which reading is right, so that nothing is repaired.
    conocida = np.array([comunas.conoce(codigo) for codigo in cut.to_list()], dtype=bool)
    mejor = Candidato(np.full(n, np.nan), np.full(n, np.nan), np.zeros(n, dtype=np.int64))
    ambigua = np.zeros(n, dtype=bool)
    for candidato in candidatos(lat, lon):
        dentro = conocida & comunas.dentro(cut, candidato.lon, candidato.lat)
        nuevo = dentro & np.isnan(mejor.lat)
        ambigua |= dentro & ~nuevo & (_metros_entre(mejor, candidato) > IGUALES_M)
        mejor = Candidato(
            np.where(nuevo, candidato.lon, mejor.lon),
            np.where(nuevo, candidato.lat, mejor.lat),
            np.where(nuevo, candidato.marcas, mejor.marcas),
        )
    mejor.lon[ambigua] = mejor.lat[ambigua] = np.nan
    mejor.marcas[ambigua] = 0
    return mejor, ambigua


def _metros_entre(a: Candidato, b: Candidato) -> npt.NDArray[np.float64]:
    """Distance between the two points of each row, in metres; a plane is good enough at a hundred metres."""
    norte = (a.lat - b.lat) * METROS_POR_GRADO
    este = (a.lon - b.lon) * METROS_POR_GRADO * np.cos(np.radians(a.lat))
    return np.hypot(norte, este)


def _nombrar(marcas: npt.NDArray[np.int64]) -> pl.Series:
    serie = pl.Series("arreglo", marcas)
    nombres = {marca: nombre_arreglo(marca) or None for marca in serie.unique().to_list()}
    return serie.replace_strict(nombres, return_dtype=pl.String)
