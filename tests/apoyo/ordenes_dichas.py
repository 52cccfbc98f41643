"""What is asked of the database, as it is asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event


@contextmanager
def ordenes_dichas(conn: Connection) -> Iterator[list[tuple[str, Any]]]:
    """Every statement on a connection with its parameters, in a list that grows until the end of the block."""
    dichas: list[tuple[str, Any]] = []

    def oir(_conn: object, _cursor: object, orden: str, parametros: Any, _contexto: object, _varios: bool) -> None:
        dichas.append((orden, parametros))

    event.listen(conn, "before_cursor_execute", oir)
    try:
        yield dichas
    finally:
        event.remove(conn, "before_cursor_execute", oir)
