"""Whether a point lies in the comuna that its row names."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely

from observatorio import referencia

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

Puntos = npt.NDArray[np.float64]

MARGEN_MINIMO_KM, MARGEN_MAXIMO_KM, MARGEN_RELATIVO = 1.5, 8.0, 0.065
"""How far outside a simplified polygon a point still counts: a share of the root of its area, within two bounds.
Against finer polygons of region 2 the simplified ones stray 0.4 to 7.4 km (Calama), which these figures cover."""

_KM_POR_GRADO = 111.32
_CHILE_LON, _CHILE_LAT = (-110.0, -66.0), (-90.0, -17.0)


class ConPoligono(Protocol):
    """A comuna: its code and its polygon in EPSG:4326."""

    @property
    def cut(self) -> str: ...
    @property
    def geometria(self) -> BaseGeometry: ...


class ZonasComuna:
    """The polygons of the comunas, ready for many points at once.

    `oficiales` (cut -> polygon in EPSG:4326) go before the simplified ones and get no margin.
    """

    def __init__(self, comunas: Iterable[ConPoligono], oficiales: Mapping[str, BaseGeometry] | None = None) -> None:
        self._oficiales = dict(oficiales or {})
        self._simples = {comuna.cut: comuna.geometria for comuna in comunas}
        self._listas: dict[str, BaseGeometry] = {}

    def conoce(self, cut: str | None) -> bool:
        """Whether there is a polygon for this code."""
        return cut is not None and (cut in self._oficiales or cut in self._simples)

    def forma(self, cut: str) -> BaseGeometry:
        """The prepared polygon of a known comuna, margin included (EPSG:4326); made once, when first asked for."""
        if cut not in self._listas:
            oficial = self._oficiales.get(cut)
            forma = oficial if oficial is not None else _con_margen(self._simples[cut])
            shapely.prepare(forma)
            self._listas[cut] = forma
        return self._listas[cut]

    def dentro(self, cut: pl.Series, lon: Puntos, lat: Puntos) -> npt.NDArray[np.bool_]:
        """For each row, whether (lon, lat) lies in the comuna `cut`; without a polygon, whether it lies in Chile.

        NaN lies nowhere. The arrays and the series have the same length.
        """
        if cut.n_unique() == 1:
            return self._prueba(cut[0], lon, lat)
        resultado = np.zeros(len(cut), dtype=bool)
        grupos = pl.DataFrame({"cut": cut}).with_row_index("i").partition_by("cut", as_dict=True)
        for (codigo,), grupo in grupos.items():
            filas = grupo["i"].to_numpy()
            resultado[filas] = self._prueba(codigo, lon[filas], lat[filas])
        return resultado

    def _prueba(self, cut: str | None, lon: Puntos, lat: Puntos) -> npt.NDArray[np.bool_]:
        if cut is None or not self.conoce(cut):
            return _entre(lon, *_CHILE_LON) & _entre(lat, *_CHILE_LAT)
        forma = self.forma(cut)
        oeste, sur, este, norte = forma.bounds
        cerca = _entre(lon, oeste, este) & _entre(lat, sur, norte)
        cerca[cerca] = shapely.contains_xy(forma, lon[cerca], lat[cerca])
        return cerca


@cache
def zonas_de_referencia() -> ZonasComuna:
    """The polygons that the project brings along; read once for the whole process."""
    return ZonasComuna(referencia.comunas())


def _entre(valores: Puntos, desde: float, hasta: float) -> npt.NDArray[np.bool_]:
    return (valores >= desde) & (valores <= hasta)


def _con_margen(forma: BaseGeometry) -> BaseGeometry:
    """The polygon grown by its margin, with degrees scaled so that a kilometre is one in both directions."""
    lat = math.radians((forma.bounds[1] + forma.bounds[3]) / 2)
    escala = np.array([_KM_POR_GRADO * math.cos(lat), _KM_POR_GRADO])
    plana = shapely.transform(forma, lambda puntos: puntos * escala)
    margen = min(max(MARGEN_RELATIVO * math.sqrt(plana.area), MARGEN_MINIMO_KM), MARGEN_MAXIMO_KM)
    # Island by island: growing the thousands of them in the southern comunas at once takes minutes.
    islas = shapely.buffer(shapely.get_parts(plana), margen, quad_segs=4)
    crecida = shapely.simplify(shapely.union_all(islas), 0.1)
    return shapely.transform(crecida, lambda puntos: puntos / escala)
