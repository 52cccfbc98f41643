"""Seeded chance: one independent stream per purpose, so that a new use of chance does not shift the others."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Textos = NDArray[np.object_]
Enteros = NDArray[np.int64]
Reales = NDArray[np.float64]
Logicos = NDArray[np.bool_]


def generador(semilla: int, *partes: str | int) -> np.random.Generator:
    """A generator that depends on the seed and on the words given, and on nothing else."""
    claves = [zlib.crc32(str(parte).encode()) for parte in partes]
    return np.random.default_rng(np.random.SeedSequence([semilla, *claves]))


def textos(valores: Sequence[str] | Textos) -> Textos:
    """A vector of texts (dtype object), so that any length fits."""
    salida = np.empty(len(valores), dtype=object)
    salida[:] = valores
    return salida


def elegir(rng: np.random.Generator, opciones: Sequence[str], n: int, pesos: Reales | None = None) -> Textos:
    """`n` of the options, with replacement, by weight."""
    p = None if pesos is None else pesos / pesos.sum()
    return textos(list(opciones))[rng.choice(len(opciones), size=n, p=p)]


def por_categoria(categorias: Textos, tasas: Mapping[str, float]) -> Reales:
    """The rate of each element's category."""
    nombres, indice = np.unique(categorias.astype(str), return_inverse=True)
    return np.array([tasas[str(nombre)] for nombre in nombres], dtype=float)[indice]


def sorteo_sin_reposicion(rng: np.random.Generator, pesos: Reales) -> Enteros:
    """All indices in random order, the heavier ones earlier (Efraimidis and Spirakis)."""
    return np.argsort(rng.exponential(size=len(pesos)) / pesos, kind="stable").astype(np.int64)
