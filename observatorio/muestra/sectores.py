"""The sectors of the synthetic city: activity codes, weights and assumptions of `data/muestra/sectores.csv`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from observatorio import referencia
from observatorio.muestra.azar import Logicos, Reales, Textos, textos
from observatorio.muestra.parametros import tabla


@dataclass(frozen=True)
class Sectores:
    """One element per activity; `zonas` holds (class of place, weight), `giros` and `palabras` their alternatives."""

    acteco: Textos
    seccion: Textos
    nombre: Textos
    subrubro: Textos
    afecto_iva: Textos
    categoria_tributaria: Textos
    tipo_patente: Textos
    peso: Reales
    factor: Reales
    informal: Reales
    conmutante: Reales
    turno: Reales
    requiere_sanitaria: Logicos
    zonas: list[list[tuple[str, float]]]
    giros: list[list[str]]
    palabras: list[list[str]]

    def __len__(self) -> int:
        return len(self.peso)


@cache
def sectores() -> Sectores:
    """All sectors, in the order of the file; the last one is the copper of the tractoras, of weight 0."""
    filas = tabla("sectores")
    seccion_de = {d.division: d.seccion for d in referencia.divisiones()}

    def columna(nombre: str) -> Textos:
        return textos([f[nombre] for f in filas])

    def numeros(nombre: str) -> Reales:
        return np.array([float(f[nombre]) for f in filas])

    return Sectores(
        acteco=columna("acteco"),
        seccion=textos([seccion_de[f["acteco"][:2]] for f in filas]),
        nombre=columna("nombre"),
        subrubro=columna("subrubro"),
        afecto_iva=columna("afecto_iva"),
        categoria_tributaria=columna("categoria_tributaria"),
        tipo_patente=columna("tipo_patente"),
        peso=numeros("peso"),
        factor=numeros("factor_trabajadores"),
        informal=numeros("informal"),
        conmutante=numeros("conmutante"),
        turno=numeros("turno"),
        requiere_sanitaria=numeros("requiere_sanitaria") > 0,
        zonas=[[_par(par) for par in f["zonas"].split()] for f in filas],
        giros=[f["giros"].split("|") for f in filas],
        palabras=[f["palabras"].split("|") for f in filas],
    )


def _par(texto: str) -> tuple[str, float]:
    zona, peso = texto.split(":")
    return zona, float(peso)
