"""Who stands behind each firm: the owner's name and RUT, and the accountant's phone. None of it is in the truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from observatorio.muestra import nombres, ruts
from observatorio.muestra.azar import Enteros, Logicos, Textos, generador, textos
from observatorio.muestra.ciega.tasas import tasas
from observatorio.muestra.mundo import Mundo


@dataclass(frozen=True)
class Duenos:
    """Per firm: its owner's whole name and RUT (its own where it is a natural person), whether an accountant's office
    is its tax domicile, and the phone of the accountant whom it would name."""

    nombre: Textos
    rut: Enteros
    dv: Textos
    con_contador: Logicos
    telefono: Enteros


def crear(m: Mundo) -> Duenos:
    """The owners of a world, the same ones in every file and year."""
    rng, n, r = generador(m.semilla, "ciega", "duenos"), len(m.emp), tasas().ruts
    nombre, rut = textos(m.emp.razon), m.emp.rut.copy()
    sociedades = np.flatnonzero(m.emp.juridica)
    nombre[sociedades] = nombres.personas(rng, len(sociedades), m.par.palabras)
    # Numbers of the block of natural persons that no business of the city has.
    posibles = ruts.sortear(rng, n + len(sociedades), m.par.empresas.rut_natural)
    rut[sociedades] = posibles[~np.isin(posibles, m.emp.rut)][: len(sociedades)]
    naturales = np.flatnonzero(~m.emp.juridica)
    u = rng.random(len(sociedades))
    _copiar(rng, nombre, rut, sociedades[u < r.dueno_con_negocio], naturales)
    propias = sociedades[u >= r.dueno_con_negocio]
    _copiar(rng, nombre, rut, sociedades[u > 1 - r.dueno_de_dos], propias)
    con_contador, telefono = _contadores(m, rng)
    return Duenos(nombre, rut, ruts.digito_verificador(rut), con_contador, telefono)


def _copiar(rng: np.random.Generator, nombre: Textos, rut: Enteros, quienes: Enteros, de: Enteros) -> None:
    if len(de):
        otros = rng.choice(de, size=len(quienes))
        nombre[quienes], rut[quienes] = nombre[otros], rut[otros]


def _contadores(m: Mundo, rng: np.random.Generator) -> tuple[Logicos, Enteros]:
    """A domicile that several firms share is an accountant's office; each has a phone that no firm has."""
    domicilio = m.sitio.domicilio
    _, cual, veces = np.unique(domicilio, return_inverse=True, return_counts=True)
    con_contador = (veces[cual] > 1) & (domicilio >= 0)
    libres = np.setdiff1d(552_000_000 + np.arange(200_000), m.emp.telefono)
    oficinas = rng.choice(libres, size=m.par.empresas.contadores)
    propio = oficinas[cual % len(oficinas)]
    return con_contador, np.where(con_contador, propio, rng.choice(oficinas, size=len(domicilio))).astype(np.int64)


def corto(nombre: str, rng: np.random.Generator) -> str:
    """A person as others call them: `ROSA MAMANI`, `R. MAMANI`, `MAMANI QUISPE ROSA`, or the whole name."""
    partes = nombre.split(" ")
    if len(partes) < 4:
        return nombre
    primero, _, padre, madre = partes[0], partes[1], partes[-2], partes[-1]
    modo = int(rng.integers(5))
    if modo == 0:
        return f"{primero} {padre}"
    if modo == 1:
        return f"{primero[0]}. {padre}"
    if modo == 2:
        return f"{padre} {madre} {primero}"
    if modo == 3:
        return f"{primero} {padre} {madre[0]}."
    return nombre
