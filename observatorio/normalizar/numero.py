"""Numbers as a Chilean writes them: the comma separates decimals, the point thousands.

The convention and its exceptions stand in `docs/decisiones/0003-normalizadores.md`.
"""

from __future__ import annotations

import polars as pl

from observatorio.normalizar.contract import Normalizado
from observatorio.normalizar.lote import completar, reglas
from observatorio.normalizar.texto import sin_vacios

ENTERO_MAXIMO = 2_147_483_647
DINERO_MAXIMO = 10**15
"""A thousand million million pesos: some forty times what the whole country produces in a year."""

_MILES = r"[1-9][0-9]{0,2}"
_AMBIGUO = r"^-?[0-9]{1,3},[0-9]{3}$"


def normalizar_entero(
    s: pl.Series, salida: str = "entero", minimo: int = 0, maximo: int = ENTERO_MAXIMO
) -> Normalizado:
    """Whole numbers, Int32, within `minimo` and `maximo`. Rules: `entero_formato`, `entero_rango` (value null).

    `2005.0` and `12,00` are whole; `1,234` is refused, because it may be thousands or decimals.
    """
    texto, entero, canonico = _enteros(s)
    mal_escrito = texto.is_not_null() & canonico.is_null()
    fraccion = canonico.is_not_null() & entero.is_null() & ~_enorme(canonico)
    formato = mal_escrito | fraccion
    rango = (texto.is_not_null() & entero.is_null() & ~formato) | ~entero.is_between(minimo, maximo)
    valor = _sin(entero, rango).cast(pl.Int32)
    return Normalizado(
        {salida: valor.alias(salida)}, reglas(len(s), (formato, "entero_formato"), (rango, "entero_rango"))
    )


def normalizar_dinero(s: pl.Series, salida: str = "dinero") -> Normalizado:
    """Whole pesos, Int64, never negative; decimals are rounded. Rules: `dinero_formato`, `dinero_rango` (value null).

    `$`, `CLP`, `pesos` and a tail `.-` are understood; other units (`M$`, `UF`, `US$`, `millones`) are refused.
    """
    texto, entero, canonico = _enteros(s)
    partidos = (canonico.is_not_null() & entero.is_null() & ~_enorme(canonico)).arg_true()
    if len(partidos):
        pesos = (canonico.gather(partidos).cast(pl.Float64).abs() + 0.5).floor().cast(pl.Int64)
        signo = canonico.gather(partidos).str.starts_with("-")
        entero = completar(entero, partidos, pesos.zip_with(~signo, -pesos - 1))
    formato = texto.is_not_null() & canonico.is_null()
    rango = (texto.is_not_null() & entero.is_null() & ~formato) | ~entero.is_between(0, DINERO_MAXIMO)
    return Normalizado(
        {salida: _sin(entero, rango).alias(salida)},
        reglas(len(s), (formato, "dinero_formato"), (rango, "dinero_rango")),
    )


def normalizar_numero(s: pl.Series, salida: str = "numero", punto_decimal: bool = False) -> Normalizado:
    """Any number, Float64. Rule: `numero_formato` (value null). `12.670` is 12670; `1,234` is 1.234.

    `punto_decimal`: the column is known to come from a program that writes decimals with a point, so that `12.670` is
    12.67.
    """
    texto = sin_vacios(s)
    if punto_decimal:
        texto = texto.str.replace(r"^(-?\d+)\.(\d+)$", "$1,$2")
    valor = leer_decimal(texto)
    return Normalizado(
        {salida: valor.alias(salida)}, reglas(len(s), (texto.is_not_null() & valor.is_null(), "numero_formato"))
    )


def leer_decimal(texto: pl.Series) -> pl.Series:
    """Texts to Float64 by the house's number convention; null for null and for what is no number."""
    valor = canonizar_numero(texto).cast(pl.Float64, strict=False)
    return valor.set((~valor.is_finite()).fill_null(False), None)


