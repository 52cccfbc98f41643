"""The engine's door: exact figures of any indicator by any allowed combination of dimensions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from observatorio.db.queries import indicadores as consultas
from observatorio.errors import ErrorConsulta
from observatorio.indicadores.agregado import a_ciegas, agregar, totales_vacios
from observatorio.indicadores.contract import Definicion, Indicador
from observatorio.indicadores.cuadro import Cuadro, comparar
from observatorio.indicadores.derivado import Derivado
from observatorio.indicadores.derivar import derivar
from observatorio.indicadores.dimensiones import DIMENSIONES, ErrorPregunta, Pregunta, plantear
from observatorio.indicadores.medicion import Medicion, Medida

__all__ = ["ErrorRestringido", "calcular", "calcular_varios", "revisar_zona", "totales_vacios"]

COMPONENTE = "componente"


class ErrorRestringido(ErrorConsulta):
    """An indicator whose columns the asker's role may not read."""


def calcular(
    conn: Connection,
    definicion: Definicion,
    por: Sequence[str] = (),
    *,
    cut: str,
    anio: int | Sequence[int],
    nivel: str | None = None,
    zona: str | None = None,
    filtros: Mapping[str, str] | None = None,
    con_anterior: bool = False,
) -> Cuadro:
    """Compute the exact figures of an indicator in the comuna `cut` for one or several years (never added together).

    `por` names dimensions; `nivel` adds the zone of that level as a dimension and `zona` keeps one of them;
    `filtros` maps dimension -> value; `con_anterior` sets beside each figure that of the year before. Combinations in
    which there is no active establishment have no row, except the total, which then is zero or `sin_dato`.

    Raises `ErrorPregunta` for a dimension, value, year, level or zone that there is not, naming those that there are,
    and `ErrorRestringido` when the connection's role may not read what the figure is made from.
    """
    (cuadro,) = calcular_varios(
        conn,
        definicion,
        [por],
        cut=cut,
        anio=anio,
        nivel=nivel,
        zona=zona,
        filtros=filtros,
        con_anterior=con_anterior,
    )
    return cuadro


def calcular_varios(
    conn: Connection,
    definicion: Definicion,
    pors: Sequence[Sequence[str]],
    *,
    cut: str,
    anio: int | Sequence[int],
    nivel: str | None = None,
    zona: str | None = None,
    filtros: Mapping[str, str] | None = None,
    con_anterior: bool = False,
) -> list[Cuadro]:
    """What `calcular` answers to each combination of `pors`, in their order; those of an aggregate by one statement."""
    preguntas = [_plantear(definicion, por, nivel, zona, filtros) for por in pors]
    anios = (anio,) if isinstance(anio, int) else tuple(sorted(set(anio)))
    versiones = consultas.versiones(conn, cut)
    _revisar_anios(anios, versiones)
    _revisar_permiso(conn, definicion)
    # The level that an indicator takes by itself may not be there yet: then its answer says so.
    for pregunta in preguntas[:1] if nivel or zona else []:
        revisar_zona(conn, pregunta)
    buscados = sorted({*anios, *(a - 1 for a in anios)} & set(versiones)) if con_anterior else list(anios)
    respuestas = _responder(conn, definicion, preguntas, cut, buscados, sorted(versiones))
    return [
        Cuadro(
            indicador=definicion,
            pregunta=replace(pregunta, por=(*pregunta.por, *_columnas(definicion))),
            anios=anios,
            filas=comparar(hecha.filas, anios) if con_anterior else hecha.filas,
            version=max(versiones[a] for a in anios),
            comparado=con_anterior,
            avisos=tuple(hecha.avisos[a] for a in anios if a in hecha.avisos),
            nombres=hecha.nombres,
        )
        for pregunta, hecha in zip(preguntas, respuestas, strict=True)
    ]


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


def _responder(
    conn: Connection,
    definicion: Definicion,
    preguntas: Sequence[Pregunta],
    cut: str,
    anios: Sequence[int],
    hay: Sequence[int],
) -> list[Medida]:
    """The answer to each question. `hay`: every consolidated year."""
    if isinstance(definicion, Medicion):
        return [
            definicion.medir(definicion.reunir(conn, cut, anios, pregunta), anios, pregunta) for pregunta in preguntas
        ]
    if isinstance(definicion, Derivado):
        return [Medida(*derivar(conn, definicion, pregunta, cut, anios, hay)) for pregunta in preguntas]
    if not isinstance(definicion, Indicador):
        raise TypeError(f"nothing computes a {type(definicion).__name__}")
    ciegos = sorted(a_ciegas(conn, definicion, cut, anios))
    avisos = dict(zip(ciegos, definicion.avisos(ciegos), strict=True))
    return [Medida(filas, avisos) for filas in agregar(conn, definicion, preguntas, cut, anios, ciegos)]


def _plantear(
    definicion: Definicion,
    por: Sequence[str],
    nivel: str | None,
    zona: str | None,
    filtros: Mapping[str, str] | None,
) -> Pregunta:
    """The checked question, which names every dimension without which the indicator says nothing."""
    if isinstance(definicion, Medicion):
        return definicion.plantear(por, nivel, zona, filtros)
    pregunta = plantear(definicion.dimensiones, por, nivel, zona, filtros)
    for falta in sorted(definicion.exige - set(pregunta.por) - set(pregunta.filtros)):
        raise ErrorPregunta(
            "por",
            ",".join(pregunta.por),
            "falta_dimension",
            f"«{definicion.nombre}» es una cifra de cada {DIMENSIONES[falta].nombre.lower()}: no hay una del total.",
            f"Agregue «{falta}» a «por», por ejemplo por={falta}.",
        )
    return pregunta


def _columnas(definicion: Definicion) -> tuple[str, ...]:
    """The columns that tell its rows apart beside the dimensions."""
    return (*definicion.propias, COMPONENTE) if definicion.componentes else tuple(definicion.propias)


def _revisar_permiso(conn: Connection, definicion: Definicion) -> None:
    """Refuse what is made from columns that the connection's role may not read, before the database does."""
    if not consultas.puede_leer(conn, definicion.restringidas):
        raise ErrorRestringido(
            f"«{definicion.nombre}» se calcula con datos que su clave no permite ver.",
            "Pídala con una clave municipal, o pida uno de los cuadros publicados.",
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
