"""From protected tables to published cells: the counts and sums as they are left, and the rates that follow from them.

A rate is made out of the cells that are shown, and of nothing else, so that it can tell nothing that they do not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from observatorio.indicadores.contract import Indicador, Receta
from observatorio.indicadores.dimensiones import DIMENSIONES
from observatorio.indicadores.lista import agregados
from observatorio.indicadores.plan_publico import UNIDADES
from observatorio.reserva.ataque import ZONA, TablaPublicada
from observatorio.reserva.entrega import ESTABLECIMIENTOS, Cita, Protegida
from observatorio.reserva.publicacion import Celda
from observatorio.vocabulario import EstadoValor

_FORMALIDAD = "formalidad"


def celdas_de(
    medidas: Sequence[Protegida], a_ciegas: Collection[str], conocida: Mapping[str, float]
) -> Iterator[Celda]:
    """The cells of every indicator that has a recipe, out of the tables of the measures.

    `a_ciegas`: the indicators that nobody could have known in the year; of those a rate is `sin_dato`. `conocida`: of
    each sum, the share of all the establishments of which it is known, which is told with the total and nowhere else:
    by cells it would be one more table to protect.
    """
    tablas = {(m.medida, frozenset(t.dimensiones)): t for m in medidas for t in m.tablas()}
    ceros = {m.medida: m.ceros for m in medidas}
    for indicador in agregados().values():
        receta = indicador.receta
        if receta is None:
            continue
        for (medida, claves), tabla in tablas.items():
            if medida != receta.medida:
                continue
            if not receta.divide:
                yield from _de_la_tabla(indicador, receta, tabla, conocida.get(medida))
                contadas = tablas[ESTABLECIMIENTOS, claves]
                yield from _sin_suma(indicador, contadas, tabla, ceros[medida])
            elif _FORMALIDAD not in claves and (dividida := tablas.get((medida, claves | {_FORMALIDAD}))):
                yield from _de_la_division(indicador, receta, tabla, dividida, indicador.id in a_ciegas)


def _de_la_tabla(
    indicador: Indicador, receta: Receta, tabla: TablaPublicada, conocida: float | None
) -> Iterator[Celda]:
    """The figures that are the cells themselves."""
    conteo = receta.medida == ESTABLECIMIENTOS
    unidad = UNIDADES.get(receta.medida, 1)
    for valores, total in tabla.celdas.items():
        valor = None if total is None else float(total * unidad)
        estado = EstadoValor.RESERVADO if valor is None else EstadoValor.PUBLICADO
        cobertura = None if total is None else 1.0 if conteo else None if tabla.dimensiones else conocida
        yield Celda(*_cabeza(indicador, tabla, valores), valor, total if conteo else None, cobertura, estado)


def _sin_suma(
    indicador: Indicador, contadas: TablaPublicada, tabla: TablaPublicada, ceros: frozenset[Cita]
) -> Iterator[Celda]:
    """Cells that have establishments and no sum: zero where somebody said so, and unknown where nobody did. Where not
    even the establishments are shown, neither is said."""
    for valores in contadas.celdas.keys() - tabla.celdas.keys():
        cabeza = _cabeza(indicador, contadas, valores)
        if contadas.celdas[valores] is None:
            yield Celda(*cabeza, None, None, None, EstadoValor.RESERVADO)
        elif frozenset(zip(contadas.dimensiones, valores, strict=True)) in ceros:
            yield Celda(*cabeza, 0.0, None, None, EstadoValor.PUBLICADO)
        else:
            yield Celda(*cabeza, None, None, None, EstadoValor.SIN_DATO)


def _de_la_division(
    indicador: Indicador, receta: Receta, tabla: TablaPublicada, dividida: TablaPublicada, a_ciegas: bool
) -> Iterator[Celda]:
    """The rates between the formalities of each cell: what is missing of a division is zero."""
    lugar = dividida.dimensiones.index(_FORMALIDAD)
    partes: dict[tuple[str, ...], dict[str, int | None]] = {}
    for valores, cifra in dividida.celdas.items():
        partes.setdefault((*valores[:lugar], *valores[lugar + 1 :]), {})[valores[lugar]] = cifra
    for valores, total in tabla.celdas.items():
        yield _razon(indicador, receta, _cabeza(indicador, tabla, valores), total, partes.get(valores, {}), a_ciegas)


def _cabeza(
    indicador: Indicador, tabla: TablaPublicada, valores: tuple[str, ...]
) -> tuple[str, str, str, dict[str, str]]:
    """Of which indicator, table and level a cell is, and the value of each of its dimensions."""
    nivel = next((d.removeprefix(ZONA) for d in tabla.dimensiones if d.startswith(ZONA)), "")
    dichas = {"zona" if d.startswith(ZONA) else d: v for d, v in zip(tabla.dimensiones, valores, strict=True)}
    dimensiones = {d: dichas[d] for d in DIMENSIONES if d in dichas}
    return indicador.id, ",".join(dimensiones), nivel, dimensiones


def _razon(
    indicador: Indicador,
    receta: Receta,
    cabeza: tuple[str, str, str, dict[str, str]],
    total: int | None,
    partes: Mapping[str, int | None],
    a_ciegas: bool,
) -> Celda:
    """A rate out of shown cells; reserved where one of them is hidden."""
    arriba = [partes.get(f, 0) for f in sorted(receta.numerador)]
    abajo = [partes.get(f, 0) for f in sorted(receta.denominador)] if receta.denominador else [total]
    if a_ciegas:
        return Celda(*cabeza, None, 0, None, EstadoValor.SIN_DATO)
    if any(x is None for x in (*arriba, *abajo)):
        return Celda(*cabeza, None, None, None, EstadoValor.RESERVADO)
    base = sum(x or 0 for x in abajo)
    if not base:
        return Celda(*cabeza, None, 0, None, EstadoValor.SIN_DATO)
    valor = round(indicador.escala * sum(x or 0 for x in arriba) / base, indicador.decimales)
    cobertura = None if not total else round(base / total, 3)
    return Celda(*cabeza, valor, base, cobertura, EstadoValor.PUBLICADO)


def redondeadas(tablas: Sequence[TablaPublicada]) -> Iterator[Celda]:
    """The cells of rounded tables: they say by how much."""
    for tabla in tablas:
        nivel = tabla.dimensiones[0].removeprefix(ZONA)
        for (zona,), valor in tabla.celdas.items():
            cabeza = (ESTABLECIMIENTOS, "zona", nivel, {"zona": zona})
            yield Celda(*cabeza, float(valor or 0), None, None, EstadoValor.PUBLICADO, tabla.base)


def informe_de(celdas: Sequence[Celda], omitidos: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """By indicator: cells published, hidden, rounded and unknown, the share that is shown, and the zone levels whose
    rounded counts were left out (`omitidos`, by indicator) because they would bound a hidden cell: never which one."""
    informe: dict[str, Any] = {}
    for indicador in sorted({c.indicador for c in celdas}):
        suyas = [c for c in celdas if c.indicador == indicador]
        estados = Counter(c.estado.value for c in suyas)
        redondeadas = sum(c.redondeo is not None for c in suyas)
        visibles = estados[EstadoValor.PUBLICADO.value] - redondeadas
        exactas = len(suyas) - redondeadas
        informe[indicador] = {
            "cuadros": len({(c.por, c.nivel) for c in suyas}),
            "publicadas": visibles,
            "reservadas": estados[EstadoValor.RESERVADO.value],
            "sin_dato": estados[EstadoValor.SIN_DATO.value],
            "redondeadas": redondeadas,
            "conservado": round(visibles / exactas, 3) if exactas else None,
            "niveles_omitidos": list(omitidos.get(indicador, ())),
        }
    return informe
