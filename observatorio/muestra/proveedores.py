"""Who sells to whom: tractoras, their direct suppliers, the suppliers of these, and a few cycles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from observatorio.muestra.azar import Enteros, Logicos, Textos, elegir, generador
from observatorio.muestra.empresas import Empresas, Locales
from observatorio.muestra.parametros import Parametros
from observatorio.muestra.sectores import Sectores

_CATEGORIAS = ("BIENES", "SERVICIOS", "CONTRATISTA", "TRANSPORTE", "ALIMENTACION Y ALOJAMIENTO", "MANTENCION")


@dataclass(frozen=True)
class Red:
    """The links of one year: firms by index, category and amount in pesos."""

    comprador: Enteros
    proveedor: Enteros
    categoria: Textos
    monto: Enteros


def tejer(
    semilla: int,
    anios: tuple[int, ...],
    emp: Empresas,
    loc: Locales,
    registrada: Logicos,
    aqui: Logicos,
    tramo: Enteros,
    par: Parametros,
    sec: Sectores,
) -> list[Red]:
    """One `Red` per year; most links last from one year to the next."""
    rng = generador(semilla, "proveedores")
    pares: set[tuple[int, int]] = set()
    redes = []
    for k in range(len(anios)):
        vivas = {par_ for par_ in sorted(pares) if rng.random() < par.proveedores.permanencia}
        vivas |= _nuevos(rng, k, len(pares) == 0, emp, registrada, par, sec)
        pares = {(c, p) for c, p in vivas if registrada[c, k] and registrada[p, k] and c != p}
        redes.append(_valorar(rng, sorted(pares), tramo[:, k]))
    return redes


def _nuevos(
    rng: np.random.Generator,
    k: int,
    primero: bool,
    emp: Empresas,
    registrada: Logicos,
    par: Parametros,
    sec: Sectores,
) -> set[tuple[int, int]]:
    r = par.proveedores
    ritmo = 1.0 if primero else 1 - r.permanencia
    vende = registrada[:, k] & ~emp.tractora & np.isin(sec.seccion[emp.sector], r.secciones)
    vende &= emp.tamano != "sin_dato"
    posibles = np.flatnonzero(vende)
    if not len(posibles):
        return set()
    atractivo = sec.conmutante[emp.sector[posibles]] * 3 + 0.15
    atractivo *= np.where(np.isin(emp.tamano[posibles], ["mediana", "grande"]), 4, 1)
    atractivo = np.where(emp.afuera[posibles], atractivo * (1 + 4 * r.afuera), atractivo)
    atractivo /= atractivo.sum()
    pares: set[tuple[int, int]] = set()
    for tractora in np.flatnonzero(emp.tractora & registrada[:, k]):
        m = max(int(r.directos * len(posibles) * ritmo), 3)
        directos = rng.choice(posibles, size=min(m, len(posibles)), replace=False, p=atractivo)
        pares |= {(int(tractora), int(d)) for d in directos}
        for d in directos:
            suyos = rng.choice(posibles, size=rng.poisson(r.indirectos * 0.5))
            pares |= {(int(d), int(s)) for s in suyos}
            terceros = rng.choice(posibles, size=len(suyos))
            pares |= {(int(s), int(x)) for s, x in zip(suyos, terceros, strict=True) if rng.random() < 0.4}
    return pares | _ciclos(rng, sorted(pares), r.ciclos)


def _ciclos(rng: np.random.Generator, pares: list[tuple[int, int]], tasa: float) -> set[tuple[int, int]]:
    """Some suppliers buy from their own buyers; at least one does."""
    cuantos = max(int(tasa * len(pares)), 1) if pares else 0
    return {(pares[i][1], pares[i][0]) for i in rng.integers(0, max(len(pares), 1), cuantos)}


def _valorar(rng: np.random.Generator, pares: list[tuple[int, int]], tramo: Enteros) -> Red:
    comprador = np.array([c for c, _ in pares], dtype=np.int64)
    proveedor = np.array([p for _, p in pares], dtype=np.int64)
    monto = rng.lognormal(14.5, 1.0, len(pares)) * 1.6 ** tramo[proveedor]
    return Red(comprador, proveedor, elegir(rng, _CATEGORIAS, len(pares)), np.round(monto, -3).astype(np.int64))
