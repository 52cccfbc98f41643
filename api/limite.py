"""How many wrong keys an address may try."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from api.errors import DemasiadosIntentos


class LimiteFallos:
    """Counts failures by address in a sliding window, in this process; the oldest addresses are forgotten first."""

    def __init__(
        self,
        maximo: int = 10,
        ventana: float = 300.0,
        direcciones: int = 10_000,
        reloj: Callable[[], float] = time.monotonic,
    ) -> None:
        self._maximo = maximo
        self._ventana = ventana
        self._direcciones = direcciones
        self._reloj = reloj
        self._fallos: OrderedDict[str, deque[float]] = OrderedDict()
        self._candado = threading.Lock()

    def revisar(self, direccion: str) -> None:
        """Raise `DemasiadosIntentos` while the address has used up its failures."""
        with self._candado:
            fallos = self._vigentes(direccion)
            if len(fallos) >= self._maximo:
                raise DemasiadosIntentos(max(1, math.ceil(fallos[0] + self._ventana - self._reloj())))

    def anotar(self, direccion: str) -> None:
        """Count one more failure of the address."""
        with self._candado:
            fallos = self._vigentes(direccion)
            fallos.append(self._reloj())
            self._fallos[direccion] = fallos
            self._fallos.move_to_end(direccion)
            while len(self._fallos) > self._direcciones:
                self._fallos.popitem(last=False)

    def _vigentes(self, direccion: str) -> deque[float]:
        """The failures of the address that are still within the window."""
        fallos = self._fallos.get(direccion, deque())
        limite = self._reloj() - self._ventana
        while fallos and fallos[0] <= limite:
            fallos.popleft()
        return fallos
