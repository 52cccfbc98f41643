"""Records of one RUT that are one premises so far, and how groups of them are joined."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import combinations
from typing import NamedTuple

from observatorio.catastro.cercania import METROS_POR_GRADO, MISMO_LUGAR_M
from observatorio.catastro.enlace.puertas import Parecido, comparar, sin_numero

LEJOS_M = 300.0
"""Points this far apart, in metres, deny that two addresses which differ in one figure, or that name no number, are one
door, and that two premises of one year are one."""

_ANIOS_APARTE = 2
"""Years in which two sources have to show two doors: in one alone, one of them may be late."""


class Hecho(NamedTuple):
    """What one record says of a premises of the RUT. Records come in the order in which ties are broken."""

    lista: str
    """The file: what one of them shows at two doors in a year are two premises."""
    anio: int
    inicio: int
    """The first year for which the record speaks: `anio`, but for an address that a history gives as in force."""
    clave: str | None
    hilo: str | None
    firme: bool
    """Of a register that lists premises: a patente, a branch that is in force at the tax service."""
    historica: bool
    """From a source of which each file tells the whole history."""
    pasado: bool
    """An address that a history gives as left."""
    publica: bool = False
    """Of a public register, in which every premises has an identifier of its own."""
    medido: bool = False
    """Whether `punto` was measured there, of a premises that works, and not read from a map of the addresses."""
    testigo: str | None = None
    """The source, where it lists premises and shows this one at work."""
    punto: tuple[float, float] | None = None


class Domicilios(NamedTuple):
    """The legal domiciles of a RUT, as matching keys: in force, and those that it left."""

    actuales: tuple[str, ...] = ()
    dejados: tuple[str, ...] = ()


NINGUN_DOMICILIO = Domicilios()


class Grupo:
    """Records that are one premises so far."""

    __slots__ = (
        *("anios", "claves", "firmes", "hechos", "listas", "medidos", "miembros", "publica", "puntos", "registros"),
        *("regla", "sitios", "sueltos", "testigos"),
    )

    def __init__(self, miembros: list[int], hechos: list[Hecho]) -> None:
        self.hechos = hechos
        self.miembros: list[int] = []
        self.claves: dict[str, int] = {}
        self.puntos: set[tuple[float, float]] = set()
        self.listas: dict[tuple[str, int], set[str]] = {}
        self.sitios: dict[tuple[str, int], set[tuple[float, float]]] = {}
        """Points that a list gives without an address."""
        self.sueltos: dict[tuple[str, int], set[tuple[float, float]]] = {}
        """Points that a list gives with a street and no number."""
        self.medidos: dict[int, set[tuple[float, float]]] = {}
        self.testigos: dict[int, dict[str, set[str]]] = {}
        """The addresses of each year by source."""
        self.publica = False
        self.anios: set[int] = set()
        self.firmes: set[int] = set()
        self.registros: set[str] = set()
        self.regla: dict[int, str] = {}
        for i in miembros:
            self._tomar(i)

    def _tomar(self, i: int) -> None:
        hecho = self.hechos[i]
        self.miembros.append(i)
        self._atestiguar(hecho)
        if hecho.clave is not None:
            self.claves[hecho.clave] = self.claves.get(hecho.clave, 0) + 1
        if hecho.punto is not None:
            self.puntos.add(hecho.punto)
        if not hecho.pasado:
            vividos = range(hecho.inicio, hecho.anio + 1)
            self.anios.update(vividos)
            if hecho.firme:
                self.firmes.update(vividos)
                self.registros.add("historia" if hecho.historica else "patente")
            if hecho.clave is not None:
                self.listas.setdefault((hecho.lista, hecho.anio), set()).add(hecho.clave)
                if hecho.punto is not None and sin_numero(hecho.clave):
                    self.sueltos.setdefault((hecho.lista, hecho.anio), set()).add(hecho.punto)
            elif hecho.punto is not None:
                self.sitios.setdefault((hecho.lista, hecho.anio), set()).add(hecho.punto)

    def _atestiguar(self, hecho: Hecho) -> None:
        self.publica |= hecho.publica and hecho.hilo is not None
        if hecho.pasado:
            return
        if hecho.medido and hecho.punto is not None:
            self.medidos.setdefault(hecho.anio, set()).add(hecho.punto)
        if hecho.testigo is not None and hecho.clave is not None:
            for anio in range(hecho.inicio, hecho.anio + 1):
                self.testigos.setdefault(anio, {}).setdefault(hecho.testigo, set()).add(hecho.clave)

    @property
    def primero(self) -> int:
        return min(self.miembros)

    def rango(self) -> tuple[int, int]:
        """What decides which of two is the dominant one: more records, then the earlier."""
        return (len(self.miembros), -self.primero)

    def absorber(self, otro: Grupo, regla: str) -> None:
        """Take in the records of another; those that had no reason yet to be where they are get this one."""
        for i in otro.miembros:
            self._tomar(i)
            self.regla[i] = otro.regla.get(i, regla)


def chocan(uno: Grupo, otro: Grupo, tolera: Parecido = Parecido.SIN_UNIDAD) -> bool:
    """Whether some list shows both in a year at doors of their own, more often than it shows them at one door; or each
    is what a public register knows by another number, though they share a door.

    Doors that look alike as much as `tolera` say nothing. A street without a number is no door: there the points of
    the list decide, and far apart (`LEJOS_M`) they are two whatever the rest says.
    """
    if uno.publica and otro.publica:
        return True
    choques = acuerdos = 0
    for lista in uno.listas.keys() & otro.listas.keys():
        parecido = max(comparar(a, b) for a in uno.listas[lista] for b in otro.listas[lista])
        lejos = _entre_sueltos(uno, otro, lista) if parecido >= Parecido.SIN_UNIDAD else 0.0
        if lejos > LEJOS_M:
            return True
        ajenos = parecido < tolera or lejos > MISMO_LUGAR_M
        acuerdos += parecido == Parecido.MISMA and not ajenos
        choques += ajenos
    for lista in uno.sitios.keys() & otro.sitios.keys():
        lejos = min(_metros(a, b) for a in uno.sitios[lista] for b in otro.sitios[lista])
        acuerdos += lejos <= MISMO_LUGAR_M
        choques += lejos > MISMO_LUGAR_M
    return choques > acuerdos


def _entre_sueltos(uno: Grupo, otro: Grupo, lista: tuple[str, int]) -> float:
    """Metres between two groups in a list that gives no number for either, 0 where it gives a number or no points."""
    if not all(sin_numero(c) for c in uno.listas[lista] | otro.listas[lista]):
        return 0.0
    return _entre(uno.sueltos.get(lista, set()), otro.sueltos.get(lista, set())) or 0.0


def medidos_aparte(uno: Grupo, otro: Grupo) -> bool:
    """Whether in some year both were measured, and nowhere nearer than `LEJOS_M` to each other."""
    return any(
        (_entre(uno.medidos[anio], otro.medidos[anio]) or 0.0) > LEJOS_M for anio in uno.medidos.keys() & otro.medidos
    )


def atestiguados_aparte(uno: Grupo, otro: Grupo) -> bool:
    """Whether in two years or more different sources show them at work at doors that do not look alike."""
    return len(_anios_aparte(uno, otro)) >= _ANIOS_APARTE


def sin_mudanza(uno: Grupo, otro: Grupo) -> bool:
    """Whether different sources show them at work at two doors in the only year that anything is known of: without
    another year nothing tells of a move."""
    return len(uno.testigos.keys() | otro.testigos.keys()) == 1 and bool(_anios_aparte(uno, otro))


def _anios_aparte(uno: Grupo, otro: Grupo) -> list[int]:
    return [anio for anio in uno.testigos.keys() & otro.testigos.keys() if _en_dos_puertas(uno, otro, anio)]


def _en_dos_puertas(uno: Grupo, otro: Grupo, anio: int) -> bool:
    return any(
        fuente != otra and all(comparar(a, b) == Parecido.NINGUNO for a in claves for b in otras)
        for fuente, claves in uno.testigos[anio].items()
        for otra, otras in otro.testigos[anio].items()
    )


def son_dos(uno: Grupo, otro: Grupo) -> bool:
    """Whether something denies that they are one premises that moved, or one of which somebody keeps an old address:
    a list or two public registers (`chocan`), points of one year, or sources of the same years."""
    return chocan(uno, otro) or medidos_aparte(uno, otro) or atestiguados_aparte(uno, otro)


Par = tuple[int, int]


def juntar(
    grupos: list[Grupo],
    pares: Iterable[Par],
    regla: str,
    dominante: bool = False,
    tolera: Parecido = Parecido.SIN_UNIDAD,
) -> list[Grupo]:
    """Join the pairs (places in `grupos`, the best first) that no list and no public register denies (`chocan`).

    With `dominante`, what could go to several goes to the one that has more records than any other of them, or nowhere.
    """
    vivos: dict[int, Grupo] = dict(enumerate(grupos))
    raiz = list(range(len(grupos)))
    orden = list(pares)
    if dominante:
        orden = _solo_dominantes(grupos, orden)
    for a, b in orden:
        i, j = _raiz(raiz, a), _raiz(raiz, b)
        if i == j or chocan(vivos[i], vivos[j], tolera):
            continue
        mayor, menor = sorted((i, j), key=lambda k: vivos[k].rango(), reverse=True)
        vivos[mayor].absorber(vivos.pop(menor), regla)
        raiz[menor] = mayor
    return list(vivos.values())


def _raiz(raiz: list[int], i: int) -> int:
    while raiz[i] != i:
        i = raiz[i]
    return i


def _solo_dominantes(grupos: list[Grupo], pares: list[Par]) -> list[Par]:
    """Each group with the largest of those that it could join, unless another is as large as that one, or another that
    is certainly not the same could join that one as well."""
    vecinos: dict[int, set[int]] = defaultdict(set)
    for a, b in pares:
        if not chocan(grupos[a], grupos[b]):
            vecinos[a].add(b)
            vecinos[b].add(a)
    elegidos = []
    for menor in sorted(vecinos, key=lambda k: grupos[k].rango()):
        mayor = max(vecinos[menor], key=lambda k: grupos[k].rango())
        rivales = vecinos[menor] - {mayor}
        iguales = any(len(grupos[r].miembros) >= len(grupos[mayor].miembros) for r in rivales)
        if (
            grupos[mayor].rango() > grupos[menor].rango()
            and not iguales
            and not _disputado(grupos, vecinos, menor, mayor)
        ):
            elegidos.append((menor, mayor))
    return elegidos


def _disputado(grupos: list[Grupo], vecinos: dict[int, set[int]], menor: int, mayor: int) -> bool:
    """Whether another group, as large and certainly another premises than `menor`, could join `mayor` as well."""
    tamano = len(grupos[menor].miembros)
    return any(len(grupos[r].miembros) >= tamano and chocan(grupos[r], grupos[menor]) for r in vecinos[mayor] - {menor})


def ordenados(
    grupos: list[Grupo], medida: Callable[[Grupo, Grupo], float | None], posibles: Iterable[Par] | None = None
) -> list[Par]:
    """Pairs of groups for which there is a measure, the smallest first; among `posibles`, or among all."""
    hallados: list[tuple[float, int, int, int, int]] = []
    for a, b in combinations(range(len(grupos)), 2) if posibles is None else posibles:
        valor = medida(grupos[a], grupos[b])
        if valor is not None:
            uno, otro = sorted((grupos[a].primero, grupos[b].primero))
            hallados.append((valor, uno, otro, a, b))
    return [(a, b) for _, _, _, a, b in sorted(hallados)]


def distancia(uno: Grupo, otro: Grupo) -> float | None:
    """Metres between the nearest points of two groups, None where one has no point."""
    return _entre(uno.puntos, otro.puntos)


def _entre(puntos: set[tuple[float, float]], otros: set[tuple[float, float]]) -> float | None:
    return min((_metros(a, b) for a in puntos for b in otros), default=None)


def _metros(a: tuple[float, float], b: tuple[float, float]) -> float:
    dx = (a[0] - b[0]) * METROS_POR_GRADO * math.cos(math.radians(a[1]))
    return math.hypot(dx, (a[1] - b[1]) * METROS_POR_GRADO)
