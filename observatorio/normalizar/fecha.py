"""Dates in the ways in which Chilean offices write them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import polars as pl

from observatorio.normalizar.contract import Normalizado
from observatorio.normalizar.lote import completar, por_distintos, reglas
from observatorio.normalizar.texto import plegar, sin_vacios

PRIMERA, ULTIMA = date(1850, 1, 1), date(2100, 12, 31)

_SERIE_MINIMA, _SERIE_MAXIMA = 20_000, 60_000
_SERIE_CERO = date(1899, 12, 30)
_MESES = {
    **{"ENE": 1, "FEB": 2, "MAR": 3, "ABR": 4, "MAY": 5, "JUN": 6, "JUL": 7, "AGO": 8, "SEP": 9, "OCT": 10},
    **{"NOV": 11, "DIC": 12, "ENERO": 1, "FEBRERO": 2, "MARZO": 3, "ABRIL": 4, "MAYO": 5, "JUNIO": 6},
    **{"JULIO": 7, "AGOSTO": 8, "SEPT": 9, "SET": 9, "SEPTIEMBRE": 9, "SETIEMBRE": 9, "OCTUBRE": 10},
    **{"NOVIEMBRE": 11, "DICIEMBRE": 12, "JAN": 1, "APR": 4, "AUG": 8, "DEC": 12},
}
_ZONA = r"(?:Z|[+-][0-9]{2}:?[0-9]{2}|[AP]\.?\s?M\.?|HRS?\.?)?"
_HORA = r"(?:[T ,]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?\s*" + _ZONA + ")?$"
_DMA = r"^(?P<d>[0-9]{1,2})\s?[-/.]\s?(?P<m>[0-9]{1,2})\s?[-/.]\s?(?P<a>[0-9]{4})" + _HORA
_AMD = r"^(?P<a>[0-9]{4})[-/.](?P<m>[0-9]{1,2})[-/.](?P<d>[0-9]{1,2})" + _HORA
_PEGADA = r"^(?P<a>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})$"
_PALABRAS = (
    r"^(?:(?:LUNES|MARTES|MIERCOLES|JUEVES|VIERNES|SABADO|DOMINGO),? )?"
    r"(?P<d>[0-9]{1,2})°?[-/. ]+(?:DE )?(?P<m>[A-Z]{3,10})\.?[-/, ]+(?:DEL? )?(?P<a>[0-9]{4})" + _HORA
)
_SERIE = r"^([0-9]{5})(?:[.,][0-9]+)?$"


def normalizar_fecha(s: pl.Series, salida: str = "desde") -> Normalizado:
    """Texts to `pl.Date`. Rules: `fecha_formato` (no date, or a year of two figures), `fecha_rango` (1850 to 2100).

    Accepted: day-month-year and year-month-day with `-`, `/` or `.`, a time after them (the date is taken as
    it is written, zones are not converted), months in words, `20240301`, and the day numbers of Excel (20000 to 60000).
    The month never comes first: `12/31/2024` is refused.
    """
    texto = sin_vacios(s)
    # The two formats of the big files are tried on every row; a month or a day of one figure goes the long way.
    valor = texto.str.to_date("%Y-%m-%d", strict=False, cache=True)
    valor = _sin_cortas(texto, valor)
    valor = _rellenar(texto, valor, lambda t: _sin_cortas(t, t.str.to_date("%d-%m-%Y", strict=False, cache=True)))
    valor = _rellenar(texto, valor, lambda t: por_distintos(t, _leer_raras))
    formato = texto.is_not_null() & valor.is_null()
    rango = ~valor.is_between(PRIMERA, ULTIMA)
    if rango.any():
        valor = valor.set(rango.fill_null(False), None)
    return Normalizado(
        {salida: valor.alias(salida)}, reglas(len(s), (formato, "fecha_formato"), (rango, "fecha_rango"))
    )


def _sin_cortas(texto: pl.Series, valor: pl.Series) -> pl.Series:
    """Drop what was read from a text that has not exactly ten characters: the parser takes years of two figures."""
    corta = (texto.str.len_bytes() != 10) & valor.is_not_null()
    return valor.set(corta.fill_null(False), None) if corta.any() else valor


def _rellenar(texto: pl.Series, valor: pl.Series, leer: Callable[[pl.Series], pl.Series]) -> pl.Series:
    faltan = (texto.is_not_null() & valor.is_null()).arg_true()
    return completar(valor, faltan, leer(texto.gather(faltan))) if len(faltan) else valor


def _leer_raras(texto: pl.Series) -> pl.Series:
    """Every other accepted way, on the distinct texts; null where none fits or the day does not exist."""
    t = pl.col("t")
    marco = pl.DataFrame({"t": plegar(texto)})
    formas = [t.str.extract_groups(p) for p in (_DMA, _AMD, _PEGADA)]
    palabras = t.str.extract_groups(_PALABRAS)
    mes = palabras.struct.field("m").replace_strict(_MESES, default=None, return_dtype=pl.Int64).cast(pl.String)
    partes = {
        c: pl.coalesce(*(f.struct.field(c) for f in formas), mes if c == "m" else palabras.struct.field(c))
        for c in ("a", "m", "d")
    }
    iso = pl.concat_str(partes["a"], partes["m"].str.zfill(2), partes["d"].str.zfill(2), separator="-")
    dias = t.str.extract(_SERIE).cast(pl.Int64)
    serie = pl.when(dias.is_between(_SERIE_MINIMA, _SERIE_MAXIMA)).then(pl.lit(_SERIE_CERO) + pl.duration(days=dias))
    return marco.select(pl.coalesce(iso.str.to_date("%Y-%m-%d", strict=False), serie).alias("f"))["f"]
