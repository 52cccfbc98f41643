"""Names as they are compared: without legal forms, words in one order, abbreviations written out."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import polars as pl

from observatorio import referencia
from observatorio.errors import ErrorArchivo
from observatorio.normalizar.texto import plegar
from observatorio.vocabulario import TipoPersona

ARCHIVO = "enlace.json"
_NATURAL = 0.8
_CONOCIDA = 3


@cache
def palabras() -> dict[str, Any]:
    """The lists of words of `data/referencia/enlace.json`: `formas`, `vacias`, `comodines`, `abreviaturas`."""
    ruta = referencia.datos_dir() / "referencia" / ARCHIVO
    if not ruta.is_file():
        raise ErrorArchivo(f"Falta el archivo de referencia {ARCHIVO}.", "Reinstale el programa completo.")
    listas: dict[str, Any] = json.loads(ruta.read_text(encoding="utf-8"))["palabras"]
    return listas


def canonizar(crudos: pl.Series) -> pl.DataFrame:
    """Distinct raw names to `crudo`, `nombre` (its words in alphabetical order), `fichas` (the words, each once).

    Both are empty where nothing but signs is left, and where the name is a filler (`SIN NOMBRE`). One that
    consists of legal forms and articles alone keeps them.
    """
    unicos = crudos.drop_nulls().unique().sort()
    formas, vacias, cortas = (palabras()[c] for c in ("formas", "vacias", "abreviaturas"))
    texto = plegar(unicos).str.replace_all(r"\b([A-Z])\.(?:([A-Z])\b\.?)", "$1$2").str.replace_all(r"[.']", " ")
    texto = texto.str.replace_all(r"[^A-Z0-9]+", " ").str.replace_all(r"\bE ?I ?R ?L\b", "EIRL")
    texto = texto.str.replace_all(r"\bS ?P ?A\b", "SPA").str.replace_all(r"\bS A\b", "SA").str.strip_chars(" ")
    texto = texto.set(texto.is_in(palabras()["comodines"]), "")
    todas = pl.DataFrame({"crudo": unicos, "palabra": _sin_forma_cortada(texto).str.split(" ")}).explode("palabra")
    todas = todas.with_columns(pl.col("palabra").replace(cortas)).filter(pl.col("palabra") != "")
    sobra = pl.col("palabra").is_in([*formas, *vacias])
    con_peso = todas.filter(~sobra | sobra.all().over("crudo"))
    listas = con_peso.group_by("crudo").agg(pl.col("palabra").sort(), fichas=pl.col("palabra").unique().sort())
    return (
        pl.DataFrame({"crudo": unicos})
        .join(listas, on="crudo", how="left")
        .select("crudo", nombre=pl.col("palabra").list.join(" "), fichas="fichas")
        .with_columns(pl.col("nombre").fill_null(""), pl.col("fichas").fill_null([]))
        .sort("crudo")
    )


def _sin_forma_cortada(texto: pl.Series) -> pl.Series:
    """Offices cut long names: a last word that is the beginning of a legal form goes away, after two words or more."""
    comienzos = sorted(
        {forma[:n] for forma in palabras()["formas"] for n in range(2, len(forma))}, key=len, reverse=True
    )
    return texto.str.replace(rf"^(.* .*) (?:{'|'.join(comienzos)})$", "$1")


def de_persona(nombres: pl.DataFrame, legales: pl.DataFrame) -> pl.DataFrame:
    """Which names are those of a person: adds `persona` to `nombres` (`nombre`, `fichas`, ...).

    `legales` holds `rut tipo_persona fichas` of the legal names that the registers give. A word is a person's where
    natural persons bear it; a name is a person's that consists of such words, one unknown at most, and of which one is
    hardly ever a company's.
    """
    usos = (
        legales.filter(pl.col("tipo_persona").is_not_null())
        .select("rut", "fichas", natural=pl.col("tipo_persona") == str(TipoPersona.NATURAL))
        .explode("fichas")
        .unique()
        .group_by(ficha="fichas")
        .agg(naturales=pl.col("natural").sum(), todas=pl.len())
        .filter(pl.col("naturales") >= _CONOCIDA)
        .select("ficha", propia=pl.col("naturales") >= _NATURAL * pl.col("todas"))
    )
    veredicto = (
        nombres.select("nombre", "fichas")
        .unique()
        .explode("fichas")
        .join(usos, left_on="fichas", right_on="ficha", how="left")
        .group_by("nombre")
        .agg(n=pl.len(), conocidas=pl.col("propia").count(), propias=pl.col("propia").sum())
        .select(
            "nombre",
            persona=(pl.col("n") >= 2)
            & (pl.col("conocidas") >= 2)
            & (pl.col("conocidas") >= pl.col("n") - 1)
            & (pl.col("propias") >= 1),
        )
    )
    return nombres.join(veredicto, on="nombre", how="left").with_columns(pl.col("persona").fill_null(False))
