"""Names as the other hands write them: the owner's, both, initials, other words for the same."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from observatorio.muestra.azar import Textos
from observatorio.muestra.ciega import letras
from observatorio.muestra.ciega.duenos import Duenos, corto
from observatorio.muestra.ciega.letras import Cambio, una
from observatorio.muestra.ciega.tasas import tasas
from observatorio.muestra.manos import Renglones
from observatorio.muestra.mundo import Mundo

PRIMERAS = frozenset({"nombre_dueno", "nombre_y_dueno"})
_FORMAS = {"SPA", "LIMITADA", "E.I.R.L.", "S.A.", "Y", "DE", "DEL", "LA", "EL", "LOS", "LAS"}


def cambios(m: Mundo, r: Renglones, duenos: Duenos) -> Mapping[str, Cambio]:
    """Every fault of names, by name, for the lines of a file."""
    p = m.par.palabras
    # Nobody writes a surname in the plural by mistake.
    personas = frozenset(palabra for lista in (p.hombres, p.mujeres, p.apellidos) for palabra in lista)
    fantasia = [m.loc.fantasia[e] if e >= 0 else "" for e in r.est]
    return {
        "nombre_dueno": _dueno(r, duenos),
        "nombre_y_dueno": _y_dueno(r, duenos, fantasia),
        "nombre_iniciales": _iniciales,
        "nombre_variante": _variante,
        "nombre_pegado": letras.pegado,
        "nombre_fonetico": letras.fonetico,
        "nombre_ocr": letras.escaneado,
        "nombre_plural": letras.plural(personas | {"LIMITADA"}),
        "nombre_generico": _generico,
        "nombre_codificacion": letras.codificado,
        "nombre_rol": _rol(r),
    }


def _dueno(r: Renglones, duenos: Duenos) -> Cambio:
    def cambio(fila: int, texto: str, rng: np.random.Generator) -> str:
        return corto(duenos.nombre[r.emp[fila]], rng)

    return cambio


def _y_dueno(r: Renglones, duenos: Duenos, fantasia: list[str]) -> Cambio:
    def cambio(fila: int, texto: str, rng: np.random.Generator) -> str:
        persona = corto(duenos.nombre[r.emp[fila]], rng)
        letrero = fantasia[fila] if texto == duenos.nombre[r.emp[fila]] else texto
        if not letrero:
            return texto
        moldes = (f"{letrero} DE {persona}", f"{persona} ({letrero})", f"{persona} - {letrero}", f"{letrero} {persona}")
        return una(rng, moldes)

    return cambio


def _iniciales(fila: int, texto: str, rng: np.random.Generator) -> str:
    """A word cut to its first letter; all but the last and the legal form in one case of four."""
    palabras = texto.split(" ")
    posibles = [i for i, p in enumerate(palabras) if len(p) > 2 and p.isalpha() and p not in _FORMAS]
    if len(posibles) < 2:
        return texto
    todas = posibles[:-1] if rng.random() < 0.25 else [posibles[int(rng.integers(len(posibles) - 1))]]
    return " ".join(f"{p[0]}." if i in todas else p for i, p in enumerate(palabras))


def _variante(fila: int, texto: str, rng: np.random.Generator) -> str:
    """Every word that people write in other ways, each with a chance, one at least."""
    formas = tasas().variantes
    palabras = texto.split(" ")
    posibles = [i for i, p in enumerate(palabras) if p in formas]
    if not posibles:
        return texto
    segura = posibles[int(rng.integers(len(posibles)))]
    for i in posibles:
        if i == segura or rng.random() < 0.5:
            palabras[i] = una(rng, formas[palabras[i]])
    return " ".join(palabras)


def _generico(fila: int, texto: str, rng: np.random.Generator) -> str:
    """A word that says nothing put before or after, or the word of trade left out."""
    palabras, modo = texto.split(" "), int(rng.integers(3))
    if modo == 0 and len(palabras) > 2:
        return " ".join(palabras[1:])
    if modo == 1:
        return f"{una(rng, tasas().genericos['antes'])} {texto}"
    return f"{texto} {una(rng, tasas().genericos['despues'])}"


def _rol(r: Renglones) -> Cambio:
    def cambio(fila: int, texto: str, rng: np.random.Generator) -> str:
        numero = int(r.est[fila]) + 100 if r.est[fila] >= 0 else int(r.emp[fila]) + 7000
        return texto + una(rng, (f" ROL 2-{numero:06d}", f" ({numero})", f" COD {numero % 9973}", f" R{numero:05d}"))

    return cambio


def elegir_filas(rng: np.random.Generator, valores: Textos, tasa: float) -> np.ndarray:
    """Positions of the texts that are altered: a share of those that say something."""
    con_texto = np.array([bool(v) for v in valores], dtype=bool)
    return np.flatnonzero(con_texto & (rng.random(len(valores)) < tasa))
