"""The rates and words of the profile `ciega`, read once from `data/muestra/suciedad_ciega.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from observatorio.muestra.parametros import Suciedades, Tasas, grupo, leer_toml

Listas = Mapping[str, list[str]]


@dataclass(frozen=True)
class Textos:
    """Weight of each fault of names and addresses, and the share of altered cells that get a second one."""

    segunda: float
    nombres: Tasas
    nombres_sii: Tasas
    direcciones: Tasas
    vias: Tasas
    numero_de_via: float
    numeros: Tasas


@dataclass(frozen=True)
class Ruts:
    """Shares of rows by file, and of owners who have a business of their own or a second firm."""

    dueno: Tasas
    transpuesto: Tasas
    con_digito: float
    dueno_con_negocio: float
    dueno_de_dos: float


@dataclass(frozen=True)
class Puntos:
    """Shares of rows by file whose point is that of another place; lengths in metres."""

    redondeado: Tasas
    esquina: Tasas
    cuadra: Tasas
    encuestador: Tasas
    encuestadores: int
    esquina_cerca: float
    largo_cuadra: float
    puerta_vecina: float
    vecino: float


@dataclass(frozen=True)
class Contacto:
    """Shares of phones that are missing, an accountant's, mistyped or without area code."""

    sin_telefono: float
    contador: float
    contador_ajeno: float
    digito: float
    corto: float


@dataclass(frozen=True)
class Giros:
    """Shares of rows by file with another's line of business, or with one that says nothing."""

    errado: Tasas
    generico: Tasas
    textos: list[str]


@dataclass(frozen=True)
class Ciega:
    """All of `suciedad_ciega.toml`."""

    suciedad: Suciedades
    textos: Textos
    ruts: Ruts
    puntos: Puntos
    contacto: Contacto
    giros: Giros
    variantes: Listas
    genericos: Listas
    referencias: Listas
    apodos: Listas


@cache
def tasas() -> Ciega:
    """Every rate. Raises `ErrorArchivo` naming a key that is missing or unknown."""
    crudo = leer_toml("suciedad_ciega")
    return Ciega(
        suciedad=grupo(Suciedades, crudo["suciedad"]),
        textos=grupo(Textos, crudo["textos"]),
        ruts=grupo(Ruts, crudo["ruts"]),
        puntos=grupo(Puntos, crudo["puntos"]),
        contacto=grupo(Contacto, crudo["contacto"]),
        giros=grupo(Giros, crudo["giros"]),
        variantes=crudo["variantes"],
        genericos=crudo["genericos"],
        referencias=crudo["referencias"],
        apodos=crudo["apodos"],
    )
