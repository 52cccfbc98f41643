"""An address as the gazetteer looks it up: street, door, unit and quarter, with slips in the key words undone."""

from __future__ import annotations

import polars as pl
from rapidfuzz.distance import OSA

from observatorio.normalizar.direccion_texto import SIN_NUMERO, UNIDADES, unificar
from observatorio.normalizar.lote import por_distintos
from observatorio.normalizar.texto import sin_vacios

PARTES = ("calle", "numero", "resto")
CLAVES = ("via", "puerta", "clase", "n", "lado", "unidad", "barrio")

_ID = r"(?:[0-9]+[A-Z]?(?:[-/][0-9A-Z]+)*|[A-Z](?:-[0-9]+)?)"
_UNIDAD = rf"\b(?:{UNIDADES}) {_ID}\b"
_MANZANA = r"\bMANZANA ([0-9A-Z]+(?:-[0-9A-Z]+)?)\b"
_SITIO = r"^((?:SITIO|LOTE) [0-9A-Z]+(?:[-/][0-9A-Z]+)*)\b"
_RUTA_MAL = r"^((?:RUTA|CAMINO) .*[^ ]) ([A-Z]{1,3})$"
_UNIDAD_MAL = rf"^(\p{{L}}+) ({_ID}(?: .*)?)$"
_UNIDAD_CORTA = 5
_ENTERO = "^[0-9]+$"
_DECIMAL = "^([0-9]{1,2})(?: (.*))?$"


def desarmar(direcciones: pl.DataFrame) -> pl.DataFrame:
    """`calle`, `numero`, `resto` (parts of an address, null where unknown) to the columns `CLAVES`, row by row.

    `via`: the street, or the block where there are no streets. `puerta`: its number, kilometre or site, null without
    one. `clase`: `puerta`, `km`, `sitio`, `predio` or `sin_numero`. `n`: the number along the street (metres for
    kilometres), null where it has no order. `lado`: 0 even, 1 odd. `unidad`, `barrio`: of the rest, empty where none.
    Misspelt `MANZANA`, `SITIO`, `KM` and units are read as such. Nothing is refused.
    """
    distintas = direcciones.select(PARTES).unique()
    limpias = distintas.with_columns(por_distintos(distintas[p], _limpiar).fill_null("").alias(f"{p}_") for p in PARTES)
    arregladas = _unidades(_kilometros(_sitios(limpias.rename({f"{p}_": p[0] for p in PARTES}))))
    claves = arregladas.with_columns(_via(), _clase()).with_columns(*_numero(), *_resto())
    return direcciones.select(PARTES).join(
        claves.select(*PARTES, *CLAVES), on=list(PARTES), how="left", nulls_equal=True, maintain_order="left"
    )


def _limpiar(s: pl.Series) -> pl.Series:
    return unificar(sin_vacios(s).fill_null("")).str.replace_all("[#,] ", "")


def _sitios(marco: pl.DataFrame) -> pl.DataFrame:
    """`AMNZANA 16 … SITIO 27` and `SOTIO 4 … MANZANA 20` as block and site."""
    c, n, r = pl.col("c"), pl.col("n"), pl.col("r")
    manzana = _escrita_como(marco["c"], "MANZANA") & n.str.contains(_ENTERO) & r.str.contains(_SITIO)
    sitio = _escrita_como(marco["c"], "SITIO") & r.str.contains(_MANZANA) & n.str.contains(_ENTERO)
    return marco.with_columns(
        pl.when(manzana)
        .then(pl.concat_str(pl.lit("MANZANA "), n))
        .when(sitio)
        .then(pl.concat_str(pl.lit("MANZANA "), r.str.extract(_MANZANA)))
        .otherwise(c)
        .alias("c"),
        pl.when(manzana)
        .then(r.str.extract(_SITIO))
        .when(sitio)
        .then(pl.concat_str(pl.lit("SITIO "), n))
        .otherwise(n)
        .alias("n"),
        pl.when(manzana)
        .then(r.str.replace(_SITIO, ""))
        .when(sitio)
        .then(r.str.replace(_MANZANA, ""))
        .otherwise(r)
        .str.strip_chars(" ")
        .alias("r"),
    )


def _kilometros(marco: pl.DataFrame) -> pl.DataFrame:
    """`RUTA 24 KN` with number 8 and rest 6 as `RUTA 24`, `KM 8,6`."""
    palabra = marco["c"].str.extract(_RUTA_MAL, 2)
    mal = _escrita_como(palabra, "KM") & pl.col("n").str.contains(_ENTERO) & pl.col("r").str.contains(f"{_DECIMAL}|^$")
    decimal = pl.col("r").str.extract(_DECIMAL, 1).fill_null("").str.replace("0+$", "")
    km = pl.concat_str(pl.lit("KM "), "n", pl.when(decimal == "").then(pl.lit("")).otherwise("," + decimal))
    return marco.with_columns(
        pl.when(mal).then(pl.col("c").str.extract(_RUTA_MAL, 1)).otherwise("c").alias("c"),
        pl.when(mal).then(km).otherwise("n").alias("n"),
        pl.when(mal).then(pl.col("r").str.extract(_DECIMAL, 2).fill_null("")).otherwise("r").alias("r"),
    )


