"""What became of a file: counts, years, rejections; and the refusal that carries them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from ingest.trabajo import ESQUEMA_RECHAZO
from observatorio.errors import ErrorCarga
from observatorio.vocabulario import EstadoCarga

RECHAZOS_EN_MEMORIA = 10_000
"""Rejections that a result keeps to show: the rest of them say the same."""


@dataclass(frozen=True)
class Resultado:
    """What became of one file. `estado` is `confirmada`, `lista` (a dry run that would enter) or `fallida`;
    `sin_cambios` means that the same file was already in. `nota` is a sentence on the year of a file whose rows bring
    none: where it was read, or what contradicts it. `rechazos` holds at most `RECHAZOS_EN_MEMORIA` rows."""

    fuente: str
    archivo: str
    carga: int | None
    estado: EstadoCarga
    sin_cambios: bool = False
    leidas: int = 0
    aceptadas: int = 0
    rechazadas: int = 0
    valores_rechazados: int = 0
    observaciones: int = 0
    anios: tuple[int, ...] = ()
    filas_por_anio: Mapping[int, int] = field(default_factory=dict)
    veredicto: str = ""
    nota: str = ""
    mapeo: dict[str, str] = field(default_factory=dict)
    rechazos: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=ESQUEMA_RECHAZO))


class CargaRechazada(ErrorCarga):
    """A load that its tolerance refused: nothing entered. `resultado` has its counts and its rejections."""

    def __init__(self, resultado: Resultado, mensaje: str, consejo: str) -> None:
        super().__init__(mensaje, consejo)
        self.resultado = replace(resultado, carga=None, estado=EstadoCarga.FALLIDA, veredicto=mensaje)
