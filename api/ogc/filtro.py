"""CQL2, as text or as JSON, to conditions over the queryables of a collection.

What is not in this file's tables is refused. Every name is looked up in the collection and every value is bound, so
that nothing of the text reaches the database's parser.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from shapely import force_2d
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from api.ogc.arbol import ErrorFiltro, ilegible, leer_arbol
from api.ogc.contract import Coleccion, Tipo
from api.ogc.crs import Crs, a_grados, en_sql
from api.ogc.recorte import rectangulos

GEOMETRIA: Final = "geometry"
"""The name under which filters know the geometry of a feature."""
_ENTERO_MAXIMO: Final = 2**63

Expresion = sa.ColumnElement[Any]
_COMPARAR: Final[Mapping[str, Callable[[Expresion, Expresion], sa.ColumnElement[bool]]]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_ESPACIALES: Final = {
    "s_intersects": sa.func.ST_Intersects,
    "s_within": sa.func.ST_Within,
    "s_contains": sa.func.ST_Contains,
    "s_disjoint": sa.func.ST_Disjoint,
    "s_equals": sa.func.ST_Equals,
    "s_touches": sa.func.ST_Touches,
    "s_overlaps": sa.func.ST_Overlaps,
    "s_crosses": sa.func.ST_Crosses,
}
_SOBRE_TEXTO: Final = {"casei": sa.func.lower, "accenti": sa.func.unaccent}
_CLASES: Final = {Tipo.TEXTO: "texto", Tipo.ENTERO: "número", Tipo.NUMERO: "número", Tipo.SI_NO: "sí o no"}


def condicion(texto: str, lengua: str, crs: Crs, coleccion: Coleccion) -> sa.ColumnElement[bool]:
    """The condition that a filter states; its geometries are in `crs`. Raises `ErrorParametro`."""
    return _Traduccion(coleccion, crs).logica(leer_arbol(texto, lengua))


class _Traduccion:
    """One tree over one collection."""

    def __init__(self, coleccion: Coleccion, crs: Crs) -> None:
        self._coleccion = coleccion
        self._crs = crs

    def logica(self, nodo: Any) -> sa.ColumnElement[bool]:
        """A node that is true or false."""
        if isinstance(nodo, bool):
            return sa.true() if nodo else sa.false()
        if not isinstance(nodo, dict) or "op" not in nodo:
            return self._si_no(nodo)
        op, args = str(nodo["op"]).lower(), list(nodo.get("args", ()))
        if op in ("and", "or") and args:
            return (sa.and_ if op == "and" else sa.or_)(*(self.logica(a) for a in args))
        if op == "not" and len(args) == 1:
            return sa.not_(self.logica(args[0]))
        if op in _COMPARAR and len(args) == 2:
            return self._comparar(op, *args)
        if op == "like" and len(args) == 2:
            return self._parecido(*args)
        if op == "between" and len(args) == 3:
            return sa.and_(self._comparar(">=", args[0], args[1]), self._comparar("<=", args[0], args[2]))
        if op == "in" and len(args) == 2 and isinstance(args[1], list) and args[1]:
            return sa.or_(*(self._comparar("=", args[0], a) for a in args[1]))
        if op == "isnull" and len(args) == 1:
            return self._geom().is_(None) if _es_geometria(args[0]) else self._valor(args[0])[0].is_(None)
        if op in _ESPACIALES and len(args) == 2:
            return self._espacial(op, *args)
        raise ErrorFiltro("sin_operador", f"No se usa «{op[:40]}» así.", f"Use {', '.join(OPERADORES)}.")

    def _si_no(self, nodo: Any) -> sa.ColumnElement[bool]:
        """A property that is true or false by itself."""
        expresion, tipo = self._valor(nodo)
        if tipo is not Tipo.SI_NO:
            raise ilegible()
        return expresion

    def _comparar(self, op: str, a: Any, b: Any) -> sa.ColumnElement[bool]:
        (izquierda, una), (derecha, otra) = self._valor(a), self._valor(b)
        if _CLASES[una] != _CLASES[otra] or (una is Tipo.SI_NO and op not in ("=", "<>")):
            raise ErrorFiltro(
                "clases_distintas",
                f"No se puede comparar {_CLASES[una]} con {_CLASES[otra]} por «{op}».",
                "Ponga los textos entre comillas simples y los números sin ellas.",
            )
        return _COMPARAR[op](izquierda, derecha)

    def _parecido(self, a: Any, b: Any) -> sa.ColumnElement[bool]:
        """LIKE; where both sides disregard case it is ILIKE, for which there are indexes."""
        sin_caja = _es_op(a, "casei") and _es_op(b, "casei")
        if sin_caja:
            a, b = a["args"][0], b["args"][0]
        (izquierda, una), (derecha, otra) = self._valor(a), self._valor(b)
        if not una is otra is Tipo.TEXTO:
            raise ErrorFiltro("clases_distintas", "LIKE compara textos.", "Escriba nombre LIKE '%algo%'.")
        return izquierda.ilike(derecha) if sin_caja else izquierda.like(derecha)

    def _valor(self, nodo: Any) -> tuple[Expresion, Tipo]:
        """A property, a literal, or a text without its case or accents; and its kind."""
        if isinstance(nodo, bool):
            return sa.literal(nodo, sa.Boolean), Tipo.SI_NO
        if isinstance(nodo, int | float):
            return _numero(nodo)
        if isinstance(nodo, str) and "\0" not in nodo:
            return sa.literal(nodo, sa.Text), Tipo.TEXTO
        if isinstance(nodo, dict) and "property" in nodo:
            return self._propiedad(str(nodo["property"]))
        for nombre, funcion in _SOBRE_TEXTO.items():
            if _es_op(nodo, nombre):
                expresion, tipo = self._valor(nodo["args"][0])
                if tipo is Tipo.TEXTO:
                    return funcion(expresion, type_=sa.Text), tipo
        raise ErrorFiltro(
            "valor_ilegible",
            "El filtro compara algo que no es una propiedad, un texto, un número, true ni false.",
            "No hay fechas: el año es la propiedad «anio». No se hacen cuentas dentro del filtro.",
        )

    def _propiedad(self, nombre: str) -> tuple[Expresion, Tipo]:
        if nombre == "id":
            return self._coleccion.capa.llave, Tipo.TEXTO
        propiedad = self._coleccion.por_nombre.get(nombre)
        if propiedad is None:
            raise ErrorFiltro(
                "propiedad_desconocida",
                f"No hay una propiedad «{nombre[:80]}» por la que filtrar.",
                f"Use: {', '.join(('id', *self._coleccion.por_nombre, GEOMETRIA))}.",
            )
        return self._coleccion.capa.columnas[nombre], propiedad.tipo

    def _espacial(self, op: str, a: Any, b: Any) -> sa.ColumnElement[bool]:
        funcion = _ESPACIALES[op]
        literales = [n for n in (a, b) if not _es_geometria(n)]
        if len(literales) != 1:
            raise ErrorFiltro(
                "geometria_ilegible", f"«{op}» compara «{GEOMETRIA}» con una geometría.", f"{op.upper()}(geometry, …)."
            )
        # A box over the antimeridian is two: what touches one of them touches it.
        formas = [en_sql(f) for f in self._formas(literales[0])]
        if len(formas) > 1 and op != "s_intersects":
            raise _geometria()
        lados = ([self._geom() if _es_geometria(n) else forma for n in (a, b)] for forma in formas)
        return sa.or_(*(funcion(*lado, type_=sa.Boolean) for lado in lados))

    def _geom(self) -> Expresion:
        return self._coleccion.capa.geom

    def _formas(self, nodo: Any) -> Sequence[BaseGeometry]:
        """A literal geometry in EPSG:4326."""
        if not isinstance(nodo, dict):
            raise _geometria()
        if "bbox" in nodo:
            return rectangulos([float(n) for n in nodo["bbox"]], self._crs) or _sin_geometria()
        try:
            forma = force_2d(shape(nodo))
        except (ShapelyError, ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
            raise _geometria() from error
        # What PostGIS cannot relate ends in an error of its own.
        if forma.is_empty or not forma.is_valid or forma.geom_type == "GeometryCollection":
            raise _geometria()
        convertida = a_grados(forma, self._crs)
        return [convertida] if convertida is not None else _sin_geometria()


OPERADORES: Final = ("AND", "OR", "NOT", *_COMPARAR, "LIKE", "BETWEEN", "IN", "IS NULL", *map(str.upper, _ESPACIALES))
"""What a filter may be made of, beside CASEI and ACCENTI."""


def _numero(valor: float) -> tuple[Expresion, Tipo]:
    """A literal number: whole ones are bound as such, so that they meet whole columns in their own kind."""
    if float(valor).is_integer() and abs(valor) < _ENTERO_MAXIMO:
        return sa.literal(int(valor), sa.BigInteger), Tipo.ENTERO
    return sa.literal(float(valor), sa.Double), Tipo.NUMERO


def _es_op(nodo: Any, nombre: str) -> bool:
    return isinstance(nodo, dict) and str(nodo.get("op", "")).lower() == nombre and len(nodo.get("args", ())) == 1


def _es_geometria(nodo: Any) -> bool:
    return isinstance(nodo, dict) and nodo.get("property") == GEOMETRIA


def _geometria() -> ErrorFiltro:
    return ErrorFiltro(
        "geometria_ilegible",
        "La geometría del filtro no sirve: está vacía, se cruza consigo misma o sale del sistema de filter-crs.",
        "Escriba un punto, una línea o un polígono simple, por ejemplo POINT(-68.93 -22.46).",
    )


def _sin_geometria() -> Sequence[BaseGeometry]:
    raise _geometria()