def _unidades(marco: pl.DataFrame) -> pl.DataFrame:
    """`BODGEA 2 PUERTO SECO` in the rest as `BODEGA 2 PUERTO SECO`."""
    palabras = marco["r"].str.extract(_UNIDAD_MAL, 1)
    vistas = palabras.drop_nulls().unique().sort().to_list()
    buenas = {p: u for p in vistas if (u := _unidad_de(p)) is not None}
    if not buenas:
        return marco
    buena = palabras.replace_strict(list(buenas), list(buenas.values()), default=None, return_dtype=pl.String)
    r = pl.col("r")
    cola = r.str.replace(_UNIDAD_MAL, "$2")
    return marco.with_columns(pl.when(pl.lit(buena.is_not_null())).then(buena + " " + cola).otherwise(r).alias("r"))


def _unidad_de(palabra: str) -> str | None:
    """The kind of unit that a word is a slip of; None for the kinds themselves, and for anything else."""
    tipos = UNIDADES.split("|")
    if palabra in tipos or len(palabra) < _UNIDAD_CORTA:
        return None
    cerca = [t for t in tipos if len(t) >= _UNIDAD_CORTA and OSA.distance(palabra, t, score_cutoff=1) <= 1]
    return cerca[0] if len(cerca) == 1 else None


def _escrita_como(s: pl.Series, palabra: str) -> pl.Expr:
    """Whether each cell is a key word with a slip in it, and not the word itself."""
    # One slip in a short word, two in a long one; a word that shares no letter of the short one is another word.
    tope = 2 if len(palabra) > 6 else 1
    cuales = [
        t
        for t in s.drop_nulls().unique().to_list()
        if t != palabra and abs(len(t) - len(palabra)) <= tope and OSA.distance(t, palabra, score_cutoff=tope) <= tope
    ]
    if palabra == "KM":
        cuales = [t for t in cuales if "K" in t]
    return pl.lit(s.is_in(cuales).fill_null(False))


def _via() -> pl.Expr:
    via = pl.col("c").str.replace(r"^CALLE (\p{L}{2})", "$1").str.strip_chars(" ")
    return pl.when(via != "").then(via).alias("via")


def _clase() -> pl.Expr:
    n = pl.col("n")
    en_manzana = pl.col("c").str.contains(r"^MANZANA [0-9A-Z]")
    return (
        pl.when(n.is_in(["", "0", SIN_NUMERO]))
        .then(pl.lit("sin_numero"))
        .when(n.str.contains("^KM [0-9]"))
        .then(pl.lit("km"))
        .when(en_manzana)
        .then(pl.lit("sitio"))
        .when(n.str.contains("^[0-9]{1,6}(?:[^0-9]|$)"))
        .then(pl.lit("puerta"))
        .otherwise(pl.lit("predio"))
        .alias("clase")
    )


def _numero() -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """The door as a key, its place in the order of the street, and its side."""
    n, clase = pl.col("n"), pl.col("clase")
    puerta = n.str.replace_all(r"\b0+([0-9])", "$1").str.replace_all("([0-9])/([0-9])", "$1-$2")
    puerta = puerta.str.replace_all(r"^([0-9]+) ?([A-Z])$", "$1-$2")
    entero = n.str.extract("^([0-9]{1,6})").cast(pl.Float64)
    metros = n.str.extract("^KM ([0-9]+(?:,[0-9]+)?)").str.replace(",", ".", literal=True).cast(pl.Float64) * 1000
    orden = pl.when(clase == "puerta").then(entero).when(clase == "km").then(metros)
    return (
        pl.when(clase != "sin_numero").then(pl.when(clase == "km").then(n).otherwise(puerta)).alias("puerta"),
        orden.alias("n"),
        pl.when(clase == "puerta").then(entero.cast(pl.Int64) % 2).cast(pl.Int8).alias("lado"),
    )


def _resto() -> tuple[pl.Expr, pl.Expr]:
    unidad = pl.col("r").str.extract_all(_UNIDAD).list.join(" ")
    barrio = pl.col("r").str.replace_all(_UNIDAD, "").str.replace_all(" +", " ").str.strip_chars(" ")
    return unidad.alias("unidad"), pl.when(barrio.str.contains(r"\p{L}{3}")).then(barrio).otherwise(pl.lit("")).alias(
        "barrio"
    )