def canonizar_numero(texto: pl.Series) -> pl.Series:
    """Texts rewritten with a decimal point and without thousands (`1.234,5` to `1234.5`); null where no number."""
    limpio = _limpiar(texto)
    u = pl.col("u")
    forma = pl.DataFrame({"t": limpio}).with_columns(
        pl.col("t").str.starts_with("-").alias("menos"), pl.col("t").str.strip_prefix("-").alias("u")
    )
    sin_puntos, sin_comas = u.str.replace_all(".", "", literal=True), u.str.replace_all(",", "", literal=True)
    cuerpo = (
        pl.when(u.str.contains(r"^[0-9]+$"))
        .then(u)
        .when(u.str.contains(rf"^{_MILES}(?:\.[0-9]{{3}})+(?:,[0-9]+)?$"))
        .then(sin_puntos.str.replace(",", ".", literal=True))
        .when(u.str.contains(r"^[0-9]*,[0-9]+$"))
        .then(u.str.replace(",", ".", literal=True))
        .when(u.str.contains(rf"^{_MILES}(?:,[0-9]{{3}}){{2,}}$|^{_MILES}(?:,[0-9]{{3}})+\.[0-9]+$"))
        .then(sin_comas)
        .when(u.str.contains(r"^[0-9]*\.[0-9]+$"))
        .then(u)
        .when(u.str.contains(rf"^{_MILES}(?:[' ][0-9]{{3}})+(?:[.,][0-9]+)?$"))
        .then(u.str.replace_all("[' ]", "").str.replace(",", ".", literal=True))
        .when(u.str.contains(r"^[0-9]+(?:[.,][0-9]+)?E[+-]?[0-9]{1,3}$"))
        .then(u.str.replace(",", ".", literal=True))
    )
    return forma.select(pl.when("menos").then("-" + cuerpo).otherwise(cuerpo).alias("canonico"))["canonico"]


def _limpiar(texto: pl.Series) -> pl.Series:
    """Currency marks, unicode blanks and signs reduced to plain figures, points, commas and a leading minus."""
    limpio = texto.str.to_uppercase().str.replace_all(r"[\s\u00a0\u202f]+", " ").str.replace_all(r"[−–‒]", "-")
    limpio = limpio.str.replace(r"^(-?)\s*(?:CLP|\$)\s*\$?\s*", "$1").str.replace(r"[.,]-$|\s*(?:PESOS|CLP|\$)$", "")
    limpio = limpio.str.replace(r"^\((\S+)\)$", "-$1").str.replace(r"^\+", "").str.replace_all("’", "'")
    return limpio.str.strip_chars(" ")


def _enteros(s: pl.Series) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Non-empty text; its Int64 where it is whole and fits; its canonical text (null where it is no number)."""
    texto = sin_vacios(s)
    entero = texto.cast(pl.Int64, strict=False)
    resto = (texto.is_not_null() & entero.is_null()).arg_true()
    if not len(resto):
        return texto, entero, texto
    lento = texto.gather(resto)
    canonico = canonizar_numero(lento.set(lento.str.contains(_AMBIGUO), None))
    completo = canonico.cast(pl.Int64, strict=False)
    flotante = canonico.cast(pl.Float64, strict=False)
    artefacto = (completo.is_null() & (flotante == flotante.floor()) & (flotante.abs() < 2**53)).fill_null(False)
    completo = flotante.set(~artefacto, None).cast(pl.Int64).zip_with(artefacto, completo)
    return texto, completar(entero, resto, completo), completar(texto, resto, canonico)


def _enorme(canonico: pl.Series) -> pl.Series:
    """Whether the canonical text is a number too big to tell whether it is whole."""
    return ~(canonico.cast(pl.Float64, strict=False).abs() < 2**53)


def _sin(valores: pl.Series, mascara: pl.Series) -> pl.Series:
    quitar = mascara.fill_null(False)
    return valores.set(quitar, None) if quitar.any() else valores
