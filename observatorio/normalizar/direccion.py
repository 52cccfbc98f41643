"""Addresses: taken apart for matching; the stored text of a source is never altered.

`calle`, `numero` and `resto` come out in one spelling (folded, abbreviations expanded), so that equal places get equal
parts. Where there are no streets, the block is the `calle` and the site the `numero`.
"""

from __future__ import annotations

from functools import cache

import polars as pl

from observatorio import referencia
from observatorio.normalizar.contract import Normalizado
from observatorio.normalizar.direccion_texto import SIN_NUMERO, UNIDADES, unificar
from observatorio.normalizar.lote import sin_regla
from observatorio.normalizar.texto import plegar, sin_vacios

_TIPOS = "CALLE|PASAJE|AVENIDA|CAMINO|RUTA|DIAGONAL|COSTANERA|CIRCUNVALACION"
_BARRIOS = "VILLA|POBLACION|CONDOMINIO|CONJUNTO|EDIFICIO|BARRIO|SECTOR|PARQUE|LOTEO"
_ID = r"(?:[0-9]+[A-Z]?(?:[-/][0-9A-Z]+)*|[A-Z](?:-[0-9]+)?)"
_NUM = r"(?:[0-9]+[A-Z]?(?:-[0-9A-Z]+|/[0-9A-Z]+)*|S/N)"
_UNIDAD = rf"\b(?:{UNIDADES}) {_ID}\b"
_CALLE = (
    rf"(?:(?:{_TIPOS}) [0-9]{{1,4}}[A-Z]?(?: (?:NORTE|SUR|ORIENTE|PONIENTE|DE [^,#0-9]+))?"
    rf"|(?:(?:{_TIPOS}) )?[0-9]{{1,2}} (?:DE )?\p{{L}}[^,#0-9]*"
    r"|\p{L}[^,#0-9]*?(?:[A-Z]-[0-9]+)?)"
)
_CON_MARCA = rf"^(?P<calle>[^#]*?)[ ,]*# (?P<numero>{_NUM})(?P<resto>(?: .*)?)$"
_SIN_MARCA = rf"^(?P<antes>(?:.*? , )??)(?P<calle>{_CALLE})[ ,]+(?P<numero>{_NUM})(?P<resto>(?: .*)?)$"
_SOLO_CALLE = r"^(?P<calle>[^,]*)(?P<resto>(?:,.*)?)$"
_MANZANA = r"\bMANZANA ([0-9A-Z]+(?:-[0-9A-Z]+)?)\b"
_SITIO = r"\b(SITIO|LOTE|PARCELA|CASA) ([0-9A-Z]+(?:[-/][0-9A-Z]+)*)\b"
_PUERTA = r"\p{L}{2} [0-9]{3}"
_LETRA = r"^ ([A-Z])((?: ,.*)?)$"
_PREDIO = rf"^((?:PARCELA|SITIO|LOTE|HIJUELA) {_ID})[ ,]+(.+)$"
_KM = r"\bKM ([0-9]+(?:,[0-9]+)?)\b"
_VILLA_ANTES = rf"^((?:{_BARRIOS}) [^,#]*?)[ ,]+((?:{_TIPOS}) .*)$"
_VILLA_COMA = rf"^((?:{_BARRIOS}) [^,#0-9]*?) , (.+)$"

_BARRIO_FINAL = r" ?\b(?:VILLA|POBLACION|BARRIO|CONDOMINIO|SECTOR)\b.*$"

_PARTES = ("calle", "numero", "resto")


def normalizar_direccion(s: pl.Series) -> Normalizado:
    """Addresses to `calle`, `numero` (also `S/N`, `KM 12,5`, `SITIO 11`, ranges) and `resto` (units, then the quarter).

    Nothing is refused: what cannot be taken apart is `calle` alone. Null for empty cells. A comuna's name at the end
    goes away.
    """
    texto = sin_vacios(s)
    filas = texto.is_not_null().arg_true()
    llenas = unificar(texto.gather(filas))
    partes = {nombre: pl.repeat(None, len(s), dtype=pl.String, eager=True).alias(nombre) for nombre in _PARTES}
    if len(filas):
        separadas = _separar(llenas)
        partes = {nombre: serie.scatter(filas, separadas[nombre]) for nombre, serie in partes.items()}
    return Normalizado(partes, sin_regla(len(s)))


