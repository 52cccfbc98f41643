"""One piece ahead: the same pieces in the same order, and what goes wrong is told where it belongs."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from observatorio.db.adelanto import adelantar


def test_llegan_todas_y_en_orden() -> None:
    assert list(adelantar(iter(range(5)), "prueba")) == [0, 1, 2, 3, 4]
    assert list(adelantar(iter(()), "prueba")) == []


def test_se_hace_la_siguiente_mientras_se_usa_la_presente_y_ninguna_mas() -> None:
    hechas: list[int] = []
    siguiente = threading.Event()

    def partes() -> Iterator[int]:
        for numero in range(4):
            assert threading.current_thread().name.startswith("prueba")
            hechas.append(numero)
            if numero == 1:
                siguiente.set()
            yield numero

    adelantadas = adelantar(partes(), "prueba")
    assert next(adelantadas) == 0
    assert siguiente.wait(timeout=10)
    assert hechas == [0, 1]
    assert list(adelantadas) == [1, 2, 3]


def test_lo_que_falla_se_dice_en_su_lugar() -> None:
    def partes() -> Iterator[int]:
        yield 1
        raise KeyError("dos")

    adelantadas = adelantar(partes(), "prueba")
    assert next(adelantadas) == 1
    with pytest.raises(KeyError, match="dos"):
        next(adelantadas)
