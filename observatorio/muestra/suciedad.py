"""Dirt in texts: what people do to names, addresses and RUTs when they fill in a sheet. Every fault has a name."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from observatorio.muestra.azar import Enteros, Textos, textos
from observatorio.muestra.parametros import Palabras

_FORMAS = (" SPA", " LIMITADA", " E.I.R.L.", " S.A.")
_TIPOS_VIA = ("AVENIDA ", "CALLE ", "PASAJE ", "CAMINO ")
_VECINAS = {
    "A": "S",
    "S": "A",
    "E": "R",
    "R": "T",
    "I": "O",
    "O": "P",
    "N": "M",
    "M": "N",
    "B": "V",
    "V": "B",
    "L": "K",
}
CALLES_BASURA = (".", "NO REGISTRA", "SIN CALLE", "XX", "DOMICILIO", "S/I")

Cambio = Callable[[str, np.random.Generator], str]


def anotar(fallas: Textos, cuales: Enteros, falla: str) -> None:
    """Add the name of a fault to those rows; several stand with `;` between."""
    fallas[cuales] = [f"{f};{falla}" if f else falla for f in fallas[cuales]]


def errata(texto: str, rng: np.random.Generator) -> str:
    """A slip of the finger: letters swapped, lost, doubled or the neighbour's."""
    letras = [i for i in range(1, len(texto)) if texto[i].isalpha() and texto[i - 1].isalpha()]
    if not letras:
        return texto + "."
    i, modo = letras[int(rng.integers(len(letras)))], int(rng.integers(4))
    if modo == 0 and texto[i] != texto[i - 1]:
        return texto[: i - 1] + texto[i] + texto[i - 1] + texto[i + 1 :]
    if modo == 1:
        return texto[:i] + texto[i + 1 :]
    if modo == 2:
        return texto[:i] + _VECINAS.get(texto[i], "X") + texto[i + 1 :]
    return texto[:i] + texto[i] + texto[i:]


def _cambiar(valores: Textos, cuales: Enteros, rng: np.random.Generator, cambio: Cambio) -> None:
    for i in cuales:
        nuevo = cambio(valores[i], rng)
        valores[i] = nuevo if nuevo != valores[i] else errata(valores[i], rng)


def _orden(texto: str, rng: np.random.Generator) -> str:
    palabras = texto.split()
    if len(palabras) < 2:
        return texto
    corte = int(rng.integers(1, len(palabras)))
    return " ".join(palabras[corte:] + palabras[:corte])


def _sin_forma(texto: str, rng: np.random.Generator) -> str:
    for forma in _FORMAS:
        texto = texto.removesuffix(forma)
    return texto


def _abreviar(palabras: Palabras) -> Cambio:
    def cambio(texto: str, rng: np.random.Generator) -> str:
        return " ".join(palabras.abreviaturas.get(p, p) for p in texto.split())

    return cambio


def _cortar(largo: int) -> Cambio:
    def cambio(texto: str, rng: np.random.Generator) -> str:
        return texto[: max(min(largo, len(texto) - 2), 4)].strip()

    return cambio


def nombres(
    rng: np.random.Generator, valores: Textos, fallas: Textos, tasa: float, palabras: Palabras, corte: int
) -> Textos:
    """Alter a share of the names: abbreviated, with a slip, words in another order, cut, without the legal form."""
    cambios: list[tuple[str, float, Cambio]] = [
        ("nombre_abreviado", 0.30, _abreviar(palabras)),
        ("nombre_errata", 0.30, errata),
        ("nombre_orden", 0.15, _orden),
        ("nombre_sin_forma", 0.15, _sin_forma),
        ("nombre_cortado", 0.10, _cortar(corte)),
    ]
    return _repartir(rng, valores, fallas, tasa, cambios)


def _via_abreviada(palabras: Palabras) -> Cambio:
    def cambio(texto: str, rng: np.random.Generator) -> str:
        partes = texto.split(" ")
        for i, parte in enumerate(partes):
            if parte in palabras.vias:
                opciones = palabras.vias[parte]
                partes[i] = opciones[int(rng.integers(len(opciones)))]
        return " ".join(partes)

    return cambio


