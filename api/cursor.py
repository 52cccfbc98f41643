"""The «siguiente» of a page: where to go on, and in which question. It is opaque, and good for that question alone.

It is not signed, because nothing is gained by changing it: what a page shows depends on who asks, not on where it
begins.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import asdict, dataclass, replace
from typing import Final

import orjson

from api.errors import ErrorParametro
from observatorio.db.queries.busqueda import Busqueda

_MAXIMO_ID: Final = 64


@dataclass(frozen=True)
class Punto:
    """The last thing that a page showed, and whether that page was of what resembles the text that was searched."""

    ultimo: str
    parecida: bool = False


def sellar(pregunta: object, punto: Punto) -> str:
    """The text of a point in a question (anything that JSON can hold)."""
    crudo = orjson.dumps([_huella(pregunta), punto.ultimo, int(punto.parecida)])
    return base64.urlsafe_b64encode(crudo).decode().rstrip("=")


def abrir(pregunta: object, texto: str) -> Punto:
    """The point that `sellar` wrote; for nothing, the beginning. Raises `ErrorParametro` when the text is none, or
    belongs to another question."""
    if not texto:
        return Punto("")
    try:
        crudo = base64.b64decode(texto + "=" * (-len(texto) % 4), altchars=b"-_", validate=True)
        huella, ultimo, parecida = orjson.loads(crudo)
    except (binascii.Error, ValueError, TypeError):
        raise _ilegible(texto) from None
    if huella != _huella(pregunta) or not isinstance(ultimo, str) or parecida not in (0, 1):
        raise _ilegible(texto)
    if len(ultimo) > _MAXIMO_ID or not ultimo.isprintable():
        raise _ilegible(texto)
    return Punto(ultimo, bool(parecida))


def de_busqueda(b: Busqueda) -> object:
    """What makes a search the same one on every page."""
    return asdict(replace(b, parecida=False))


def _huella(pregunta: object) -> str:
    return hashlib.sha256(orjson.dumps(pregunta, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]


def _ilegible(texto: str) -> ErrorParametro:
    return ErrorParametro(
        "cursor",
        texto[:80],
        "cursor_ajeno",
        "Ese cursor no es de esta búsqueda.",
        "Use el «siguiente» de la página anterior con los mismos filtros, o empiece sin cursor.",
    )
