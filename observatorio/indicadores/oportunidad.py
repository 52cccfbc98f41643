"""Opportunity gap: how many establishments of a sector a zone lacks beside what its people would have elsewhere.

Formulas. Demand D = P_z·(F_i/P): the people of the zone by the establishments that each person of the reference has.
Gap = D - S, S those that the zone has. The ratio S/D of few expected establishments is mostly chance, so it is shrunk
towards that of all zones by empirical Bayes: S ~ Poisson(D·θ), θ ~ Gamma(a, b) with the moments of the zones (Marshall,
*JRSS C* 40, 1991; Clayton and Kaldor, *Biometrics* 43, 1987). With m = ΣS/ΣD and A = ΣD(S/D - m)²/ΣD - m/D̄, where D̄ is
the mean of D: a = m²/A, b = m/A, and given S, θ ~ Gamma(a + S, b + D). Shrunk gap = D·(1 - E[θ]); its interval takes
the quantiles of θ. Where A ≤ 0 the zones differ no more than chance makes them: all have the same θ, ΣS/ΣD, known as
well as Gamma(ΣS + ½, ΣD) tells (Jeffreys' prior).

Assumptions, to be read with every figure: demand follows those who live in the zone, and neither those who work or pass
there; everybody asks for the same; what people of a zone buy in the next one is not seen. It means something for what
is sold to residents, and nothing for mining or what is sold to mines. The interval is that of the model with its prior
taken as known, which makes it a little too narrow.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import special
from sqlalchemy import Connection

from observatorio.db.queries import espacial as consultas

Reales = npt.NDArray[np.float64]

CONFIANZA = 0.95
Lectura = Literal["faltan", "sobran", "no_se_distingue"]

BRECHAS = pl.Schema(
    {
        "zona": pl.String(),
        "seccion": pl.String(),
        "poblacion": pl.Float64(),
        "existentes": pl.Int64(),
        "esperados": pl.Float64(),
        "brecha": pl.Float64(),
        "brecha_suavizada": pl.Float64(),
        "brecha_desde": pl.Float64(),
        "brecha_hasta": pl.Float64(),
        "lectura": pl.String(),
    }
)


@dataclass(frozen=True)
class Referencia:
    """Whom the zones are compared with: how many establishments of each section `personas` people have there.

    None is what its office keeps secret, which is not zero. Another territory must count the same things: the SII's
    regional tables count firms by their head office, and not premises.
    """

    nombre: str
    personas: float
    establecimientos: Mapping[str, float | None]


@dataclass(frozen=True)
class Previa:
    """What all zones say of a section: the common ratio `media`, and a and b of the Gamma, None where the zones differ
    no more than chance makes them."""

    media: float
    a: float | None
    b: float | None


@dataclass(frozen=True, eq=False)
class Oportunidad:
    """The gaps of the zones, and what stands behind them.

    `brechas` (`BRECHAS`, by section and zone): the formula's gap and the shrunk one with its interval, and whether that
    says that some lack (`faltan`), abound (`sobran`) or neither. `sin_poblacion` are the zones whose people are not
    known, `sin_habitantes` those where nobody lives: neither is compared. `sin_referencia` are the sections of which
    the reference tells nothing, or has none. `ubicados` of the `establecimientos` with a known section lie in the zones
    that are compared.
    """

    brechas: pl.DataFrame
    previas: Mapping[str, Previa]
    referencia: Referencia
    confianza: float
    sin_poblacion: tuple[str, ...]
    sin_habitantes: tuple[str, ...]
    sin_referencia: tuple[str, ...]
    ubicados: int
    establecimientos: int


def oportunidad(
    conn: Connection,
    cut: str,
    anio: int,
    nivel: str,
    *,
    referencia: Referencia | None = None,
    secciones: Collection[str] | None = None,
    confianza: float = CONFIANZA,
) -> Oportunidad:
    """The gaps of the zones of a level in a comuna and year (see `comparar`); people are those of `territorio.zona`,
    counted or estimated there, of the census that the level brought."""
    zonas = consultas.zonas(conn, nivel, cut)
    poblacion = dict(zonas.select("zona", "poblacion").iter_rows())
    conteos = consultas.por_seccion(conn, cut, anio, nivel).select("zona", "seccion", "establecimientos")
    return comparar(conteos, poblacion, referencia=referencia, secciones=secciones, confianza=confianza)


def comparar(
    conteos: pl.DataFrame,
    poblacion: Mapping[str, float | None],
    *,
    referencia: Referencia | None = None,
    secciones: Collection[str] | None = None,
    confianza: float = CONFIANZA,
) -> Oportunidad:
    """The gap of every inhabited zone in every section (only in `secciones`, where given).

    `conteos` (`zona seccion establecimientos`): what each zone has; a pair without a row has none, and those in no
    zone, or whose section is not known, are left out. Without `referencia` the zones are compared with themselves
    together: their gaps then add up to zero in each section, since both sides count the same establishments and people.
    """
    conocidos = conteos.filter(pl.col("seccion").is_not_null())
    gente = {z: p for z, p in sorted(poblacion.items()) if p is not None and p > 0}
    comparables = conocidos.filter(pl.col("zona").is_in(list(gente)))
    contra = referencia or _de_si_mismas(comparables, gente)
    pedidas = {*conocidos["seccion"], *contra.establecimientos} if secciones is None else set(secciones)
    tasas = {s: (contra.establecimientos.get(s) or 0) / contra.personas for s in sorted(pedidas) if gente}
    tiene = {(z, s): n for z, s, n in comparables.select("zona", "seccion", "establecimientos").iter_rows()}
    personas = np.array(list(gente.values()), dtype=np.float64)
    partes, previas = [BRECHAS.to_frame()], {}
    for seccion, tasa in tasas.items():
        if not tasa:
            continue
        hay = np.array([tiene.get((z, seccion), 0) for z in gente], dtype=np.int64)
        esperados = personas * tasa
        previa, (suave, desde, hasta) = suavizar(hay, esperados, confianza)
        previas[seccion] = previa
        lectura = np.where(desde > 0, "faltan", np.where(hasta < 0, "sobran", "no_se_distingue"))
        columnas = (list(gente), [seccion] * len(gente), personas, hay, esperados, esperados - hay, suave, desde, hasta)
        partes.append(pl.DataFrame(dict(zip(BRECHAS, (*columnas, lectura.tolist()), strict=True)), schema=BRECHAS))
    return Oportunidad(
        pl.concat(partes),
        previas,
        contra,
        confianza,
        tuple(sorted(z for z, p in poblacion.items() if p is None)),
        tuple(sorted(z for z, p in poblacion.items() if p == 0)),
        tuple(s for s, tasa in tasas.items() if not tasa),
        int(comparables["establecimientos"].sum()),
        int(conocidos["establecimientos"].sum()),
    )


def suavizar(
    existentes: npt.NDArray[np.int64], esperados: Reales, confianza: float
) -> tuple[Previa, tuple[Reales, ...]]:
    """What all zones say of the ratio S/D, and of each zone the shrunk gap and both ends of its interval.

    `esperados` are positive.
    """
    total, demanda = float(existentes.sum()), float(esperados.sum())
    media = total / demanda
    razon = existentes / esperados
    dispersion = float((esperados * (razon - media) ** 2).sum()) / demanda - media / float(esperados.mean())
    if dispersion > 0:
        a, b = media**2 / dispersion, media / dispersion
        previa, forma, tasa = Previa(media, a, b), a + existentes, b + esperados
        centro = forma / tasa
    else:
        previa = Previa(media, None, None)
        forma, tasa = np.full(len(esperados), total + 0.5), np.full(len(esperados), demanda)
        centro = np.full(len(esperados), media)
    cola = (1 - confianza) / 2
    bajo, alto = (special.gammaincinv(forma, q) / tasa for q in (cola, 1 - cola))
    return previa, (esperados * (1 - centro), esperados * (1 - alto), esperados * (1 - bajo))


def _de_si_mismas(conteos: pl.DataFrame, gente: Mapping[str, float]) -> Referencia:
    """The compared zones together."""
    sumas = conteos.group_by("seccion").agg(pl.col("establecimientos").sum()).sort("seccion")
    return Referencia("las zonas comparadas", float(sum(gente.values())), dict(sumas.iter_rows()))
