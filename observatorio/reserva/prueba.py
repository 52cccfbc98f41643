"""The proof of a pattern, checked with whole numbers and nothing else: no solver, no tolerance."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from observatorio.reserva.primaria import Requisito
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
    return [
        sistema.claves[i]
        for i, requisito in encargo.requisitos.items()
        if not _probada(tablas[:, i], requisito, movidas, encargo.mayores.get(i))
    ]


def _probada(d: Enteros, requisito: Requisito, movidas: Mapping[int, Logicos], mayor: int | None) -> bool:
    """Whether the differences `d` of one cell are enough for everybody: who knows nothing, and who is alone somewhere.

    `movidas`: for each contributor that is alone somewhere, which tables move its cells.
    """
    todas = np.ones(len(d), bool)
    if not _alcanzan(d, requisito.arriba, requisito.abajo, todas):
        return False
    for dueno, mueve in movidas.items() if requisito.frente_a_solos else ():
        lejos = (requisito.del_mayor, requisito.del_mayor) if dueno == mayor else (requisito.arriba, requisito.abajo)
        if not _alcanzan(d, *lejos, ~mueve):
            return False
    return True


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
