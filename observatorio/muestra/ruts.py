"""RUT numbers of the synthetic city: valid check digits, drawn without repetition from blocks that nobody uses."""

from __future__ import annotations

import numpy as np

from observatorio.errors import ErrorObservatorio
from observatorio.muestra.azar import Enteros, Textos, textos

_PESOS = (2, 3, 4, 5, 6, 7, 2, 3)
_DIGITOS = textos([*"0123456789", "K"])


def resto_verificador(ruts: Enteros) -> Enteros:
    """The check digit of each RUT as a number, 10 for `K` (weights 2 to 7 from the right, modulo 11)."""
    suma = np.zeros(len(ruts), dtype=np.int64)
    resto = ruts.astype(np.int64)
    for peso in _PESOS:
        suma += (resto % 10) * peso
        resto = resto // 10
    return (11 - suma % 11) % 11


def digito_verificador(ruts: Enteros) -> Textos:
    """The check digit of each RUT, as text."""
    return _DIGITOS[resto_verificador(ruts)]


def sortear(rng: np.random.Generator, n: int, bloque: list[int]) -> Enteros:
    """`n` distinct numbers of the block (first, last). Raises `ErrorObservatorio` when it is too small.

    The block is walked with a stride that is prime to its length, so that a million numbers cost no memory.
    """
    desde, largo = bloque[0], bloque[1] - bloque[0] + 1
    if n > largo:
        raise ErrorObservatorio(
            f"El bloque de RUT sintéticos tiene {largo} números y se piden {n}.",
            "Pida menos filas o agrande el bloque en data/muestra/parametros.toml.",
        )
    paso = int(rng.integers(largo // 3, largo // 2)) | 1
    while np.gcd(paso, largo) != 1:
        paso += 2
    return desde + (int(rng.integers(largo)) + np.arange(n, dtype=np.int64) * paso) % largo


def con_guion(ruts: Enteros, dvs: Textos) -> Textos:
    """`12345678-5`."""
    return textos([f"{rut}-{dv}" for rut, dv in zip(ruts.tolist(), dvs, strict=True)])


def con_puntos(ruts: Enteros, dvs: Textos) -> Textos:
    """`12.345.678-5`."""
    return textos([f"{rut:,}".replace(",", ".") + f"-{dv}" for rut, dv in zip(ruts.tolist(), dvs, strict=True)])
