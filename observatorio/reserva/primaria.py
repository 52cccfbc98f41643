"""Which cells tell too much by themselves, and how far from the truth an attacker must be kept.

The rules are those of the statistical practice of the SII and of Eurostat's handbook (Hundepool et al., *Statistical
Disclosure Control*, 2012, ch. 4): a threshold of contributors, the p% rule for sums, and no cell in which all or none
of the members have a sensitive attribute. The numbers are settings: see docs/reserva.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from observatorio.reserva.sistema import TOTAL, Clave


@dataclass(frozen=True)
class Regla:
    """Thresholds: fewest contributors of a count, of one with natural persons or informals, and of a sum; p in %."""

    conteo: int = 3
    reforzado: int = 5
    dinero: int = 11
    p: int = 10


@dataclass(frozen=True)
class Requisito:
    """What an attacker must not be able to exclude of a cell: a value higher by `arriba` and lower by `abajo`.

    `del_mayor`: the same on both sides for its greatest contributor, who knows its own part and looks for the others'.
    `frente_a_solos`: whether it holds too against whoever is alone in other cells and knows their values.
    """

    arriba: int
    abajo: int
    del_mayor: int = 0
    frente_a_solos: bool = True


def de_conteos(conteos: pl.DataFrame, regla: Regla) -> dict[Clave, Requisito]:
    """The sensitive cells of `cubo.contar`: some contributors, but fewer than the threshold T.

    Of a count n, everything from T - 1 (or less) up to max(T, n + 2) must remain possible.
    """
    umbral = pl.when("reforzado").then(regla.reforzado).otherwise(regla.conteo)
    pocas = conteos.with_columns(umbral=umbral).filter(pl.col("contribuyentes").is_between(1, pl.col("umbral") - 1))
    return {
        tuple(clave): Requisito(max(umbral, n + 2) - n, max(0, n - umbral + 1))
        for *clave, n, umbral in pocas.select(*_claves(conteos), "valor", "umbral").iter_rows()
    }


def de_sumas(sumas: pl.DataFrame, regla: Regla, ceros: pl.Expr | None = None) -> dict[Clave, Requisito]:
    """The sensitive cells of `cubo.sumar`: fewer contributors than the threshold, or dominated by the greatest.

    With x1 and x2 the greatest contributions to X, the second greatest contributor knows x1 to within X - x1 - x2: that
    is too near when it is under p% of x1, and what is missing must be added on both sides. A cell that has few
    contributors is kept away from the truth by 5% of it at least. `ceros`: which sums of zero tell of each
    contributor that it has none; None where no zero does.
    """
    x1, x2, x3, valor = (pl.col(c) for c in ("mayor", "segundo", "tercero", "valor"))
    marco = sumas.select(
        *_claves(sumas),
        "valor",
        pocos=pl.col("contribuyentes") < regla.dinero,
        falta=_por_ciento(x1, regla.p) - (valor - x1 - x2),
        al_mayor=_por_ciento(x2, regla.p) - (valor - x1 - x2 - x3),
        delata=pl.lit(value=False) if ceros is None else ceros,
    )
    sensibles: dict[Clave, Requisito] = {}
    for *clave, total, pocos, falta, al_mayor, delata in marco.iter_rows():
        if total == 0:
            if delata:
                sensibles[tuple(clave)] = Requisito(1, 0, frente_a_solos=False)
        elif pocos or falta > 0:
            ancho = max(1, falta, -(-total // 20) if pocos else 0)
            sensibles[tuple(clave)] = Requisito(ancho, min(ancho, total), max(0, al_mayor))
    return sensibles


def _por_ciento(x: pl.Expr, p: int) -> pl.Expr:
    """p% of whole numbers, rounded up."""
    return (x * p + 99) // 100


@dataclass(frozen=True)
class Atributo:
    """A dimension that divides a cell by something sensitive: `valor` is what must be said neither of all the members
    of a cell nor of none of them; `imposible(clave)` where it cannot be by definition."""

    dimension: str
    valor: str
    valores: tuple[str, ...]
    imposible: Mapping[str, frozenset[str]]


def de_atributo(conteos: pl.DataFrame, atributo: Atributo, regla: Regla) -> tuple[dict[Clave, Requisito], set[Clave]]:
    """Cells of `cubo.contar` in which none, or all, of at least T have the attribute; and all parts of their division.

    Returns what is required of the cell with the attribute, and the keys of every cell of the division, zeros too: all
    of them are hidden, so that nobody can tell which is the zero; and so are the divisions of its parts, which would
    tell it again.
    """
    claves = _claves(conteos)
    lugar = claves.index(atributo.dimension)
    umbral = pl.when("reforzado").then(regla.reforzado).otherwise(regla.conteo)
    filas = conteos.select(*claves, "valor", umbral=umbral).iter_rows()
    valores = {tuple(c): (n, t) for *c, n, t in filas}
    divididas = {_con(c, lugar, TOTAL) for c in valores if c[lugar] != TOTAL}
    posibles = sorted(c for c in divididas if not _imposible(c, claves, atributo))
    requisitos: dict[Clave, Requisito] = {}
    for total in posibles:
        n, minimo = valores[total]
        tienen = valores.get(_con(total, lugar, atributo.valor), (0, 0))[0]
        if n >= minimo and tienen in (0, n):
            requisitos[_con(total, lugar, atributo.valor)] = _QUE_NO_CADA_UNO if tienen else _QUE_ALGUNO
    ninguno = [_con(c, lugar, TOTAL) for c, r in requisitos.items() if r.arriba]
    # A total of few members of whom none has it is below its own threshold, and would still tell it of its parts.
    for total in posibles:
        if _con(total, lugar, atributo.valor) not in valores and any(_es_parte(c, total) for c in ninguno):
            requisitos[_con(total, lugar, atributo.valor)] = _QUE_ALGUNO
    delatan = [_con(c, lugar, TOTAL) for c in requisitos]
    tapadas = [c for c in posibles if any(_es_parte(c, total) for total in delatan)]
    return requisitos, {_con(c, lugar, v) for c in tapadas for v in atributo.valores}


_QUE_ALGUNO = Requisito(1, 0, frente_a_solos=False)
_QUE_NO_CADA_UNO = Requisito(0, 1, frente_a_solos=False)


def _con(clave: Clave, lugar: int, valor: str) -> Clave:
    return (*clave[:lugar], valor, *clave[lugar + 1 :])


def _es_parte(clave: Clave, total: Clave) -> bool:
    """Whether a cell is the other one, or lies in it."""
    return all(t in (TOTAL, c) for c, t in zip(clave, total, strict=True))


def _imposible(clave: Clave, claves: list[str], atributo: Atributo) -> bool:
    return any(v in atributo.imposible.get(d, ()) for d, v in zip(claves, clave, strict=True))


def _claves(marco: pl.DataFrame) -> list[str]:
    ajenas = {"valor", "contribuyentes", "reforzado", "mayor", "segundo", "tercero", "principal"}
    return [c for c in marco.columns if c not in ajenas]
