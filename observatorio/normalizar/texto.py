"""Text: what is stored (trimmed), what is compared (folded), and what counts as an empty cell."""

from __future__ import annotations

import re
import unicodedata
from itertools import product

import polars as pl

from observatorio.normalizar.contract import Normalizado
from observatorio.normalizar.lote import como_texto, donde, reglas

MAXIMO = 500
"""Longest text that a column keeps, in characters."""

_MARCAS = (
    *("-", "--", "---", ".", "...", "s/i", "s/i.", "s.i.", "s/d", "n/a", "#n/a", "n/d", "na", "nan", "nat"),
    *("null", "(null)", "none", "<na>", "#¡valor!", "#ref!", "sin dato", "sin datos", "sin información"),
    *("sin informacion", "sin info", "s/información", "s/informacion", "no informada", "no informado"),
    *("no informa", "no disponible"),
)
_ESTILOS = (str.lower, str.upper, str.title, str.capitalize)
VACIOS = frozenset({"", "NaN", "NaT", "S/i", "N/a", *(estilo(marca) for marca, estilo in product(_MARCAS, _ESTILOS))})
"""Spellings of an empty cell, in the cases in which people and programs write them."""

_RARO = r"[^ -~]|  |^ | $"
_RARO_AUN = r"[^ -~°]|  |^ | $"
_SUCIO = r"[\p{M}\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|[\p{Zs}--[ ]]|  |^ | $"
_BLANCOS = r"[\p{Z}\p{Cc}]+"
_INVISIBLES = r"\p{Cf}"
_CORRIENTES = dict(zip("ÁÉÍÓÚÜÑÀÈÌÒÙÄËÏÖÇº", "AEIOUUNAEIOUAEIOC°", strict=True))


def sin_vacios(s: pl.Series) -> pl.Series:
    """The text of `s` without outer blanks, null where the cell says that it is empty."""
    texto = como_texto(s)
    return texto.set(texto.is_in(list(VACIOS)), None)


def normalizar_texto(s: pl.Series, salida: str = "texto") -> Normalizado:
    """Text as it is stored: trimmed, single blanks, composed accents, no control characters, null if empty.

    Rule: `texto_largo` (the value is then null). Case and accents are kept.
    """
    texto = como_texto(s)
    texto = donde(texto, texto.str.contains(_SUCIO), _limpiar)
    texto = texto.set(texto.is_in(list(VACIOS)), None)
    largo = texto.str.len_bytes() > MAXIMO
    if largo.any():
        largo &= texto.str.len_chars() > MAXIMO
        texto = texto.set(largo.fill_null(False), None)
    return Normalizado({salida: texto.alias(salida)}, reglas(len(s), (largo, "texto_largo")))


def _limpiar(s: pl.Series) -> pl.Series:
    compuesto = s.str.replace_all(_INVISIBLES, "").str.normalize("NFC")
    return compuesto.str.replace_all(_BLANCOS, " ").str.strip_chars(" ")


def plegar(s: pl.Series) -> pl.Series:
    """The form in which texts are compared: upper case, no accents, single blanks, plain hyphens and quotes.

    `Ñ` becomes `N`, `º` becomes `°`. Idempotent; null stays null, an empty cell stays an empty text.
    """
    texto = como_texto(s).str.to_uppercase()
    return donde(texto, texto.str.contains(_RARO), _plegar_acentos)


def _plegar_acentos(s: pl.Series) -> pl.Series:
    """The letters of Spanish at once; whatever is still unusual goes the long way."""
    plegado = s.str.replace_many(list(_CORRIENTES), list(_CORRIENTES.values()))
    return donde(plegado, plegado.str.contains(_RARO_AUN), _plegar_raros)


def _plegar_raros(s: pl.Series) -> pl.Series:
    """Fold until nothing changes: some letters decompose again once they are upper case."""
    for _ in range(4):
        plegado = (
            s.str.replace_all(_INVISIBLES, "")
            .str.replace_all(r"[º˚]", "°")
            .str.replace_all(r"[\p{Pd}−]", "-")
            .str.replace_all("[´`‘’ʼ′]", "'")
            .str.normalize("NFKD")
            .str.replace_all(r"\p{M}", "")
            .str.to_uppercase()
            .str.replace_all(_BLANCOS, " ")
            .str.strip_chars(" ")
        )
        if (plegado == s).all():
            break
        s = plegado
    return plegado


def patron(expresion: str) -> re.Pattern[str]:
    """A pattern that is matched (`fullmatch`) against folded text: its accents go, case does not matter.

    Raises `re.error` when the expression is not a valid one.
    """
    # Escapes such as \d are kept, which upper-casing the expression would turn into \D.
    descompuesto = unicodedata.normalize("NFD", expresion.replace("º", "°"))
    return re.compile("".join(c for c in descompuesto if not unicodedata.combining(c)), re.IGNORECASE)