def clave_direccion(calle: pl.Series, numero: pl.Series, resto: pl.Series) -> pl.Series:
    """The matching key `CALLE|NUMERO|RESTO` of the parts, raw or normalised; null where there is no street.

    Equal under abbreviation, accents, case and punctuation; `CALLE` before a name and leading zeros do not count. Nor
    does the quarter where a named street has a number: one office writes it and the next does not.
    """
    marco = pl.DataFrame({"c": _parte(calle), "n": _parte(numero), "r": _parte(resto)})
    via = pl.col("c").str.replace(r"^CALLE (\p{L}{2})", "$1")
    puerta = pl.col("n").str.replace_all(r"\b0+([0-9])", "$1").str.replace_all("([0-9])/([0-9])", "$1-$2")
    puerta = puerta.str.replace_all(r"^([0-9]+) ?([A-Z])$", "$1-$2").str.replace("^0$", SIN_NUMERO)
    basta_la_puerta = pl.col("n").str.contains("[0-9]") & ~via.str.contains("^(PASAJE )?[0-9A-Z]{1,2}$")
    unidad = pl.when(basta_la_puerta).then(pl.col("r").str.replace(_BARRIO_FINAL, "")).otherwise(pl.col("r"))
    clave = pl.when(via != "").then(pl.concat_str(via, puerta, unidad, separator="|"))
    return marco.select(clave.alias("clave"))["clave"]


def _parte(s: pl.Series) -> pl.Series:
    return unificar(sin_vacios(s).fill_null("")).str.replace_all("[#,] ", "")


def _separar(texto: pl.Series) -> pl.DataFrame:
    """Unified text to the three parts; each shape of address has its own way, the first that fits is taken."""
    t = pl.col("t")
    con_puerta = t.str.replace_all(_UNIDAD, "").str.contains(_PUERTA)
    marco = (
        pl.DataFrame({"t": _sin_comuna(texto)})
        .with_columns(
            pl.when(t.str.contains(_KM))
            .then(pl.lit("km"))
            .when(t.str.contains(_MANZANA) & t.str.contains(_SITIO) & ~con_puerta)
            .then(pl.lit("manzana"))
            .when(t.str.contains(_PREDIO))
            .then(pl.lit("predio"))
            .otherwise(pl.lit("calle"))
            .alias("forma")
        )
        .with_row_index("i")
    )
    formas = {"km": _por_km, "manzana": _por_manzana, "predio": _por_predio, "calle": _por_calle}
    trozos = [formas[str(forma)](trozo) for (forma,), trozo in marco.partition_by("forma", as_dict=True).items()]
    limpias = [
        pl.col(p).str.replace_all(r"[ ,#]*(?:,|#)[ ,#]*", " ").str.strip_chars(" ").alias(p) for p in ("calle", "resto")
    ]
    puerta = pl.col("numero").str.replace("^0+$", SIN_NUMERO).str.replace("^([0-9]+)([A-Z])$", "$1-$2")
    juntas = pl.concat(trozos).sort("i").with_columns(*limpias, puerta)
    return juntas.with_columns(pl.when(pl.col(p) != "").then(pl.col(p)).alias(p) for p in _PARTES)


def _por_km(marco: pl.DataFrame) -> pl.DataFrame:
    t = pl.col("t")
    ruta = (
        t.str.replace(_KM, " , ")
        .str.replace(r"\bRUTA (?:CH[- ]?)?([0-9]+)(?:[- ]?CH\b)?", "RUTA $1")
        .str.strip_chars(" ,")
    )
    partes = ruta.str.extract_groups(_SOLO_CALLE)
    return marco.select(
        "i",
        partes.struct.field("calle"),
        ("KM " + t.str.extract(_KM)).alias("numero"),
        partes.struct.field("resto"),
    )


def _por_manzana(marco: pl.DataFrame) -> pl.DataFrame:
    t = pl.col("t")
    sitio = t.str.extract_groups(_SITIO)
    return marco.select(
        "i",
        ("MANZANA " + t.str.extract(_MANZANA)).alias("calle"),
        (sitio.struct.field("1") + " " + sitio.struct.field("2")).alias("numero"),
        t.str.replace(_MANZANA, " , ").str.replace(_SITIO, " , ").alias("resto"),
    )


