"""The linear programme behind the pattern: the cheapest table, other than the true one, that the sums allow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import highspy
import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from observatorio.reserva.sistema import Enteros, Logicos
from observatorio.reserva.solucionador import Solucionador

Reales = npt.NDArray[np.float64]

_EXACTO = 1e-6
_NODOS_ENTERO = 2_000
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

    `abajo`: how much each cell may fall, 0 or more; `fijas`: cells that may not change. Each y is whole. A total with a
    single part is that part: such cells are one variable.
    """

    def __init__(self, sumas: sp.csr_array, abajo: Enteros, costo: Reales, fijas: Logicos) -> None:
        self._grupo = _iguales(sumas)
        self._n = int(self._grupo.max(initial=-1)) + 1
        self._costo = costo.copy()
        libres = np.full(self._n, np.inf)
        np.minimum.at(libres, self._grupo, np.where(fijas, 0.0, abajo))
        sube = np.full(self._n, highspy.kHighsInf)
        sube[self._grupo[fijas]] = 0.0
        self._techo = np.concatenate([sube, libres])
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
            columnas = np.concatenate([grupos, grupos + self._n]).astype(np.int32)
            precio = self._precio()[grupos]
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

    def _resolver(self) -> Enteros | None:
        self._motor.clearSolver()
        self._motor.run()
        if self._motor.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        y = self._diferencia()
        if np.abs(y - np.rint(y)).max(initial=0.0) > _EXACTO:
            return self._entera(y)
        return self._por_celda(y)

    def _por_celda(self, y: Reales) -> Enteros:
        return np.rint(y).astype(np.int64)[self._grupo]

    def _diferencia(self) -> Reales:
        x = np.array(self._motor.getSolution().col_value)
        return np.asarray(x[: self._n] - x[self._n :])

    def _entera(self, y: Reales) -> Enteros | None:
        """The same with whole numbers: in three dimensions the cheapest vertex, `y`, may be half of a table.

        First among the cells that it moves and those that cost next to nothing, and only then among all of them. The
        search ends after so many nodes, not seconds: a busy machine must find the same.
        """
        columnas = np.arange(2 * self._n, dtype=np.int32)
        programa = self._motor.getLp()
        abajo, arriba = np.array(programa.col_lower_), np.array(programa.col_upper_)
        cerca = np.tile((np.abs(y) > _EXACTO) | (self._precio() < 1.0), 2)
        entero, continuo = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
        self._motor.changeColsIntegrality(len(columnas), columnas, np.full(len(columnas), entero))
        for opcion, valor in (
            ("presolve", "on"), ("mip_max_nodes", _NODOS_ENTERO), ("mip_rel_gap", _HOLGURA_ENTERO)
        ):  # fmt: skip
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
        for quieta in {int(self._grupo[q]) for o in objetivos for q in o.quietas}:
            self._motor.changeColBounds(quieta, 0.0, 0.0)
            self._motor.changeColBounds(quieta + self._n, 0.0, 0.0)

    def _soltar(self, objetivos: Sequence[Objetivo]) -> None:
        for grupo in {int(self._grupo[c]) for o in objetivos for c in (o.celda, *o.quietas)}:
            for columna in (grupo, grupo + self._n):
                self._motor.changeColBounds(columna, 0.0, self._techo[columna])


def _iguales(sumas: sp.csr_array) -> Enteros:
    """For each cell the number of those that a sum of a single part makes equal to it."""
    pares = np.flatnonzero(np.diff(sumas.indptr) == 2)
    a, b = sumas.indices[sumas.indptr[pares]], sumas.indices[sumas.indptr[pares] + 1]
    n = sumas.shape[1]
    grafo = sp.coo_array((np.ones(len(pares), np.int64), (a, b)), shape=(n, n))
    return np.asarray(connected_components(grafo, directed=False)[1], np.int64)
