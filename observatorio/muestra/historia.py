"""The years: who is born, pauses, dies, moves, succeeds another at a door, becomes formal or stops being it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from observatorio.muestra import ciudad
from observatorio.muestra.azar import Enteros, Logicos, Textos, generador, por_categoria, textos
from observatorio.muestra.empresas import Empresas, Locales
from observatorio.muestra.lugares import Lugares
from observatorio.muestra.parametros import Parametros
from observatorio.muestra.sectores import Sectores

INFORMAL, SOLO_SII, SOLO_PERMISO, SIN_SANITARIA, FORMAL = range(5)
NUNCA = 9999
Fechas = NDArray[np.datetime64]


@dataclass(frozen=True)
class Vida:
    """Firm x year: alive and state of formality; per firm: start, end (`NaT` while it lives), years as indices."""

    viva: Logicos
    estado: Enteros
    inicio: Fechas
    termino: Fechas
    nacimiento: Enteros
    muerte: Enteros


@dataclass(frozen=True)
class Sitio:
    """Premises x year: open, and at which door; per premises a former door (-1 if none); per firm its tax domicile
    (-1: that of its principal premises)."""

    activo: Logicos
    lugar: Enteros
    previo: Enteros
    domicilio: Enteros
    lugares: Lugares


def vivir(semilla: int, anios: tuple[int, ...], emp: Empresas, par: Parametros, sec: Sectores) -> Vida:
    """Births, deaths, pauses and the formality of each firm by year."""
    rng = generador(semilla, "vida")
    n, t = len(emp), len(anios)
    h = par.historia
    nacidos = h.nacimientos * (t - 1)
    existe = (rng.random(n) < h.existentes / (h.existentes + nacidos)) | emp.tractora
    nacimiento = np.where(existe, 0, rng.integers(1, max(t, 2), n)) if t > 1 else np.zeros(n, dtype=np.int64)
    tasa = np.where(emp.informal0, h.muertes_informales, por_categoria(emp.tamano, h.muertes))
    tasa = np.where(emp.tractora, 0.0, tasa)
    muerte = np.full(n, NUNCA)
    for k in range(1, t):
        cae = (muerte == NUNCA) & (nacimiento < k) & (rng.random(n) < tasa)
        muerte[cae] = k
    anio = np.arange(t)
    viva = (nacimiento[:, None] <= anio) & (anio < muerte[:, None])
    pausa = rng.random((n, t)) < h.pausas
    pausa[:, 0] = pausa[:, -1] = False
    pausa[:, 1:-1] &= viva[:, :-2] & viva[:, 2:]
    pausa &= ~emp.tractora[:, None]
    inicio, termino = _fechas(rng, anios, existe, nacimiento, muerte)
    estado = _estados(rng, t, emp, par, sec)
    return Vida(viva & ~pausa, estado, inicio, termino, nacimiento, muerte)


def _fechas(
    rng: np.random.Generator, anios: tuple[int, ...], existe: Logicos, nacimiento: Enteros, muerte: Enteros
) -> tuple[Fechas, Fechas]:
    n = len(existe)
    antes = np.minimum(1 + rng.exponential(8.0, n).astype(np.int64), 38)
    anio = np.where(existe, anios[0] - antes, np.array(anios)[nacimiento])
    inicio = _dia(anio, rng.integers(0, 360, n))
    final = np.array([*anios, anios[-1]])[np.minimum(muerte, len(anios))]
    termino = np.where(muerte == NUNCA, np.datetime64("NaT", "D"), _dia(final, rng.integers(0, 360, n)))
    return inicio, termino


def _dia(anio: Enteros, dia: Enteros) -> Fechas:
    primero: Fechas = (np.asarray(anio) - 1970).astype("datetime64[Y]").astype("datetime64[D]")
    return primero + dia.astype("timedelta64[D]")


def _estados(rng: np.random.Generator, t: int, emp: Empresas, par: Parametros, sec: Sectores) -> Enteros:
    n, f = len(emp), par.formalidad
    requiere = sec.requiere_sanitaria[emp.sector]
    u = rng.random(n)
    estado = np.full(n, FORMAL)
    estado[requiere & (rng.random(n) < f.sin_sanitaria)] = SIN_SANITARIA
    estado[u < f.solo_sii] = SOLO_SII
    estado[~emp.juridica & (u > 1 - f.solo_permiso)] = SOLO_PERMISO
    estado[emp.informal0] = INFORMAL
    feria = sec.tipo_patente[emp.sector] == "PERMISO"
    estado[emp.informal0 & feria & (rng.random(n) < f.permiso_feria)] = SOLO_PERMISO
    estado[emp.tractora] = FORMAL
    anuales = [estado]
    for _ in range(1, t):
        previo, u, destino = anuales[-1], rng.random(n), rng.random(n)
        nuevo = previo.copy()
        sube = (previo == INFORMAL) & (u < f.formaliza)
        nuevo[sube] = np.where(destino[sube] < 0.5, SOLO_SII, FORMAL)
        nuevo[np.isin(previo, [SOLO_SII, SIN_SANITARIA]) & (u < f.regulariza)] = FORMAL
        baja = (previo == FORMAL) & (u < f.decae) & ~emp.tractora
        nuevo[baja] = np.where(requiere[baja] & (destino[baja] < 0.5), SIN_SANITARIA, SOLO_SII)
        anuales.append(nuevo)
    return np.column_stack(anuales)


def ocupar(semilla: int, vida: Vida, emp: Empresas, loc: Locales, par: Parametros) -> Sitio:
    """Which premises are open each year, and the door of each: fresh, inherited from another, shared or moved to."""
    rng = generador(semilla, "sitio")
    activo = _abiertos(rng, vida, loc)
    p, t = activo.shape
    mueve = _mudanzas(rng, activo, loc, par)
    previo = (rng.random(p) < par.historia.lugar_anterior) & (loc.zona != "mina")
    casa = rng.random(len(emp)) < par.empresas.hogar
    zonas = [
        loc.zona,
        loc.zona[np.nonzero(mueve)[0]],
        loc.zona[previo],
        textos(["barrio"] * int(casa.sum())),
        textos(["edificio"] * par.empresas.contadores),
    ]
    inicios = np.cumsum([0, *map(len, zonas)])
    lugares = _con_faenas_propias(ciudad.lugares(rng, np.concatenate(zonas)), loc)
    lugar = np.repeat(np.arange(p)[:, None], t, axis=1)
    nuevo = np.full((p, t), -1)
    nuevo[mueve] = inicios[1] + np.arange(int(mueve.sum()))
    for k in range(1, t):
        lugar[:, k] = np.where(mueve[:, k], nuevo[:, k], lugar[:, k - 1])
        _suceder(rng, k, activo, lugar, loc, par)
    anterior = np.full(p, -1)
    anterior[previo] = inicios[2] + np.arange(int(previo.sum()))
    domicilio = _domicilios(rng, emp, casa, int(inicios[3]), int(inicios[4]), par)
    return Sitio(activo, lugar, anterior, domicilio, lugares)


def _abiertos(rng: np.random.Generator, vida: Vida, loc: Locales) -> Logicos:
    p, t = len(loc), vida.viva.shape[1]
    secundario = np.arange(p) >= np.argmax(np.r_[np.diff(loc.empresa) < 0, True]) + 1
    movil = secundario & (loc.tipo == "sucursal")
    abre = np.where(movil & (rng.random(p) < 0.3), rng.integers(0, t, p), 0)
    cierra = np.where(movil & (rng.random(p) < 0.12), rng.integers(1, t + 1, p), NUNCA)
    anio = np.arange(t)
    return vida.viva[loc.empresa] & (abre[:, None] <= anio) & (anio < cierra[:, None])


def _mudanzas(rng: np.random.Generator, activo: Logicos, loc: Locales, par: Parametros) -> Logicos:
    mueve = rng.random(activo.shape) < par.historia.mudanzas
    mueve[:, 0] = False
    mueve[:, 1:] &= activo[:, 1:] & activo[:, :-1]
    return mueve & ~np.isin(loc.zona, ["mina", "ruta", "externa", "aldea"])[:, None]


def _con_faenas_propias(lugares: Lugares, loc: Locales) -> Lugares:
    """The works of a tractora stand where `tractoras.csv` says, not at a random mine."""
    propias = np.flatnonzero(loc.faena >= 0)
    resto = np.setdiff1d(np.arange(len(lugares)), propias)
    orden = np.argsort(np.concatenate([propias, resto]), kind="stable").astype(np.int64)
    return Lugares.unir([ciudad.faenas().tomar(loc.faena[propias]), lugares.tomar(resto)]).tomar(orden)


def _suceder(rng: np.random.Generator, k: int, activo: Logicos, lugar: Enteros, loc: Locales, par: Parametros) -> None:
    """Give some premises that open in year `k` a door that was left empty, or one that is still in use."""
    deja = activo[:, k - 1] & (~activo[:, k] | (lugar[:, k] != lugar[:, k - 1]))
    abre = activo[:, k] & ~activo[:, :k].any(axis=1)
    u = rng.random(len(loc))
    for zona in ("barrio", "centro", "industrial", "mall", "edificio", "feria"):
        suya = loc.zona == zona
        libres = rng.permutation(lugar[deja & suya, k - 1])
        toman = np.flatnonzero(abre & suya & (u < par.historia.sucesion))
        m = min(len(libres), len(toman))
        lugar[toman[:m], k] = libres[:m]
        comparten = np.flatnonzero(abre & suya & (u > 1 - par.historia.convivencia))
        vecinos = np.flatnonzero(activo[:, k] & activo[:, k - 1] & suya)
        if len(vecinos):
            lugar[comparten, k] = lugar[rng.choice(vecinos, len(comparten)), k]


def _domicilios(
    rng: np.random.Generator, emp: Empresas, casa: Logicos, hogares: int, contadores: int, par: Parametros
) -> Enteros:
    n = len(emp)
    domicilio = np.full(n, -1)
    domicilio[casa] = hogares + np.arange(int(casa.sum()))
    chica = np.isin(emp.tamano, ["sin_dato", "micro", "pequena"])
    contable = chica & (rng.random(n) < par.empresas.contador)
    domicilio[contable] = contadores + rng.integers(0, par.empresas.contadores, int(contable.sum()))
    domicilio[emp.afuera | emp.tractora] = -1
    return domicilio


def principales(emp: Empresas, loc: Locales) -> Enteros:
    """The premises that is the head office of each firm."""
    principal = np.full(len(emp), -1, dtype=np.int64)
    orden = np.arange(len(loc))[::-1]
    principal[loc.empresa[orden]] = orden
    matriz = np.flatnonzero(loc.tipo == "casa_matriz")
    principal[loc.empresa[matriz]] = matriz
    return principal


def senales(
    vida: Vida, sitio: Sitio, loc: Locales, requiere: Logicos, rng: np.random.Generator
) -> tuple[Logicos, Logicos, Logicos]:
    """The real signals, premises x year: registered at the SII, patente, sanitary resolution."""
    estado = vida.estado[loc.empresa]
    sii = sitio.activo & np.isin(estado, [SOLO_SII, SIN_SANITARIA, FORMAL])
    sin_patente = (loc.tipo == "sucursal") & (rng.random(len(loc)) < 0.04)
    patente = sitio.activo & np.isin(estado, [SOLO_PERMISO, SIN_SANITARIA, FORMAL]) & ~sin_patente[:, None]
    ya_tenia = rng.random(len(loc)) < 0.2
    sanitaria = (estado == FORMAL) | (np.isin(estado, [SOLO_SII, SOLO_PERMISO]) & ya_tenia[:, None])
    return sii, patente, sitio.activo & sanitaria & requiere[:, None]


def formalidades(sii: Logicos, patente: Logicos, sanitaria: Logicos, requiere: Logicos, activo: Logicos) -> Textos:
    """The real formality, by the rule of the domain over the real signals."""
    salida = np.full(activo.shape, "en_proceso", dtype=object)
    salida[sii & patente & (sanitaria | ~requiere[:, None])] = "formal"
    salida[~sii & ~patente] = "informal"
    salida[~activo] = "inactivo"
    return salida
