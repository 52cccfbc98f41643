"""The engine: exact figures of any indicator by any allowed combination of dimensions, in one statement.

It runs under the role of whoever asks, so it names only columns that a planner may read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, Double, Row, Select, and_, cast, func, select

from observatorio.db.queries import indicadores as consultas
from observatorio.db.tablas import establecimiento_anio as ea
from observatorio.db.tablas import establecimiento_zona as ez
from observatorio.indicadores.contract import Indicador
from observatorio.indicadores.cuadro import Cuadro, Fila, comparar
from observatorio.indicadores.dimensiones import DIMENSIONES, ErrorPregunta, Pregunta, plantear
from observatorio.vocabulario import EstadoValor, Formalidad


def calcular(
    conn: Connection,
    indicador: Indicador,
    por: Sequence[str] = (),
    *,
    cut: str,
    anio: int | Sequence[int],
    nivel: str | None = None,
    zona: str | None = None,
    filtros: Mapping[str, str] | None = None,
    con_anterior: bool = False,
) -> Cuadro:
    """Compute the exact figures of `indicador` in the comuna `cut` for one or several years (never added together).

    `por` names dimensions; `nivel` adds the zone of that level as a dimension and `zona` keeps one of them;
    `filtros` maps dimension -> value; `con_anterior` sets beside each figure that of the year before. Combinations in
    which there is no active establishment have no row, except the total, which then is zero or `sin_dato`.

    Raises `ErrorPregunta` for a dimension, value, year, level or zone that there is not, naming those that there are.
    """
    pregunta = plantear(indicador.dimensiones, por, nivel, zona, filtros)
    anios = (anio,) if isinstance(anio, int) else tuple(sorted(set(anio)))
    versiones = consultas.versiones(conn, cut)
    _revisar_anios(anios, versiones)
    revisar_zona(conn, pregunta)
    buscados = sorted({*anios, *(a - 1 for a in anios)} & set(versiones)) if con_anterior else list(anios)
    a_ciegas = _a_ciegas(conn, indicador, cut, buscados)
    rows = conn.execute(sentencia(indicador, pregunta, cut, buscados))
    filas = [_fila(row, pregunta, sabible=row.anio not in a_ciegas) for row in rows]
    if not pregunta.por:
        filas += totales_vacios(indicador, set(buscados) - {f.anio for f in filas}, EstadoValor.EXACTO)
    filas = comparar(filas, anios) if con_anterior else filas
    return Cuadro(
        indicador=indicador,
        pregunta=pregunta,
        anios=anios,
        filas=filas,
        version=max(versiones[a] for a in anios),
        comparado=con_anterior,
        avisos=indicador.avisos(a for a in anios if a in a_ciegas),
    )


def sentencia(indicador: Indicador, pregunta: Pregunta, cut: str, anios: Sequence[int]) -> Select[tuple[object, ...]]:
    """The one statement behind an answer: anio, the dimensions in order, valor, n, universo."""
    grupos = [DIMENSIONES[d].valor for d in pregunta.por]
    valor = cast(indicador.numerador, Double) * indicador.escala
    if indicador.denominador is not None:
        valor = valor / func.nullif(indicador.denominador, 0)
    consulta = (
        select(
            ea.c.anio,
            *(grupo.label(d) for d, grupo in zip(pregunta.por, grupos, strict=True)),
            valor.label("valor"),
            indicador.conocido.label("n"),
            func.count().label("universo"),
        )
        .where(
            ea.c.cut == cut,
            ea.c.anio.in_(anios),
            ea.c.formalidad != Formalidad.INACTIVO,
            *(DIMENSIONES[nombre].condicion(v) for nombre, v in pregunta.filtros.items()),
        )
        .group_by(ea.c.anio, *grupos)
        .order_by(ea.c.anio, *grupos)
    )
    if not pregunta.nivel:
        return consulta
    if pregunta.zona:
        consulta = consulta.where(DIMENSIONES["zona"].condicion(pregunta.zona))
    mismo = and_(ez.c.anio == ea.c.anio, ez.c.nivel == pregunta.nivel, ez.c.cut == ea.c.cut, ez.c.id == ea.c.id)
    return consulta.select_from(ea.outerjoin(ez, mismo))


def revisar_zona(conn: Connection, pregunta: Pregunta) -> None:
    """Refuse a level or a zone that was never loaded, naming the levels that were."""
    if not pregunta.nivel:
        return
    niveles = consultas.niveles(conn)
    if pregunta.nivel not in niveles:
        raise ErrorPregunta(
            "nivel",
            pregunta.nivel,
            "nivel_desconocido",
            f"No hay un nivel de zonas «{pregunta.nivel}».",
            f"Use uno de: {', '.join(niveles) or 'ninguno cargado'}.",
        )
    if pregunta.zona in ("", *DIMENSIONES["zona"].vacios) or consultas.existe_zona(conn, pregunta.nivel, pregunta.zona):
        return
    raise ErrorPregunta(
        "zona",
        pregunta.zona,
        "zona_desconocida",
        f"El nivel {pregunta.nivel} no tiene una zona «{pregunta.zona}».",
        f"Las que tiene están en /api/v1/zonas?nivel={pregunta.nivel}.",
    )


def _revisar_anios(anios: tuple[int, ...], versiones: Mapping[int, int]) -> None:
    """Refuse a year that was never consolidated, naming those that were."""
    faltan = [str(a) for a in anios if a not in versiones]
    if faltan or not anios:
        raise ErrorPregunta(
            "anio",
            ", ".join(faltan),
            "anio_sin_datos",
            f"No hay catastro consolidado de {', '.join(faltan) or 'ningún año'}.",
            f"Hay de: {', '.join(str(a) for a in sorted(versiones)) or 'ningún año todavía'}.",
        )


def _a_ciegas(conn: Connection, indicador: Indicador, cut: str, anios: Sequence[int]) -> set[int]:
    """The years in which nobody who was heard could have told what the indicator counts: there zero means nothing."""
    if indicador.requisito is None:
        return set()
    return set(anios) - consultas.anios_con(conn, cut, anios, indicador.requisito.prueba)


def _fila(row: Row[tuple[object, ...]], pregunta: Pregunta, *, sabible: bool) -> Fila:
    """One row of the answer: a figure of which nothing is known, or can be, is `sin_dato`, never zero."""
    datos = row._mapping
    n = datos["n"] if sabible else 0
    sabido = n > 0 and datos["valor"] is not None
    return Fila(
        anio=datos["anio"],
        dimensiones={d: datos[d] for d in pregunta.por},
        valor=float(datos["valor"]) if sabido else None,
        n=n,
        cobertura=n / datos["universo"],
        estado=EstadoValor.EXACTO if sabido else EstadoValor.SIN_DATO,
        universo=datos["universo"],
    )


def totales_vacios(indicador: Indicador, anios: set[int], estado: EstadoValor) -> list[Fila]:
    """A total over no establishment at all: zero for what is added up, unknown for a rate."""
    if indicador.denominador is not None:
        return [Fila(a, {}, None, 0, None, EstadoValor.SIN_DATO, universo=0) for a in sorted(anios)]
    return [Fila(a, {}, 0.0, 0, None, estado, universo=0) for a in sorted(anios)]
