"""Which zones touch which: the weights of every spatial statistic.

Contiguity is that of the edge ("rook": Cliff and Ord, *Spatial Processes*, 1981): hexagons that share a side, polygons
whose borders share a line and not only a corner.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import h3
import numpy as np
import numpy.typing as npt
import shapely
from scipy import sparse

Reales = npt.NDArray[np.float64]

_COMPARTEN_BORDE = "****1****"
"""DE-9IM: what two borders have in common has the dimension of a line."""


@dataclass(frozen=True, eq=False)
class Vecindad:
    """Zones in the order of their codes, and the symmetric matrix that has a 1 where two of them touch."""

    zonas: tuple[str, ...]
    matriz: sparse.csr_array

    @property
    def grados(self) -> Reales:
        """How many neighbours each zone has."""
        return np.diff(self.matriz.indptr).astype(np.float64)

    @property
    def islas(self) -> tuple[str, ...]:
        """The zones that touch no other."""
        return tuple(z for z, grado in zip(self.zonas, self.grados, strict=True) if grado == 0)

    def entre(self, zonas: Collection[str]) -> Vecindad:
        """The same among some zones only: what touched a zone that is left out no longer does."""
        pedidas = set(zonas)
        cuales = np.array([i for i, z in enumerate(self.zonas) if z in pedidas], dtype=np.int64)
        return Vecindad(tuple(self.zonas[i] for i in cuales), sparse.csr_array(self.matriz[cuales][:, cuales]))

    def con_entorno(self, zonas: Collection[str]) -> Vecindad:
        """The same among some zones and those that touch them.

        Over a desert nearly every cell is empty, and any inhabited one is extreme beside them. Statistics of what
        concentrates within the inhabited part are asked of it and of its rim, where the zeros mean something.
        """
        ocupadas = np.isin(self.zonas, sorted(zonas))
        alcanzadas = ocupadas | (self.matriz @ ocupadas.astype(np.float64) > 0)
        return self.entre([z for z, esta in zip(self.zonas, alcanzadas, strict=True) if esta])


def de_pares(zonas: Iterable[str], pares: Iterable[tuple[str, str]]) -> Vecindad:
    """The neighbourhood of distinct zones, from pairs that touch, each in one direction or in both."""
    codigos = tuple(sorted(zonas))
    puesto = {z: i for i, z in enumerate(codigos)}
    hechos = {(puesto[a], puesto[b]) for a, b in pares if a != b}
    lados = sorted(hechos | {(b, a) for a, b in hechos})
    filas, columnas = ([lado[eje] for lado in lados] for eje in (0, 1))
    forma = (len(codigos), len(codigos))
    matriz = sparse.coo_array((np.ones(len(lados)), (filas, columnas)), shape=forma)
    return Vecindad(codigos, sparse.csr_array(matriz))


def de_h3(celdas: Iterable[str]) -> Vecindad:
    """H3 cells of one resolution, each with those of the six around it that are among them."""
    todas = set(celdas)
    return de_pares(todas, ((c, v) for c in todas for v in h3.grid_disk(c, 1) if v != c and v in todas))


def de_poligonos(formas: Mapping[str, shapely.Geometry | None]) -> Vecindad:
    """Zones whose polygons share an edge; any CRS, the same for all. A zone without a polygon touches nobody.

    Borders must meet exactly, as those of one official layer do: zones that were drawn apart, with gaps or overlaps
    between them, are islands, and are said to be.
    """
    codigos = sorted(formas)
    dibujos = np.array([formas[z] for z in codigos], dtype=object)
    hay = np.flatnonzero(~(shapely.is_missing(dibujos) | shapely.is_empty(dibujos)))
    a, b = shapely.STRtree(dibujos[hay]).query(dibujos[hay], predicate="intersects")
    a, b = hay[a[a < b]], hay[b[a < b]]
    tocan = shapely.relate_pattern(dibujos[a], dibujos[b], _COMPARTEN_BORDE)
    return de_pares(codigos, ((codigos[i], codigos[j]) for i, j in zip(a[tocan], b[tocan], strict=True)))
