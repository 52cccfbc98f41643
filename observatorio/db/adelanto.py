"""Work made one piece ahead: Python makes the next piece while the database takes the present one."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Parte = TypeVar("Parte")


def adelantar(partes: Iterator[Parte], hilo: str) -> Iterator[Parte]:
    """The same pieces in the same order, each made in a thread named `hilo` while its user has the one before.

    At most one piece waits. Whatever making a piece raises is raised where that piece would have come. The pieces are
    made in one thread, one after the other, so `partes` needs no lock; no piece may be None.
    """
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix=hilo) as ejecutor:
        siguiente = ejecutor.submit(next, partes, None)
        while (parte := siguiente.result()) is not None:
            siguiente = ejecutor.submit(next, partes, None)
            yield parte
