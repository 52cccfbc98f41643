"""The dimensions by which an indicator can be asked for, and the question itself, checked once for every door."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, ColumnElement, Text, and_, case, func, literal, true

from observatorio import referencia
from observatorio.db.tablas import establecimiento_anio as ea
from observatorio.db.tablas import establecimiento_zona as ez
from observatorio.errors import ErrorConsulta
from observatorio.vocabulario import Formalidad, Precision, Tamano, TipoPersona

SIN_DATO = "sin_dato"
DECIDIDA = "decidida"
"""Stands where the formality is not undecided, so that no signal is missed."""
FUERA_DE_ZONAS = "fuera_de_zonas"
"""Stands where the place is known and no zone of the level holds it."""


class ErrorPregunta(ErrorConsulta):
    """A question with one faulty part: `campo` is the parameter, `valor` what came, `regla` what it breaks."""

    def __init__(self, campo: str, valor: str, regla: str, mensaje: str, consejo: str) -> None:
        super().__init__(mensaje, consejo)
        self.campo = campo
        self.valor = valor
        self.regla = regla


@dataclass(frozen=True, eq=False, kw_only=True)
class Dimension:
    """One way of cutting a figure: the column behind it, the words for rows without a value and which of them each one
    names (`vacios`), and the closed list of its values where there is one (`lista`, read only when it is asked for)."""

    id: str
    nombre: str
    columna: ColumnElement[Any]
    vacios: Mapping[str, ColumnElement[bool]] = field(default_factory=lambda: {SIN_DATO: true()})
    lista: Callable[[], tuple[str, ...]] = tuple

    @property
    def valores(self) -> tuple[str, ...]:
        """The values that it may take, `vacios` among them; empty when the list is open."""
        lista = self.lista()
        return (*lista, *(v for v in self.vacios if v not in lista)) if lista else ()

    @property
    def valor(self) -> ColumnElement[str]:
        """The value of a row, or the word for why it has none. It is written out, so that rows may be grouped by it."""
        if _siempre_tiene(self.columna):
            return self.columna
        palabras = [(cuales, literal(palabra, Text, literal_execute=True)) for palabra, cuales in self.vacios.items()]
        vacio = palabras[0][1] if len(palabras) == 1 else case(*palabras)
        return func.coalesce(self.columna, vacio, type_=Text)

    @property
    def grupo(self) -> ColumnElement[str]:
        """What rows are grouped by to be told apart by `valor`. The bare column, wherever it is as good: to write the
        word in a million rows costs a third of the time that it takes to count them."""
        unica = len(self.vacios) == 1 and self.lista() and not set(self.vacios) & set(self.lista())
        return self.columna if unica else self.valor

    def condicion(self, valor: str) -> ColumnElement[bool]:
        """The rows that have `valor` (bound, never part of the text), or those without a value."""
        # The column itself may hold the word for what is not known, as `tamano` does.
        if valor in self.vacios and valor not in self.lista():
            return and_(self.columna.is_(None), self.vacios[valor])
        return self.columna == valor


def _siempre_tiene(columna: ColumnElement[Any]) -> bool:
    """Whether every establishment has a value in a column: that of a zone is joined, and may be missing."""
    return isinstance(columna, Column) and columna.table is ea and not columna.nullable


def _secciones() -> tuple[str, ...]:
    return tuple(s.seccion for s in referencia.secciones())


def _divisiones() -> tuple[str, ...]:
    return tuple(d.division for d in referencia.divisiones())


_TODAS = (
    Dimension(id="seccion", nombre="Sección CIIU", columna=ea.c.seccion, lista=_secciones),
    Dimension(id="division", nombre="División CIIU", columna=ea.c.division, lista=_divisiones),
    Dimension(id="tamano", nombre="Tamaño", columna=ea.c.tamano, lista=lambda: tuple(Tamano)),
    Dimension(id="formalidad", nombre="Formalidad", columna=ea.c.formalidad, lista=lambda: tuple(Formalidad)),
    Dimension(
        id="indeterminado_por",
        nombre="Señal que falta",
        columna=ea.c.indeterminado_por,
        vacios={DECIDIDA: true()},
    ),
    Dimension(id="turno", nombre="Turno", columna=ea.c.turno),
    Dimension(id="tipo_persona", nombre="Tipo de persona", columna=ea.c.tipo_persona, lista=lambda: tuple(TipoPersona)),
    Dimension(
        id="zona",
        nombre="Zona",
        columna=ez.c.zona,
        vacios={Precision.SIN_UBICACION.value: ea.c.geom.is_(None), FUERA_DE_ZONAS: ea.c.geom.is_not(None)},
    ),
)
DIMENSIONES: Mapping[str, Dimension] = {d.id: d for d in _TODAS}
"""Every dimension but the year, in the order in which answers and published tables name them."""

TODAS: frozenset[str] = frozenset(DIMENSIONES)


@dataclass(frozen=True, kw_only=True)
class Pregunta:
    """A checked question: dimensions in canonical order (`por`), zone level and zone, and one value per filter."""

    por: tuple[str, ...] = ()
    nivel: str = ""
    zona: str = ""
    filtros: Mapping[str, str] = field(default_factory=dict)


def plantear(
    permitidas: frozenset[str],
    por: Sequence[str] = (),
    nivel: str | None = None,
    zona: str | None = None,
    filtros: Mapping[str, str] | None = None,
) -> Pregunta:
    """Check a question against the dimensions that an indicator allows.

    A `nivel` makes `zona` a dimension of the answer; a `zona` keeps one zone of that level. `anio` may be named in
    `por`: every answer has it anyway. Raises `ErrorPregunta`, naming what is allowed.
    """
    filtros = dict(filtros or {})
    pedidas = {p for p in por if p != "anio"} | ({"zona"} if nivel else set())
    for campo, nombres in (("por", pedidas), ("filtro", set(filtros))):
        for nombre in sorted(nombres - permitidas):
            raise ErrorPregunta(
                campo,
                nombre,
                "dimension_desconocida",
                f"Este indicador no se puede pedir por «{nombre}».",
                f"Use: {', '.join([*(d for d in DIMENSIONES if d in permitidas), 'anio'])}.",
            )
    if "zona" in filtros:
        zona = filtros.pop("zona")
    if ("zona" in pedidas or zona) and not nivel:
        raise ErrorPregunta(
            "nivel",
            "",
            "falta_nivel",
            "Para pedir una cifra por zona hay que decir de qué nivel.",
            "Agregue «nivel», por ejemplo nivel=h3_8; los que hay están en /api/v1/niveles.",
        )
    for nombre, valor in filtros.items():
        _revisar_valor(DIMENSIONES[nombre], valor)
    return Pregunta(
        por=tuple(d for d in DIMENSIONES if d in pedidas), nivel=nivel or "", zona=zona or "", filtros=filtros
    )


def _revisar_valor(dimension: Dimension, valor: str) -> None:
    """Refuse a value outside a closed list, saying which there are."""
    if dimension.valores and valor not in dimension.valores:
        raise ErrorPregunta(
            dimension.id,
            valor,
            "valor_desconocido",
            f"«{valor}» no es un valor de {dimension.nombre.lower()}.",
            f"Use uno de: {', '.join(dimension.valores)}.",
        )
