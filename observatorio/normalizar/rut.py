"""RUT: number and check digit, never inventing one."""

from __future__ import annotations

import re

import polars as pl

from observatorio.normalizar.contract import Normalizado
from observatorio.normalizar.lote import completar, donde, reglas
from observatorio.normalizar.texto import plegar, sin_vacios
from observatorio.vocabulario import TipoPersona

PRIMERA_JURIDICA = 50_000_000
"""From this number on a RUT belongs to a legal person; under it to a natural one."""

_MAXIMO = 99_999_999
_PESOS = (2, 3, 4, 5, 6, 7, 2, 3)
_DIGITOS = pl.Series([*"0123456789", "K", "0"])
_COMODINES = [0, 1, *(int(str(d) * 8) for d in range(1, 10))]
_ESCRITO = re.compile(r"\d[\d.]{5,}-?[\dkK]", re.ASCII)
_PREFIJO = r"^(?:R\.?U\.?[TN]\.?(?: ?N[°O]?\.?)?[ :.]*)"


def dv_de(numeros: pl.Series) -> pl.Series:
    """The check digit (text `0`-`9` or `K`) of each RUT number; null for null and for what is no RUT number."""
    posibles = numeros.cast(pl.Int64, strict=False)
    posibles = posibles.set(~posibles.is_between(0, _MAXIMO), None).cast(pl.Int32)
    n = pl.col("n")
    suma = sum(((n // 10**i) % 10) * peso for i, peso in enumerate(_PESOS))
    resto = pl.DataFrame({"n": posibles}).select((11 - pl.lit(0, pl.Int32).add(suma) % 11).alias("dv"))["dv"]
    return _DIGITOS.gather(resto.cast(pl.UInt32)).alias("dv")


def formatear_rut(numeros: pl.Series, dv: pl.Series, puntos: bool = False) -> pl.Series:
    """`76286053-8`, or `76.286.053-8` with `puntos`; without a known digit only the number; null for null."""
    texto = numeros.cast(pl.String)
    if puntos:
        texto = texto.str.replace(r"([0-9])([0-9]{3})$", "$1.$2").str.replace(r"([0-9])([0-9]{3}\.)", "$1.$2")
    return (texto + ("-" + dv).fill_null("")).alias("rut")


def tipo_persona(rut: pl.Series) -> pl.Series:
    """`natural` for numbers under 50,000,000, `juridica` from there on; null for null."""
    juridica = pl.when(pl.col("r") >= PRIMERA_JURIDICA).then(pl.lit(TipoPersona.JURIDICA.value))
    natural = juridica.when(pl.col("r").is_not_null()).then(pl.lit(TipoPersona.NATURAL.value))
    return pl.DataFrame({"r": rut}).select(natural.alias("tipo_persona"))["tipo_persona"]


def normalizar_rut(s: pl.Series, dv: pl.Series | None = None) -> Normalizado:
    """Raw texts, with the check digit inside or in the separate column `dv`, to `rut` (Int32) and `dv` (text).

    Rules: `rut_formato`, `rut_digito` and `rut_comodin` leave both null; `rut_sin_dv` keeps the number without digit.
    Without a hyphen and without a column of digits, the last figure is the check digit only if it fits: always
    in nine figures; in eight only under 50.000.000, because 76286053 is more likely a firm whose digit is missing.
    """
    texto = sin_vacios(s)
    partes = _leer(texto, con_columna=dv is not None)
    numero, digito = partes["numero"], partes["digito"]
    if dv is not None:
        columna = _leer_dv(dv)
        contradice = digito.is_not_null() & columna.is_not_null() & (digito != columna)
        digito = digito.fill_null(columna)
    else:
        contradice = pl.repeat(False, len(s), eager=True)
    esperado = dv_de(numero)
    comodin = numero.is_in(_COMODINES)
    malo = texto.is_not_null() & numero.is_null()
    falso = contradice | (digito.is_not_null() & (digito != esperado))
    sin_dv = numero.is_not_null() & digito.is_null()
    regla = reglas(
        len(s), (malo, "rut_formato"), (comodin, "rut_comodin"), (falso, "rut_digito"), (sin_dv, "rut_sin_dv")
    )
    nulo = (comodin | falso).fill_null(False)
    if nulo.any():
        numero, digito = numero.set(nulo, None), digito.set(nulo, None)
    digito = digito.set(numero.is_null(), None)
    return Normalizado({"rut": numero.cast(pl.Int32).alias("rut"), "dv": digito.alias("dv")}, regla)


def _leer(texto: pl.Series, con_columna: bool) -> pl.DataFrame:
    """Number (Int64) and digit (text) as they are written, both null where it is no RUT."""
    if con_columna:
        partes = pl.DataFrame(
            {
                "numero": texto.cast(pl.Int64, strict=False),
                "digito": pl.repeat(None, len(texto), dtype=pl.String, eager=True),
            }
        )
    else:
        sin_puntos = pl.DataFrame({"t": texto.str.replace_all(".", "", literal=True)})
        partes = sin_puntos.select(
            pl.col("t").str.extract(r"^([0-9]{1,9})-[0-9K]$").cast(pl.Int64).alias("numero"),
            pl.col("t").str.slice(-1).alias("digito"),
        )
        partes = partes.with_columns(pl.when(pl.col("numero").is_not_null()).then(pl.col("digito")))
    numero, digito = partes["numero"], partes["digito"]
    raras = (texto.is_not_null() & numero.is_null()).arg_true()
    if len(raras):
        lentas = _leer_raras(texto.gather(raras), con_columna)
        numero, digito = completar(numero, raras, lentas["numero"]), completar(digito, raras, lentas["digito"])
    fuera = ~numero.is_between(0, _MAXIMO)
    return pl.DataFrame({"numero": numero.set(fuera.fill_null(False), None), "digito": digito})


def _leer_raras(texto: pl.Series, con_columna: bool) -> pl.DataFrame:
    limpio = plegar(texto).str.replace(_PREFIJO, "").str.replace_all(r"[.,'\s]", "").str.replace_all("_", "-")
    t = pl.col("t")
    partes = pl.DataFrame({"t": limpio}).with_columns(
        t.str.extract(r"^0*([0-9]{1,9})-?$").alias("solo"),
        t.str.extract(r"^0*([0-9]{1,9})(?:-[0-9K]|-?K)$").alias("numero"),
        t.str.extract(r"^[0-9]+-?([0-9K])$").alias("digito"),
    )
    partes = partes.with_columns(pl.col("numero").fill_null(pl.col("solo")).cast(pl.Int64))
    partes = partes.with_columns(pl.when(pl.col("solo").is_null()).then(pl.col("digito")))
    if con_columna:
        return partes.select("numero", "digito")
    return _separar_pegado(partes.with_columns(pl.col("solo").str.len_chars().alias("largo"))).select(
        "numero", "digito"
    )


def _separar_pegado(partes: pl.DataFrame) -> pl.DataFrame:
    """Take the last of eight or nine figures for the check digit where that is the better reading."""
    numero, largo = partes["numero"], partes["largo"]
    cabeza, cola = numero // 10, (numero % 10).cast(pl.String)
    calza = (dv_de(cabeza) == cola) & ((largo == 9) | ((largo == 8) & (numero < PRIMERA_JURIDICA)))
    calza = calza.fill_null(False) & ~numero.is_in(_COMODINES)
    return partes.with_columns(
        cabeza.zip_with(calza, numero).alias("numero"),
        cola.zip_with(calza, partes["digito"]).alias("digito"),
    )


def _leer_dv(dv: pl.Series) -> pl.Series:
    """The separate column: `0`-`9` or `K`; another text is kept as it is, and then contradicts every number."""
    digito = sin_vacios(dv)
    return donde(digito, ~digito.str.contains(r"^[0-9K]$"), lambda raros: plegar(raros).str.replace(r"^-\s*", ""))


def leer_uno(texto: str) -> int | None:
    """The RUT number that a text of somebody who searches is, with or without dots and check digit; None where it is
    anything else."""
    if not _ESCRITO.fullmatch(texto):
        return None
    numero: int | None = normalizar_rut(pl.Series([texto])).valores["rut"].item()
    return numero
