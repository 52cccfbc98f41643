"""What a faulty coordinate may have meant: each known fault, undone, is one candidate point."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from pyproj import Transformer

Puntos = npt.NDArray[np.float64]
Marcas = npt.NDArray[np.int64]
Filas = npt.NDArray[np.bool_]

INTERCAMBIO, SIGNO, PUNTO, UTM, MILES, HUSO, HEMISFERIO = (1 << i for i in range(7))
ARREGLOS = {
    INTERCAMBIO: "intercambio",
    SIGNO: "signo",
    PUNTO: "punto",
    UTM: "utm",
    MILES: "miles",
    HUSO: "huso",
    HEMISFERIO: "hemisferio",
}

_HUSOS = (19, 18, 12)
"""UTM zones of Chile: the north and the interior, the southern coast, Easter Island."""


@dataclass(frozen=True)
class Eje:
    """One column as it was read: its numbers, and where three figures after the point may be thousands (`507.000`)."""

    valor: Puntos
    miles: Filas


@dataclass(frozen=True)
class Candidato:
    """Where each row would lie (degrees, NaN where the hypothesis does not apply), and the repairs it takes."""

    lon: Puntos
    lat: Puntos
    marcas: Marcas


def candidatos(lat: Eje, lon: Eje) -> Iterator[Candidato]:
    """Every hypothesis of the catalogue of faults, for all rows at once; the simplest first."""
    for marca, este_oeste, norte_sur in ((0, lon, lat), (INTERCAMBIO, lat, lon)):
        yield _geografico(norte_sur.valor, este_oeste.valor, marca)
    for marca, este, norte in ((0, lon, lat), (INTERCAMBIO, lat, lon)):
        yield from _metrico(este, norte, marca)
    yield from _huso_ajeno(lat.valor, lon.valor)
    yield from _hemisferio_norte(lat.valor, lon.valor)


def nombre_arreglo(marcas: int) -> str:
    """The id of a repair: its parts joined by `+`, such as `intercambio+signo`."""
    return "+".join(nombre for marca, nombre in ARREGLOS.items() if marcas & marca)


def _geografico(lat: Puntos, lon: Puntos, marca: int) -> Candidato:
    """Degrees whose sign or point went missing; everything in Chile lies south and west."""
    punto = (_sin_punto(lat) | _sin_punto(lon)) * PUNTO
    signo = ((lat > 0) | (lon > 0)) * SIGNO
    return Candidato(-_con_punto(lon), -_con_punto(lat), (marca | punto | signo).astype(np.int64))


def _sin_punto(valor: Puntos) -> Filas:
    return (np.abs(valor) >= 180) & (valor == np.floor(valor))


def _con_punto(valor: Puntos) -> Puntos:
    """The magnitude in degrees; an integer too big for degrees gets its point back after two figures."""
    magnitud = np.abs(valor)
    perdido = _sin_punto(valor)
    cifras = np.floor(np.log10(np.where(perdido, magnitud, 1))) + 1
    return np.where(perdido, magnitud / 10.0 ** (cifras - 2), magnitud)


def _metrico(este: Eje, norte: Eje, marca: int) -> Iterator[Candidato]:
    x, x_miles = _metros(este, 1e5, 1e6)
    y, y_miles = _metros(norte, 1e6, 1e7)
    sirve = ~np.isnan(x) & ~np.isnan(y)
    if not sirve.any():
        return
    marcas = (marca | UTM | (x_miles | y_miles) * MILES).astype(np.int64)
    for huso in _HUSOS:
        lon, lat = _transformar(huso, False, x, y, sirve, inversa=True)
        yield Candidato(lon, lat, marcas)


def _metros(eje: Eje, desde: float, hasta: float) -> tuple[Puntos, Filas]:
    """UTM metres within a range; thousands read as decimals are multiplied back, NaN where neither fits."""
    valor = eje.valor
    directo = (valor >= desde) & (valor < hasta)
    # A bare 507 may have lost its last figures and would land up to a kilometre away: it is no candidate.
    en_miles = (valor >= desde / 1000) & (valor < hasta / 1000) & (eje.miles | (valor != np.floor(valor)))
    return np.where(directo, valor, np.where(en_miles, np.round(valor * 1000, 6), np.nan)), en_miles


def _huso_ajeno(lat: Puntos, lon: Puntos) -> Iterator[Candidato]:
    """Metres of one zone that somebody converted as those of its neighbour: exactly six degrees away."""
    marcas = np.full(len(lat), HUSO, dtype=np.int64)
    for grados in (6.0, -6.0):
        yield Candidato(lon + grados, lat, marcas)


def _hemisferio_norte(lat: Puntos, lon: Puntos) -> Iterator[Candidato]:
    """Southern metres that somebody converted as northern ones: back to metres, and down the right way."""
    sirve = (lat > 0) & (lat < 84) & (np.abs(lon) <= 180)
    if not sirve.any():
        return
    marcas = np.full(len(lat), HEMISFERIO, dtype=np.int64)
    for huso in _HUSOS:
        x, y = _transformar(huso, True, lon, lat, sirve, inversa=False)
        yield Candidato(*_transformar(huso, False, x, y, sirve & np.isfinite(x), inversa=True), marcas)


@cache
def _transformador(huso: int, norte: bool) -> Transformer:
    return Transformer.from_crs(4326, (32600 if norte else 32700) + huso, always_xy=True)


def _transformar(huso: int, norte: bool, x: Puntos, y: Puntos, filas: Filas, *, inversa: bool) -> tuple[Puntos, Puntos]:
    """Degrees to metres of a zone, or back when `inversa`, for the given rows; NaN elsewhere and where it fails."""
    a, b = np.full(len(x), np.nan), np.full(len(y), np.nan)
    direccion = "INVERSE" if inversa else "FORWARD"
    hecho_a, hecho_b = _transformador(huso, norte).transform(x[filas], y[filas], direction=direccion)
    a[filas], b[filas] = hecho_a, hecho_b
    falla = ~(np.isfinite(a) & np.isfinite(b))
    a[falla] = b[falla] = np.nan
    return a, b
