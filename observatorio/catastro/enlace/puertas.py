"""Whether two written addresses of one RUT are the same door: slips of the finger, missing units, streets left out."""

from __future__ import annotations

import re
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import token_sort_ratio

_VIAS = re.compile(r"^(?:AVENIDA|CALLE|PASAJE|CAMINO|DIAGONAL) ")
_SIN_CALLE = (
    r"X+|S I|S N|SIN (?:CALLE|DIRECCION|DOMICILIO|INFORMACION|NUMERO|DATOS?|NOMBRE)|NO (?:REGISTRA|TIENE|INDICA|APLICA)"
    r"|DOMICILIO|DIRECCION|CALLE|DESCONOCID[AO]"
)
_NO_DICE = re.compile(rf"^(?:{_SIN_CALLE}|[0-9]{{3,}}\b.*)?$")
"""What people write where the street should be when they do not know it, or when they left it out."""

SIN_PUERTA = rf"^(?:{_SIN_CALLE})\|(?:S/N)?\|"
"""A matching key that names neither street nor door: no place at all."""

SIN_NUMERO = r"^[^|]*\|(?:S/N)?\|"
"""A matching key without a door number: a street, on which a firm may have several premises."""
_SIN_NUMERO = re.compile(SIN_NUMERO)

_TRAMO = re.compile(r"[0-9]+")
_UNIDAD = re.compile(r"[0-9]+[A-Z]?(?:[-/][0-9A-Z]+)*|\b[A-Z]\b(?:-[0-9]+)?")
_LETRAS = re.compile(r"[^A-Z ]+")
_DE_SITIO = frozenset(("MANZANA", "SITIO", "LOTE", "PARCELA", "CASA", "BODEGA", "GALPON", "LOCAL", "OFICINA", "MODULO"))
_PALABRAS_PARECIDAS = 82.0
_FIGURAS = 3
"""Figures that a door number needs before one wrong figure in it may be taken for a slip: 7 and 8 are neighbours."""


class Parecido(IntEnum):
    """How much two addresses of one RUT look like one, the least first."""

    NINGUNO = 0
    NUMERO_ERRADO = 1
    SIN_UNIDAD = 2
    MISMA = 3


class Puerta(NamedTuple):
    """An address taken apart for comparison: `via` without its kind and its figures (empty where nobody wrote it), the
    figures of street and door, the units behind it, and all its words."""

    via: str
    numeros: tuple[str, ...]
    unidades: tuple[str, ...]
    palabras: str
    manzana: bool


@lru_cache(maxsize=50_000)
def abrir(clave: str) -> Puerta:
    """A matching key `CALLE|NUMERO|RESTO` (`clave_direccion`) as a `Puerta`."""
    calle, _, cola = clave.partition("|")
    numero, _, resto = cola.partition("|")
    no_dice = _NO_DICE.match(calle) is not None
    numeros = _TRAMO.findall(f"{calle} {numero}")
    manzana = "MANZANA" in clave or "SITIO" in numero
    unidades = tuple(sorted(set(_UNIDAD.findall(resto))))
    # A range or a letter behind the door number tells doors of one building apart, as a unit does.
    if not manzana and "KM" not in numero and "-" in numero:
        cabeza, _, sufijo = numero.partition("-")
        numeros, unidades = _TRAMO.findall(f"{calle} {cabeza}"), (*unidades, sufijo)
    via = "" if no_dice else _solo_letras(_VIAS.sub("", calle))
    palabras = _solo_letras(clave.replace("|", " "))
    return Puerta(via, tuple(numeros), unidades, palabras, manzana)


@lru_cache(maxsize=100_000)
def comparar(clave: str, otra: str) -> Parecido:
    """How far two matching keys of one RUT speak of one door; symmetric."""
    if clave == otra:
        return Parecido.MISMA
    una, dos = abrir(clave), abrir(otra)
    if una.manzana or dos.manzana:
        return _comparar_sitios(una, dos)
    if not _misma_via(una, dos):
        return Parecido.NINGUNO
    if una.numeros != dos.numeros:
        return _comparar_numeros(una, dos)
    if una.unidades == dos.unidades:
        return Parecido.MISMA if una.via and dos.via else Parecido.SIN_UNIDAD
    if not una.unidades or not dos.unidades or set(una.unidades) < set(dos.unidades):
        return Parecido.SIN_UNIDAD
    return Parecido.SIN_UNIDAD if set(dos.unidades) < set(una.unidades) else Parecido.NINGUNO


