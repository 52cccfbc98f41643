"""Numbers and words as a reader in Chile writes them: decimal comma, point for thousands, accents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

SIN_DATO: Final = "sin_dato"

PALABRAS: Final[Mapping[str, str]] = {
    "micro": "Micro",
    "pequena": "Pequeña",
    "mediana": "Mediana",
    "grande": "Grande",
    "formal": "Formal",
    "en_proceso": "En proceso",
    "informal": "Informal",
    "indeterminado": "Indeterminado",
    "inactivo": "Inactivo",
    "natural": "Persona natural",
    "juridica": "Persona jurídica",
    "publicado": "Publicado",
    "reservado": "Reservado",
    "exacto": "Exacto",
    "sin_dato": "Sin dato",
    "sin_ubicacion": "Sin ubicación",
    "fuera_de_zonas": "Fuera de las zonas del nivel",
    "publico": "Público",
    "socio": "Socio",
    "planificador": "Planificación",
    "municipal": "Municipal",
    "admin": "Administración",
    "seccion": "Sector",
    "tamano": "Tamaño",
    "formalidad": "Formalidad",
    "division": "División",
    "tipo_persona": "Tipo de persona",
    "zona": "Zona",
    "turno": "Turno",
    "componente": "Componente",
    "anio": "Año",
}
"""How the words of the vocabulary are written on a screen."""

VACIO: Final = "—"


def palabra(valor: str) -> str:
    """A word of the vocabulary as it is written on a screen; any other text as it is."""
    return PALABRAS.get(valor, valor)


def numero(valor: float | None, decimales: int = 0) -> str:
    """A number with point for thousands and decimal comma, or a dash where there is none."""
    if valor is None:
        return VACIO
    texto = f"{valor:,.{decimales}f}".translate(str.maketrans(",.", ".,"))
    return texto.replace("-", "−")


def con_unidad(valor: float | None, unidad: str, decimales: int = 0) -> str:
    """A figure with its unit: `12,5 %`; counts go without one, for their heading says what is counted."""
    texto = numero(valor, decimales)
    return f"{texto} %" if unidad == "%" and valor is not None else texto


def redondeado(valor: float, base: int) -> str:
    """A figure that is a multiple of `base` and less than one of them away from the truth: none reads as exact."""
    return f"cerca de {numero(valor)}" if valor else f"0 a {base - 1}"


def porcentaje(parte: float | None, decimales: int = 0) -> str:
    """A share between 0 and 1 as a percentage."""
    return VACIO if parte is None else f"{numero(parte * 100, decimales)} %"
