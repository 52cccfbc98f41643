"""Schools and health establishments: the units of the two lists that the law makes public.

The private ones are premises that the city already has; those of public bodies stand only here and in the truth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from observatorio.muestra import ciudad, ruts
from observatorio.muestra.azar import Enteros, Logicos, Reales, Textos, elegir, generador, textos
from observatorio.muestra.empresas import Empresas, Locales
from observatorio.muestra.historia import Sitio
from observatorio.muestra.lugares import Lugares
from observatorio.muestra.parametros import Parametros, tabla
from observatorio.muestra.sectores import Sectores

LISTAS = ("educacion", "salud")
Clases = list[dict[str, str]]


@dataclass(frozen=True)
class Publicos:
    """The units of public bodies, of both lists: class (row of `equipamiento.csv`), body, door and name, one each;
    unit x year: open, workers, how many of them live elsewhere, in another region or are foreign. `organismos`, `rut`,
    `dv`: the bodies."""

    clase: Enteros
    organismo: Enteros
    nombre: Textos
    lugares: Lugares
    activo: Logicos
    total: Enteros
    conmutante: Enteros
    interregional: Enteros
    extranjeros: Enteros
    organismos: Textos
    rut: Enteros
    dv: Textos

    def __len__(self) -> int:
        return len(self.clase)


@dataclass(frozen=True)
class Lista:
    """Every unit that a list ever shows. `est`: premises; the public ones count on from the last of the firms.

    `clase`: row of `equipamiento.csv`; unit x year: `visto` on the list, `activo` open.
    """

    est: Enteros
    clase: Enteros
    codigo: Enteros
    nombre: Textos
    visto: Logicos
    activo: Logicos


@dataclass(frozen=True)
class Servicios:
    """The public units, and each list by name."""

    clases: Clases
    publicos: Publicos
    listas: dict[str, Lista]


def crear(
    semilla: int, tamano: int, emp: Empresas, loc: Locales, sitio: Sitio, aqui: Logicos, par: Parametros, sec: Sectores
) -> Servicios:
    """Choose the private units of each list, found the public ones and give all of them a code."""
    clases = tabla("equipamiento")
    rng = generador(semilla, "equipamiento")
    acteco = np.where(emp.juridica & ~emp.informal0, sec.acteco[emp.sector], "")[loc.empresa]
    abierto = sitio.activo & aqui
    privados = {lista: _privados(rng, lista, clases, tamano, acteco, abierto, par) for lista in LISTAS}
    grupos = [_clases_publicas(rng, lista, clases, tamano, privados[lista][1], par) for lista in LISTAS]
    origen = generador(semilla, "equipamiento_origen")
    publicos = _fundar(rng, origen, clases, grupos, abierto.shape[1], emp, par)
    listas = {}
    for lista in LISTAS:
        clase, visto = privados[lista]
        # A list shows for one year more, as closed, what it showed open.
        cierra = np.zeros_like(visto)
        cierra[:, 1:] = visto[:, :-1] & ~sitio.activo[:, 1:]
        visto = visto | cierra
        suyos = np.flatnonzero(visto.any(axis=1))
        propios = np.flatnonzero([clases[c]["lista"] == lista for c in publicos.clase])
        listas[lista] = Lista(
            est=np.concatenate([suyos, len(loc) + propios]),
            clase=np.concatenate([clase[suyos], publicos.clase[propios]]),
            codigo=_codigos(lista, len(suyos) + len(propios), par),
            nombre=np.concatenate([_letreros(clases, clase[suyos], loc.fantasia[suyos]), publicos.nombre[propios]]),
            visto=np.concatenate([visto[suyos], np.ones((len(propios), visto.shape[1]), dtype=bool)]),
            activo=np.concatenate([sitio.activo[suyos], publicos.activo[propios]]),
        )
    return Servicios(clases, publicos, listas)


def _de(lista: str, clases: Clases, publica: bool) -> Enteros:
    """The classes of a list, of public bodies or of firms."""
    return np.flatnonzero([c["lista"] == lista and bool(c["organismo"]) == publica for c in clases]).astype(np.int64)


def _cantidades(clases: Clases, cuales: Enteros) -> Reales:
    return np.array([float(clases[c]["cantidad"]) for c in cuales])


def _total(lista: str, clases: Clases, tamano: int, par: Parametros) -> int:
    suma = sum(int(c["cantidad"]) for c in clases if c["lista"] == lista)
    return max(round(suma * tamano / par.equipamiento.negocios), par.equipamiento.minimo)


def _repartir(total: int, pesos: Reales) -> Enteros:
    """Whole parts of a total in proportion to the weights, by largest remainder."""
    exactas = total * pesos / pesos.sum()
    partes = np.floor(exactas).astype(np.int64)
    orden = np.argsort(partes - exactas, kind="stable")
    partes[orden[: total - int(partes.sum())]] += 1
    return partes


def _privados(
    rng: np.random.Generator,
    lista: str,
    clases: Clases,
    tamano: int,
    acteco: Textos,
    abierto: Logicos,
    par: Parametros,
) -> tuple[Enteros, Logicos]:
    """The class that each premises of a firm has in a list, -1 if none, and the years in which the list shows it."""
    todas = np.concatenate([_de(lista, clases, True), _de(lista, clases, False)])
    cuotas = _repartir(_total(lista, clases, tamano, par), _cantidades(clases, todas))
    clase = np.full(len(acteco), -1, dtype=np.int64)
    visto = np.zeros_like(abierto)
    for c, cuota in zip(todas, cuotas, strict=True):
        if clases[c]["organismo"]:
            continue
        posibles = np.flatnonzero(np.isin(acteco, clases[c]["acteco"].split("|")) & (clase < 0))
        _listar(rng.permutation(posibles), int(cuota), abierto, visto)
        clase[posibles[visto[posibles].any(axis=1)]] = c
    return clase, visto


def _listar(orden: Enteros, cuota: int, abierto: Logicos, visto: Logicos) -> None:
    """Mark in `visto` the years of the first `cuota` open ones: who is listed stays while open, then another enters."""
    for k in range(abierto.shape[1]):
        if k:
            visto[orden, k] = visto[orden, k - 1] & abierto[orden, k]
        nuevos = orden[abierto[orden, k] & ~visto[orden, k]]
        visto[nuevos[: max(cuota - int(visto[orden, k].sum()), 0)], k] = True


def _clases_publicas(
    rng: np.random.Generator, lista: str, clases: Clases, tamano: int, visto: Logicos, par: Parametros
) -> tuple[Enteros, Enteros]:
    """The class of each public unit of a list, and of those in other comunas.

    In Calama, as many as the private ones leave to be filled in the year in which these are fewest.
    """
    total = _total(lista, clases, tamano, par)
    publicas = _de(lista, clases, True)
    pesos = _cantidades(clases, publicas)
    aqui = np.repeat(publicas, _repartir(max(total - int(visto.sum(axis=0).min()), 1), pesos))
    otras = max(round(total * par.equipamiento.otras_comunas), 2)
    return aqui, publicas[rng.choice(len(publicas), size=otras, p=pesos / pesos.sum())]


def _fundar(
    rng: np.random.Generator,
    origen: np.random.Generator,
    clases: Clases,
    grupos: list[tuple[Enteros, Enteros]],
    anios: int,
    emp: Empresas,
    par: Parametros,
) -> Publicos:
    clase = np.concatenate([parte for grupo in grupos for parte in grupo])
    n = len(clase)
    afuera = np.concatenate([np.full(len(parte), j == 1) for grupo in grupos for j, parte in enumerate(grupo)])
    lugares = ciudad.lugares(rng, _zonas(rng, clases, clase, afuera))
    activo = np.concatenate([_abiertos(rng, len(parte), anios, par) for grupo in grupos for parte in grupo])
    dotacion = np.array([int(clases[c]["trabajadores"]) for c in clase])
    total = np.where(activo, 1 + rng.poisson(dotacion[:, None] - 1, (n, anios)), 0)
    nombres, organismo = np.unique([clases[c]["organismo"] for c in clase], return_inverse=True)
    ultimo = par.empresas.rut_juridica[1]
    rut = np.setdiff1d(np.arange(ultimo - len(emp) - len(nombres), ultimo + 1), emp.rut)[-len(nombres) :]
    nombre = _nombres(rng, clases, clase, lugares.villa, par)
    conmutante = rng.binomial(total, par.equipamiento.conmutante)
    return Publicos(
        clase=clase,
        organismo=organismo.astype(np.int64),
        nombre=nombre,
        lugares=lugares,
        activo=activo,
        total=total,
        conmutante=conmutante,
        interregional=origen.binomial(conmutante, par.empleo.interregional),
        extranjeros=rng.binomial(total, par.empleo.extranjeros),
        organismos=textos([str(nombre) for nombre in nombres]),
        rut=rut,
        dv=ruts.digito_verificador(rut),
    )


def _zonas(rng: np.random.Generator, clases: Clases, clase: Enteros, afuera: Logicos) -> Textos:
    zonas = textos(["region"] * len(clase))
    for i in np.flatnonzero(~afuera):
        pares = [par.split(":") for par in clases[clase[i]]["zonas"].split()]
        zonas[i] = elegir(rng, [zona for zona, _ in pares], 1, np.array([float(peso) for _, peso in pares]))[0]
    return zonas


def _abiertos(rng: np.random.Generator, n: int, anios: int, par: Parametros) -> Logicos:
    """Unit x year: a share closes for good, the first of them before the first year; one at least, if there are two."""
    activo = np.ones((n, anios), dtype=bool)
    cierran = rng.permutation(n)[: max(round(n * par.equipamiento.cerrados), int(n > 1))]
    for j, i in enumerate(cierran):
        activo[i, rng.integers(anios) if j else 0 :] = False
    return activo


def _nombres(rng: np.random.Generator, clases: Clases, clase: Enteros, villa: Textos, par: Parametros) -> Textos:
    """The mould of each class with a number of its own and the neighbourhood, or a word where there is none."""
    propio = elegir(rng, par.palabras.propios, len(clase))
    salida, cuenta = [], dict.fromkeys(LISTAS, 0)
    for c, v, p in zip(clase, villa, propio, strict=True):
        lista, lugar = clases[c]["lista"], v or p
        cuenta[lista] += 1
        lugar = lugar.title() if lista == "salud" else lugar
        salida.append(clases[c]["nombre"].format(numero=cuenta[lista], lugar=lugar))
    return textos(salida)


def _letreros(clases: Clases, clase: Enteros, fantasia: Textos) -> Textos:
    """The name over the door of a firm's premises, marked as made up."""
    locales = [f.title() if clases[c]["lista"] == "salud" else f for c, f in zip(clase, fantasia, strict=True)]
    return textos([clases[c]["nombre"].format(local=x) for c, x in zip(clase, locales, strict=True)])


def _codigos(lista: str, n: int, par: Parametros) -> Enteros:
    """The first numbers of the list's block; those whose check digit would be K are no RBD."""
    desde, hasta = par.equipamiento.codigos[lista]
    bloque = np.arange(desde, hasta + 1, dtype=np.int64)
    return (bloque[ruts.resto_verificador(bloque) < 10] if lista == "educacion" else bloque)[:n]
