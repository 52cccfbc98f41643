"""What the tests of vector tiles ask for, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import geopandas as gpd
import httpx

from observatorio.db.queries.malla import Tesela

CUT, ANIO = "02201", 2024
CENTRO = (-68.93, -22.46)
MERCATOR = 20_037_508.342_789_244
"""Half the width of the world in EPSG:3857, in metres."""
CUENTA = "SELECT count(*) FROM catastro.establecimiento_anio WHERE cut = '02201' AND anio = 2024 AND geom IS NOT NULL"
Leer = Callable[..., gpd.GeoDataFrame]
Como = Callable[..., httpx.Response]
_MUNDO = Tesela(0, 0, 0)


def ruta(t: Tesela, coleccion: str = "establecimientos", consulta: str = "") -> str:
    """The path of a tile under `/ogc`."""
    return f"/collections/{coleccion}/tiles/WebMercatorQuad/{t.z}/{t.y}/{t.x}{consulta}"


def todas(z: int, pedir: Callable[[Tesela], bytes], dentro: Tesela = _MUNDO) -> Iterator[tuple[Tesela, bytes]]:
    """Every tile of a zoom that holds something, found by going down through those that do."""
    cuerpo = pedir(dentro)
    if cuerpo and dentro.z == z:
        yield dentro, cuerpo
    elif cuerpo:
        for dx in (0, 1):
            for dy in (0, 1):
                yield from todas(z, pedir, Tesela(dentro.z + 1, 2 * dentro.x + dx, 2 * dentro.y + dy))
