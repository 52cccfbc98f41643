"""Formality of an establishment in a year, from three signals that may each be unknown.

Rule (see `docs/decisiones/0008-formalidad.md`): `inactivo` when it ended or was seen closed; then `formal` with the
SII's start of activities, a current patente and, where the activity needs one, a sanitary resolution; `informal` with
neither of the first two; `indeterminado` when an unknown signal could change the answer; `en_proceso` otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import product

import polars as pl

from observatorio.normalizar.texto import plegar
from observatorio.referencia import palabras_sanitarias, prefijos_sanitarios
from observatorio.vocabulario import Formalidad, Senal

_NOMBRES = ("sii", "patente", "sanitaria")
_VALORES = (None, str(Senal.SI), str(Senal.NO))


def formalidad(inactivo: pl.Expr, sii: pl.Expr, patente: pl.Expr, sanitaria: pl.Expr, exigida: pl.Expr) -> pl.Expr:
    """The formality of each row.

    `inactivo` and `exigida` (a sanitary resolution is needed) are boolean; the signals are `si`, `no` or null. With a
    null, the answer is given only when every way of filling it gives the same.
    """
    dichas = {clave: respuesta for clave, (respuesta, _) in _tabla().items()}
    segun_senales = _clave(sii, patente, sanitaria, exigida).replace_strict(dichas, default=None, return_dtype=pl.Utf8)
    return pl.when(inactivo).then(pl.lit(str(Formalidad.INACTIVO))).otherwise(segun_senales)


def indeterminado_por(
    inactivo: pl.Expr, sii: pl.Expr, patente: pl.Expr, sanitaria: pl.Expr, exigida: pl.Expr
) -> pl.Expr:
    """Which unknown signals leave a row `indeterminado`: of `sii`, `patente`, `sanitaria`, joined by `+`; else null.

    Takes what `formalidad` takes. An unknown signal counts when some way of filling the others makes it decide.
    """
    pendientes = {clave: por for clave, (_, por) in _tabla().items()}
    segun_senales = _clave(sii, patente, sanitaria, exigida).replace_strict(
        pendientes, default=None, return_dtype=pl.Utf8
    )
    return pl.when(~inactivo).then(segun_senales)


def _clave(*signos: pl.Expr) -> pl.Expr:
    return pl.concat_str([s.cast(pl.Utf8).fill_null("?") for s in signos], separator="|")


@cache
def _tabla() -> dict[str, tuple[str, str | None]]:
    """Every combination of signals and need -> its formality and, where undecided, the signals that decide."""
    tabla = {}
    for *signos, exigida in product(_VALORES, _VALORES, _VALORES, (True, False)):
        clave = "|".join([*(s or "?" for s in signos), str(exigida).lower()])
        salidas = {_completa(r, exigida) for r in _rellenos(signos)}
        respuesta = salidas.pop() if len(salidas) == 1 else Formalidad.INDETERMINADO
        deciden = [n for i, n in enumerate(_NOMBRES) if signos[i] is None and _decide(i, signos, exigida)]
        tabla[clave] = (str(respuesta), "+".join(deciden) or None)
    return tabla


def _completa(signos: Sequence[str | None], exigida: bool) -> Formalidad:
    """The rule itself, where nothing is unknown."""
    sii, patente, sanitaria = (s == Senal.SI for s in signos)
    if sii and patente and (sanitaria or not exigida):
        return Formalidad.FORMAL
    return Formalidad.EN_PROCESO if sii or patente else Formalidad.INFORMAL


def _rellenos(signos: Sequence[str | None]) -> list[tuple[str, ...]]:
    """Every way of filling the unknown ones."""
    return list(product(*([s] if s else _VALORES[1:] for s in signos)))


def _decide(i: int, signos: Sequence[str | None], exigida: bool) -> bool:
    """Whether the `i`-th signal changes the answer under some filling of the other unknown ones."""
    return any(
        len({_completa((*relleno[:i], valor, *relleno[i + 1 :]), exigida) for valor in _VALORES[1:]}) > 1
        for relleno in _rellenos(signos)
    )


def sanitaria_exigida(acteco: pl.Expr, palabras: pl.Expr) -> pl.Expr:
    """Whether an activity needs a sanitary resolution: by its code; without one, by its words (see `pide_sanitaria`).

    With neither it is taken as not needed: the need is no signal, and most businesses have none.
    """
    por_codigo = pl.any_horizontal(acteco.str.starts_with(prefijo) for prefijo in prefijos_sanitarios())
    return pl.when(acteco.is_not_null()).then(por_codigo).otherwise(palabras.fill_null(False))


def pide_sanitaria(giro: pl.Series) -> pl.Series:
    """Whether the words of an activity are those of one that needs a sanitary resolution; null where there are none."""
    distintos = giro.drop_nulls().unique()
    patron = "|".join(_patron(palabra) for palabra in palabras_sanitarias())
    pide = plegar(distintos).str.contains(rf"\b(?:{patron})\b")
    return giro.replace_strict(distintos, pide, default=None, return_dtype=pl.Boolean).alias("pide_sanitaria")


def _patron(palabra: str) -> str:
    """A word of the list as a pattern: `*` stands for any ending, otherwise a plural is the same word."""
    return f"{palabra[:-1]}\\w*" if palabra.endswith("*") else f"{palabra}(?:E?S)?"
