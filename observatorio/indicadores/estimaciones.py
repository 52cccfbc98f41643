"""What samples estimate, with the register's own figure of the same thing beside it: two answers, never one sum."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from observatorio.db.queries import muestras as consultas
from observatorio.indicadores.compute import calcular
from observatorio.indicadores.lista import agregados

DEL_REGISTRO: Mapping[str, str] = {
    "establecimientos": "establecimientos",
    "empleo_total": "empleo",
    "tasa_informalidad": "tasa_informalidad",
}
"""Measure of a sample -> the indicator that asks the register for the same."""


@dataclass(frozen=True)
class Contraste:
    """An estimate of a source and year, in the whole (`dimension` and `categoria` empty) or in a category.

    `estimado` and `error_estandar` are in the measure's own unit (shares in per cent) and None where they cannot be
    told; `n` counts the answers. `catastro` is the register's figure, None where it has none of that measure.
    """

    fuente: str
    medida: str
    dimension: str
    categoria: str
    estimado: float | None
    error_estandar: float | None
    n: int
    catastro: float | None


def contrastar(conn: Connection, cut: str, anio: int) -> list[Contraste]:
    """The estimates of a comuna and consolidated year, by source, measure, dimension and category.

    Raises `ErrorPregunta` when the year was never consolidated.
    """
    filas = consultas.estimaciones(conn, cut, anio)
    pedidos = sorted({(f.medida, f.dimension) for f in filas})
    registro = {(m, d): _del_registro(conn, cut, anio, m, d) for m, d in pedidos if m in DEL_REGISTRO}
    return [
        Contraste(**f._mapping, catastro=_figura(registro.get((f.medida, f.dimension)), f.categoria)) for f in filas
    ]


@dataclass(frozen=True)
class _Figuras:
    """The register's figures by category (the whole is the one without a name), and that of a category of nobody."""

    valores: Mapping[str, float | None]
    de_nadie: float | None


def _figura(figuras: _Figuras | None, categoria: str) -> float | None:
    return None if figuras is None else figuras.valores.get(categoria, figuras.de_nadie)


def _del_registro(conn: Connection, cut: str, anio: int, medida: str, dimension: str) -> _Figuras | None:
    indicador = agregados()[DEL_REGISTRO[medida]]
    por = (dimension,) if dimension else ()
    if not indicador.dimensiones.issuperset(por):
        return None
    filas = calcular(conn, indicador, por, cut=cut, anio=anio).filas
    de_nadie = 0.0 if indicador.denominador is None else None
    return _Figuras({f.dimensiones.get(dimension, ""): f.valor for f in filas}, de_nadie)