def sin_numero(clave: str) -> bool:
    """Whether a matching key names a street and no door of it: neither a number nor a block with its sites."""
    return _SIN_NUMERO.match(clave) is not None and not abrir(clave).manzana


def mismo_edificio(clave: str, otra: str) -> bool:
    """Whether two matching keys name one building, whatever the unit."""
    una, dos = abrir(clave), abrir(otra)
    if una.manzana or dos.manzana:
        return comparar(clave, otra) >= Parecido.SIN_UNIDAD
    return bool(una.via and dos.via) and una.numeros == dos.numeros and _misma_via(una, dos)


def _comparar_numeros(una: Puerta, dos: Puerta) -> Parecido:
    """Streets alike, figures not: a slip in one figure, or a tail that one of them lost."""
    corta, larga = sorted((una.numeros, dos.numeros), key=len)
    if corta and larga[: len(corta)] == corta and una.via and dos.via and len(larga) > 1:
        return Parecido.SIN_UNIDAD
    if sorted((*una.numeros, *una.unidades)) == sorted((*dos.numeros, *dos.unidades)):
        return Parecido.MISMA
    if una.unidades and dos.unidades and una.unidades != dos.unidades:
        return Parecido.NINGUNO
    largas = max((len(n) for n in (*una.numeros, *dos.numeros)), default=0) >= _FIGURAS
    dudoso = largas and una.via and dos.via and _un_error(una.numeros, dos.numeros)
    return Parecido.NUMERO_ERRADO if dudoso else Parecido.NINGUNO


def _un_error(numeros: tuple[str, ...], otros: tuple[str, ...]) -> bool:
    """Whether two lists of numbers differ in one figure of one of them."""
    distintos = [(a, b) for a, b in zip(numeros, otros, strict=False) if a != b]
    return len(numeros) == len(otros) and len(distintos) == 1 and OSA.distance(*distintos[0]) == 1


def _comparar_sitios(una: Puerta, dos: Puerta) -> Parecido:
    """Blocks and sites have no street: all the figures, in any order, and the words, among them the quarter's."""
    a, b = (sorted(_TRAMO.findall(" ".join((*p.numeros, *p.unidades)))) for p in (una, dos))
    if not a or not b or not (una.via and dos.via):
        return Parecido.NINGUNO
    if a == b and _palabras(una, dos):
        return Parecido.MISMA
    barrios = [" ".join(w for w in p.palabras.split() if w not in _DE_SITIO) for p in (una, dos)]
    if a == b and not all(barrios):
        return Parecido.SIN_UNIDAD
    if not _barrios_iguales(*barrios):
        return Parecido.NINGUNO
    if all(barrios) and len(a) == len(b) > 1 and una.unidades == dos.unidades and _un_error(una.numeros, dos.numeros):
        return Parecido.NUMERO_ERRADO
    corta, larga = sorted((una, dos), key=lambda p: len(p.numeros) + len(p.unidades))
    if corta.numeros == larga.numeros and not corta.unidades and len(corta.numeros) > 1:
        return Parecido.SIN_UNIDAD
    return Parecido.NINGUNO


def _barrios_iguales(barrio: str, otro: str) -> bool:
    return not barrio or not otro or token_sort_ratio(barrio, otro) >= _PALABRAS_PARECIDAS


def _palabras(una: Puerta, dos: Puerta) -> bool:
    return token_sort_ratio(una.palabras, dos.palabras) >= _PALABRAS_PARECIDAS


def _misma_via(una: Puerta, dos: Puerta) -> bool:
    """Streets with one name, but for a slip; a street that nobody wrote is any street where there is a number."""
    if una.via == dos.via:
        return bool(una.via or una.numeros)
    if not una.via or not dos.via:
        return bool(una.numeros and dos.numeros)
    pasos = 1 if min(len(una.via), len(dos.via)) < 7 else 2
    if OSA.distance(una.via, dos.via, score_cutoff=pasos) <= pasos:
        return True
    corta, larga = sorted((una.via, dos.via), key=len)
    return len(corta) >= 4 and (larga.startswith(f"{corta} ") or larga.endswith(f" {corta}"))


def _solo_letras(texto: str) -> str:
    return " ".join(_LETRAS.sub(" ", texto).split())
