"""The answer to a question about an indicator: the same for the CLI, the API, a map and a download."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from observatorio.indicadores.dimensiones import DIMENSIONES
from observatorio.vocabulario import EstadoValor

if TYPE_CHECKING:
    from observatorio.indicadores.contract import Indicador
    from observatorio.indicadores.dimensiones import Pregunta


@dataclass(frozen=True)
class Fila:
    """One figure. `dimensiones` holds the value of each dimension asked for (never empty: `sin_dato` and
    `sin_ubicacion` are words); `valor`, `n` and `cobertura` are None where they are reserved or unknown.
    `anterior` is the same figure a year before, where it was asked for and exists; `universo` the active
    establishments behind an exact figure, whether or not it knows them."""

    anio: int
    dimensiones: dict[str, str]
    valor: float | None
    n: int | None
    cobertura: float | None
    estado: EstadoValor
    anterior: float | None = None
    universo: int | None = None


@dataclass(frozen=True)
class Cuadro:
    """Figures of one indicator. `publicaciones` are the releases that they come from, empty when they are exact;
    `version` is the newest version of the register behind them."""

    indicador: Indicador
    pregunta: Pregunta
    anios: tuple[int, ...]
    filas: list[Fila]
    version: int
    comparado: bool = False
    publicaciones: tuple[int, ...] = ()
    regla: str = ""

    @property
    def columnas(self) -> list[str]:
        """Column names of the flat table: year, dimensions, figure, and its company."""
        final = ["valor", "anterior", "variacion"] if self.comparado else ["valor"]
        return ["anio", *self.pregunta.por, *final, "n", "cobertura", "estado"]

    def registros(self) -> list[dict[str, object]]:
        """The rows as flat dictionaries whose keys are `columnas`."""
        salida: list[dict[str, object]] = []
        for fila in self.filas:
            registro: dict[str, object] = {"anio": fila.anio, **fila.dimensiones, "valor": _cifra(fila.valor)}
            if self.comparado:
                registro["anterior"] = _cifra(fila.anterior)
                registro["variacion"] = _cifra(_diferencia(fila.valor, fila.anterior))
            registro |= {"n": fila.n, "cobertura": fila.cobertura, "estado": fila.estado.value}
            salida.append(registro)
        return salida

    @property
    def encabezados(self) -> dict[str, str]:
        """What each column is called on a screen or in a sheet."""
        fijos = {
            "anio": "Año",
            "valor": f"{self.indicador.nombre} ({self.indicador.unidad})",
            "anterior": "Año anterior",
            "variacion": "Variación",
            "n": "Establecimientos con dato",
            "cobertura": "Cobertura",
            "estado": "Estado",
        }
        return {c: fijos[c] if c in fijos else DIMENSIONES[c].nombre for c in self.columnas}


def comparar(filas: list[Fila], anios: tuple[int, ...]) -> list[Fila]:
    """Keep the rows of `anios`, each with the value of its twin of the year before among `filas`."""
    llave = {(f.anio, tuple(sorted(f.dimensiones.items()))): f.valor for f in filas}
    return [
        Fila(
            f.anio,
            f.dimensiones,
            f.valor,
            f.n,
            f.cobertura,
            f.estado,
            llave.get((f.anio - 1, tuple(sorted(f.dimensiones.items())))),
        )
        for f in filas
        if f.anio in anios
    ]


def _diferencia(valor: float | None, anterior: float | None) -> float | None:
    """The change since the year before, in the indicator's own unit."""
    return None if valor is None or anterior is None else round(valor - anterior, 9)


def _cifra(valor: float | None) -> float | int | None:
    """A whole number is written as one: 12, not 12.0."""
    return int(valor) if valor is not None and valor.is_integer() else valor
