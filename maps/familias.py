"""Families of sections that share a colour: nineteen colours cannot be told apart, eleven can."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from maps.escritura import SIN_DATO


@dataclass(frozen=True)
class Familia:
    """Sections of CIIU.CL that a map draws in one colour; between neighbours lightness differs too."""

    nombre: str
    secciones: tuple[str, ...]
    color: str


FAMILIAS: Final = (
    Familia("Minería", ("B",), "#a6541a"),
    Familia("Industria, energía y agua", ("C", "D", "E"), "#6f4b94"),
    Familia("Construcción", ("F",), "#e0a30c"),
    Familia("Comercio", ("G",), "#0b6aa8"),
    Familia("Transporte", ("H",), "#58b3e3"),
    Familia("Alojamiento y comida", ("I",), "#cf4456"),
    Familia("Servicios a empresas", ("J", "K", "L", "M", "N"), "#1c8c7c"),
    Familia("Público, educación y salud", ("O", "P", "Q"), "#5d8a26"),
    Familia("Otros servicios", ("R", "S", "T", "U"), "#d08fbd"),
    Familia("Agro y pesca", ("A",), "#a39a2c"),
    Familia("Sin dato", (SIN_DATO,), "#98a4a9"),
)


NOMBRES: Final = {
    "A": "Agricultura y pesca",
    "B": "Minería",
    "C": "Industria manufacturera",
    "D": "Electricidad y gas",
    "E": "Agua y residuos",
    "F": "Construcción",
    "G": "Comercio",
    "H": "Transporte y almacenamiento",
    "I": "Alojamiento y comida",
    "J": "Información y comunicaciones",
    "K": "Finanzas y seguros",
    "L": "Actividades inmobiliarias",
    "M": "Servicios profesionales",
    "N": "Servicios administrativos",
    "O": "Administración pública",
    "P": "Enseñanza",
    "Q": "Salud y asistencia social",
    "R": "Arte y recreación",
    "S": "Otros servicios",
    "T": "Hogares como empleadores",
    "U": "Organismos internacionales",
    SIN_DATO: "Sin dato",
}
"""Names of sections that fit a table; the official ones, up to 130 letters long, stand in the methodology."""


def color(seccion: str) -> str:
    """The colour of a section, or of `sin_dato`."""
    return next((f.color for f in FAMILIAS if seccion in f.secciones), FAMILIAS[-1].color)