def _por_predio(marco: pl.DataFrame) -> pl.DataFrame:
    partes = pl.col("t").str.extract_groups(_PREDIO)
    lugar = partes.struct.field("2").str.extract_groups(_SOLO_CALLE)
    return marco.select(
        "i", lugar.struct.field("calle"), partes.struct.field("1").alias("numero"), lugar.struct.field("resto")
    )


def _por_calle(marco: pl.DataFrame) -> pl.DataFrame:
    """Street and number; units are taken out first, wherever they stand, and head the rest."""
    t = pl.col("t")
    con_unidad = t.str.contains(_UNIDAD)
    unidades = pl.when(con_unidad).then(t.str.extract_all(_UNIDAD).list.join(" ")).otherwise(pl.lit(""))
    sin_unidades = pl.when(con_unidad).then(t.str.replace_all(_UNIDAD, " , ")).otherwise(t)
    marco = marco.with_columns(unidades.alias("unidades"), _barrio_al_final(sin_unidades).alias("t"))
    marcado, libre, solo = (t.str.extract_groups(p) for p in (_CON_MARCA, _SIN_MARCA, _SOLO_CALLE))
    marco = marco.with_columns(marcado.alias("m"), libre.alias("l"), solo.alias("s"))
    m, n = pl.col("m").struct.field, pl.col("l").struct.field
    marco = marco.with_columns(m("numero").is_not_null().alias("es_m"), n("numero").is_not_null().alias("es_l"))
    # A bare type of street is no name: what looked like its number is the name (CALLE 4).
    tipo_solo = pl.when("es_m").then(m("calle")).otherwise(n("calle")).str.contains(rf"^(?:{_TIPOS})?$")
    marco = marco.with_columns((pl.col("es_m") & ~tipo_solo).alias("es_m"), (pl.col("es_l") & ~tipo_solo).alias("es_l"))
    s = pl.col("s").struct.field

    def elegir(parte: str, otra: pl.Expr) -> pl.Expr:
        return pl.when("es_m").then(m(parte)).when("es_l").then(n(parte)).otherwise(otra)

    resto = elegir("resto", s("resto"))
    # A lone letter right after the number belongs to it: 1234 A is the door 1234-A.
    letra = pl.when(pl.col("es_m") | pl.col("es_l")).then(resto.str.extract(_LETRA))
    antes = pl.when(~pl.col("es_m") & pl.col("es_l")).then(n("antes")).otherwise(pl.lit(""))
    sin_calle = ~pl.col("es_m") & ~pl.col("es_l") & (s("calle") == SIN_NUMERO)
    numero = pl.when(sin_calle).then(pl.lit(SIN_NUMERO)).otherwise(elegir("numero", pl.lit(None, pl.String)))
    return marco.select(
        "i",
        pl.when(~sin_calle).then(elegir("calle", s("calle"))).alias("calle"),
        (numero + ("-" + letra).fill_null("")).alias("numero"),
        pl.concat_str(
            "unidades",
            pl.when(letra.is_null()).then(resto).otherwise(resto.str.replace(_LETRA, "$2")),
            antes,
            separator=" , ",
        ).alias("resto"),
    )


def _barrio_al_final(t: pl.Expr) -> pl.Expr:
    limpio = t.str.replace_all(r"(?: ,| )+ ,(?: ,| )*", " , ").str.strip_chars(" ,")
    return limpio.str.replace(_VILLA_ANTES, "$2 , $1").str.replace(_VILLA_COMA, "$2 , $1")


def _sin_comuna(texto: pl.Series) -> pl.Series:
    """The text without a last part that is only the name of a comuna."""
    ultima = texto.str.extract(r" , ([^,]+)$")
    sobra = ultima.is_in(_nombres()).fill_null(False)
    return texto.str.replace(r" , [^,]+$", "").zip_with(sobra, texto)


@cache
def _nombres() -> list[str]:
    return plegar(pl.Series([*referencia.nombres_comuna(), "CHILE", "II REGION"])).to_list()
