"""Which other cells to hide, so that no sum gives the sensitive ones away; and the proof that they are enough.

For every sensitive cell there must be other tables that fit all that is published and in which the cell is as far
from the truth as `primaria` requires. The search asks a linear programme for the cheapest such table and hides the
cells in which it differs; the table itself is kept as the proof (`Alternativa`). Cells hidden before cost almost
nothing, so that patterns overlap. Then each hidden cell is put in doubt once: if its tables can be had for less, it is
shown again (ruin and recreate). After Fischetti and Salazar (*Management Science* 47(7), 2001) in its heuristic form.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from observatorio.errors import ErrorObservatorio
from observatorio.reserva.primaria import Requisito
from observatorio.reserva.programa import Objetivo, Programa, Reales
from observatorio.reserva.sistema import TOTAL, Enteros, Logicos, Sistema

_CASI_NADA, _NADA = 1e-3, 1e-6
_NADIE = -1


CONSEJO = (
    "No se guardó nada. Quite un nivel de zonas o suba los umbrales, y publique otra vez; lo que ya se publicó de ese "
    "año también cuenta."
)


class ErrorReserva(ErrorObservatorio):
    """A sensitive cell that nothing can hide; nothing of its tables may be published."""


class ErrorSinLugar(ErrorReserva):
    """What is published beside the tables leaves no other table in which a sensitive cell is far enough."""


@dataclass(frozen=True)
class Alternativa:
    """A table that nobody can tell from the true one: in which cells it differs, and by how much."""

    celdas: Enteros
    diferencia: Enteros


@dataclass(frozen=True)
class Patron:
    """The cells that are hidden (latent ones apart), and the tables that prove what `objetivos` require."""

    oculta: Logicos
    objetivos: tuple[Objetivo, ...]
    alternativas: tuple[Alternativa, ...]


@dataclass(frozen=True, kw_only=True)
class Encargo:
    """What is asked of a pattern, by the number of each cell in the system.

    `requisitos`: the sensitive cells; `ocultas`: those that must be hidden anyhow; `minimo`: what everybody knows that
    each cell reaches at least, once hidden; `solos`: cells of a single contributor, who knows their value, and a number
    for who that is; `mayores`: sensitive cells and the number of their greatest contributor; `margen`: how far each
    cell can fall at most in the eyes of such a contributor, or of everybody (None); `congeladas`: cells that were
    published before with the value they have now, and can hide nothing. `cotas`: the least and the greatest value that
    the published rounding of a latent cell leaves it. `vueltas`: how often every hidden cell is
    put in doubt; `lote`: how many sensitive cells are asked of one table at first.
    """

    requisitos: Mapping[int, Requisito]
    ocultas: frozenset[int] = frozenset()
    minimo: Enteros
    solos: Mapping[int, int] = field(default_factory=dict)
    mayores: Mapping[int, int] = field(default_factory=dict)
    margen: Mapping[int | None, Enteros] = field(default_factory=dict)
    congeladas: frozenset[int] = frozenset()
    cotas: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    vueltas: int = 1
    lote: int = 1

    def holgura(self, sistema: Sistema) -> tuple[Reales, Reales]:
        """How much each cell may fall and rise before somebody notices, were it hidden."""
        piso = np.where(sistema.latente, 0, np.minimum(self.minimo, sistema.valor))
        abajo = (sistema.valor - piso).astype(float)
        arriba = np.full(len(sistema.valor), np.inf)
        for i, (menos, mas) in self.cotas.items():
            abajo[i], arriba[i] = sistema.valor[i] - menos, mas - sistema.valor[i]
        abajo[list(self.congeladas)] = arriba[list(self.congeladas)] = 0.0
        return abajo, arriba

    def lejania(self, celda: int, quien: int | None) -> tuple[int, int]:
        """How far up and down a sensitive cell must be able to go for who is alone somewhere, or for everybody (None).

        Nobody need believe that a cell is less than what they know that it reaches.
        """
        requisito = self.requisitos[celda]
        if quien is not None and not requisito.frente_a_solos:
            return 0, 0
        del_mayor = quien is not None and self.mayores.get(celda) == quien
        arriba, abajo = (requisito.del_mayor,) * 2 if del_mayor else (requisito.arriba, requisito.abajo)
        return arriba, min(abajo, int(self.margen[quien][celda])) if quien in self.margen else abajo


def disenar(sistema: Sistema, encargo: Encargo) -> tuple[Patron, Encargo]:
    """The pattern that hides what `encargo` asks for, and the same less what no pattern can give (`margen`): what the
    shown zeros alone tell. Raises `ErrorReserva` when a cell cannot be protected.
    """
    busqueda = _Busqueda(sistema, encargo)
    busqueda.cubrir(busqueda.objetivos())
    for vuelta in range(encargo.vueltas):
        if not busqueda.aliviar(np.random.default_rng(vuelta)):
            break
    return busqueda.patron(), busqueda.encargo


@dataclass
class _Prueba:
    """An alternative and the objectives that rest on it."""

    diferencia: Enteros
    de: list[Objetivo] = field(default_factory=list)


class _Busqueda:
    def __init__(self, sistema: Sistema, encargo: Encargo) -> None:
        self._s = sistema
        self.encargo = replace(encargo, margen={quien: margen.copy() for quien, margen in encargo.margen.items()})
        n = len(sistema.valor)
        self._forzada = np.zeros(n, bool)
        self._forzada[[*encargo.requisitos, *encargo.ocultas]] = True
        margen = np.array([sum(v == TOTAL for v in clave) for clave in sistema.claves])
        self._precio = 1.0 + 0.1 * np.log1p(np.abs(sistema.valor)) + 0.2 * margen
        self._dueno = np.full(n, _NADIE)
        self._dueno[list(encargo.solos)] = list(encargo.solos.values())
        self._mayor = np.full(n, _NADIE)
        self._mayor[list(encargo.mayores)] = list(encargo.mayores.values())
        self._pruebas: list[_Prueba] = []
        self._oculta = self._ocultas([])
        self._abajo, self._arriba = encargo.holgura(sistema)
        self._lp = Programa(sistema.sumas, self._abajo, self._arriba, self._costo(self._oculta))

    def patron(self) -> Patron:
        alternativas = []
        for prueba in self._pruebas:
            celdas = np.flatnonzero(prueba.diferencia)
            alternativas.append(Alternativa(celdas, prueba.diferencia[celdas]))
        objetivos = tuple(o for p in self._pruebas for o in p.de)
        return Patron(self._oculta & ~self._s.latente, objetivos, tuple(alternativas))

    def objetivos(self) -> list[Objetivo]:
        """What the requirements ask, the farthest first."""
        pedidos: list[Objetivo] = []
        for i in self.encargo.requisitos:
            arriba, abajo = self.encargo.lejania(i, None)
            pedidos += [Objetivo(i, m) for m in (arriba, -abajo) if m]
            mayor = int(self._mayor[i])
            suyas = tuple(np.flatnonzero(self._dueno == mayor).tolist()) if mayor != _NADIE else ()
            if suyas:
                arriba, abajo = self.encargo.lejania(i, mayor)
                pedidos += [Objetivo(i, m, suyas) for m in (arriba, -abajo) if m]
        return _en_orden(pedidos)

    def cubrir(self, objetivos: Iterable[Objetivo]) -> None:
        """Find tables for all the objectives, and for those that a single contributor adds to them."""
        pendientes = dict.fromkeys(objetivos)
        while pendientes:
            prueba, imposibles = self._probar(_compatibles(pendientes, self.encargo.lote))
            nuevos = [n for o in imposibles for n in self._rebajado(o)]
            hechos = set(imposibles)
            if prueba is not None:
                nuevos += [n for o in prueba.de for n in self._sin_los_solos(o, prueba.diferencia)]
                hechos.update(prueba.de)
                for otra in self._con_su_reves(prueba):
                    movidas = set(np.flatnonzero(otra.diferencia).tolist())
                    cerca = [o for o in pendientes if o.celda in movidas and o not in hechos]
                    otra.de += [o for o in cerca if self._basta(o, otra.diferencia)]
                    hechos.update(otra.de)
                    if otra.de:
                        self._pruebas.append(otra)
            pendientes = dict.fromkeys([*nuevos, *(o for o in pendientes if o not in hechos)])

    def _con_su_reves(self, prueba: _Prueba) -> list[_Prueba]:
        """The table, and the one that differs the other way round where that leaves each cell what is known of it."""
        reves = -prueba.diferencia
        cabe = ((reves >= -self._abajo) & (reves <= self._arriba)).all()
        return [prueba, _Prueba(reves)] if cabe else [prueba]

    def _probar(self, lote: list[Objetivo]) -> tuple[_Prueba | None, list[Objetivo]]:
        """A table for the first objectives, as many at once as there is one for; or those that have to be divided."""
        diferencia = self._lp.alternativa(lote)
        if diferencia is None and len(lote) > 1:
            lote = lote[:1]
            diferencia = self._lp.alternativa(lote)
        if diferencia is None:
            if len({self._dueno[q] for q in lote[0].quietas}) > 1 or self._ceder(lote[0]):
                return None, lote
            raise ErrorSinLugar(f"No hay cómo proteger «{self._s.nombre(lote[0].celda)}».", CONSEJO)
        nuevas = np.flatnonzero((diferencia != 0) & ~self._oculta)
        self._oculta[nuevas] = True
        self._lp.cobrar(nuevas, self._costo(self._oculta)[nuevas])
        return _Prueba(diferencia, list(lote)), []

    def _ceder(self, objetivo: Objetivo) -> bool:
        """The shown zeros alone, with what is known to who is alone in some cells, may tell that a cell cannot be less:
        no pattern hides that, for every cell could be hidden and none would do. Says whether it was so."""
        if objetivo.minimo > 0:
            return False
        caida = self._libre.caida(objetivo)
        if caida >= -objetivo.minimo:
            return False
        quien = int(self._dueno[objetivo.quietas[0]]) if objetivo.quietas else None
        # What everybody knows, those who know more do too.
        for conocedor in [quien] if quien is not None else self.encargo.margen:
            margen = self.encargo.margen[conocedor]
            margen[objetivo.celda] = min(margen[objetivo.celda], caida)
        return True

    @cached_property
    def _libre(self) -> Programa:
        """The programme in which every cell could be hidden, also those that were published before or are rounded."""
        s = self._s
        todo = replace(self.encargo, congeladas=frozenset(), cotas={})
        return Programa(s.sumas, *todo.holgura(s), np.zeros(len(s.valor)))

    def _rebajado(self, objetivo: Objetivo) -> list[Objetivo]:
        """What is left to ask of an objective that no table meets: of each contributor apart, or less of it."""
        if objetivo.quietas:
            return self._por_dueno(objetivo)
        abajo = self.encargo.lejania(objetivo.celda, None)[1]
        return [replace(objetivo, minimo=-abajo)] if abajo else []

    def _basta(self, objetivo: Objetivo, diferencia: Enteros) -> bool:
        return objetivo.cumplido(diferencia) and not self._sin_los_solos(objetivo, diferencia)

    def _sin_los_solos(self, objetivo: Objetivo, diferencia: Enteros) -> list[Objetivo]:
        """Who is alone in a cell knows when a table moves it: the same again with all cells of such contributors at
        rest. Two tables that move cells of no contributor in common leave each of them in doubt.

        The greatest contributor of the cell itself is apart: what it must not learn is another's part (`objetivos`).
        """
        if objetivo.quietas or not self.encargo.requisitos[objetivo.celda].frente_a_solos:
            return []
        duenos = np.unique(self._dueno[(diferencia != 0) & (self._dueno != _NADIE)])
        duenos = duenos[duenos != self._mayor[objetivo.celda]]
        quietas = np.flatnonzero(np.isin(self._dueno, duenos))
        junto = Objetivo(objetivo.celda, objetivo.minimo, tuple(quietas.tolist()))
        return [junto] if len(duenos) > 1 else self._por_dueno(junto)

    def _por_dueno(self, objetivo: Objetivo) -> list[Objetivo]:
        """The same for each of the contributors whose cells are at rest, as far as each has to be left in doubt."""
        suyos = []
        for dueno in sorted({int(self._dueno[q]) for q in objetivo.quietas}):
            arriba, abajo = self.encargo.lejania(objetivo.celda, dueno)
            minimo = min(objetivo.minimo, arriba) if objetivo.minimo > 0 else max(objetivo.minimo, -abajo)
            quietas = tuple(q for q in objetivo.quietas if self._dueno[q] == dueno)
            suyos += [Objetivo(objetivo.celda, minimo, quietas)] if minimo else []
        return suyos

    def aliviar(self, azar: np.random.Generator) -> bool:
        """Put each hidden cell in doubt once; say whether anything was gained."""
        libres = np.flatnonzero(self._oculta & ~self._forzada & ~self._s.latente)
        gano = False
        for celda in azar.permutation(libres):
            if self._oculta[celda]:
                gano |= self._intentar_sin(int(celda))
        return gano

    def _intentar_sin(self, celda: int) -> bool:
        antes, oculta_antes = self._pruebas, self._oculta
        quedan = [p for p in antes if not p.diferencia[celda]]
        if len(antes) - len(quedan) > _MUCHAS:
            return False
        self._pruebas, self._oculta = quedan, self._ocultas(quedan)
        self._cobrar_todo(caras=celda)
        afectados = [o for p in antes if p.diferencia[celda] for o in p.de]
        # Whole tables that were found before may not be found at these prices: then the pattern stays as it was.
        with suppress(ErrorReserva):
            self.cubrir(_en_orden(afectados))
            if self._total(self._oculta) < self._total(oculta_antes) - _CASI_NADA:
                self._cobrar_todo()
                return True
        self._pruebas, self._oculta = antes, oculta_antes
        self._cobrar_todo()
        return False

    def _ocultas(self, pruebas: Sequence[_Prueba]) -> Logicos:
        oculta = self._forzada | self._s.latente
        for p in pruebas:
            oculta = oculta | (p.diferencia != 0)
        return oculta

    def _total(self, oculta: Logicos) -> float:
        return float(self._precio[oculta & ~self._s.latente].sum())

    def _costo(self, oculta: Logicos) -> Reales:
        return np.where(self._s.latente, _NADA, self._precio * np.where(oculta, _CASI_NADA, 1.0))

    def _cobrar_todo(self, caras: int | None = None) -> None:
        costo = self._costo(self._oculta)
        if caras is not None:
            costo[caras] = 2 * self._precio[caras]
        self._lp.cobrar(np.arange(len(costo)), costo)


_MUCHAS = 40
"""Tables that rest on one cell: beyond these, looking for others costs more than the cell is worth."""


def _compatibles(objetivos: Iterable[Objetivo], cuantos: int) -> list[Objetivo]:
    """The first objectives, no two of which ask for the same cell nor for one that another keeps at rest."""
    lote: list[Objetivo] = []
    for o in objetivos:
        if len(lote) == cuantos:
            break
        tocadas = {x.celda for x in lote}
        quietas = {q for x in lote for q in x.quietas}
        if o.celda not in tocadas | quietas and not tocadas.intersection(o.quietas):
            lote.append(o)
    return lote


def _en_orden(objetivos: Iterable[Objetivo]) -> list[Objetivo]:
    """The farthest first, each once."""
    return sorted(set(objetivos), key=_lejania)


def _lejania(objetivo: Objetivo) -> tuple[int, int, int, tuple[int, ...]]:
    return -abs(objetivo.minimo), objetivo.celda, objetivo.minimo, objetivo.quietas
