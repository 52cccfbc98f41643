"""The proof of a pattern, checked with whole numbers and nothing else: no solver, no tolerance."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from observatorio.reserva.secundaria import Alternativa, Encargo, Patron
from observatorio.reserva.sistema import Clave, Enteros, Logicos, Sistema


def sin_probar(sistema: Sistema, encargo: Encargo, patron: Patron) -> list[Clave]:
    """The sensitive cells whose requirement no table of the pattern proves; empty where the release is safe.

    A table proves something only if it differs in hidden cells alone, keeps every sum, has no cell under what is known
    of it, and moves none of those that were published before. Whoever is alone in some cells must be left in doubt by
    a table that does not move them.
    """
    diferencias = [d for a in patron.alternativas if (d := _valida(sistema, encargo, patron, a)) is not None]
    tablas = np.array(diferencias, np.int64).reshape(len(diferencias), len(sistema.valor))
    de_quien: dict[int, list[int]] = {}
    for celda, dueno in encargo.solos.items():
        de_quien.setdefault(dueno, []).append(celda)
    movidas: dict[int, Logicos] = {
        dueno: np.asarray(tablas[:, suyas].any(axis=1), bool) for dueno, suyas in de_quien.items()
    }
    return [sistema.claves[i] for i in encargo.requisitos if not _probada(encargo, i, tablas[:, i], movidas)]


def _probada(encargo: Encargo, celda: int, d: Enteros, movidas: Mapping[int, Logicos]) -> bool:
    """Whether the differences `d` of one cell are enough for everybody: who knows nothing, and who is alone somewhere.

    `movidas`: for each contributor that is alone somewhere, which tables move its cells.
    """
    if not _alcanzan(d, *encargo.lejania(celda, None), np.ones(len(d), bool)):
        return False
    return all(_alcanzan(d, *encargo.lejania(celda, dueno), ~mueve) for dueno, mueve in movidas.items())


def _alcanzan(d: Enteros, arriba: int, abajo: int, sirven: Logicos) -> bool:
    sube = not arriba or bool((sirven & (d >= arriba)).any())
    baja = not abajo or bool((sirven & (d <= -abajo)).any())
    return sube and baja


def _valida(sistema: Sistema, encargo: Encargo, patron: Patron, alternativa: Alternativa) -> Enteros | None:
    """The differences of a table that nobody can exclude, or None."""
    d = np.zeros(len(sistema.valor), np.int64)
    d[alternativa.celdas] = alternativa.diferencia
    abajo, arriba = encargo.holgura(sistema)
    cabe = not d[~(patron.oculta | sistema.latente)].any() and bool(((d >= -abajo) & (d <= arriba)).all())
    return d if cabe and not (sistema.sumas @ d).any() else None
