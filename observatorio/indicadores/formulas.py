"""The formulas of the derived indicators: pure functions from a group to its figures.

What is not known (None) is in no sum, and what cannot be computed is None or left out: never zero.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from observatorio.indicadores.derivado import Cifras, Grupo

NS, IM, RS = "ns", "im", "rs"
COMPONENTES = {
    NS: "Crecimiento de la región (NS)",
    IM: "Mezcla de sectores (IM)",
    RS: "Ventaja local (RS)",
}
"""The parts of a shift-share, with the name of each."""


def por_territorio(escala: float) -> Callable[[Grupo], Cifras]:
    """`escala * figure / (people or km²)`; None where there are none, or nobody knows how many."""

    def calculo(grupo: Grupo) -> Cifras:
        figura = grupo.ahora.get("", 0.0)
        return {("", ""): None if figura is None or not grupo.territorio else escala * figura / grupo.territorio}

    return calculo


def proporcion(grupo: Grupo) -> Cifras:
    """The share of each category in %, among those of known category."""
    return {(c, ""): 100 * p for c, p in _proporciones(grupo.ahora).items()}


def hhi(grupo: Grupo) -> Cifras:
    """Herfindahl-Hirschman: the sum of the squares of the shares in %, from 10,000/S (all S equal) to 10,000 (one)."""
    partes = _proporciones(grupo.ahora)
    return {("", ""): math.fsum((100 * p) ** 2 for p in partes.values()) if partes else None}


def shannon(grupo: Grupo) -> Cifras:
    """Shannon's diversity H = -Σ p ln p over the categories that have something, from 0 to ln S."""
    partes = _proporciones(grupo.ahora)
    return {("", ""): _entropia(partes) if partes else None}


def equidad(grupo: Grupo) -> Cifras:
    """Pielou's evenness H / ln S, where S counts the categories that have something; of a single one there is none."""
    partes = {c: p for c, p in _proporciones(grupo.ahora).items() if p > 0}
    return {("", ""): _entropia(partes) / math.log(len(partes)) if len(partes) > 1 else None}


def cociente_localizacion(grupo: Grupo) -> Cifras:
    """LQ = (e_i/e) / (E_i/E) of each category: its share here over its share in the region.

    Here the whole is of the categories that are known and that the region has, so that the mean of the quotients
    weighted by the region's shares is 1. Where the region is not known there is no figure.
    """
    region = {c: v for c, v in (grupo.region or {}).items() if v}
    ahora = {c: v for c, v in grupo.ahora.items() if v is not None and c in region}
    local, total = math.fsum(ahora.values()), math.fsum(region.values())
    if local <= 0:
        return {}
    return {(c, ""): (v / local) / (region[c] / total) for c, v in ahora.items()}


def shift_share(grupo: Grupo) -> Cifras:
    """The change of each category in three parts that add up to it (Dunn, 1960): NS = e0·g, IM = e0·(g_i - g) and
    RS = e0·(g_ir - g_i), where g is the growth of the region, g_i that of the category in it, g_ir that of here.

    RS is written e1 - e0·(1 + g_i), which also holds for a category that was not here before. Only categories are
    compared that are known here and in the region in both years, and that the region had before.
    """
    if grupo.antes is None or grupo.region is None or grupo.region_antes is None:
        return {}
    region = {c: (v0, v1) for c, v0 in grupo.region_antes.items() if v0 and (v1 := grupo.region.get(c)) is not None}
    total0, total1 = (math.fsum(v[i] for v in region.values()) for i in (0, 1))
    if total0 <= 0:
        return {}
    crecimiento = total1 / total0 - 1
    cifras: dict[tuple[str, str], float | None] = {}
    for c in sorted(({*grupo.ahora, *grupo.antes}) & set(region)):
        e0, e1 = grupo.antes.get(c, 0.0), grupo.ahora.get(c, 0.0)
        if e0 is None or e1 is None:
            continue
        propio = region[c][1] / region[c][0] - 1
        cifras[c, NS] = e0 * crecimiento
        cifras[c, IM] = e0 * (propio - crecimiento)
        cifras[c, RS] = e1 - e0 * (1 + propio)
    return cifras


def _proporciones(figuras: Mapping[str, float | None]) -> dict[str, float]:
    """The share of each known category; none at all when nothing adds up."""
    conocidas = {c: v for c, v in figuras.items() if v is not None}
    total = math.fsum(conocidas.values())
    return {c: v / total for c, v in conocidas.items()} if total > 0 else {}


def _entropia(partes: Mapping[str, float]) -> float:
    # The sum of nothing but a certainty is -0.0, which would be written with its sign.
    return abs(math.fsum(p * math.log(p) for p in partes.values() if p > 0))
