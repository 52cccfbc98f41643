"""The whole synthetic world, before any actor looks at it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from observatorio.muestra import empresas, equipamiento, historia, proveedores
from observatorio.muestra.azar import Enteros, Logicos, Textos, generador
from observatorio.muestra.ciega.tasas import tasas
from observatorio.muestra.empleo import Dinero, Empleo, cobrar, emplear
from observatorio.muestra.lugares import CUT, Lugares
from observatorio.muestra.parametros import Parametros, parametros
from observatorio.muestra.sectores import Sectores, sectores


@dataclass(frozen=True)
class Mundo:
    """Everything that is true. Matrices are premises x year or firm x year, in the order of `anios`.

    `sii`, `patente`, `sanitaria`, `formalidad` are premises x year; `principal` is the head office of each firm;
    `registrada` firm x year: has the SII's start of activities. `servicios`: schools and health establishments.
    """

    semilla: int
    anios: tuple[int, ...]
    par: Parametros
    sec: Sectores
    emp: empresas.Empresas
    loc: empresas.Locales
    vida: historia.Vida
    sitio: historia.Sitio
    empleo: Empleo
    dinero: Dinero
    redes: list[proveedores.Red]
    sii: Logicos
    patente: Logicos
    sanitaria: Logicos
    requiere: Logicos
    formalidad: Textos
    principal: Enteros
    registrada: Logicos
    aqui: Logicos
    servicios: equipamiento.Servicios
    perfil: str = "base"

    @property
    def lugares(self) -> Lugares:
        return self.sitio.lugares

    def rng(self, *partes: str | int) -> np.random.Generator:
        """An independent stream of chance for one file, another for each profile of dirt."""
        quien = () if self.perfil == "base" else (self.perfil,)
        return generador(self.semilla, "archivo", *quien, *partes)


def crear(semilla: int, tamano: int, anios: tuple[int, ...], perfil: str = "base") -> Mundo:
    """A world with about `tamano` open premises a year in Calama, to be written with the dirt of a profile.

    The profile changes the rates of dirt and nothing of what is true.
    """
    par, sec = parametros(), sectores()
    if perfil == "ciega":
        par = replace(par, suciedad=tasas().suciedad)
    h = par.historia
    # Firms of all years per premises wanted in one: branches weigh a little more than premises elsewhere.
    n = max(round(tamano * (h.existentes + h.nacimientos * (len(anios) - 1)) / 1.01), 20)
    emp = empresas.crear(semilla, n, par, sec)
    loc = empresas.locales(semilla, emp, par, sec)
    vida = historia.vivir(semilla, anios, emp, par, sec)
    sitio = historia.ocupar(semilla, vida, emp, loc, par)
    requiere = sec.requiere_sanitaria[emp.sector[loc.empresa]] & (loc.tipo != "faena") & (loc.zona != "externa")
    sii, patente, sanitaria = historia.senales(vida, sitio, loc, requiere, generador(semilla, "senales"))
    gente = emplear(semilla, emp, loc, vida, sitio, par, sec)
    registrada = vida.viva & np.isin(vida.estado, [historia.SOLO_SII, historia.SIN_SANITARIA, historia.FORMAL])
    dinero = cobrar(semilla, anios, emp, loc, gente, patente, par)
    principal = historia.principales(emp, loc)
    aqui = np.zeros(sitio.activo.shape, dtype=bool)
    for k in range(len(anios)):
        aqui[:, k] = sitio.lugares.cut[sitio.lugar[:, k]] == CUT
    return Mundo(
        semilla=semilla,
        anios=anios,
        par=par,
        sec=sec,
        emp=emp,
        loc=loc,
        vida=vida,
        sitio=sitio,
        empleo=gente,
        dinero=dinero,
        redes=proveedores.tejer(semilla, anios, emp, loc, registrada, aqui, dinero.tramo, par, sec),
        sii=sii,
        patente=patente,
        sanitaria=sanitaria,
        requiere=requiere,
        formalidad=historia.formalidades(sii, patente, sanitaria, requiere, sitio.activo),
        principal=principal,
        registrada=registrada,
        aqui=aqui,
        servicios=equipamiento.crear(semilla, tamano, emp, loc, sitio, aqui, par, sec),
        perfil=perfil,
    )
