"""Comuna, province and region of a code, in the capitals of the SII's files."""

from __future__ import annotations

from functools import cache

from observatorio.muestra.azar import Textos, textos
from observatorio.muestra.parametros import tabla


@cache
def _nombres() -> dict[str, tuple[str, str, str]]:
    propia = {"02201": ("CALAMA", "EL LOA", "II REGION DE ANTOFAGASTA")}
    return propia | {f["cut"]: (f["comuna"], f["provincia"], f["region"]) for f in tabla("comunas_externas")}


def comunas(cut: Textos) -> Textos:
    """`CALAMA`."""
    return textos([_nombres()[c][0] for c in cut])


def provincias(cut: Textos) -> Textos:
    """`EL LOA`."""
    return textos([_nombres()[c][1] for c in cut])


def regiones(cut: Textos) -> Textos:
    """`II REGION DE ANTOFAGASTA`."""
    return textos([_nombres()[c][2] for c in cut])
