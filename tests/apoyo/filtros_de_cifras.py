"""Filters over the zones with their figures, and what each of them says of a zone of which only the answer is known.

CQL2 has three truths: a comparison with what is not told is neither true nor false, and neither is its contrary.
"""

from __future__ import annotations

import operator
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from observatorio.db.queries.capas import FIGURAS
from observatorio.vocabulario import EstadoValor

COMPARAR: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_ESTADOS: Final = (EstadoValor.PUBLICADO, EstadoValor.RESERVADO, EstadoValor.SIN_DATO)


def inventar(valores: Mapping[str, Sequence[float]], cuantos: int, azar: random.Random) -> Iterator[str]:
    """As many filters, in CQL2 text: every comparison of a figure with one of its `valores`, then any others."""
    for figura, suyos in valores.items():
        for op in COMPARAR:
            yield f"{figura} {op} {_elegir(suyos, azar)}"
            yield f"NOT ({figura} {op} {_elegir(suyos, azar)})"
    for _ in range(cuantos):
        yield _arbol(valores, azar, 3)


def dice(nodo: Any, propiedades: Mapping[str, Any]) -> bool | None:
    """What a filter, as CQL2 has it in JSON, says of a feature with these properties; None: neither yes nor no."""
    op, args = nodo["op"], nodo["args"]
    if op in ("and", "or"):
        partes = [dice(a, propiedades) for a in args]
        decide = op == "or"
        return decide if decide in partes else None if None in partes else not decide
    if op == "not":
        parte = dice(args[0], propiedades)
        return None if parte is None else not parte
    valor = _valor(args[0], propiedades)
    if op == "isNull":
        return valor is None
    otros = [_valor(a, propiedades) for a in (args[1] if op == "in" else args[1:])]
    if valor is None or None in otros:
        return None
    if op == "in":
        return valor in otros
    return otros[0] <= valor <= otros[1] if op == "between" else COMPARAR[op](valor, otros[0])


def _valor(nodo: Any, propiedades: Mapping[str, Any]) -> Any:
    return propiedades[nodo["property"]] if isinstance(nodo, dict) else nodo


def _arbol(valores: Mapping[str, Sequence[float]], azar: random.Random, hondura: int) -> str:
    forma = azar.randrange(4) if hondura else 0
    if forma == 0:
        return _hoja(valores, azar)
    if forma == 1:
        return f"NOT ({_arbol(valores, azar, hondura - 1)})"
    una, otra = (_arbol(valores, azar, hondura - 1) for _ in range(2))
    return f"({una}) {azar.choice(('AND', 'OR'))} ({otra})"


def _hoja(valores: Mapping[str, Sequence[float]], azar: random.Random) -> str:
    figura, otra = azar.sample(FIGURAS, 2)
    a, b = sorted(_elegir(valores[figura], azar) for _ in range(2))
    return azar.choice(
        (
            *(f"{figura} {op} {a}" for op in COMPARAR),
            f"{figura} {azar.choice(tuple(COMPARAR))} {otra}",
            f"{figura} BETWEEN {a} AND {b}",
            f"{figura} IN ({a}, {b})",
            f"{figura} IS NULL",
            f"{figura} IS NOT NULL",
            f"{figura}_estado {azar.choice(('=', '<>'))} '{azar.choice(_ESTADOS)}'",
            f"{figura}_estado IS NULL",
            f"establecimientos_redondeo {azar.choice(tuple(COMPARAR))} {azar.choice((1, 3, 5))}",
        )
    )


def _elegir(valores: Sequence[float], azar: random.Random) -> float:
    """One of them, or one beside it."""
    return azar.choice(valores) + azar.choice((0, 0, -1, 1))
