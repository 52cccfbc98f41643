"""The answer to a question about an indicator: the same for the CLI, the API, a map and a download."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from observatorio import referencia
from observatorio.indicadores.dimensiones import DIMENSIONES
from observatorio.vocabulario import EstadoValor

if TYPE_CHECKING:
    from observatorio.indicadores.contract import Definicion
    from observatorio.indicadores.dimensiones import Pregunta


_SIN_CODIGO: Final = {
    "sin_dato": "Sin dato",
    "sin_ubicacion": "Sin ubicación",
    "fuera_de_zonas": "Fuera de las zonas del nivel",
}


@dataclass(frozen=True)
class Fila:
    """One figure. `dimensiones` holds the value of each dimension asked for (never empty: `sin_dato`,
    `sin_ubicacion` and `fuera_de_zonas` are words); `valor`, `n` and `cobertura` are None where they are reserved
    or unknown. `redondeo`: the value is a multiple of this, less than one of them away from the truth; None where it is
    not rounded so. `anterior` is the same figure a year before, where it was asked for and exists; `universo` the
    active establishments behind an exact figure, whether or not it knows them. `detalle`: what the indicator's
    `detalles` are in this row."""

    anio: int
    dimensiones: dict[str, str]
    valor: float | None
    n: int | None
    cobertura: float | None
    estado: EstadoValor
    redondeo: int | None = None
    anterior: float | None = None
    universo: int | None = None
    detalle: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Cuadro:
    """Figures of one indicator. `publicaciones` are the releases that they come from, empty when they are exact;
    `version` is the newest version of the register behind them. `nombres` are those of the codes of some dimensions,
    for who reads them without our pages. `avisos` say why a whole year has no figure, and what to load."""

    indicador: Definicion
    pregunta: Pregunta
    anios: tuple[int, ...]
    filas: list[Fila]
    version: int
    comparado: bool = False
    publicaciones: tuple[int, ...] = ()
    regla: str = ""
    avisos: tuple[str, ...] = ()
    nombres: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def con_nombres(self, zonas: Mapping[str, str]) -> Cuadro:
        """The same table with a column of names beside each one of codes: `seccion_nombre` and `division_nombre` from
        the classification, and `zona_nombre` from `zonas` (zone -> name; one without a name has none). Those that the
        answer brought stay."""
        todos: dict[str, Mapping[str, str]] = {
            "seccion": {s.seccion: s.nombre for s in referencia.secciones()},
            "division": {d.division: d.nombre for d in referencia.divisiones()},
            "zona": zonas,
        }
        todos["componente"] = self.indicador.componentes
        propios = {d: {**nombres, **_SIN_CODIGO} for d, nombres in todos.items() if d in self.pregunta.por}
        return replace(self, nombres=propios | dict(self.nombres))

    @property
    def columnas(self) -> list[str]:
        """Column names of the flat table: year, dimensions, figure, and its company."""
        final = ["valor", "anterior", "variacion"] if self.comparado else ["valor"]
        claves = [c for d in self.pregunta.por for c in ((d, f"{d}_nombre") if d in self.nombres else (d,))]
        return ["anio", *claves, *final, *self.indicador.detalles, "n", "cobertura", "estado", "redondeo"]

    @property
    def redondeos(self) -> list[int]:
        """The bases to which figures of this table were rounded, rising; empty when none was."""
        return sorted({f.redondeo for f in self.filas if f.redondeo is not None})

    def registros(self) -> list[dict[str, object]]:
        """The rows as flat dictionaries whose keys are `columnas`: `valor` as it is, its change as precise as it, and
        the coverage with four decimals."""
        salida: list[dict[str, object]] = []
        for fila in self.filas:
            registro: dict[str, object] = {"anio": fila.anio}
            for dimension, valor in fila.dimensiones.items():
                registro[dimension] = valor
                if dimension in self.nombres:
                    registro[f"{dimension}_nombre"] = self.nombres[dimension].get(valor)
            registro["valor"] = _cifra(fila.valor)
            if self.comparado:
                registro["anterior"] = _cifra(fila.anterior)
                registro["variacion"] = _cifra(self._variacion(fila))
            for detalle in self.indicador.detalles:
                dato = fila.detalle.get(detalle)
                registro[detalle] = _cifra(dato) if isinstance(dato, float) else dato
            cobertura = None if fila.cobertura is None else round(fila.cobertura, 4)
            registro |= {"n": fila.n, "cobertura": cobertura, "estado": fila.estado.value}
            registro["redondeo"] = fila.redondeo
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
            "redondeo": "Redondeada a múltiplos de",
            "seccion_nombre": "Nombre de la sección",
            "division_nombre": "Nombre de la división",
            "zona_nombre": "Nombre de la zona",
            "componente": "Componente",
            "componente_nombre": "Nombre del componente",
        }
        propias = self.indicador.propias
        fijos |= {f"{c}_nombre": f"Nombre de {nombre.lower()}" for c, nombre in propias.items()}
        fijos |= {**propias, **self.indicador.detalles}
        return {c: fijos[c] if c in fijos else DIMENSIONES[c].nombre for c in self.columnas}

    def _variacion(self, fila: Fila) -> float | None:
        """The change since the year before, in the indicator's own unit, without the dust of the subtraction; none
        between rounded figures, which can rise where the truth falls."""
        if fila.valor is None or fila.anterior is None or fila.redondeo is not None:
            return None
        return round(fila.valor - fila.anterior, self.indicador.decimales if self.publicaciones else 9)


def comparar(filas: list[Fila], anios: tuple[int, ...]) -> list[Fila]:
    """Keep the rows of `anios`, each with the value of its twin of the year before among `filas`: of those that are
    rounded alike, for a row has one `redondeo` for both."""
    gemelas = {_llave(f, f.anio): f.valor for f in filas}
    return [replace(f, anterior=gemelas.get(_llave(f, f.anio - 1))) for f in filas if f.anio in anios]


def _llave(fila: Fila, anio: int) -> tuple[object, ...]:
    return anio, fila.redondeo, tuple(sorted(fila.dimensiones.items()))


def _cifra(valor: float | None) -> float | int | None:
    """A whole number is written as one: 12, not 12.0."""
    return int(valor) if valor is not None and valor.is_integer() else valor
