"""Every indicator that there is, whatever computes it: what the CLI, the API and the portal list."""

from __future__ import annotations

from functools import cache

from observatorio import catalogo
from observatorio.errors import ErrorCatalogo
from observatorio.indicadores import definitions, derivados, mediciones
from observatorio.indicadores.contract import Definicion, Indicador
from observatorio.indicadores.derivado import Derivado
from observatorio.indicadores.medicion import Medicion


@cache
def agregados() -> dict[str, Indicador]:
    """Those that one aggregate of establishments computes, by id."""
    return catalogo.discover(definitions, Indicador)


@cache
def definiciones() -> dict[str, Definicion]:
    """All of them, by id. Raises `ErrorCatalogo` when an id is in two folders."""
    todos: dict[str, Definicion] = {}
    for suyos in (agregados(), catalogo.discover(derivados, Derivado), catalogo.discover(mediciones, Medicion)):
        if repetidos := sorted(set(todos) & set(suyos)):
            raise ErrorCatalogo(
                f"Hay dos indicadores «{repetidos[0]}» en las carpetas definitions, derivados y mediciones."
            )
        todos |= suyos
    return dict(sorted(todos.items()))
