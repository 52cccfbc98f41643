"""A release: the cells that may leave, stored as they leave. The public side of the house reads nothing else."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, delete, func, insert, select

from observatorio.db.tablas import celda as t_celda
from observatorio.db.tablas import publicacion as t_publicacion
from observatorio.errors import ErrorConsulta
from observatorio.reserva.primaria import Celda
from observatorio.vocabulario import EstadoValor

_PUBLICABLES = frozenset({EstadoValor.PUBLICADO, EstadoValor.RESERVADO, EstadoValor.SIN_DATO})


def guardar(conn: Connection, anio: int, version: int, celdas: Iterable[Celda], regla: str) -> int:
    """Replace the release of `anio` by these cells, made from `version` of the register; return its number.

    Raises `ErrorConsulta` when a cell is still exact: nothing unprotected may be stored here.
    """
    filas = [fila_publicable(c) for c in celdas]
    conn.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"publicacion{anio}"))))
    conn.execute(delete(t_publicacion).where(t_publicacion.c.anio == anio))
    numero: int = conn.execute(
        insert(t_publicacion).values(anio=anio, version=version, regla=regla).returning(t_publicacion.c.publicacion)
    ).scalar_one()
    if filas:
        conn.execute(insert(t_celda), [{"publicacion": numero, **fila} for fila in filas])
    return numero


def retirar(conn: Connection, anio: int) -> None:
    """Withdraw the release of a year of which no load speaks any more."""
    conn.execute(delete(t_publicacion).where(t_publicacion.c.anio == anio))


def fila_publicable(celda: Celda) -> dict[str, object]:
    """The row of a cell, refused when nobody decided about it."""
    if celda.estado not in _PUBLICABLES:
        raise ErrorConsulta(f"La celda {celda.indicador} {dict(celda.dimensiones)} no pasó por la reserva.")
    return {
        "indicador": celda.indicador,
        "anio": celda.anio,
        "por": celda.por,
        "nivel": celda.nivel,
        "dimensiones": dict(celda.dimensiones),
        "valor": celda.valor,
        "n": celda.n,
        "cobertura": celda.cobertura,
        "estado": celda.estado.value,
    }
