"""The attacker: what can be worked out of a release from its published figures alone.

It shares nothing with the search for the pattern: it reads tables as anybody downloads them, writes down every sum that
must hold between them, and asks a linear programme for the least and the greatest value that each hidden figure can
have. It knows that a missing combination is a zero, that a hidden count is 1 or more unless a whole division is hidden,
how far a rounded count may be from the truth, which zones of two levels overlap on a map, and which divisions make up a
section. Besides, somebody who is alone in a cell knows its value (`con_lo_propio`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import highspy
import numpy as np

from observatorio.errors import ErrorObservatorio
from observatorio.reserva.solucionador import Solucionador

Valores = tuple[str, ...]
Clave = frozenset[tuple[str, str]]

ZONA = "zona:"

_TOLERANCIA = 1e-6
_DUAL, _PRIMAL = 1, 4
_SIN_TOPE = frozenset({highspy.HighsModelStatus.kUnbounded, highspy.HighsModelStatus.kUnboundedOrInfeasible})
_DICEN_ALGO = _SIN_TOPE | {highspy.HighsModelStatus.kOptimal}


@dataclass(frozen=True)
class TablaPublicada:
    """A table as it was published: its dimensions, and its cells by the value of each; None is hidden.

    A combination that has no cell is zero. `base`: counts were rounded to multiples of it (0: they were not); `minimo`:
    what every hidden or rounded cell reaches at least. `division`: a dimension whose cells may be zero where all of the
    division are hidden.
    """

    dimensiones: Valores
    celdas: Mapping[Valores, int | None]
    base: int = 0
    minimo: int = 0
    division: str = ""


@dataclass(frozen=True)
class Geografia:
    """What any map tells: pairs (level, zone) that overlap; and which value of a dimension lies in which of another:
    `jerarquia["division"] = ("seccion", {"47": "G"})`."""

    cruces: frozenset[frozenset[tuple[str, str]]] = frozenset()
    jerarquia: Mapping[str, tuple[str, Mapping[str, str]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Cota:
    """The least and the greatest value that a hidden cell can have."""

    minimo: float
    maximo: float


@dataclass(frozen=True)
class _Meta:
    """A hidden cell and how far it must be able to go, up (`signo` 1) or down (-1)."""

    columna: int
    clave: Clave
    valor: float
    signo: int

    def alcanza(self, x: float) -> bool:
        return (self.valor - x) * self.signo <= _TOLERANCIA


class ErrorAtaque(ErrorObservatorio):
    """Tables whose sums do not hold: they were not published together."""


class Atacante:
    """Everything that follows from a set of tables published together, and from roundings of the same counts: several
    of one table bound each cell by what all of them leave it."""

    def __init__(self, tablas: Iterable[TablaPublicada], geografia: Geografia) -> None:
        self._geografia = geografia
        self._leidas = list(tablas)
        self._tablas = {frozenset(t.dimensiones): t for t in reversed(self._leidas)}
        self._abajo: list[float] = []
        self._arriba: list[float] = []
        self._numero: dict[Clave, int] = {}
        self._filas: list[tuple[Clave, dict[int, int], int]] = []
        self._leer_celdas()
        for tabla in self._tablas.values():
            self._sumar(tabla)
        self._cruzar_zonas()
        self._motor = self._programa()
        self._ultima = 0

    @property
    def ocultas(self) -> list[Clave]:
        """The hidden cells, in the order in which the tables have them."""
        return [c for t in self._tablas.values() for c in _claves(t) if self._tapada(c)]

    def desmentidas(self, verdad: Mapping[Clave, int]) -> list[Clave]:
        """The cells at which the tables deny the true values, in order: beyond what is left to one, or a sum of it that
        does not hold. `verdad`: every true cell; those that it lacks are zero.

        Where there are none the truth itself answers the programme, so that a contradiction is the solver's failure.
        """
        valor = {i: verdad.get(clave, 0) for clave, i in self._numero.items()}
        fuera = {c for c, i in self._numero.items() if not self._abajo[i] <= valor[i] <= self._arriba[i]}
        rotas = {c for c, fila, derecha in self._filas if sum(s * valor[i] for i, s in fila.items()) != derecha}
        return sorted(fuera | rotas, key=sorted)

    def acotar(self) -> dict[Clave, Cota]:
        """The bounds of every hidden cell."""
        return {clave: self._cota(self._numero[clave]) for clave in self.ocultas}

    def abiertas(
        self, metas: Mapping[Clave, tuple[float, float]], sabidas: Mapping[Clave, int] | None = None
    ) -> list[Clave]:
        """The cells of `metas` that somebody who also knows the values `sabidas` can keep from reaching both values.

        `metas`: the value that each must be able to reach downwards, and upwards.
        """
        fijas = {self._numero[c]: v for c, v in (sabidas or {}).items() if c in self._numero}
        for columna, valor in fijas.items():
            self._motor.changeColBounds(columna, float(valor), float(valor))
        pendientes = [
            _Meta(self._numero[c], c, valor, signo)
            for c, (baja, sube) in metas.items()
            for valor, signo in ((sube, 1), (baja, -1))
            if c in self._numero
        ]
        malas = {c for c, (baja, sube) in metas.items() if c not in self._numero and baja < sube}
        while pendientes:
            pendientes = self._alcanzar(pendientes, malas)
        for columna in fijas:
            self._motor.changeColBounds(columna, self._abajo[columna], self._arriba[columna])
        return sorted(malas, key=sorted)

    def _alcanzar(self, pendientes: list[_Meta], malas: set[Clave]) -> list[_Meta]:
        """Take the first as far as it goes, note it among `malas` if it falls short, and leave those that remain: a
        table that takes others as far as they had to go serves for them too."""
        primera = pendientes[0]
        if not primera.alcanza(self._extremo(primera.columna, primera.signo)):
            malas.add(primera.clave)
        x = self._motor.getSolution().col_value
        return [m for m in pendientes[1:] if not m.alcanza(x[m.columna])]

    def _cota(self, columna: int) -> Cota:
        return Cota(self._extremo(columna, -1), self._extremo(columna, 1))

    def _extremo(self, columna: int, signo: int) -> float:
        if self._ultima != columna:
            self._motor.changeColCost(self._ultima, 0.0)
        self._ultima = columna
        self._motor.changeColCost(columna, -float(signo))
        estado = self._correr()
        if estado in _SIN_TOPE:
            return signo * float("inf")
        if estado != highspy.HighsModelStatus.kOptimal:
            raise ErrorAtaque(f"Las cifras publicadas se contradicen ({estado.name}).")
        return float(self._motor.getSolution().col_value[columna])

    def _correr(self) -> highspy.HighsModelStatus:
        """Go on from the last answer, or from nothing where the way from there is lost in rounding errors."""
        self._motor.run()
        estado = self._motor.getModelStatus()
        if estado in _DICEN_ALGO:
            return estado
        self._motor.clearSolver()
        self._motor.setOptionValue("simplex_strategy", _DUAL)
        self._motor.run()
        self._motor.setOptionValue("simplex_strategy", _PRIMAL)
        return self._motor.getModelStatus()

    def _leer_celdas(self) -> None:
        for tabla in self._leidas:
            for valores, cifra in tabla.celdas.items():
                if cifra is None:
                    self._variable(_clave(tabla, valores), float(self._minimo(tabla, valores)), highspy.kHighsInf)
                elif tabla.base:
                    suelo, techo = cifra - tabla.base + 1, cifra + tabla.base - 1
                    self._variable(_clave(tabla, valores), float(max(tabla.minimo, suelo)), float(techo))

    def _minimo(self, tabla: TablaPublicada, valores: Valores) -> int:
        """A hidden zero is only where all of a division are hidden."""
        if tabla.division not in tabla.dimensiones:
            return tabla.minimo
        lugar = tabla.dimensiones.index(tabla.division)
        hermanas = [c for v, c in tabla.celdas.items() if _sin(v, lugar) == _sin(valores, lugar)]
        return 0 if all(c is None for c in hermanas) and len(hermanas) > 1 else tabla.minimo

    def _variable(self, clave: Clave, abajo: float, arriba: float) -> int:
        """The number of a cell, bounded by this too."""
        numero = self._numero.setdefault(clave, len(self._abajo))
        if numero == len(self._abajo):
            self._abajo.append(abajo)
            self._arriba.append(arriba)
        self._abajo[numero] = max(self._abajo[numero], abajo)
        self._arriba[numero] = min(self._arriba[numero], arriba)
        return numero

    def _sumar(self, tabla: TablaPublicada) -> None:
        """Its margins that are published too, each the sum of its cells."""
        for lugar, dimension in enumerate(tabla.dimensiones):
            padre, arriba = self._geografia.jerarquia.get(dimension, ("", {}))
            otras = [d for d in tabla.dimensiones if d != dimension]
            margen = self._tablas.get(frozenset([*otras, padre] if padre else otras))
            if margen is None:
                continue
            partes: dict[Clave, list[Clave]] = {}
            for valores in tabla.celdas:
                total = {(d, v) for d, v in zip(tabla.dimensiones, valores, strict=True) if d != dimension}
                if padre:
                    total.add((padre, arriba[valores[lugar]]))
                partes.setdefault(frozenset(total), []).append(_clave(tabla, valores))
            # A total that its table does not have is a zero, and so are all of its parts.
            for clave in dict.fromkeys([*_claves(margen), *partes]):
                self._igualar(clave, partes.get(clave, []))

    def _cruzar_zonas(self) -> None:
        """Tables of the same by two zone levels: the zones of both add up the parts in which they overlap."""
        tablas = list(self._tablas.values())
        for i, una in enumerate(tablas):
            for otra in tablas[i + 1 :]:
                a, b = _nivel(una), _nivel(otra)
                mismas = {d for d in una.dimensiones if d != a} == {d for d in otra.dimensiones if d != b}
                if a and b and a != b and mismas:
                    self._cruzar(una, a, otra, b)

    def _cruzar(self, una: TablaPublicada, a: str, otra: TablaPublicada, b: str) -> None:
        partes: dict[Clave, list[Clave]] = {}
        for clave_a in _claves(una):
            for clave_b in _claves(otra):
                fuera_a, fuera_b = ({p for p in c if p[0] not in (a, b)} for c in (clave_a, clave_b))
                if fuera_a == fuera_b and frozenset((clave_a | clave_b) - fuera_a) in self._geografia.cruces:
                    parte = clave_a | clave_b
                    self._variable(parte, 0.0, highspy.kHighsInf)
                    partes.setdefault(clave_a, []).append(parte)
                    partes.setdefault(clave_b, []).append(parte)
        for clave, suyas in partes.items():
            self._igualar(clave, suyas)

    def _igualar(self, total: Clave, partes: Sequence[Clave]) -> None:
        """Add the sum, what is shown of it on one side and what is hidden on the other."""
        fila: dict[int, int] = {}
        conocido = 0
        for clave, signo in ((total, -1), *((p, 1) for p in partes)):
            if clave in self._numero:
                fila[self._numero[clave]] = signo
            else:
                conocido += signo * self._cifra(clave)
        if fila:
            self._filas.append((total, fila, -conocido))

    def _cifra(self, clave: Clave) -> int:
        tabla = self._tablas[frozenset(d for d, _ in clave)]
        valor = dict(clave)
        cifra = tabla.celdas.get(tuple(valor[d] for d in tabla.dimensiones), 0)
        return 0 if cifra is None else cifra

    def _tapada(self, clave: Clave) -> bool:
        tabla = self._tablas[frozenset(d for d, _ in clave)]
        return clave in self._numero and not tabla.base

    def _programa(self) -> Solucionador:
        # One set of sums and many questions: from the last answer the primal simplex has a short way to the next.
        motor = Solucionador(presolve="off", solver="simplex", simplex_strategy=_PRIMAL)
        for abajo, arriba in zip(self._abajo, self._arriba, strict=True):
            motor.addVar(abajo, arriba)
        for _, fila, derecha in self._filas:
            columnas = np.array(list(fila), np.int32)
            signos = np.array(list(fila.values()), float)
            motor.addRow(float(derecha), float(derecha), len(columnas), columnas, signos)
        return motor


def _clave(tabla: TablaPublicada, valores: Valores) -> Clave:
    return frozenset(zip(tabla.dimensiones, valores, strict=True))


def _claves(tabla: TablaPublicada) -> list[Clave]:
    return [_clave(tabla, valores) for valores in tabla.celdas]


def _nivel(tabla: TablaPublicada) -> str:
    return next((d for d in tabla.dimensiones if d.startswith(ZONA)), "")


def _sin(valores: Valores, lugar: int) -> Valores:
    return valores[:lugar] + valores[lugar + 1 :]
