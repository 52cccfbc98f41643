"""Names made of word lists: legal names, former names and the names over the door. None is real."""

from __future__ import annotations

import numpy as np

from observatorio.muestra.azar import Enteros, Logicos, Textos, elegir, textos
from observatorio.muestra.parametros import Palabras
from observatorio.muestra.sectores import Sectores


def personas(rng: np.random.Generator, n: int, palabras: Palabras) -> Textos:
    """Two first names and two surnames, at random."""
    mujer = rng.random(n) < 0.5
    primeros = [np.where(mujer, elegir(rng, palabras.mujeres, n), elegir(rng, palabras.hombres, n)) for _ in "12"]
    partes = [*primeros, elegir(rng, palabras.apellidos, n), elegir(rng, palabras.apellidos, n)]
    return textos([" ".join(p) for p in zip(*partes, strict=True)])


def palabra_de_rubro(rng: np.random.Generator, sector: Enteros, todos: Sectores) -> Textos:
    """A word that tells the trade (`MINIMARKET`, `MAESTRANZA`)."""
    azar = rng.random(len(sector))
    listas = [todos.palabras[s] for s in sector]
    return textos([lista[int(a * len(lista))] for lista, a in zip(listas, azar, strict=True)])


def juridicas(rng: np.random.Generator, rubro: Textos, palabras: Palabras) -> tuple[Textos, Textos]:
    """Body and legal form (`INGENIERIA LICANCABUR NORTE`, `SPA`) of firms with these words of trade."""
    n = len(rubro)
    propio, cualidad = elegir(rng, palabras.propios, n), elegir(rng, palabras.cualidades, n)
    apellidos = elegir(rng, palabras.apellidos, n), elegir(rng, palabras.apellidos, n)
    estilo, extra = rng.random(n), rng.random(n)
    cuerpos = []
    for k in range(n):
        if estilo[k] < 0.52:
            cuerpo = f"{rubro[k]} {propio[k]}"
        elif estilo[k] < 0.72:
            cuerpo = f"{rubro[k]} {apellidos[0][k]} Y {apellidos[1][k]}"
        elif estilo[k] < 0.86:
            cuerpo = f"SOCIEDAD {rubro[k]} {propio[k]}"
        else:
            cuerpo = f"{rubro[k]} {apellidos[0][k]}"
        cuerpos.append(f"{cuerpo} {cualidad[k]}" if extra[k] < 0.45 else cuerpo)
    formas = elegir(rng, list(palabras.sufijos), n, np.array(list(palabras.sufijos.values())))
    return textos(cuerpos), formas


def fantasias(rng: np.random.Generator, rubro: Textos, razon: Textos, palabras: Palabras) -> Textos:
    """The name over the door: often not a word of the legal name."""
    n = len(rubro)
    propio = elegir(rng, palabras.propios, n)
    parecida = rng.random(n) < 0.45
    return textos(
        [_sin_forma(r) if p else f"{w} {s}" for r, p, w, s in zip(razon, parecida, rubro, propio, strict=True)]
    )


def _sin_forma(razon: str) -> str:
    for forma in (" SPA", " LIMITADA", " E.I.R.L.", " S.A."):
        razon = razon.removesuffix(forma)
    return razon


def anteriores(rng: np.random.Generator, cuerpo: Textos, forma: Textos, juridica: Logicos, fantasia: Textos) -> Textos:
    """What the firm was called before: another legal form for a firm, the trade name for a person."""
    n = len(cuerpo)
    otra = elegir(rng, ["LIMITADA", "E.I.R.L.", "Y COMPAÑIA LIMITADA"], n)
    previa = np.where(otra == forma, "SPA", otra)
    return textos([f"{c} {p}" if j else f for c, p, j, f in zip(cuerpo, previa, juridica, fantasia, strict=True)])
