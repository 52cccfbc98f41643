"""Figures that one aggregate computes: any indicator by one or several combinations of dimensions, in one statement.

It runs under the role of whoever asks, so that the database itself keeps what that role may not read.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Double,
    FromClause,
    Integer,
    Row,
    Select,
    and_,
    cast,
    func,
    literal,
    select,
    tuple_,
)

from observatorio.db.queries import indicadores as consultas
from observatorio.db.tablas import establecimiento_anio as ea
from observatorio.db.tablas import establecimiento_zona as ez
from observatorio.indicadores.contract import Indicador
from observatorio.indicadores.cuadro import Fila
from observatorio.indicadores.dimensiones import DIMENSIONES, Pregunta
from observatorio.vocabulario import EstadoValor, Formalidad

Orden = Select[tuple[Any, ...]]


def agregar(
    conn: Connection,
    indicador: Indicador,
    preguntas: Sequence[Pregunta],
    cut: str,
    anios: Sequence[int],
    ciegos: Collection[int],
) -> list[list[Fila]]:
    """The rows of each question, in the order of the questions, which share level, zone and filters.

    `ciegos` are the years of `a_ciegas`. A combination without an active establishment has no row, except the total,
    which then is zero or `sin_dato`.
    """
    dimensiones = _todas(preguntas)
    # One question is answered without GROUPING SETS, which the database cannot compute in parallel.
    filas: dict[int, list[Fila]] = {_mascara(p, dimensiones): [] for p in preguntas}
    for row in conn.execute(sentencia(indicador, preguntas, cut, anios)):
        vistas = tuple(d for i, d in enumerate(dimensiones) if not _ausente(row.grupo, i, len(dimensiones)))
        filas[row.grupo].append(_fila(row, vistas, sabible=row.anio not in ciegos))
    if 2 ** len(dimensiones) - 1 in filas:
        total = filas[2 ** len(dimensiones) - 1]
        total += totales_vacios(indicador, set(anios) - {f.anio for f in total}, EstadoValor.EXACTO)
    return [filas[_mascara(p, dimensiones)] for p in preguntas]


def sentencia(indicador: Indicador, preguntas: Sequence[Pregunta], cut: str, anios: Sequence[int]) -> Orden:
    """The one statement behind an answer: anio, the dimensions in order (one that a grouping has not means nothing in
    its rows), grupo (which ones those are, as PostgreSQL's GROUPING tells it), valor, n, universo."""
    pregunta, dimensiones = preguntas[0], _todas(preguntas)
    juntos = len(preguntas) > 1 and bool(dimensiones)
    valores = {d: DIMENSIONES[d].valor for d in dimensiones}
    # Bare columns would have GROUPING SETS read the whole table in the order of an index, which is far slower.
    grupos = valores if juntos else {d: DIMENSIONES[d].grupo for d in dimensiones}
    grupo = func.grouping(*grupos.values()) if juntos else literal(_mascara(pregunta, dimensiones), Integer)
    consulta = (
        select(
            ea.c.anio,
            *(v.label(d) for d, v in valores.items()),
            grupo.label("grupo"),
            _valor(indicador).label("valor"),
            indicador.conocido.label("n"),
            func.count().label("universo"),
        )
        .select_from(_de_donde(indicador, pregunta))
        .where(*_condiciones(pregunta, cut, anios))
        .order_by(ea.c.anio, *valores.values())
    )
    if not juntos:
        return consulta.group_by(ea.c.anio, *grupos.values())
    # A combination that is asked for twice is grouped once.
    combinaciones = dict.fromkeys(p.por for p in preguntas)
    return consulta.group_by(func.grouping_sets(*(tuple_(ea.c.anio, *(grupos[d] for d in c)) for c in combinaciones)))


def a_ciegas(conn: Connection, indicador: Indicador, cut: str, anios: Sequence[int]) -> set[int]:
    """The years in which nobody who was heard could have told what the indicator counts: there zero means nothing."""
    if indicador.requisito is None:
        return set()
    return set(anios) - consultas.anios_con(conn, cut, anios, indicador.requisito.prueba)


def totales_vacios(indicador: Indicador, anios: set[int], estado: EstadoValor) -> list[Fila]:
    """A total over no establishment at all: zero for what is added up, unknown for a rate."""
    if indicador.denominador is not None:
        return [Fila(a, {}, None, 0, None, EstadoValor.SIN_DATO, universo=0) for a in sorted(anios)]
    return [Fila(a, {}, 0.0, 0, None, estado, universo=0) for a in sorted(anios)]


def _valor(indicador: Indicador) -> ColumnElement[Any]:
    """The figure of a group of rows."""
    numerador = cast(indicador.numerador, Double) * indicador.escala
    return numerador if indicador.denominador is None else numerador / func.nullif(indicador.denominador, 0)


def _condiciones(pregunta: Pregunta, cut: str, anios: Sequence[int]) -> list[ColumnElement[bool]]:
    """The active establishments of a comuna and years that the question's filters keep."""
    filtros = dict(pregunta.filtros) | ({"zona": pregunta.zona} if pregunta.nivel and pregunta.zona else {})
    return [
        ea.c.cut == cut,
        ea.c.anio.in_(anios),
        ea.c.formalidad != Formalidad.INACTIVO,
        *(DIMENSIONES[nombre].condicion(v) for nombre, v in filtros.items()),
    ]


def _de_donde(indicador: Indicador, pregunta: Pregunta) -> FromClause:
    """The establishments with what the indicator joins to them, and their zone of the level that was asked for."""
    origen: FromClause = ea
    for unida in indicador.unidas:
        origen = origen.join(unida, and_(*(unida.c[c] == ea.c[c] for c in ("cut", "anio", "id"))))
    if not pregunta.nivel:
        return origen
    mismo: ColumnElement[bool] = and_(
        ez.c.anio == ea.c.anio, ez.c.nivel == pregunta.nivel, ez.c.cut == ea.c.cut, ez.c.id == ea.c.id
    )
    return origen.outerjoin(ez, mismo)


def _todas(preguntas: Sequence[Pregunta]) -> tuple[str, ...]:
    """Every dimension that some question has, in canonical order."""
    pedidas = {d for p in preguntas for d in p.por}
    return tuple(d for d in DIMENSIONES if d in pedidas)


def _mascara(pregunta: Pregunta, dimensiones: Sequence[str]) -> int:
    """What GROUPING(dimensiones) is in the rows of a question: a bit for each dimension that it has not, first high."""
    return sum(1 << (len(dimensiones) - 1 - i) for i, d in enumerate(dimensiones) if d not in pregunta.por)


def _ausente(grupo: int, i: int, cuantas: int) -> bool:
    """Whether the dimension `i` of `cuantas` is missing in a grouping."""
    return bool(grupo >> (cuantas - 1 - i) & 1)


def _fila(row: Row[tuple[Any, ...]], dimensiones: tuple[str, ...], *, sabible: bool) -> Fila:
    """One row of the answer: a figure of which nothing is known, or can be, is `sin_dato`, never zero."""
    datos = row._mapping
    n = datos["n"] if sabible else 0
    sabido = n > 0 and datos["valor"] is not None
    return Fila(
        anio=datos["anio"],
        dimensiones={d: datos[d] for d in dimensiones},
        valor=float(datos["valor"]) if sabido else None,
        n=n,
        cobertura=n / datos["universo"],
        estado=EstadoValor.EXACTO if sabido else EstadoValor.SIN_DATO,
        universo=datos["universo"],
    )
