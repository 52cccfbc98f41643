"""ACTECO: the six-digit activity code, always text."""

from __future__ import annotations

from functools import cache

import polars as pl

from observatorio import referencia
from observatorio.normalizar.contract import Normalizado
from observatorio.normalizar.lote import por_distintos, reglas
from observatorio.normalizar.texto import plegar, sin_vacios

_CODIGO = r"^([0-9]{5,6})(?:[.,]0+)?(?:\s*(?:-|:|\s)\s*[^0-9\s].*)?$"
_SEPARADOR = r"([0-9])[. -]([0-9])"


def normalizar_acteco(s: pl.Series) -> Normalizado:
    """Codes to `acteco`, text of six digits. Rules: `acteco_formato`, `acteco_division` (value null).

    Five figures get the leading zero that a spreadsheet took from them; `01.11.01`, `11101.0` and
    `011101 - Cultivo de trigo` are understood. The first two digits must be a division of CIIU.CL.
    """
    texto = sin_vacios(s)
    codigo = por_distintos(texto, _leer)
    formato = texto.is_not_null() & codigo.is_null()
    ajena = ~codigo.str.head(2).is_in(_divisiones())
    if ajena.any():
        codigo = codigo.set(ajena.fill_null(False), None)
    return Normalizado(
        {"acteco": codigo.alias("acteco")}, reglas(len(s), (formato, "acteco_formato"), (ajena, "acteco_division"))
    )


def _leer(texto: pl.Series) -> pl.Series:
    plegado = plegar(texto)
    directo = plegado.str.extract(_CODIGO)
    # Two passes, because neighbouring separators share the figure between them (0.1.1).
    junto = plegado.str.replace_all(_SEPARADOR, "$1$2").str.replace_all(_SEPARADOR, "$1$2").str.extract(_CODIGO)
    return directo.fill_null(junto).str.zfill(6)


@cache
def _divisiones() -> list[str]:
    return [division.division for division in referencia.divisiones()]
