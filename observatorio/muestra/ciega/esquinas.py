"""Where the streets cross: the corners that people name instead of a number."""

from __future__ import annotations

from functools import cache

import numpy as np
import shapely

from observatorio.muestra.azar import Enteros, Reales
from observatorio.muestra.ciega.tasas import tasas
from observatorio.muestra.lugares import puntos
from observatorio.muestra.parametros import tabla

Cruces = tuple[list[str], Reales]
"""The other streets, in the order of the file, and the points (UTM 19S) where they cross."""


@cache
def _cruces() -> dict[str, Cruces]:
    filas = [f for f in tabla("calles") if f["clase"] != "RUTA"]
    lineas = [shapely.LineString(puntos(f["trazado"])) for f in filas]
    salida: dict[str, Cruces] = {}
    for i, fila in enumerate(filas):
        otras, xy = [], []
        for j, otra in enumerate(filas):
            if i != j and lineas[i].intersects(lineas[j]):
                punto = lineas[i].intersection(lineas[j]).centroid
                otras.append(otra["nombre"])
                xy.append((punto.x, punto.y))
        if otras:
            salida[fila["nombre"]] = otras, np.array(xy)
    return salida


def cercanas(calle: str, xy: Reales) -> tuple[list[str], Reales]:
    """The streets that cross this one near a point, nearest corner first, and their corners (UTM 19S)."""
    otras, esquinas = _cruces().get(calle, ([], np.zeros((0, 2))))
    metros = np.hypot(*(esquinas - xy).T)
    orden: Enteros = np.argsort(metros, kind="stable").astype(np.int64)
    orden = orden[metros[orden] < tasas().puntos.esquina_cerca]
    return [otras[i] for i in orden], esquinas[orden]
