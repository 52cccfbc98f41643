"""CQL2 as a tree: text or JSON, read by the library `cql2`, and bounded before and after.

Its parser of text exhausts the stack and ends the process when thousands of brackets are open at once, and tries each
pair of them twice over where the text turns out to be wrong: neither is ever asked of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import cql2

from api.errors import ErrorParametro

LENGUAS: Final = ("cql2-text", "cql2-json", "cql-text")
"""`cql-text` is what GDAL calls the first one."""
LARGO: Final = 20_000
"""Characters of a filter."""
_NODOS: Final = 1_000
_HONDURA: Final = 60
_ESFUERZO: Final = 2**19
"""What a text may cost its parser: its length, doubled for each bracket that is open at once. This much takes a
quarter of a second at worst."""

_CITAS: Final = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"")
_PREFIJOS: Final = re.compile(r"(?:(?:\bnot\b|[-+])\s*){17}", re.IGNORECASE)
_AJENOS: Final = re.compile(r"\^|\bempty\b", re.IGNORECASE)
_MARCAS: Final = re.compile(r"(?:\bnot\b|[-+])?\s*[(\[{]|[)\]}]", re.IGNORECASE)


class ErrorFiltro(ErrorParametro):
    """A filter that cannot be read, or that asks for what this service does not do."""

    def __init__(self, regla: str, mensaje: str, consejo: str) -> None:
        super().__init__("filter", "", regla, mensaje, consejo)


def leer_arbol(texto: str, lengua: str) -> Any:
    """The tree of a filter, as CQL2 JSON has it. Raises `ErrorFiltro`, and `ErrorParametro` for another language."""
    if lengua not in LENGUAS:
        raise ErrorParametro(
            "filter-lang", lengua[:80], "lengua_desconocida", "No se usa esa lengua.", f"Use {' o '.join(LENGUAS[:2])}."
        )
    if len(texto) > LARGO:
        raise excesivo()
    en_json = lengua == "cql2-json"
    if not en_json:
        _revisar(_CITAS.sub("''", texto))
    try:
        arbol = (cql2.parse_json if en_json else cql2.parse_text)(texto).to_json()
    except cql2.ParseError as error:
        raise ilegible() from error
    if sum(1 for _ in _nodos(arbol)) > _NODOS:
        raise excesivo()
    return arbol


def _revisar(desnudo: str) -> None:
    """Refuse a text, given without what it quotes, that would keep its parser busy or exhaust its stack."""
    hondura = mayor = 0
    abiertos: list[int] = []
    for marca in _MARCAS.findall(desnudo):
        if marca[-1] in "([{":
            abiertos.append(1 if len(marca.strip()) == 1 else 2)
            hondura += abiertos[-1]
            mayor = max(mayor, hondura)
        elif abiertos:
            hondura -= abiertos.pop()
    if mayor > _HONDURA or len(desnudo) << mayor > _ESFUERZO or _PREFIJOS.search(desnudo):
        raise excesivo()
    # Powers are read from the right, each within the one before; and an empty point makes the library fail.
    if _AJENOS.search(desnudo):
        raise ilegible()


def _nodos(arbol: object, hondura: int = 0) -> Iterator[object]:
    """Every operator and operand of the tree; coordinates are no nodes."""
    if hondura > _HONDURA:
        raise excesivo()
    yield arbol
    hijos = arbol.get("args", ()) if isinstance(arbol, dict) else arbol if isinstance(arbol, list) else ()
    for hijo in hijos:
        yield from _nodos(hijo, hondura + 1)


def ilegible() -> ErrorFiltro:
    """The refusal of what is no filter."""
    return ErrorFiltro(
        "filtro_ilegible", "El filtro no se entiende.", "Escriba CQL2, por ejemplo seccion = 'G' AND empleo_total > 9."
    )


def excesivo() -> ErrorFiltro:
    """The refusal of what is too much of one."""
    return ErrorFiltro(
        "filtro_excesivo",
        "El filtro es demasiado largo o tiene demasiados paréntesis unos dentro de otros.",
        "Simplifíquelo, use IN (…) en vez de muchos OR, o envíelo como cql2-json.",
    )
