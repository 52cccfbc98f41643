"""Firms and their premises: sectors, sizes in the real proportions, RUTs, names, branches and head offices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from observatorio.muestra import nombres, ruts
from observatorio.muestra.azar import Enteros, Logicos, Reales, Textos, elegir, generador, por_categoria, textos
from observatorio.muestra.parametros import Parametros, tabla
from observatorio.muestra.sectores import Sectores

TAMANOS = ("sin_dato", "micro", "pequena", "mediana", "grande")
_CLASES_DEPENDIENTES = ((0, 0), (1, 9), (10, 49), (50, 249), (250, 900))


@dataclass(frozen=True)
class Empresas:
    """One element per firm. `rut` is a valid number for all; who never registered anywhere does not use it.

    `tramo` and `dependientes` are those of the first year; `informal0` is the state before the first year.
    """

    rut: Enteros
    dv: Textos
    razon: Textos
    razon_anterior: Textos
    juridica: Logicos
    sector: Enteros
    tamano: Textos
    tramo: Enteros
    dependientes: Enteros
    informal0: Logicos
    afuera: Logicos
    tractora: Logicos
    telefono: Enteros
    giro: Textos

    def __len__(self) -> int:
        return len(self.rut)


@dataclass(frozen=True)
class Locales:
    """One element per premises: its firm, kind, class of place, name over the door and share of the workers."""

    empresa: Enteros
    tipo: Textos
    zona: Textos
    fantasia: Textos
    parte: Reales
    faena: Enteros

    def __len__(self) -> int:
        return len(self.empresa)


def crear(semilla: int, n: int, par: Parametros, sec: Sectores) -> Empresas:
    """`n` firms and the tractoras (last)."""
    rng = generador(semilla, "empresas")
    sector, tamano, informal, juridica, afuera = _clases(rng, n, par, sec)
    total = len(sector)
    tramo = _tramos(rng, tamano, par)
    tramo[informal] = np.where(rng.random(int(informal.sum())) < 0.8, 2, 3)
    tramo[n:] = 13
    rut = _ruts(rng, juridica, par)
    razon, anterior = _bautizar(rng, n, sector, juridica, par, sec)
    dependientes = _dependientes(rng, tamano, informal, par)
    dependientes[n:] = 0
    azar = rng.random(total)
    return Empresas(
        rut=rut,
        dv=ruts.digito_verificador(rut),
        razon=razon,
        razon_anterior=anterior,
        juridica=juridica,
        sector=sector,
        tamano=tamano,
        tramo=tramo,
        dependientes=dependientes,
        informal0=informal,
        afuera=afuera,
        tractora=np.arange(total) >= n,
        # Subscriber numbers of area 55 that begin with 20 or 21 cannot have been assigned: they would have been
        # six-figure numbers that begin with 0 or 1 before the 2 was put in front.
        telefono=552_000_000 + _numeros_distintos(rng, total, 200_000),
        giro=textos([sec.giros[s][int(a * len(sec.giros[s]))] for s, a in zip(sector, azar, strict=True)]),
    )


def _clases(
    rng: np.random.Generator, n: int, par: Parametros, sec: Sectores
) -> tuple[Enteros, Textos, Logicos, Logicos, Logicos]:
    """Sector, size, informal, legal person and head office elsewhere: `n` firms at random, then the tractoras."""
    m = len(_tractoras())
    sector = rng.choice(len(sec), size=n, p=sec.peso / sec.peso.sum()).astype(np.int64)
    informal = rng.random(n) < np.clip(sec.informal[sector] * par.formalidad.multiplicador, 0, 0.95)
    tamano = textos(["micro"] * n)
    formales = np.flatnonzero(~informal)
    tamano[formales] = _repartir_tamanos(rng, sec.factor[sector[formales]], par)
    juridica = ~informal & (rng.random(n) < por_categoria(tamano, par.tamano.juridicas))
    afuera = juridica & (rng.random(n) < por_categoria(tamano, par.empresas.matriz_afuera))
    grandes = np.ones(m, dtype=bool)
    return (
        np.concatenate([sector, np.full(m, len(sec) - 1)]),
        np.concatenate([tamano, textos(["grande"] * m)]),
        np.concatenate([informal, ~grandes]),
        np.concatenate([juridica, grandes]),
        np.concatenate([afuera, grandes]),
    )


def _bautizar(
    rng: np.random.Generator, n: int, sector: Enteros, juridica: Logicos, par: Parametros, sec: Sectores
) -> tuple[Textos, Textos]:
    """Legal names, and the former name of the firms that changed it (empty for the others and the tractoras)."""
    total = len(sector)
    rubro = nombres.palabra_de_rubro(rng, sector, sec)
    cuerpo, forma = nombres.juridicas(rng, rubro, par.palabras)
    persona = nombres.personas(rng, total, par.palabras)
    razon = textos([f"{c} {f}" if j else p for c, f, j, p in zip(cuerpo, forma, juridica, persona, strict=True)])
    razon[n:] = _tractoras()
    fantasia = nombres.fantasias(rng, rubro, razon, par.palabras)
    cambio = rng.random(total) < par.historia.nombre_anterior
    cambio[n:] = False
    anterior = nombres.anteriores(rng, cuerpo, forma, juridica, fantasia)
    return razon, textos(list(np.where(cambio, anterior, "")))


def _numeros_distintos(rng: np.random.Generator, n: int, tope: int) -> Enteros:
    """Numbers below `tope`, which repeat only when there are more firms than numbers."""
    return rng.permutation(max(n, tope))[:n] % tope


def _tractoras() -> list[str]:
    return list(dict.fromkeys(f["empresa"] for f in tabla("tractoras")))


def _repartir_tamanos(rng: np.random.Generator, factor: Reales, par: Parametros) -> Textos:
    """Sizes in exactly the proportions of the table; the sectors with more workers tend to get the larger ones."""
    n = len(factor)
    cuentas = np.array([par.tamano.empresas[t] for t in TAMANOS], dtype=float)
    con_dato = rng.random(n) >= cuentas[0] / cuentas.sum()
    salida = textos(["sin_dato"] * n)
    suyos = np.flatnonzero(con_dato)
    orden = suyos[np.argsort(0.9 * np.log(factor[suyos]) + rng.gumbel(0, 0.8, len(suyos)), kind="stable")]
    cortes = np.round(np.cumsum(cuentas[1:]) / cuentas[1:].sum() * len(suyos)).astype(int)
    for tamano, desde, hasta in zip(TAMANOS[1:], [0, *cortes[:-1]], cortes, strict=True):
        salida[orden[desde:hasta]] = tamano
    return salida


def _tramos(rng: np.random.Generator, tamano: Textos, par: Parametros) -> Enteros:
    salida = np.ones(len(tamano), dtype=np.int64)
    for nombre, tramos in par.tamano.tramos.items():
        suyos = np.flatnonzero(tamano == nombre)
        pesos = np.array(list(tramos.values()), dtype=float)
        salida[suyos] = rng.choice([int(t) for t in tramos], size=len(suyos), p=pesos / pesos.sum())
    return salida


def _dependientes(rng: np.random.Generator, tamano: Textos, informal: Logicos, par: Parametros) -> Enteros:
    clase = np.zeros(len(tamano), dtype=np.int64)
    for nombre, pesos in par.tamano.dependientes.items():
        suyos = np.flatnonzero(tamano == nombre)
        p = np.array(pesos)
        clase[suyos] = rng.choice(len(p), size=len(suyos), p=p / p.sum())
    clase[informal] = rng.random(int(informal.sum())) < 0.2
    limites = np.array(_CLASES_DEPENDIENTES)
    bajo, alto = limites[clase, 0], limites[clase, 1]
    # Small counts are commoner within each class, hence the squared uniform.
    tope = np.where(informal, np.minimum(alto, 3), alto)
    return (bajo + np.floor((tope - bajo + 1) * rng.random(len(clase)) ** 2)).astype(np.int64)


def _ruts(rng: np.random.Generator, juridica: Logicos, par: Parametros) -> Enteros:
    rut = np.zeros(len(juridica), dtype=np.int64)
    rut[juridica] = ruts.sortear(rng, int(juridica.sum()), par.empresas.rut_juridica)
    rut[~juridica] = ruts.sortear(rng, int((~juridica).sum()), par.empresas.rut_natural)
    return rut


def locales(semilla: int, emp: Empresas, par: Parametros, sec: Sectores) -> Locales:
    """The premises of the firms: principal, branches, head office elsewhere, works inside a mine."""
    rng = generador(semilla, "locales")
    n = len(emp)
    comunes = np.flatnonzero(~emp.tractora)
    con_sucursal = ~emp.informal0 & (rng.random(n) < por_categoria(emp.tamano, par.empresas.sucursal))
    tope = por_categoria(emp.tamano, par.empresas.sucursales_max).astype(int)
    extra = np.where(con_sucursal, 1 + np.floor(rng.random(n) ** 2 * tope).astype(int), 0)
    extra[emp.tractora] = 0
    minera = np.isin(sec.seccion[emp.sector], ["B", "C", "F", "G", "H", "I", "N", "M"])
    faena = minera & np.isin(emp.tamano, ["mediana", "grande"]) & (sec.conmutante[emp.sector] >= 0.2)
    faena &= ~emp.tractora & (rng.random(n) < par.empresas.faena)
    matrices = np.flatnonzero(emp.afuera)
    faenas = np.flatnonzero(faena)
    tractoras = _faenas_de_tractoras(emp)
    grupos = [
        (comunes, np.where(emp.afuera[comunes], "sucursal", "casa_matriz"), 1.0),
        (np.repeat(comunes, extra[comunes]), "sucursal", 0.55),
        (matrices, "casa_matriz", 2.5),
        (faenas, "faena", 1.4),
        (tractoras, "faena", 1.0),
    ]
    empresa = np.concatenate([g[0] for g in grupos]).astype(np.int64)
    tipo = np.concatenate([np.broadcast_to(np.asarray(g[1], dtype=object), len(g[0])) for g in grupos])
    parte = np.concatenate([np.full(len(g[0]), g[2]) for g in grupos]) * rng.gamma(4, 0.25, len(empresa))
    cual = np.full(len(empresa), -1, dtype=np.int64)
    cual[len(empresa) - len(tractoras) :] = np.arange(len(tractoras))
    zona = _zonas(rng, emp.sector[empresa], tipo, emp.afuera[empresa], sec)
    return Locales(empresa, tipo, zona, _letreros(rng, emp, empresa, tipo, cual, par, sec), parte, cual)


def _faenas_de_tractoras(emp: Empresas) -> Enteros:
    numero = {emp.razon[k]: k for k in np.flatnonzero(emp.tractora)}
    return np.array([numero[f["empresa"]] for f in tabla("tractoras")], dtype=np.int64)


def _zonas(rng: np.random.Generator, sector: Enteros, tipo: Textos, afuera: Logicos, sec: Sectores) -> Textos:
    azar = rng.random(len(sector))
    salida = textos([""] * len(sector))
    for s in np.unique(sector):
        suyos = np.flatnonzero(sector == s)
        nombres_zona = [z for z, _ in sec.zonas[s]]
        pesos = np.cumsum([p for _, p in sec.zonas[s]])
        salida[suyos] = textos(nombres_zona)[np.searchsorted(pesos / pesos[-1], azar[suyos], side="right")]
    salida[tipo == "faena"] = "mina"
    salida[(tipo == "casa_matriz") & afuera] = "externa"
    return salida


def _letreros(
    rng: np.random.Generator,
    emp: Empresas,
    empresa: Enteros,
    tipo: Textos,
    faena: Enteros,
    par: Parametros,
    sec: Sectores,
) -> Textos:
    """Names over the door: one per firm, so that the branches of a chain share it."""
    rubro = nombres.palabra_de_rubro(rng, emp.sector, sec)
    propias = nombres.fantasias(rng, rubro, emp.razon, par.palabras)
    salida = propias[empresa]
    numero = np.flatnonzero(faena >= 0)
    salida[numero] = [f["faena"] for f in tabla("tractoras")]
    otra = np.flatnonzero((tipo == "sucursal") & (rng.random(len(empresa)) < 0.1))
    salida[otra] = elegir(rng, par.palabras.propios, len(otra))
    return salida
