"""The words of a giro or of a gloss, in the form in which they are compared."""

from __future__ import annotations

import polars as pl
from rapidfuzz import fuzz, process

_EXCEPCION = r"\(?\b(EXCEPTO|SALVO|NO INCLUYE)\b[^();]*\)?"
"""What an activity is not: its words would match what it leaves out."""

RESTO = "NCP"
"""The word of the glosses that gather what no other code names: a giro never says it."""
_NEGACION = r"\bNO "
"""What is not dangerous is another activity than what is: the word that is denied is a word of its own."""
_RESTO = r"N\.C\.P\.?|^[^A-Z]*OTR[AO]S\b"

_SIN_SENTIDO = """
DE LA EL LOS LAS DEL LO UN UNA Y E O U A AL EN POR PARA CON SIN SU SUS SE QUE ENTRE SEGUN DESDE
OTRO OTRA OTROS OTRAS DEMAS VARIOS VARIAS ETC TODO TIPO CLASE GENERAL GENERALES INCLUYE INCLUIDO INCLUIDA
ACTIVIDAD ACTIVIDADES SERVICIO SERVICIOS EMPRESA EMPRESAS PRESTADO PRESTADOS PRESTADAS REALIZADA REALIZADAS
GIRO RUBRO NEGOCIO LOCAL COMERCIO COMERCIOS COMERCIAL COMERCIALIZADORA ESPECIALIZADO ESPECIALIZADOS
ESPECIALIZADA ESPECIALIZADAS MENOR DETALLE MINORISTA SOCIEDAD LTDA LIMITADA SPA EIRL SA CIA
"""
_VACIAS = frozenset(_SIN_SENTIDO.split())
"""Words that say nothing of the activity: those of grammar, of the law, and of every other gloss. Retail is the usual
case, so that «por menor» is left out and «por mayor» counts."""

_DE_LA_LISTA = {
    "ABOGADO": "JURIDICO",
    "ARRENDAMIENTO": "ALQUILER",
    "ARRIENDO": "ALQUILER",
    "AUTO": "AUTOMOTOR",
    "AUTOMOTRIZ": "AUTOMOTOR",
    "CARNICERIA": "CARNE",
    "COLEGIO": "ENSENANZA",
    "CONSTRUCTORA": "CONSTRUCCION",
    "CONTADOR": "CONTABILIDAD",
    "CONTABLE": "CONTABILIDAD",
    "DENTAL": "ODONTOLOGICO",
    "DENTISTA": "ODONTOLOGICO",
    "DISTRIBUIDORA": "MAYOR",
    "ESCUELA": "ENSENANZA",
    "FLETE": "CARGA",
    "JUGUETERIA": "JUGUETE",
    "LIBRERIA": "LIBRO",
    "MANTENCION": "MANTENIMIENTO",
    "MAYORISTA": "MAYOR",
    "MUEBLERIA": "MUEBLE",
    "PESCADERIA": "PESCADO",
    "RESTORAN": "RESTAURANTE",
    "SEGUROS": "SEGURO",
    "VERDULERIA": "VERDURA",
    "ZAPATERIA": "CALZADO",
}
"""Everyday words of Chile -> those by which the list calls the same thing."""

LARGO_CON_ERRATAS = 5
_PARECIDO_LETRAS = 88.0


def palabras(textos: pl.Series) -> pl.DataFrame:
    """The words of each text, once each: `i` (its position) and `palabra`, by the root that its forms share."""
    letras = textos.fill_null("").str.replace_all(_EXCEPCION, " ").str.replace_all(_RESTO, f" {RESTO} ")
    letras = letras.str.replace_all(_NEGACION, " NO")
    letras = letras.str.extract_all(r"[A-Z]{2,}").alias("palabra")
    largo = pl.DataFrame([letras]).with_row_index("i").explode("palabra").drop_nulls("palabra")
    raices = {p: _raiz(p) for p in largo["palabra"].unique().to_list()}
    return (
        largo.with_columns(pl.col("palabra").replace_strict(raices, return_dtype=pl.Utf8))
        .drop_nulls("palabra")
        .unique()
        .sort("i", "palabra")
    )


def corregir(dichas: pl.Series, conocidas: pl.Series) -> pl.DataFrame:
    """Words that nobody knows, by the known one that is spelt almost the same: `palabra conocida parecido` (0 to 1).

    Words with no such neighbour are left out. The first letter must be the same; of two equally alike the first one in
    the alphabet counts.
    """
    por_letra: dict[str, list[str]] = {}
    for palabra in conocidas.unique().sort().to_list():
        if len(palabra) >= LARGO_CON_ERRATAS:
            por_letra.setdefault(palabra[0], []).append(palabra)
    ajenas = dichas.unique().sort().to_list()
    vecinas = []
    for palabra in set(ajenas) - set(conocidas.to_list()):
        if len(palabra) < LARGO_CON_ERRATAS or palabra[0] not in por_letra:
            continue
        mejor = process.extractOne(palabra, por_letra[palabra[0]], scorer=fuzz.ratio, score_cutoff=_PARECIDO_LETRAS)
        if mejor is not None:
            vecinas.append((palabra, mejor[0], mejor[1] / 100))
    esquema = {"palabra": pl.Utf8, "conocida": pl.Utf8, "parecido": pl.Float64}
    return pl.DataFrame(vecinas, schema=esquema, orient="row").sort("palabra")


def _raiz(palabra: str) -> str | None:
    """The root of a word: singular, without its last vowels; None for a word that says nothing."""
    if palabra in _VACIAS:
        return None
    for forma in (palabra, _singular(palabra)):
        if forma in _DE_LA_LISTA:
            palabra = _DE_LA_LISTA[forma]
            break
    singular = _singular(palabra)
    raiz = singular.rstrip("AEIO")
    # Short words lose what tells them apart: «casa» and «caso», «ropa».
    return raiz if len(raiz) >= 4 else singular


def _singular(palabra: str) -> str:
    """Without the plural, where the word is long enough to tell one from a word that ends so."""
    if len(palabra) > 5 and palabra.endswith("CES"):
        return palabra[:-3] + "Z"
    if len(palabra) > 4 and palabra.endswith("ES") and palabra[-3] not in "AEIOU":
        return palabra[:-2]
    return palabra[:-1] if len(palabra) > 4 and palabra.endswith("S") else palabra
