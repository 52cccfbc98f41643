"""Fixed random rounding: counts by small zones as multiples of a base, the same count of a zone always alike.

Each count goes to one of its two neighbouring multiples (a multiple stays as it is), up as often as its distance to the
lower one says: the rounding is unbiased, and no figure lies. Each zone keeps one draw for good, so that publishing
again tells nothing new of a count that has not changed: whoever could average many independent draws would have it.
This is what Statistics New Zealand calls fixed random rounding, and the reason for which the Australian Bureau of
Statistics ties the noise to the cell (Fraser and Wooton, "A proposed method for confidentialising tabular output to
protect against differencing", UNECE work session on statistical data confidentiality, Geneva 2005).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from observatorio.reserva.sistema import Enteros

_BYTES = 6
"""As many as a float holds exactly, so that a draw is below 1."""


def sortear(secreto: bytes, nivel: str, zonas: Sequence[str]) -> npt.NDArray[np.float64]:
    """The draw of each zone of a level, in [0, 1). Whoever does not have `secreto` can neither repeat nor guess it."""
    firmas = (hmac.digest(secreto, f"redondeo\0{nivel}\0{zona}".encode(), hashlib.sha256) for zona in zonas)
    return np.array([int.from_bytes(f[:_BYTES]) / 2 ** (8 * _BYTES) for f in firmas], np.float64)


def redondear(conteos: Enteros, base: int, sorteo: npt.NDArray[np.float64]) -> Enteros:
    """The counts, rounded to multiples of `base`, in the same order; `sorteo` holds the draw of each.

    A zero stays zero, no count changes by `base` or more, and with one draw a greater count is never rounded to less.
    """
    return (conteos + (sorteo * base).astype(np.int64)) // base * base
