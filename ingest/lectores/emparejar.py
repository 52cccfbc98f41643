"""Whether a header is the one that a pattern speaks of."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from ingest.lectores.contract import NULO


def sin_nulos(texto: str) -> str:
    """The text without the character that PostgreSQL cannot store."""
    return texto.replace(NULO, "")


def compactar(texto: str) -> str:
    """The text with every run of blanks (line breaks and hard spaces too) as one space, none outside, and no NULs."""
    return " ".join(sin_nulos(texto).split())


def sin_acentos(texto: str) -> str:
    """The text without accents, tildes or diaereses; `º` and `°` stay what they are."""
    partes = unicodedata.normalize("NFD", texto)
    return "".join(letra for letra in partes if not unicodedata.combining(letra))


@lru_cache(maxsize=1024)
def _variantes(patron: str, banderas: int) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """The pattern regardless of case, as it was written and without accents."""
    banderas |= re.IGNORECASE
    return re.compile(patron, banderas), re.compile(sin_acentos(patron), banderas)


def coincide(patron: re.Pattern[str], encabezado: str) -> bool:
    """Whether the pattern matches the whole header, blanks, case and accents apart.

    Accents may be missing on either side: `Razón social` finds RAZON SOCIAL, and `razon social` finds Razón Social.
    """
    literal, plegado = _variantes(patron.pattern, patron.flags)
    texto = compactar(encabezado)
    return bool(literal.fullmatch(texto) or plegado.fullmatch(sin_acentos(texto)))
