"""What the audit keeps of a request for features: which ones were asked for, and no name that was looked for."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from fastapi import Request

from api.ogc.arbol import leer_arbol
from api.ogc.contract import Coleccion
from api.ogc.parametros import DE_ITEMS
from observatorio.db.huellas import Huellas

_LIBRES: Final = frozenset({"id", "cursor", "filter"})
"""The parameters of every collection that take any text at all; the others were read and understood."""
_LLAVE: Final = re.compile(r"[0-9a-f]{1,40}", re.ASCII)
_LETRAS: Final = 3
"""Fewer are a code, such as that of a section: no name that could be searched for."""
_NUMERO_CORTO: Final = 100_000
"""No telephone, and no RUT of anybody alive, is less."""

Callar = Callable[[object], object]


def consultado(request: Request, coleccion: Coleccion, huellas: Huellas) -> dict[str, Any]:
    """The parameters of a request that was read without a fault, as the audit may keep them: in the place of a text or
    number that could name somebody stands its fingerprint, also within a filter (here as CQL2 JSON). Codes, words of a
    closed list, what is asked of the answer's form, places and ids stay as they are."""
    callar = _callar(coleccion, huellas)
    q = request.query_params
    detalle: dict[str, Any] = {n: v for n, v in q.items() if n in DE_ITEMS and n not in _LIBRES}
    for nombre in q.keys() - detalle.keys() - {"filter"}:
        es_llave = nombre in _LIBRES and _LLAVE.fullmatch(q[nombre])
        detalle[nombre] = q[nombre] if es_llave else callar(q[nombre])
    if "filter" in q:
        detalle["filter"] = _callado(leer_arbol(q["filter"], q.get("filter-lang") or "cql2-text"), callar)
    return detalle


def _callar(coleccion: Coleccion, huellas: Huellas) -> Callar:
    """What puts a fingerprint in the place of a value that could name somebody."""
    palabras = {"true", "false"}.union(*(p.valores for p in coleccion.propiedades))

    def callar(valor: object) -> object:
        texto = str(int(valor)) if isinstance(valor, float) and valor.is_integer() else str(valor)
        corto = len(texto) < _LETRAS or (texto.isascii() and texto.isdecimal() and int(texto) < _NUMERO_CORTO)
        return valor if isinstance(valor, bool) or corto or texto in palabras else huellas.de_texto(texto)

    return callar


def _callado(nodo: Any, callar: Callar) -> Any:
    """A tree of CQL2 with its literals told so; names of properties and places stay."""
    if isinstance(nodo, list):
        return [_callado(n, callar) for n in nodo]
    if not isinstance(nodo, dict):
        return callar(nodo)
    return {**nodo, "args": _callado(nodo["args"], callar)} if "args" in nodo else nodo
