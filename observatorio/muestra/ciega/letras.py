"""What ears, scanners and encodings do to letters. Every function gives the text back as it is where it cannot act."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from observatorio.muestra.azar import Enteros, Textos
from observatorio.muestra.suciedad import anotar

Cambio = Callable[[int, str, np.random.Generator], str]
"""Row, text and chance to the new text; the same or an empty one where the fault does not fit."""

_OIDO = (
    ("B", "V"),
    ("V", "B"),
    ("LL", "Y"),
    ("Y(?=[AEIOU])", "LL"),
    ("C(?=[EI])", "S"),
    ("S(?=[EI])", "C"),
    ("Z", "S"),
    ("S(?=[AOU])", "Z"),
    ("G(?=[EI])", "J"),
    ("J(?=[EI])", "G"),
    ("QU(?=[EI])", "K"),
    (r"\bH", ""),
    ("X", "S"),
    ("Ñ", "NI"),
    ("MB", "NB"),
    ("MP", "NP"),
    ("RR", "R"),
)
_ESCANER = (("O", "0"), ("I", "1"), ("S", "5"), ("B", "8"), ("Z", "2"), ("G", "6"), ("L", "1"), ("RN", "M"), ("E", "F"))
_CIFRAS = (("0", "O"), ("1", "I"), ("5", "S"), ("8", "B"))
_ROTAS = ("Ã‘", "?", "¥", "N~")


def una(rng: np.random.Generator, opciones: Sequence[str]) -> str:
    """One of the options."""
    return opciones[int(rng.integers(len(opciones)))]


def _reemplazar_una(texto: str, rng: np.random.Generator, reglas: Sequence[tuple[str, str]]) -> str:
    """Apply one of the rules that fit, at one of the places where it fits."""
    hallazgos = [(m.start(), m.end(), por) for patron, por in reglas for m in re.finditer(patron, texto)]
    if not hallazgos:
        return texto
    desde, hasta, por = hallazgos[int(rng.integers(len(hallazgos)))]
    return texto[:desde] + por + texto[hasta:]


def fonetico(fila: int, texto: str, rng: np.random.Generator) -> str:
    """As it sounds: B for V, S for C or Z, LL for Y, no H; sometimes twice."""
    nuevo = _reemplazar_una(texto, rng, _OIDO)
    return _reemplazar_una(nuevo, rng, _OIDO) if rng.random() < 0.35 else nuevo


def escaneado(fila: int, texto: str, rng: np.random.Generator) -> str:
    """As a scanner reads it: 0 for O, 1 for I, 5 for S."""
    nuevo = _reemplazar_una(texto, rng, (*_ESCANER, *_CIFRAS))
    return _reemplazar_una(nuevo, rng, _ESCANER) if rng.random() < 0.4 else nuevo


def codificado(fila: int, texto: str, rng: np.random.Generator) -> str:
    """The Ñ as another encoding shows it: `MUÃ‘OZ`."""
    return texto.replace("Ñ", una(rng, _ROTAS))


def pegado(fila: int, texto: str, rng: np.random.Generator) -> str:
    """Two words glued, or a long one split."""
    palabras = texto.split(" ")
    largas = [i for i, p in enumerate(palabras) if len(p) >= 7 and p.isalpha()]
    if largas and (len(palabras) < 2 or rng.random() < 0.4):
        i = largas[int(rng.integers(len(largas)))]
        corte = int(rng.integers(3, len(palabras[i]) - 2))
        palabras[i] = f"{palabras[i][:corte]} {palabras[i][corte:]}"
        return " ".join(palabras)
    if len(palabras) < 2:
        return texto
    i = int(rng.integers(len(palabras) - 1))
    return " ".join([*palabras[:i], palabras[i] + palabras[i + 1], *palabras[i + 2 :]])


def plural(salvo: frozenset[str]) -> Cambio:
    """A word in the plural that was in the singular, or the other way round; those of `salvo` stay."""

    def cambio(fila: int, texto: str, rng: np.random.Generator) -> str:
        palabras = texto.split(" ")
        posibles = [i for i, p in enumerate(palabras) if len(p) >= 4 and p.isalpha() and p not in salvo]
        if not posibles:
            return texto
        i = posibles[int(rng.integers(len(posibles)))]
        p = palabras[i]
        palabras[i] = p[:-1] if p.endswith("S") else p + ("S" if p[-1] in "AEIOU" else "ES")
        return " ".join(palabras)

    return cambio


def transponer(cifras: str, rng: np.random.Generator) -> str:
    """Two neighbouring figures that differ change places; the first one never becomes 0."""
    lugares = [i for i in range(len(cifras) - 1) if cifras[i] != cifras[i + 1] and (i or cifras[1] != "0")]
    if not lugares:
        return cifras
    i = lugares[int(rng.integers(len(lugares)))]
    return cifras[:i] + cifras[i + 1] + cifras[i] + cifras[i + 2 :]


def alterar(
    rng: np.random.Generator,
    valores: Textos,
    falla: Textos,
    elegidas: Enteros,
    cambios: Mapping[str, Cambio],
    pesos: Mapping[str, float],
    segunda: float,
    primeras: frozenset[str],
) -> None:
    """Put one fault in each chosen text, or two in a share `segunda`, and log those that did change something.

    The faults are tried in a random order by weight until one fits; those of `primeras` never come second.
    """
    nombres = list(pesos)
    # Sorting exponentials over weights is a draw without replacement by weight.
    claves = rng.exponential(size=(len(elegidas), len(nombres))) / np.array([pesos[n] for n in nombres])
    orden = np.argsort(claves, axis=1, kind="stable")
    cuantas = 1 + (rng.random(len(elegidas)) < segunda)
    for fila, turno, tope in zip(elegidas.tolist(), orden.tolist(), cuantas.tolist(), strict=True):
        puestas = 0
        for j in turno:
            if puestas and nombres[j] in primeras:
                continue
            nuevo = cambios[nombres[j]](fila, valores[fila], rng)
            if nuevo and nuevo != valores[fila]:
                valores[fila] = nuevo
                anotar(falla, np.array([fila]), nombres[j])
                puestas += 1
            if puestas == tope:
                break
