"""Build the release of a year: the fixed public tables of every indicator, protected, stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from observatorio.db.queries import indicadores as consultas
from observatorio.errors import ErrorConsulta
from observatorio.indicadores.compute import calcular_varios
from observatorio.indicadores.contract import Definicion, Indicador
from observatorio.indicadores.cuadro import Cuadro, Fila
from observatorio.indicadores.lista import agregados
from observatorio.reserva.primaria import Celda, proteger
from observatorio.reserva.publicacion import guardar
from observatorio.vocabulario import EstadoValor

PUBLICOS = ("empleo", "establecimientos", "tasa_indeterminacion", "tasa_informalidad")
"""The indicators of a release. They are chosen: a new definition is not published because it is there."""

TABLAS_PUBLICAS: tuple[tuple[str, ...], ...] = ((), ("seccion",), ("tamano",), ("formalidad",), ("seccion", "tamano"))
"""What is published, besides the zones of each level by themselves."""


@dataclass(frozen=True)
class Resumen:
    """What a release holds: its number, year, version of the register, rule, tables, and cells by state."""

    publicacion: int
    anio: int
    version: int
    regla: str
    tablas: int
    celdas: dict[EstadoValor, int]


def publicar(conn: Connection, cut: str, anio: int, umbral: int) -> Resumen:
    """Replace the release of `anio` for the comuna `cut`: no cell under `umbral` establishments shows its figure.

    Does not commit. Raises `ErrorPregunta` when the year was never consolidated.
    """
    regla = f"provisoria: n >= {umbral}"
    celdas: list[Celda] = []
    tablas = version = 0
    for indicador in (agregados()[i] for i in PUBLICOS):
        for cuadro in _cuadros(conn, indicador, cut, anio):
            tablas, version = tablas + 1, cuadro.version
            celdas += proteger(_celdas(cuadro), umbral)
    numero = guardar(conn, anio, version, celdas, regla)
    return Resumen(numero, anio, version, regla, tablas, dict(Counter(c.estado for c in celdas)))


def _cuadros(conn: Connection, indicador: Indicador, cut: str, anio: int) -> Iterator[Cuadro]:
    """Every public table of an indicator, exact."""
    pors = [por for por in TABLAS_PUBLICAS if indicador.dimensiones.issuperset(por)]
    yield from calcular_varios(conn, indicador, pors, cut=cut, anio=anio)
    if "zona" in indicador.dimensiones:
        for nivel in consultas.niveles(conn):
            yield from calcular_varios(conn, indicador, [()], cut=cut, anio=anio, nivel=nivel)


def _celdas(cuadro: Cuadro) -> Iterator[Celda]:
    """The cells of an exact table, rounded as they are published."""
    decimales = cuadro.indicador.decimales
    for fila in cuadro.filas:
        if fila.universo is None:
            raise ErrorConsulta(f"La tabla de «{cuadro.indicador.id}» no dice cuántos hay detrás de cada celda.")
        yield Celda(
            indicador=cuadro.indicador.id,
            anio=fila.anio,
            por=",".join(cuadro.pregunta.por),
            nivel=cuadro.pregunta.nivel,
            dimensiones=fila.dimensiones,
            valor=None if fila.valor is None else round(fila.valor, decimales),
            n=fila.n,
            cobertura=None if fila.cobertura is None else round(fila.cobertura, 3),
            estado=fila.estado,
            universo=fila.universo,
            sensibles=_sensibles(cuadro.indicador, fila),
        )


def _sensibles(indicador: Definicion, fila: Fila) -> int | None:
    """How many establishments of a rate's cell have its sensitive attribute."""
    if not isinstance(indicador, Indicador) or not indicador.atributo_sensible or fila.valor is None or fila.n is None:
        return None
    return round(fila.valor / indicador.escala * fila.n)
