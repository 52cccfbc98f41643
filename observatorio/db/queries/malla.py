"""The tiles of WebMercatorQuad and the cells of their grids: numbers only.

A cell is numbered by its column and row bit by bit (Morton), so that the cells of a tile follow each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import asinh, atan, cos, degrees, pi, radians, sinh, tan
from typing import Final

ZOOM_MAXIMO: Final = 19
"""Here a unit of a tile (of 4096) is what the coordinates are kept to: 2 cm."""
BORDE: Final = 5
"""Around a tile, cells of 1/2^5 of it are drawn too, or circles would be cut at its edge."""
_RADIO_KM: Final = 6_378.137
"""Of the sphere that Web Mercator takes the Earth for."""

Caja = tuple[float, float, float, float]
"""A box in degrees (EPSG:4326): west, south, east, north."""


@dataclass(frozen=True)
class Tesela:
    """A tile of WebMercatorQuad: `z`, and column and row from the north-west corner. It must exist: see `existe`."""

    z: int
    x: int
    y: int

    def existe(self) -> bool:
        """Whether the numbers are those of a tile that is served."""
        return 0 <= self.z <= ZOOM_MAXIMO and 0 <= self.x < 2**self.z and 0 <= self.y < 2**self.z

    def caja(self, margen: float = 0.0) -> Caja:
        """Its box, grown by a part of the tile's width on every side."""
        lado = 2.0**self.z
        oeste, este = ((c / lado) * 360 - 180 for c in (self.x - margen, self.x + 1 + margen))
        norte, sur = (degrees(atan(sinh(pi * (1 - 2 * f / lado)))) for f in (self.y - margen, self.y + 1 + margen))
        return max(oeste, -180.0), max(sur, -90.0), min(este, 180.0), min(norte, 90.0)

    def pixel_km(self) -> float:
        """The width of one of its 256 pixels on the ground, in kilometres, at its middle."""
        _, sur, _, norte = self.caja()
        return 2 * pi * _RADIO_KM * cos(radians((sur + norte) / 2)) / (256 * 2**self.z)


def tesela_de(lon: float, lat: float, z: int) -> Tesela:
    """The tile of a zoom in which a place (EPSG:4326) lies."""
    lado = 2**z
    y = (1 - asinh(tan(radians(lat))) / pi) / 2
    return Tesela(z, min(int((lon + 180) / 360 * lado), lado - 1), min(max(int(y * lado), 0), lado - 1))


@dataclass(frozen=True)
class Tramo:
    """Cells that are numbered one after the other, all of one tile: the one that is drawn (`dx` and `dy` are 0), or a
    neighbour, so many tiles to the east and to the south."""

    desde: int
    hasta: int
    dx: int
    dy: int


def tramos(tesela: Tesela, nivel: int) -> Iterator[Tramo]:
    """The cells of a tile and of its border, where the whole square has 2^nivel by 2^nivel cells."""
    for dx in (0, -1, 1):
        for dy in (0, -1, 1):
            vecina = Tesela(tesela.z, tesela.x + dx, tesela.y + dy)
            if not vecina.existe():
                continue
            raiz = entrelazar(vecina.x, vecina.y)
            bloques = [(0, 1)] if dx == dy == 0 else list(_seguidos(_orilla(dx, dy)))
            ancho = 2 * (nivel - tesela.z - (0 if dx == dy == 0 else BORDE))
            base = raiz << (0 if dx == dy == 0 else 2 * BORDE)
            for desde, hasta in bloques:
                yield Tramo((base + desde) << ancho, ((base + hasta) << ancho) - 1, dx, dy)


def entrelazar(x: int, y: int) -> int:
    """Two numbers bit by bit, the first one's lowest: as `territorio.morton` does."""
    bits = range(max(x.bit_length(), y.bit_length()))
    return sum(((x >> i & 1) | (y >> i & 1) << 1) << 2 * i for i in bits)


def _orilla(dx: int, dy: int) -> list[int]:
    """The blocks of a neighbouring tile that touch the tile, by number: its far, its near, or all of its columns and
    rows."""
    lados = {-1: [2**BORDE - 1], 0: list(range(2**BORDE)), 1: [0]}
    return sorted(entrelazar(x, y) for x in lados[dx] for y in lados[dy])


def _seguidos(numeros: list[int]) -> Iterator[tuple[int, int]]:
    """Ascending numbers as runs: from the first to before the last."""
    desde = hasta = numeros[0]
    for uno in numeros:
        if uno > hasta:
            yield desde, hasta
            desde = uno
        hasta = uno + 1
    yield desde, hasta
