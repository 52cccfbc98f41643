"""Comunas: a name or a code as people write them, to the five-digit CUT."""

from __future__ import annotations

from functools import cache

import polars as pl

from observatorio import referencia
from observatorio.normalizar.contract import Normalizado
from observatorio.normalizar.lote import por_distintos, reglas
from observatorio.normalizar.texto import plegar, sin_vacios

_PREFIJO = (
    r"^(?:(?:I\.?|ILUSTRE|LA) )*(?:MUNICIPALIDAD|MUNICIPIO|MUNIC\.?|COMUNA|CIUDAD)(?: DE| :|:)? |^(?:COMUNA|CIUDAD): ?"
)
_CODIGO = r"^(?:CL|CUT|C)?[ :-]*([0-9]{4,5})(?:[.,]0)?$"


def normalizar_comuna(s: pl.Series) -> Normalizado:
    """Names (any case, accents, hyphens or points apart, known aliases) and codes to `cut`, text of five digits.

    Codes may lack their leading zero or carry `CL` before them. Rule: `comuna_desconocida` (value null).
    """
    texto = sin_vacios(s)
    cut = por_distintos(texto, _resolver)
    desconocida = texto.is_not_null() & cut.is_null()
    return Normalizado({"cut": cut.alias("cut")}, reglas(len(s), (desconocida, "comuna_desconocida")))


def _resolver(texto: pl.Series) -> pl.Series:
    nombres = _claves()
    plegado = plegar(texto)
    codigo = plegado.str.extract(_CODIGO).str.zfill(5)
    entero = _clave(plegado).replace_strict(nombres, default=None, return_dtype=pl.String)
    breve = _clave(plegado.str.replace(_PREFIJO, "")).replace_strict(nombres, default=None, return_dtype=pl.String)
    por_codigo = codigo.replace_strict(_codigos(), default=None, return_dtype=pl.String)
    return por_codigo.fill_null(entero).fill_null(breve)


def _clave(plegado: pl.Series) -> pl.Series:
    """Letters and figures alone: hyphens, points and blanks tell no two comunas apart."""
    return plegado.str.replace_all("[^A-Z0-9]", "")


@cache
def _claves() -> dict[str, str]:
    """Key of each known name -> CUT; made again from the folded names, so that both sides fold alike."""
    nombres = referencia.nombres_comuna()
    claves = _clave(plegar(pl.Series(list(nombres), dtype=pl.String)))
    return dict(zip(claves.to_list(), nombres.values(), strict=True))


@cache
def _codigos() -> dict[str, str]:
    """Every valid CUT, and the codes that a comuna had before (they are aliases made of figures) -> CUT."""
    anteriores = {nombre: cut for nombre, cut in referencia.nombres_comuna().items() if nombre.isdecimal()}
    return {**anteriores, **{cut: cut for cut in referencia.nombres_comuna().values()}}
