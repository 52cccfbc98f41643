"""One column of coordinates as people write it: decimals, figures in groups, degrees with minutes, metres."""

from __future__ import annotations

import polars as pl

from observatorio.normalizar.lote import completar
from observatorio.normalizar.texto import plegar, sin_vacios

_DECIMAL = r"^([+-]?)([0-9]{1,17}(?:[.,][0-9]+)?)$"
_MILES = r"^[0-9]{3,4}[.,][0-9]{3}$"
_AGRUPADO = r"^-?[0-9]{1,4}(?:\.[0-9]+){2,}(?:,[0-9]+)?$"
_AGRUPADO_COMA = r"^-?[0-9]{1,4}(?:,[0-9]+){2,}(?:\.[0-9]+)?$"
_MIXTO = r"^-?[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+$"
_MIXTO_COMA = r"^-?[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]+$"
_GRADOS = r"^([NSEWO])?\s*(-?)([0-9]{1,3}(?:[.,][0-9]+)?)\s*(?:°|GRADOS)?\s*([NSEWO])?$"
_MINUTOS = r"(?:\s*°\s*|\s+)([0-9]{1,2})(?:\s*'\s*|\s+)"
_SEGUNDOS = r"(?:([0-9]{1,2}(?:[.,][0-9]+)?)\s*[\"'”]*)?"
_SEXAGESIMAL = r"^([NSEWO])?\s*(-?)([0-9]{1,3})" + _MINUTOS + _SEGUNDOS + r"\s*([NSEWO])?$"


def leer_eje(s: pl.Series) -> pl.DataFrame:
    """One column, texts or numbers, to `valor` (Float64, null where empty or no number), `miles` and `hay`.

    `miles`: exactly three figures after the point, which may be thousands. `hay`: the cell is not empty.
    """
    if s.dtype.is_numeric():
        valor = s.cast(pl.Float64).fill_nan(None)
        return pl.DataFrame({"valor": valor, "miles": valor.is_null() & False, "hay": valor.is_not_null()})
    texto = sin_vacios(s)
    valor = texto.str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
    raro = (~texto.str.contains(_DECIMAL)).fill_null(False).arg_true()
    if len(raro):
        valor = completar(valor, raro, _leer_raros(texto.gather(raro)))
    return pl.DataFrame(
        {"valor": valor, "miles": texto.str.contains(_MILES).fill_null(False), "hay": texto.is_not_null()}
    )


def _leer_raros(texto: pl.Series) -> pl.Series:
    """Figures in groups, cardinal letters, degrees with minutes and seconds; null for anything else."""
    t = pl.col("t")
    marco = pl.DataFrame({"t": plegar(texto).str.replace_all("−", "-").str.replace(r"^([+-]?)\s+", "$1")})
    sin_comas, sin_puntos = t.str.replace_all(",", "", literal=True), t.str.replace_all(".", "", literal=True)
    agrupado = (
        pl.when(t.str.contains(_MIXTO))
        .then(sin_puntos.str.replace(",", ".", literal=True))
        .when(t.str.contains(_MIXTO_COMA))
        .then(sin_comas)
        .when(t.str.contains(_AGRUPADO) & ~t.str.contains(",", literal=True))
        .then(sin_puntos)
        .when(t.str.contains(_AGRUPADO_COMA) & ~t.str.contains(".", literal=True))
        .then(sin_comas)
    )
    grados, sexa = t.str.extract_groups(_GRADOS), t.str.extract_groups(_SEXAGESIMAL)
    decimales = _numero(grados.struct.field("3"))
    seg = _numero(sexa.struct.field("5")).fill_null(0)
    minutos = _numero(sexa.struct.field("4"))
    angulo = pl.when((minutos < 60) & (seg < 60)).then(_numero(sexa.struct.field("3")) + minutos / 60 + seg / 3600)
    valor = pl.coalesce(
        agrupado.cast(pl.Float64, strict=False),
        decimales * _signo(grados, "1", "2", "4"),
        angulo * _signo(sexa, "1", "2", "6"),
    )
    return marco.select(valor.alias("valor"))["valor"]


def _numero(texto: pl.Expr) -> pl.Expr:
    return texto.str.replace(",", ".", literal=True).cast(pl.Float64)


def _signo(grupos: pl.Expr, antes: str, menos: str, despues: str) -> pl.Expr:
    """Minus for a written minus and for south and west (`O` is oeste)."""
    letra = pl.coalesce(grupos.struct.field(antes), grupos.struct.field(despues), pl.lit("N"))
    return pl.when((grupos.struct.field(menos) == "-") | letra.is_in(["S", "W", "O"])).then(-1.0).otherwise(1.0)
