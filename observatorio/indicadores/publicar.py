"""Build the release of a year: fixed tables, protected together, proven, attacked, and stored with their proof.

What is published is the counts and the sums of the plan, as the reserve leaves them, and what follows from them: a rate
is made out of the cells that are shown, and of nothing else, so that it can tell nothing that they do not.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from sqlalchemy import Connection

from observatorio.db import huellas
from observatorio.db.queries import indicadores as consultas
from observatorio.db.queries import publicacion as consultas_publicacion
from observatorio.indicadores.contract import Indicador, Receta
from observatorio.indicadores.dimensiones import DIMENSIONES, ErrorPregunta
from observatorio.indicadores.lista import agregados
from observatorio.indicadores.plan_publico import (
    MEDIDAS,
    NIVELES_REDONDEADOS,
    UNIDADES,
    plan,
    preparar,
    regla,
)
from observatorio.reserva.ataque import ZONA, TablaPublicada
from observatorio.reserva.entrega import ESTABLECIMIENTOS, Cita, Plan, Protegida, proteger
from observatorio.reserva.publicacion import Celda, Entrega, anteriores, bloquear, guardar
from observatorio.reserva.redondeo import redondear
from observatorio.settings import Settings
from observatorio.vocabulario import EstadoValor

_FORMALIDAD = "formalidad"


@dataclass(frozen=True)
class Resumen:
    """What a release holds: its number, year, version of the register, rule, tables, and cells by state."""

    publicacion: int
    anio: int
    version: int
    regla: str
    tablas: int
    celdas: dict[EstadoValor, int]


def publicar(conn: Connection, settings: Settings, anio: int) -> Resumen:
    """Make the release of `anio` for the comuna of the settings, and keep it with its proof; does not commit.

    Raises `ErrorPregunta` when the year was never consolidated, and `ErrorReserva`, with nothing stored, when some cell
    cannot be protected or the attacker opens one.
    """
    version = consultas.versiones(conn, settings.cut).get(anio)
    if version is None:
        raise ErrorPregunta("anio", str(anio), "anio_sin_datos", f"No hay catastro consolidado de {anio}.", "")
    bloquear(conn, anio)
    niveles = consultas_publicacion.niveles_exactos(conn)
    activos = consultas_publicacion.activos(conn, settings.cut, anio, [*niveles, *NIVELES_REDONDEADOS])
    registros = preparar(activos, [*niveles, *NIVELES_REDONDEADOS])
    el_plan = plan(niveles, regla(settings), hay_informales="informal" in registros["formalidad"])
    redondeadas = _redondear(registros, settings, anio)
    medidas = _proteger(conn, settings.cut, anio, registros, el_plan, redondeadas)
    celdas = [*_celdas(conn, settings.cut, anio, medidas), *_redondeadas(redondeadas)]
    escrita = _en_palabras(settings)
    numero = guardar(
        conn,
        Entrega(
            cut=settings.cut,
            anio=anio,
            version=version,
            regla=escrita,
            celdas=celdas,
            fuentes=consultas_publicacion.cosechas(conn, anio),
            informe=_informe(celdas),
            medidas=medidas,
        ),
    )
    tablas = len({(c.indicador, c.por, c.nivel) for c in celdas})
    return Resumen(numero, anio, version, escrita, tablas, dict(Counter(c.estado for c in celdas)))


def _proteger(
    conn: Connection,
    cut: str,
    anio: int,
    registros: pl.DataFrame,
    el_plan: Plan,
    redondeadas: Sequence[TablaPublicada],
) -> list[Protegida]:
    """Every measure, protected; the solver lets go of the interpreter, so that two cores work."""
    antes = {m: _en_unidades(anteriores(conn, cut, anio, m), UNIDADES.get(m, 1)) for m in MEDIDAS}
    junto_a = {ESTABLECIMIENTOS: redondeadas}
    with ThreadPoolExecutor(max_workers=2, thread_name_prefix="reserva") as hilos:
        hechas = hilos.map(lambda m: proteger(registros, el_plan, m, antes[m], junto_a.get(m, ())), reversed(MEDIDAS))
        return list(hechas)


def _en_unidades(tablas: Sequence[TablaPublicada], unidad: int) -> list[TablaPublicada]:
    return [
        TablaPublicada(t.dimensiones, {c: None if v is None else v // unidad for c, v in t.celdas.items()})
        for t in tablas
    ]


def _celdas(conn: Connection, cut: str, anio: int, medidas: Sequence[Protegida]) -> Iterator[Celda]:
    """The cells of every indicator that has a recipe, out of the tables of the measures."""
    tablas = {(m.medida, frozenset(t.dimensiones)): t for m in medidas for t in m.tablas()}
    ceros = {m.medida: m.ceros for m in medidas}
    for indicador in agregados().values():
        receta = indicador.receta
        if receta is None:
            continue
        a_ciegas = _a_ciegas(conn, indicador, cut, anio)
        for (medida, claves), tabla in tablas.items():
            if medida != receta.medida:
                continue
            if not receta.divide:
                yield from _de_la_tabla(indicador, receta, tabla)
                contadas = tablas[ESTABLECIMIENTOS, claves]
                yield from _sin_suma(indicador, contadas, tabla, ceros[medida])
            elif _FORMALIDAD not in claves and (dividida := tablas.get((medida, claves | {_FORMALIDAD}))):
                yield from _de_la_division(indicador, receta, tabla, dividida, a_ciegas)


def _a_ciegas(conn: Connection, indicador: Indicador, cut: str, anio: int) -> bool:
    if indicador.requisito is None:
        return False
    return not consultas.anios_con(conn, cut, [anio], indicador.requisito.prueba)


def _de_la_tabla(indicador: Indicador, receta: Receta, tabla: TablaPublicada) -> Iterator[Celda]:
    """The figures that are the cells themselves."""
    unidad = UNIDADES.get(receta.medida, 1)
    for valores, total in tabla.celdas.items():
        valor = None if total is None else float(total * unidad)
        n = total if receta.medida == ESTABLECIMIENTOS else None
        estado = EstadoValor.RESERVADO if valor is None else EstadoValor.PUBLICADO
        yield Celda(*_cabeza(indicador, tabla, valores), valor, n, None if n is None else 1.0, estado)


def _sin_suma(
    indicador: Indicador, contadas: TablaPublicada, tabla: TablaPublicada, ceros: frozenset[Cita]
) -> Iterator[Celda]:
    """Cells that have establishments and no sum: zero where somebody said so, and unknown where nobody did."""
    for valores in contadas.celdas.keys() - tabla.celdas.keys():
        cabeza = _cabeza(indicador, contadas, valores)
        if frozenset(zip(contadas.dimensiones, valores, strict=True)) in ceros:
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


def _redondear(registros: pl.DataFrame, settings: Settings, anio: int) -> list[TablaPublicada]:
    """Counts by the levels of small cells, as multiples of the base. The draw is the installation's secret: whoever
    could repeat it could undo it."""
    secreto = huellas.asegurar_secreto(settings)
    tablas = []
    for nivel in NIVELES_REDONDEADOS:
        conteos = registros.group_by(ZONA + nivel).len().sort(ZONA + nivel)
        firma = hmac.new(secreto, f"redondeo {settings.cut} {anio} {nivel}".encode(), hashlib.sha256).digest()
        exactos = conteos["len"].cast(pl.Int64).to_numpy()
        redondos = redondear(np.asarray(exactos, np.int64), settings.reserva_base, int.from_bytes(firma)).tolist()
        pares = zip(conteos[ZONA + nivel].to_list(), redondos, strict=True)
        celdas: dict[tuple[str, ...], int | None] = {(zona,): valor for zona, valor in pares}
        tablas.append(TablaPublicada((ZONA + nivel,), celdas, base=settings.reserva_base))
    return tablas


def _redondeadas(tablas: Sequence[TablaPublicada]) -> Iterator[Celda]:
    for tabla in tablas:
        nivel = tabla.dimensiones[0].removeprefix(ZONA)
        for (zona,), valor in tabla.celdas.items():
            cabeza = (ESTABLECIMIENTOS, "zona", nivel, {"zona": zona})
            yield Celda(*cabeza, float(valor or 0), None, None, EstadoValor.PUBLICADO, tabla.base)


def _en_palabras(settings: Settings) -> str:
    return (
        f"Conteos desde {settings.reserva_conteo} empresas ({settings.reserva_reforzado} si hay personas naturales o "
        f"informales), sumas desde {settings.reserva_dinero} y p = {settings.reserva_p} %; supresión secundaria "
        f"probada; celdas H3 redondeadas a {settings.reserva_base}"
    )


def _informe(celdas: Sequence[Celda]) -> dict[str, Any]:
    """By indicator: cells published, hidden, rounded and unknown, and the share that is shown."""
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
        }
    return informe
