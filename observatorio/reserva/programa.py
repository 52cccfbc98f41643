"""The linear programme behind the pattern: the cheapest table, other than the true one, that the sums allow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import highspy
import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from observatorio.reserva.sistema import Enteros, Logicos

Reales = npt.NDArray[np.float64]

_EXACTO = 1e-6
_SEGUNDOS_ENTERO = 20.0
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

    `abajo`: how much each cell may fall, 0 or more; `fijas`: cells that may not change. Each y is whole.
    """

    def __init__(self, sumas: sp.csr_array, abajo: Enteros, costo: Reales, fijas: Logicos) -> None:
        filas, self._n = sumas.shape
        self._techo = np.concatenate([np.full(self._n, highspy.kHighsInf), abajo.astype(float)])
        self._techo[np.concatenate([fijas, fijas])] = 0.0
        columnas = sp.hstack([sumas, -sumas]).tocsc()
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = 2 * self._n, filas
        lp.col_cost_ = np.concatenate([costo, costo])
        lp.col_lower_, lp.col_upper_ = np.zeros(2 * self._n), self._techo
        lp.row_lower_, lp.row_upper_ = np.zeros(filas), np.zeros(filas)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_ = columnas.indptr
        lp.a_matrix_.index_ = columnas.indices
        lp.a_matrix_.value_ = columnas.data.astype(float)
        self._motor = highspy.Highs()
        self._motor.silent()
        # From the slack basis the dual simplex needs few steps: presolve would cost more than it saves.
        self._motor.setOptionValue("presolve", "off")
        self._motor.setOptionValue("solver", "simplex")
        self._motor.setOptionValue("threads", 1)
        self._motor.setOptionValue("random_seed", 0)
        self._motor.passModel(lp)

    def cobrar(self, celdas: Enteros, costo: Reales) -> None:
        """Change what it costs to move some cells."""
        if len(celdas):
            columnas = np.concatenate([celdas, celdas + self._n]).astype(np.int32)
            self._motor.changeColsCost(len(columnas), columnas, np.concatenate([costo, costo]))

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
            return self._entera()
        return np.rint(y).astype(np.int64)

    def _diferencia(self) -> Reales:
        x = np.array(self._motor.getSolution().col_value)
        return np.asarray(x[: self._n] - x[self._n :])

    def _entera(self) -> Enteros | None:
        """The same with whole numbers: in three dimensions the cheapest vertex may be half of a table."""
        columnas = np.arange(2 * self._n, dtype=np.int32)
        entero, continuo = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
        self._motor.changeColsIntegrality(len(columnas), columnas, np.full(len(columnas), entero))
        for opcion, valor in (("presolve", "on"), ("time_limit", _SEGUNDOS_ENTERO), ("mip_rel_gap", _HOLGURA_ENTERO)):
            self._motor.setOptionValue(opcion, valor)
        self._motor.run()
        hallada = self._motor.getInfo().primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        y = np.rint(self._diferencia()).astype(np.int64) if hallada else None
        self._motor.changeColsIntegrality(len(columnas), columnas, np.full(len(columnas), continuo))
        for opcion, valor in (("presolve", "off"), ("time_limit", highspy.kHighsInf)):
            self._motor.setOptionValue(opcion, valor)
        return y

    def _fijar(self, objetivos: Sequence[Objetivo]) -> None:
        for o in objetivos:
            sube, baja = o.celda, o.celda + self._n
            activa, otra = (sube, baja) if o.minimo > 0 else (baja, sube)
            self._motor.changeColBounds(activa, float(abs(o.minimo)), self._techo[activa])
            self._motor.changeColBounds(otra, 0.0, 0.0)
        for quieta in {q for o in objetivos for q in o.quietas}:
            self._motor.changeColBounds(quieta, 0.0, 0.0)
            self._motor.changeColBounds(quieta + self._n, 0.0, 0.0)

    def _soltar(self, objetivos: Sequence[Objetivo]) -> None:
        for celda in {c for o in objetivos for c in (o.celda, *o.quietas)}:
            for columna in (celda, celda + self._n):
                self._motor.changeColBounds(columna, 0.0, self._techo[columna])
