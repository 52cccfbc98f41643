"""The same questions, answered from releases only: what the public may see, and nothing that is not there already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from observatorio.db.queries import publicacion as consultas
from observatorio.errors import ErrorConsulta
from observatorio.indicadores.compute import revisar_zona, totales_vacios
from observatorio.indicadores.contract import Definicion, Indicador
from observatorio.indicadores.cuadro import Cuadro, Fila, comparar
from observatorio.indicadores.dimensiones import DIMENSIONES, plantear
from observatorio.vocabulario import EstadoValor

NOTA = (
    "Cifras protegidas: lo reservado no se puede deducir de lo publicado, y cada publicación lo prueba antes de salir. "
    "Los conteos por celda H3 están redondeados."
)


def nota_redondeo(base: int) -> str:
    """How to read figures that are rounded to multiples of `base`."""
    ejemplo = 3 * base
    return (
        f"Redondeado a múltiplos de {base}: «{ejemplo}» quiere decir entre {ejemplo - base + 1} y "
        f"{ejemplo + base - 1}, y «0», entre 0 y {base - 1}."
    )


class ErrorNoPublicado(ErrorConsulta):
    """A table that no release holds; `tablas` are those that there are."""

    def __init__(self, mensaje: str, tablas: list[dict[str, object]]) -> None:
        super().__init__(mensaje, "Pida uno de los cuadros publicados, o ingrese con una clave para ver las exactas.")
        self.tablas = tablas


def leer(
    conn: Connection,
    indicador: Definicion,
    por: Sequence[str] = (),
    *,
    cut: str,
    anio: int | Sequence[int],
    nivel: str | None = None,
    zona: str | None = None,
    filtros: Mapping[str, str] | None = None,
    con_anterior: bool = False,
) -> Cuadro:
    """Read the published figures of `indicador` in the comuna `cut`: the answer has the shape of `compute.calcular`.

    A filter keeps rows of the table that also has its dimension; nothing is computed from the cells. Raises
    `ErrorNoPublicado` when the release of a year does not hold that table, and `ErrorPregunta` as `calcular` does.
    """
    pregunta = plantear(indicador.dimensiones, por, nivel, zona, filtros)
    anios = (anio,) if isinstance(anio, int) else tuple(sorted(set(anio)))
    revisar_zona(conn, pregunta)
    tabla = ",".join(d for d in DIMENSIONES if d in pregunta.por or d in pregunta.filtros)
    buscados = sorted({*anios, *(a - 1 for a in anios)}) if con_anterior else list(anios)
    filtro = {**pregunta.filtros, **({"zona": pregunta.zona} if pregunta.zona else {})}
    rows = consultas.celdas(conn, cut, indicador.id, buscados, tabla, pregunta.nivel, filtro)
    # A filter may leave nothing of a table that is there.
    mudos = {*(anios or (0,)), *buscados} - {row.anio for row in rows}
    ausentes = {a for a in mudos if not consultas.existe_tabla(conn, cut, indicador.id, a, tabla, pregunta.nivel)}
    for a in anios or (0,):
        if a in ausentes:
            raise _no_publicado(conn, cut, indicador, a, tabla, pregunta.nivel)
    filas = [
        Fila(anio_, {d: dimensiones[d] for d in pregunta.por}, valor, n, cobertura, EstadoValor(estado), redondeo)
        for anio_, dimensiones, valor, n, cobertura, redondeo, estado in rows
    ]
    if not pregunta.por and isinstance(indicador, Indicador):
        filas += totales_vacios(indicador, mudos - ausentes, EstadoValor.PUBLICADO)
    vigentes = consultas.vigentes(conn, cut, anios)
    return Cuadro(
        indicador=indicador,
        pregunta=pregunta,
        anios=anios,
        filas=comparar(filas, anios) if con_anterior else filas,
        version=max(v.version for v in vigentes),
        comparado=con_anterior,
        publicaciones=tuple(v.publicacion for v in vigentes),
        regla=vigentes[0].regla,
        avisos=_avisos(conn, cut, indicador, anios) if isinstance(indicador, Indicador) else (),
    )


def _avisos(conn: Connection, cut: str, indicador: Indicador, anios: Sequence[int]) -> tuple[str, ...]:
    """What the totals of the years say of all their tables: that nobody could know the figure, their total over
    somebody being `sin_dato`, or of how many establishments a sum is known."""
    totales = consultas.celdas(conn, cut, indicador.id, anios, "", "", {})
    a_ciegas = [t.anio for t in totales if t.estado == EstadoValor.SIN_DATO] if indicador.requisito else []
    parciales = tuple(
        f"{indicador.nombre}, {t.anio}: se conoce del {100 * t.cobertura:.0f} % de los establecimientos de la comuna, "
        "y no se corrige por los demás."
        for t in totales
        if indicador.receta is not None and not indicador.receta.divide and (t.cobertura or 1) < 1
    )
    return (*indicador.avisos(a_ciegas), *parciales)


def _no_publicado(
    conn: Connection, cut: str, indicador: Definicion, anio: int, tabla: str, nivel: str
) -> ErrorNoPublicado:
    """The refusal, with the tables of that indicator that can be read."""
    hay = [t for t in consultas.tablas(conn, cut) if t["indicador"] == indicador.id]
    nombres = [DIMENSIONES[d].nombre for d in tabla.split(",") if d]
    donde = f" por {' y '.join(n[0].lower() + n[1:] for n in nombres)}" if nombres else ""
    cual = f" de {nivel}" if nivel else ""
    return ErrorNoPublicado(f"No se publica «{indicador.nombre}»{donde}{cual} de {anio or 'ningún año'}.", hay)
