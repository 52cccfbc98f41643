"""Doors and their coordinates: the vector of places, and the way between metres (UTM 19S) and degrees."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache

import numpy as np
import pyproj

from observatorio.muestra.azar import Enteros, Reales, Textos, textos

CUT = "02201"
EPSG_UTM = 32719
CENTRO_UTM = (507_263.5, 7_515_988.7)
"""The centre (-22.4624, -68.9294) in EPSG:32719: offsets of the data files count from here."""


@dataclass(frozen=True)
class Lugares:
    """Doors, one per element: address parts as the truth knows them, comuna, zone class and point (EPSG:4326)."""

    calle: Textos
    numero: Textos
    resto: Textos
    villa: Textos
    cut: Textos
    zona: Textos
    lon: Reales
    lat: Reales

    def __len__(self) -> int:
        return len(self.lon)

    def tomar(self, indices: Enteros) -> Lugares:
        """The doors at these positions."""
        return Lugares(*(getattr(self, campo.name)[indices] for campo in fields(self)))

    @staticmethod
    def unir(partes: list[Lugares]) -> Lugares:
        """All doors of the parts, in order."""
        return Lugares(*(np.concatenate([getattr(p, c.name) for p in partes]) for c in fields(Lugares)))

    def direcciones(self) -> Textos:
        """Each address in one line, in capitals: street, number, unit."""
        filas = zip(self.calle, self.numero, self.resto, self.zona, strict=True)
        return textos([_en_una_linea(*fila) for fila in filas])


def _en_una_linea(calle: str, numero: str, resto: str, zona: str) -> str:
    if zona == "industrial":
        return f"{calle} SITIO {numero}, {resto}"
    base = f"{calle} {numero}".strip()
    return f"{base}, {resto}" if resto else base


def puntos(trazado: str) -> Reales:
    """`"x y;x y"` as an array of absolute UTM coordinates (EPSG:32719)."""
    pares = [tuple(map(float, par.split())) for par in trazado.split(";")]
    return np.array(pares) + np.array(CENTRO_UTM)


@cache
def _a_grados() -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(EPSG_UTM, 4326, always_xy=True)


@cache
def _a_metros() -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(4326, EPSG_UTM, always_xy=True)


def a_grados(xy: Reales) -> tuple[Reales, Reales]:
    """UTM 19S to longitude and latitude, rounded to the seventh decimal (about a centimetre)."""
    lon, lat = _a_grados().transform(xy[:, 0], xy[:, 1])
    return np.round(lon, 7), np.round(lat, 7)


def a_metros(lon: Reales, lat: Reales) -> Reales:
    """Longitude and latitude to UTM 19S, as an n x 2 array."""
    return np.column_stack(_a_metros().transform(lon, lat))


def a_lo_largo(trazado: Reales, distancia: Reales) -> tuple[Reales, Reales]:
    """Points at these metres along a line, and the unit normal of the line there."""
    tramos = np.diff(trazado, axis=0)
    largos = np.hypot(tramos[:, 0], tramos[:, 1])
    hitos = np.concatenate([[0.0], np.cumsum(largos)])
    xy = np.column_stack([np.interp(distancia, hitos, trazado[:, k]) for k in (0, 1)])
    cual = np.clip(np.searchsorted(hitos, distancia, side="right") - 1, 0, len(largos) - 1)
    direccion = tramos[cual] / largos[cual, None]
    return xy, np.column_stack([-direccion[:, 1], direccion[:, 0]])
