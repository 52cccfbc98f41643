"""Every indicator that there is, whatever computes it: what the CLI, the API and the portal list."""

from __future__ import annotations

from functools import cache

from observatorio import catalogo
from observatorio.errors import ErrorCatalogo
from observatorio.indicadores import definitions, derivados
from observatorio.indicadores.contract import Definicion, Indicador
from observatorio.indicadores.derivado import Derivado


@cache
def agregados() -> dict[str, Indicador]:
    """Those that one aggregate of establishments computes, by id."""
    return catalogo.discover(definitions, Indicador)


@cache
def definiciones() -> dict[str, Definicion]:
    """All of them, by id. Raises `ErrorCatalogo` when an id is in both folders."""
    propios, hechos = agregados(), catalogo.discover(derivados, Derivado)
    if repetidos := sorted(set(propios) & set(hechos)):
        raise ErrorCatalogo(f"Hay dos indicadores «{repetidos[0]}»: uno en definitions y otro en derivados.")
    todos: dict[str, Definicion] = {**propios, **hechos}
    return dict(sorted(todos.items()))