def _sin_via(texto: str, rng: np.random.Generator) -> str:
    for tipo in _TIPOS_VIA:
        texto = texto.removeprefix(tipo)
    return texto


def _sin_unidad(texto: str, rng: np.random.Generator) -> str:
    return texto.partition(",")[0]


def _numero_errado(texto: str, rng: np.random.Generator) -> str:
    digitos = [i for i, c in enumerate(texto) if c.isdigit()]
    if not digitos:
        return texto
    i = digitos[int(rng.integers(len(digitos)))]
    return texto[:i] + str((int(texto[i]) + 1) % 10) + texto[i + 1 :]


def direcciones(rng: np.random.Generator, valores: Textos, fallas: Textos, tasa: float, palabras: Palabras) -> Textos:
    """Alter a share of the addresses: abbreviated, misspelt, without the kind of street or the unit, a digit wrong."""
    cambios: list[tuple[str, float, Cambio]] = [
        ("direccion_abreviada", 0.42, _via_abreviada(palabras)),
        ("direccion_errata", 0.26, errata),
        ("direccion_sin_via", 0.14, _sin_via),
        ("direccion_sin_unidad", 0.12, _sin_unidad),
        ("direccion_numero", 0.06, _numero_errado),
    ]
    return _repartir(rng, valores, fallas, tasa, cambios)


def _repartir(
    rng: np.random.Generator, valores: Textos, fallas: Textos, tasa: float, cambios: list[tuple[str, float, Cambio]]
) -> Textos:
    salida = textos(valores)
    con_texto = np.array([bool(v) for v in salida], dtype=bool)
    elegidas = np.flatnonzero(con_texto & (rng.random(len(salida)) < tasa))
    pesos = np.array([peso for _, peso, _ in cambios])
    modo = rng.choice(len(cambios), size=len(elegidas), p=pesos / pesos.sum())
    for k, (falla, _, cambio) in enumerate(cambios):
        suyas = elegidas[modo == k]
        _cambiar(salida, suyas, rng, cambio)
        anotar(fallas, suyas, falla)
    return salida


def sin_digito(rng: np.random.Generator, dvs: Textos, fallas: Textos, tasa: float) -> Textos:
    """Empty a share of the check digits."""
    salida = textos(dvs)
    suyas = np.flatnonzero((salida != "") & (rng.random(len(salida)) < tasa))
    salida[suyas] = ""
    anotar(fallas, suyas, "sin_dv")
    return salida


def unir_rut(ruts: Enteros, dvs: Textos, puntos: bool = False) -> Textos:
    """RUT in one text; empty where the number is 0, without hyphen where the check digit is missing."""
    salida = []
    for rut, dv in zip(ruts.tolist(), dvs, strict=True):
        numero = f"{rut:,}".replace(",", ".") if puntos else str(rut)
        salida.append("" if rut == 0 else f"{numero}-{dv}" if dv else numero)
    return textos(salida)


def pesos(montos: Enteros) -> Textos:
    """`$ 1.234.567`."""
    return textos(["$ " + f"{monto:,}".replace(",", ".") for monto in montos.tolist()])


def minusculas(rng: np.random.Generator, valores: Textos, tasa: float) -> Textos:
    """Some people write names in lower case with capitals: a style, not a fault."""
    azar = rng.random(len(valores)) < tasa
    return textos([v.title() if a else v for v, a in zip(valores, azar, strict=True)])


def telefonos(rng: np.random.Generator, numeros: Enteros) -> Textos:
    """Phones in three styles: `+56 55 201 2345`, `552012345`, `(055) 201 2345`."""
    estilo = rng.integers(3, size=len(numeros))
    salida = []
    for numero, e in zip(numeros.tolist(), estilo, strict=True):
        t = f"{numero:09d}"
        salida.append((f"+56 {t[:2]} {t[2:5]} {t[5:]}", t, f"(0{t[:2]}) {t[2:5]} {t[5:]}")[e])
    return textos(salida)
