"""The linear programme behind the pattern: the cheapest table, other than the true one, that the sums allow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import highspy
import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from observatorio.reserva.sistema import Enteros
from observatorio.reserva.solucionador import Solucionador

Reales = npt.NDArray[np.float64]

_EXACTO = 1e-6
_SACUDIDAS = 8
_NODOS = 2_000
_HOLGURA_ENTERO = 0.05


@dataclass(frozen=True)
class Objetivo:
    """What an alternative table must show: a difference of at least `minimo` (at most, if negative) in a cell, while
    the cells `quietas` stay as they are."""

    celda: int
    minimo: int
    quietas: tuple[int, ...] = ()

    def cumplido(self, diferencia: Enteros) -> bool:
        """Whether a table that differs so from the true one is enough."""
        d = diferencia[self.celda]
        alcanza = d >= self.minimo if self.minimo > 0 else d <= self.minimo
        return bool(alcanza) and not diferencia[list(self.quietas)].any()


class Programa:
    """min costo · |y| where the sums of y are zero and y is no lower than `abajo` allows; y is a difference of tables.

    `abajo` and `arriba`: how much each cell may fall and rise, 0 or more; cells that may do neither stay as they are.
    Each y is whole. A total with a single part is that part: such cells are one variable.
    """

    def __init__(self, sumas: sp.csr_array, abajo: Reales, arriba: Reales, costo: Reales) -> None:
        self._grupo = _iguales(sumas)
        self._n = int(self._grupo.max(initial=-1)) + 1
        self._costo = costo.copy()
        cae, sube = np.full(self._n, np.inf), np.full(self._n, np.inf)
        np.minimum.at(cae, self._grupo, abajo)
        np.minimum.at(sube, self._grupo, arriba)
        self._techo = np.concatenate([sube, cae])
        miembros = (np.ones(len(abajo), np.int64), (np.arange(len(abajo)), self._grupo))
        juntas = (sumas @ sp.coo_array(miembros, shape=(len(abajo), self._n)).tocsr()).tocsr()
        juntas.eliminate_zeros()
        juntas = juntas[np.diff(juntas.indptr) > 0]
        columnas = sp.hstack([juntas, -juntas]).tocsc()
        precio = self._precio()
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = 2 * self._n, juntas.shape[0]
        lp.col_cost_ = np.concatenate([precio, precio])
        lp.col_lower_, lp.col_upper_ = np.zeros(2 * self._n), self._techo
        lp.row_lower_, lp.row_upper_ = np.zeros(juntas.shape[0]), np.zeros(juntas.shape[0])
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_ = columnas.indptr
        lp.a_matrix_.index_ = columnas.indices
        lp.a_matrix_.value_ = columnas.data.astype(float)
        # From the slack basis the dual simplex needs few steps: presolve would cost more than it saves.
        self._motor = Solucionador(presolve="off", solver="simplex")
        self._motor.passModel(lp)

    def cobrar(self, celdas: Enteros, costo: Reales) -> None:
        """Change what it costs to move some cells."""
        if len(celdas):
            self._costo[celdas] = costo
            grupos = np.unique(self._grupo[celdas])
            self._poner_precio(grupos, self._precio()[grupos])

    def _poner_precio(self, grupos: Enteros, precio: Reales) -> None:
        columnas = np.concatenate([grupos, grupos + self._n]).astype(np.int32)
        self._motor.changeColsCost(len(columnas), columnas, np.concatenate([precio, precio]))

    def _precio(self) -> Reales:
        return np.asarray(np.bincount(self._grupo, self._costo, self._n), np.float64)

    def alternativa(self, objetivos: Sequence[Objetivo]) -> Enteros | None:
        """The cheapest whole table that meets all of `objetivos` at once, as a difference; None where none does."""
        self._fijar(objetivos)
        try:
            return self._resolver()
        finally:
            self._soltar(objetivos)

    def caida(self, objetivo: Objetivo) -> int:
        """How far the cell of `objetivo` can fall at most while its `quietas` stay as they are, whatever it costs; no
        whole table has it fall further."""
        grupo = int(self._grupo[objetivo.celda])
        quietas = {int(self._grupo[q]) for q in objetivo.quietas}
        if grupo in quietas:
            return 0
        self._quitar(quietas)
        todas = np.arange(self._n)
        self._poner_precio(todas, np.zeros(self._n))
        self._motor.changeColCost(grupo + self._n, -1.0)
        self._motor.changeColBounds(grupo, 0.0, 0.0)
        y = self._vertice()
        self._poner_precio(todas, self._precio())
        self._devolver({grupo, *quietas})
        return 0 if y is None else int(np.floor(_EXACTO - y[grupo]))

    def _resolver(self) -> Enteros | None:
        y = self._vertice()
        azar = np.random.default_rng(0)
        for _ in range(_SACUDIDAS):
            if y is None or _es_entera(y):
                break
            # In three dimensions the cheapest vertex may be half of a table: with other prices another one is.
            precio = self._precio() * azar.uniform(1.0, 2.0, self._n)
            self._poner_precio(np.arange(self._n), precio)
            y = self._vertice()
        else:
            self._poner_precio(np.arange(self._n), self._precio())
            return None if y is None else self._entera(y)
        self._poner_precio(np.arange(self._n), self._precio())
        return None if y is None else self._por_celda(y)

    def _vertice(self) -> Reales | None:
        self._motor.clearSolver()
        self._motor.run()
        return self._diferencia() if self._motor.getModelStatus() == highspy.HighsModelStatus.kOptimal else None

    def _por_celda(self, y: Reales) -> Enteros:
        return np.rint(y).astype(np.int64)[self._grupo]

    def _diferencia(self) -> Reales:
        x = np.array(self._motor.getSolution().col_value)
        return np.asarray(x[: self._n] - x[self._n :])

    def _entera(self, y: Reales) -> Enteros | None:
        """The same by branch and bound: first among the cells that the vertex `y` moves and those that cost next to
        nothing, and only then among all of them."""
        columnas = np.arange(2 * self._n, dtype=np.int32)
        programa = self._motor.getLp()
        abajo, arriba = np.array(programa.col_lower_), np.array(programa.col_upper_)
        cerca = np.tile((np.abs(y) > _EXACTO) | (self._precio() < 1.0), 2)
        entero, continuo = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
        self._motor.changeColsIntegrality(len(columnas), columnas, np.full(len(columnas), entero))
        # A limit of nodes, and not of seconds: the pattern must not depend on how busy the machine is.
        for opcion, valor in (("presolve", "on"), ("mip_max_nodes", _NODOS), ("mip_rel_gap", _HOLGURA_ENTERO)):
            self._motor.setOptionValue(opcion, valor)
        hallada = None
        for techo in (np.where(cerca, arriba, 0.0), arriba):
            self._motor.changeColsBounds(len(columnas), columnas, abajo, techo)
            self._motor.run()
            if self._motor.getInfo().primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
                hallada = self._por_celda(self._diferencia())
                break
        self._motor.changeColsBounds(len(columnas), columnas, abajo, arriba)
        self._motor.changeColsIntegrality(len(columnas), columnas, np.full(len(columnas), continuo))
        self._motor.setOptionValue("presolve", "off")
        return hallada

    def _fijar(self, objetivos: Sequence[Objetivo]) -> None:
        for o in objetivos:
            sube = int(self._grupo[o.celda])
            activa, otra = (sube, sube + self._n) if o.minimo > 0 else (sube + self._n, sube)
            self._motor.changeColBounds(activa, float(abs(o.minimo)), self._techo[activa])
            self._motor.changeColBounds(otra, 0.0, 0.0)
        self._quitar({int(self._grupo[q]) for o in objetivos for q in o.quietas})

    def _soltar(self, objetivos: Sequence[Objetivo]) -> None:
        self._devolver({int(self._grupo[c]) for o in objetivos for c in (o.celda, *o.quietas)})

    def _quitar(self, grupos: Iterable[int]) -> None:
        for grupo in grupos:
            self._motor.changeColBounds(grupo, 0.0, 0.0)
            self._motor.changeColBounds(grupo + self._n, 0.0, 0.0)

    def _devolver(self, grupos: Iterable[int]) -> None:
        for grupo in grupos:
            for columna in (grupo, grupo + self._n):
                self._motor.changeColBounds(columna, 0.0, self._techo[columna])


def _es_entera(y: Reales) -> bool:
    return bool(np.abs(y - np.rint(y)).max(initial=0.0) <= _EXACTO)


def _iguales(sumas: sp.csr_array) -> Enteros:
    """For each cell the number of those that a sum of a single part makes equal to it."""
    pares = np.flatnonzero(np.diff(sumas.indptr) == 2)
    a, b = sumas.indices[sumas.indptr[pares]], sumas.indices[sumas.indptr[pares] + 1]
    n = sumas.shape[1]
    grafo = sp.coo_array((np.ones(len(pares), np.int64), (a, b)), shape=(n, n))
    return np.asarray(connected_components(grafo, directed=False)[1], np.int64)
