"""The neighbourhood of a level of zones as the database has it."""

from __future__ import annotations

import shapely
from sqlalchemy import Connection

from observatorio.catastro.zonas import RESOLUCIONES
from observatorio.db.queries import espacial as consultas
from observatorio.indicadores.espacial.vecindad import Vecindad, de_h3, de_poligonos


def vecindad_de(conn: Connection, nivel: str, cut: str) -> Vecindad:
    """Who touches whom among the zones of a level in a comuna: hexagons by their grid, all others by their polygons."""
    if nivel in RESOLUCIONES:
        return de_h3(consultas.zonas(conn, nivel, cut)["zona"])
    formas = consultas.poligonos(conn, nivel, cut)
    return de_poligonos({z: None if wkb is None else shapely.from_wkb(wkb) for z, wkb in formas.items()})
