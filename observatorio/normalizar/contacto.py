"""Telephones and e-mail addresses."""

from __future__ import annotations

import polars as pl

from observatorio.normalizar.contract import Normalizado
from observatorio.normalizar.lote import reglas
from observatorio.normalizar.texto import plegar, sin_vacios

_AREAS = "32|33|34|35|39|41|42|43|44|45|51|52|53|55|57|58|61|63|64|65|67|68|71|72|73|75"
_FIJO_O_MOVIL = rf"^(?:9[2-9][0-9]{{7}}|2[2-9][0-9]{{7}}|(?:{_AREAS})[2-9][0-9]{{6}}|800[0-9]{{6}})$"
_ANTIGUO = rf"^\(?0?({_AREAS})\)?[ -]+([2-9](?:[ .-]?[0-9]){{5}})$"
_SEPARADOR = r"\s*(?:[/;|,\n]| Y | O | - )\s*"
_CORREO = r"^[a-z0-9][a-z0-9._%+'-]{0,63}@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,24}$"


def normalizar_telefono(s: pl.Series) -> Normalizado:
    """The first valid Chilean number of each cell, as `telefono`: `+56` and nine figures. Rule: `telefono_formato`.

    Landlines written with their area and six figures, as before 2014, get the `2` that was put before them.
    Without an area a number is refused: it would have to be guessed.
    """
    texto = sin_vacios(s)
    filas = texto.is_not_null().arg_true()
    partes = pl.DataFrame({"fila": filas, "t": plegar(texto.gather(filas))})
    partes = partes.with_columns(pl.col("t").str.replace_all(_SEPARADOR, "\n").str.split("\n")).explode("t")
    primeros = (
        partes.with_columns(_un_telefono(pl.col("t")).alias("telefono"))
        .drop_nulls("telefono")
        .unique("fila", keep="first", maintain_order=True)
    )
    telefono = pl.repeat(None, len(s), dtype=pl.String, eager=True).scatter(primeros["fila"], primeros["telefono"])
    malo = texto.is_not_null() & telefono.is_null()
    return Normalizado({"telefono": telefono.alias("telefono")}, reglas(len(s), (malo, "telefono_formato")))


def _un_telefono(t: pl.Expr) -> pl.Expr:
    limpio = t.str.replace(r"^(?:FONO|TELEFONO|TEL|CEL|CELULAR|MOVIL|WHATSAPP|WSP|FIJO)[.: ]*", "").str.strip_chars(" ")
    antiguo = limpio.str.extract_groups(_ANTIGUO)
    actualizado = pl.concat_str(
        antiguo.struct.field("1"), pl.lit("2"), antiguo.struct.field("2").str.replace_all("[^0-9]", "")
    )
    cifras = pl.when(limpio.str.contains(r"^[0-9+(][0-9 ()+.-]*$")).then(limpio.str.replace_all("[^0-9]", ""))
    nacional = cifras.str.replace(r"^(?:00)?56([0-9]{9})$", "$1").str.replace(r"^0+([0-9]{9})$", "$1")
    valido = pl.when(nacional.str.contains(_FIJO_O_MOVIL)).then(nacional)
    return "+56" + pl.coalesce(valido, actualizado)


def normalizar_correo(s: pl.Series) -> Normalizado:
    """One e-mail address in lower case, as `correo`. Rule: `correo_formato` (value null; several in a cell too)."""
    texto = sin_vacios(s)
    limpio = (
        texto.str.to_lowercase()
        .str.replace(r"^.*<([^<>]+)>$", "$1")
        .str.replace(r"^mailto:\s*", "")
        .str.strip_chars(" .;,")
    )
    malo = texto.is_not_null() & ~limpio.str.contains(_CORREO)
    correo = limpio.set(malo.fill_null(False), None)
    return Normalizado({"correo": correo.alias("correo")}, reglas(len(s), (malo, "correo_formato")))
