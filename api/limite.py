"""How much each may ask: requests by key or address, and wrong keys by address. All
processes of a service count as one.

The measure is the generic cell rate algorithm: for each client a single moment is kept, the one at which it would have
spent nothing. A table of such moments in memory that the processes share needs no server and no lock: two that write
the same one at the same time lose one request of the count, and nothing else.
"""

from __future__ import annotations

import hashlib
import math
import mmap
import os
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

VARIABLE: Final = "OBS_COMPARTIDO"
"""The environment variable with the folder that the processes of one service share."""
_CASILLA: Final = struct.Struct("=Qd")
_HOLGURA: Final = 1e-6
"""Seconds lost in rounding."""
_INTENTOS: Final = 8
"""Neighbouring places where a client may lie, when others took the first."""


class Limite:
    """Lets `por_minuto` through in the long run, and `rafaga` at once. Clients beyond the table's places pass."""

    def __init__(
        self,
        por_minuto: float,
        rafaga: int,
        archivo: Path | None = None,
        casillas: int = 1 << 16,
        reloj: Callable[[], float] = time.monotonic,
    ) -> None:
        """`archivo` is the memory that other processes share; without it, this one's own. `reloj` in seconds, the same
        for all processes."""
        self._costo = 60.0 / por_minuto
        self._margen = self._costo * rafaga
        self._casillas = casillas
        self._reloj = reloj
        self._tabla = _mapear(archivo, casillas * _CASILLA.size)

    def tomar(self, cliente: str) -> int:
        """Count one and return 0; or, when the client spent its own, count nothing and return the seconds to wait."""
        ahora = self._reloj()
        lugar, marca, momento = self._buscar(cliente, ahora)
        gastado = max(momento, ahora) + self._costo - ahora
        if gastado > self._margen + _HOLGURA:
            return max(1, math.ceil(gastado - self._margen))
        if lugar is not None:
            _CASILLA.pack_into(self._tabla, lugar, marca, ahora + gastado)
        return 0

    def _buscar(self, cliente: str, ahora: float) -> tuple[int | None, int, float]:
        """The client's place in the table (None when all its places are taken), its mark, and its moment."""
        resumen = hashlib.blake2b(cliente.encode(), digest_size=16).digest()
        primera, marca = struct.unpack("=QQ", resumen)
        libre: int | None = None
        for lugar in self._lugares(primera):
            otra, momento = _CASILLA.unpack_from(self._tabla, lugar)
            if otra == marca:
                return lugar, marca, momento
            # Whoever spent nothing for a while need not be remembered.
            if libre is None and momento <= ahora:
                libre = lugar
        return libre, marca, 0.0

    def _lugares(self, primera: int) -> Iterator[int]:
        for salto in range(_INTENTOS):
            yield (primera + salto) % self._casillas * _CASILLA.size


def compartido(nombre: str) -> Path | None:
    """The file `nombre` in the folder that the processes of this service share; None when there is but one process."""
    carpeta = os.environ.get(VARIABLE)
    return None if carpeta is None else Path(carpeta) / nombre


def _mapear(archivo: Path | None, largo: int) -> mmap.mmap:
    """The memory of the table, zeroed when it is new."""
    if archivo is None:
        return mmap.mmap(-1, largo)
    descriptor = os.open(archivo, os.O_RDWR | os.O_CREAT, 0o600)
    with closing(os.fdopen(descriptor, "r+b", buffering=0)) as abierto:
        os.ftruncate(abierto.fileno(), largo)
        return mmap.mmap(abierto.fileno(), largo)
