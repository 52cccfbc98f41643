"""Dirt in coordinates: each fault of the table in the domain's notes, by name."""

from __future__ import annotations

import numpy as np
import pyproj

from observatorio.muestra.azar import Enteros, Reales, Textos, textos
from observatorio.muestra.lugares import a_metros

REPARABLES = (
    "coord_intercambiadas",
    "coord_signo",
    "coord_coma",
    "coord_punto_perdido",
    "coord_utm",
    "coord_utm_intercambiadas",
    "coord_miles",
    "coord_kilometros",
    "coord_zona",
    "coord_hemisferio",
)
IRREPARABLES = ("coord_centroide", "coord_cero")
TODAS = (*REPARABLES, *IRREPARABLES)
SOLO_TEXTO = ("coord_coma", "coord_miles")
"""Faults that a file of numbers cannot hold."""
_CENTROIDE = (-68.9294, -22.4624)


def escribir(lon: Reales, lat: Reales) -> tuple[Textos, Textos]:
    """Both as text with seven decimals."""
    return textos([f"{x:.7f}" for x in lon]), textos([f"{y:.7f}" for y in lat])


def ensuciar(
    rng: np.random.Generator,
    lon: Reales,
    lat: Reales,
    presentes: Enteros,
    fallas: Textos,
    tasa: float,
    clases: tuple[str, ...] = TODAS,
) -> tuple[Textos, Textos]:
    """Texts for X and Y; a share of the rows `presentes` get one fault each, every one of `clases` in turn."""
    x, y = escribir(lon, lat)
    elegidas = presentes[rng.random(len(presentes)) < tasa]
    turno = (int(rng.integers(len(clases))) + np.arange(len(elegidas))) % len(clases)
    for k, falla in enumerate(clases):
        suyas = elegidas[turno == k]
        if len(suyas):
            x[suyas], y[suyas] = _aplicar(falla, lon[suyas], lat[suyas])
            fallas[suyas] = [f"{f};{falla}" if f else falla for f in fallas[suyas]]
    return x, y


def _aplicar(falla: str, lon: Reales, lat: Reales) -> tuple[Textos, Textos]:
    x, y = escribir(lon, lat)
    este, norte = a_metros(lon, lat).T
    if falla == "coord_intercambiadas":
        return y, x
    if falla == "coord_signo":
        return escribir(np.abs(lon), np.abs(lat))
    if falla == "coord_coma":
        return textos([v.replace(".", ",") for v in x]), textos([v.replace(".", ",") for v in y])
    if falla == "coord_punto_perdido":
        return textos([v.replace(".", "") for v in x]), textos([v.replace(".", "") for v in y])
    if falla == "coord_utm":
        return _redondos(este), _redondos(norte)
    if falla == "coord_utm_intercambiadas":
        return _redondos(norte), _redondos(este)
    if falla == "coord_miles":
        return _con_miles(este), _con_miles(norte)
    if falla == "coord_kilometros":
        return textos([f"{v / 1000:.3f}" for v in este]), textos([f"{v / 1000:.3f}" for v in norte])
    if falla == "coord_zona":
        return _leer_como(32718, este, norte)
    if falla == "coord_hemisferio":
        return _leer_como(32619, este, norte)
    fijo = _CENTROIDE if falla == "coord_centroide" else (0.0, 0.0)
    return textos([str(fijo[0])] * len(lon)), textos([str(fijo[1])] * len(lon))


def _redondos(valores: Reales) -> Textos:
    return textos([f"{v:.0f}" for v in valores])


def _con_miles(valores: Reales) -> Textos:
    return textos([f"{v:,.0f}".replace(",", ".") for v in valores])


def _leer_como(epsg: int, este: Reales, norte: Reales) -> tuple[Textos, Textos]:
    """Degrees that someone gets who takes UTM 19S for another zone or hemisphere."""
    lon, lat = pyproj.Transformer.from_crs(epsg, 4326, always_xy=True).transform(este, norte)
    return escribir(lon, lat)
