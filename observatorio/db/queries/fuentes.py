"""How fresh each source is: its last confirmed load, against how often the source says that it comes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, column, select, table

_ESTADO: Final = table(
    "v_fuente_estado",
    *(column(nombre) for nombre in ("fuente", "anio", "fin", "filas_aceptadas")),
    schema="publicacion",
)
_DIAS: Final[Mapping[str, int]] = {
    "diaria": 1,
    "semanal": 7,
    "mensual": 31,
    "trimestral": 92,
    "semestral": 183,
    "anual": 366,
    "bienal": 731,
}
ESTADOS: Final = ("al_dia", "atrasada", "sin_carga")
"""What `frescura` may say of a source."""
_GRACIA: Final = 1.25
"""An office that is a quarter of its period late is not late yet."""


@dataclass(frozen=True)
class UltimaCarga:
    """The last confirmed load of a source: the year it was given for (None if each row brings its own), when it
    ended, and how many rows it brought."""

    anio: int | None
    fin: datetime
    filas: int


def ultimas_cargas(conn: Connection) -> dict[str, UltimaCarga]:
    """Source -> its last confirmed load, for those that have one."""
    rows = conn.execute(select(_ESTADO).where(_ESTADO.c.fin.is_not(None)))
    return {row.fuente: UltimaCarga(row.anio, row.fin, row.filas_aceptadas) for row in rows}


def frescura(periodicidad: str, ultima: UltimaCarga | None, ahora: datetime) -> str:
    """`sin_carga`, `atrasada` when the last load is older than its period and a quarter, or `al_dia`. A source without
    a known period (`única`, `a pedido`) is never late."""
    if ultima is None:
        return "sin_carga"
    dias = _DIAS.get(periodicidad)
    vence = ultima.fin + timedelta(days=dias * _GRACIA) if dias else None
    return "atrasada" if vence is not None and ahora > vence else "al_dia"
