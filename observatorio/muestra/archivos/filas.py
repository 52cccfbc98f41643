"""Which businesses a file speaks of, and what it remembers of them: the part that all files have in common."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from observatorio.muestra.azar import Enteros, Logicos, Textos, textos
from observatorio.muestra.mundo import Mundo
from observatorio.muestra.suciedad import anotar


@dataclass
class Filas:
    """The rows of a file about premises: premises, year of the state shown, door and legal name shown, faults."""

    est: Enteros
    k: Enteros
    emp: Enteros
    lugar: Enteros
    razon: Textos
    falla: Textos

    def __len__(self) -> int:
        return len(self.est)


def armar(m: Mundo, rng: np.random.Generator, k: int, vistos: Logicos, cerrables: Logicos, atraso: float) -> Filas:
    """Rows for the premises `vistos`, plus closed ones that the sheet still shows, some with their old address or name.

    `cerrables` (premises x year): states in which a closed business may still be listed. `atraso`: share of rows
    out of date, of which the closed ones are `cerrado_vigente`.
    """
    vivos = np.flatnonzero(vistos)
    cerrados = _cerrados(m, rng, k, cerrables, round(len(vivos) * m.par.suciedad.cerrado_vigente))
    est = np.concatenate([vivos, cerrados])
    ultimo = np.full(len(est), k)
    ultimo[len(vivos) :] = _ultimo_activo(cerrables[cerrados], k)
    falla = textos([""] * len(est))
    anotar(falla, np.arange(len(vivos), len(est)), "cerrado_vigente")
    filas = Filas(
        est, ultimo, m.loc.empresa[est], m.sitio.lugar[est, ultimo], textos(m.emp.razon[m.loc.empresa[est]]), falla
    )
    _atrasar(m, rng, filas, max(atraso - len(cerrados) / max(len(est), 1), 0.0))
    orden = np.argsort(rng.random(len(est)), kind="stable")
    return Filas(*(getattr(filas, c)[orden] for c in ("est", "k", "emp", "lugar", "razon", "falla")))


def _cerrados(m: Mundo, rng: np.random.Generator, k: int, cerrables: Logicos, cuantos: int) -> Enteros:
    antes = cerrables[:, :k].any(axis=1) if k else np.zeros(len(m.loc), dtype=bool)
    muertos = np.flatnonzero(antes & ~m.sitio.activo[:, k:].any(axis=1))
    return rng.permutation(muertos)[:cuantos]


def _ultimo_activo(cerrables: Logicos, k: int) -> Enteros:
    pasado = cerrables[:, :k]
    return (k - 1 - np.argmax(pasado[:, ::-1], axis=1)).astype(np.int64) if len(pasado) else np.zeros(0, np.int64)


def _atrasar(m: Mundo, rng: np.random.Generator, filas: Filas, tasa: float) -> None:
    """Give a share of the rows the address or the name that the business had before."""
    viejo = lugar_anterior(m, filas.est, filas.k)
    mudados = viejo >= 0
    nombre = m.emp.razon_anterior[filas.emp]
    renombrados = nombre != ""
    posibles = (mudados | renombrados) & (filas.falla == "")
    p = tasa * len(filas) / max(int(posibles.sum()), 1)
    elegidos = posibles & (rng.random(len(filas)) < p)
    direccion = elegidos & mudados & (~renombrados | (rng.random(len(filas)) < 0.6))
    otro_nombre = elegidos & ~direccion
    filas.lugar[direccion] = viejo[direccion]
    filas.razon[otro_nombre] = nombre[otro_nombre]
    anotar(filas.falla, np.flatnonzero(direccion), "direccion_anterior")
    anotar(filas.falla, np.flatnonzero(otro_nombre), "nombre_anterior")


def lugar_anterior(m: Mundo, est: Enteros, k: Enteros) -> Enteros:
    """The door that the premises had before the one of year `k`, -1 if it never moved."""
    actual = m.sitio.lugar[est, k]
    salida = m.sitio.previo[est].copy()
    for paso in range(1, len(m.anios)):
        anterior = np.maximum(k - paso, 0)
        vivio = m.sitio.activo[est, anterior] & (k >= paso)
        suyo = m.sitio.lugar[est, anterior]
        salida = np.where((salida == m.sitio.previo[est]) & vivio & (suyo != actual), suyo, salida)
    return np.where(salida == actual, -1, salida)


def conocidos(m: Mundo) -> Logicos:
    """Firm x year: some office has had its RUT by then."""
    patente = np.zeros(m.registrada.shape, dtype=bool)
    np.logical_or.at(patente, m.loc.empresa, m.patente)
    return np.logical_or.accumulate(m.registrada | patente, axis=1)


def conoce(m: Mundo, actor: str, n: int, tasa: float) -> Logicos:
    """Which of `n` businesses an actor knows: the same ones every year."""
    return m.rng("conoce", actor).random(n) < tasa


def fechas(dias: np.ndarray, anio: int, orden: str) -> Textos:
    """Dates as text, none later than the year of the file; `orden`: `a-m-d`, `d-m-a` or `d/m/a`."""
    textos_iso = np.datetime_as_string(np.minimum(dias, np.datetime64(f"{anio}-12-31"))).tolist()
    if orden == "a-m-d":
        return textos(textos_iso)
    signo = orden[1]
    return textos([f"{d[8:]}{signo}{d[5:7]}{signo}{d[:4]}" for d in textos_iso])


def con_nombres_viejos(m: Mundo, rng: np.random.Generator, emp: Enteros, falla: Textos, tasa: float) -> Textos:
    """Legal names, a share of them as they were before."""
    anterior, razon = m.emp.razon_anterior[emp], textos(m.emp.razon[emp])
    p = tasa * len(emp) / max(int((anterior != "").sum()), 1)
    viejos = np.flatnonzero((anterior != "") & (rng.random(len(emp)) < p))
    razon[viejos] = anterior[viejos]
    anotar(falla, viejos, "nombre_anterior")
    return razon
