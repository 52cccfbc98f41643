"""Small registers and plans whose every table can be worked out by hand, or by trying everything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
import polars as pl

from observatorio.reserva.ataque import TablaPublicada
from observatorio.reserva.entrega import Plan, Protegida
from observatorio.reserva.secundaria import Patron

Detalle = tuple[str, ...]


def de_conteos(dimensiones: Sequence[str], conteos: Mapping[Detalle, int], **iguales: object) -> pl.DataFrame:
    """A register with so many establishments in each cell, each of its own contributor, and `iguales` for all."""
    filas = [
        dict(zip(dimensiones, detalle, strict=True)) | {"contribuyente": f"{'-'.join(detalle)} {k}"}
        for detalle, n in conteos.items()
        for k in range(n)
    ]
    return pl.DataFrame(filas).with_columns(**{"reforzado": False, **iguales})


def al_azar(semilla: int, filas: int, valores: Mapping[str, int]) -> pl.DataFrame:
    """A register of `filas` establishments: `valores[d]` values of each dimension, the first ones the most usual.

    Firms have one to many premises; `empleo` is skewed and sometimes unknown. Zone levels are blocks of one map, so
    that those of two levels overlap at their borders.
    """
    azar = np.random.default_rng(semilla)
    columnas: dict[str, object] = {}
    lugar = azar.random(filas)
    for dimension, cuantos in valores.items():
        sorteo = lugar if dimension.startswith("zona:") else azar.random(filas) ** 2
        columnas[dimension] = [f"{dimension[-1]}{int(k)}" for k in sorteo * cuantos]
    empleo = np.ceil(azar.lognormal(1.5, 1.2, filas)).astype(int)
    return pl.DataFrame(
        {
            **columnas,
            "contribuyente": [f"f{int(k)}" for k in azar.random(filas) ** 1.5 * filas * 0.8],
            "reforzado": azar.random(filas) < 0.3,
            "empleo": [None if azar.random() < 0.1 else int(e) for e in empleo],
        },
        schema_overrides={"empleo": pl.Int64},
    )


def sin_secundaria(protegida: Protegida) -> Protegida:
    """The same release with nothing hidden but what is sensitive by itself."""
    oculta = np.zeros_like(protegida.patron.oculta)
    oculta[[*protegida.encargo.requisitos, *protegida.encargo.ocultas]] = True
    return replace(protegida, patron=Patron(oculta, (), ()))


def plano(plan: Plan) -> Plan:
    """The plan with zone levels turned into dimensions like any other: nobody thinks of their intersections."""
    return replace(plan, tablas=tuple(tuple(sin_nivel(d) for d in t) for t in plan.tablas))


def sin_nivel(dimension: str) -> str:
    return dimension.replace("zona:", "plano_")


def con_nivel(tablas: Sequence[TablaPublicada]) -> list[TablaPublicada]:
    """The tables of a release of `plano`, as they would be published."""
    return [replace(t, dimensiones=tuple(d.replace("plano_", "zona:") for d in t.dimensiones)) for t in tablas]


def leidas_juntas(*entregas: Sequence[TablaPublicada]) -> list[TablaPublicada]:
    """What somebody has who read several releases of the same data: a cell is hidden only where all of them hide it."""
    juntas: dict[tuple[str, ...], dict[tuple[str, ...], int | None]] = {}
    moldes: dict[tuple[str, ...], TablaPublicada] = {}
    for tabla in (t for entrega in entregas for t in entrega):
        moldes.setdefault(tabla.dimensiones, tabla)
        celdas = juntas.setdefault(tabla.dimensiones, {})
        for valores, cifra in tabla.celdas.items():
            if celdas.get(valores) is None:
                celdas[valores] = cifra
    return [replace(moldes[d], celdas=c) for d, c in juntas.items()]


def publicar_a_mano(
    dimensiones: Sequence[str], detalle: Mapping[Detalle, int], ocultas: Sequence[Detalle], minimo: int = 1
) -> list[TablaPublicada]:
    """A table with all of its margins, where the cells `ocultas` are hidden, `*` where a cell adds over a dimension."""
    tablas = []
    for n in range(len(dimensiones) + 1):
        for lugares in combinations(range(len(dimensiones)), n):
            celdas: dict[Detalle, int | None] = {}
            for valores, cifra in detalle.items():
                clave = tuple(valores[k] for k in lugares)
                celdas[clave] = (celdas.get(clave) or 0) + cifra
            for clave in celdas:
                if (
                    tuple(dict(zip(lugares, clave, strict=True)).get(k, "*") for k in range(len(dimensiones)))
                    in ocultas
                ):
                    celdas[clave] = None
            tablas.append(TablaPublicada(tuple(dimensiones[k] for k in lugares), celdas, minimo=minimo))
    return tablas


def todas_las_que_caben(tablas: Sequence[TablaPublicada]) -> Iterator[dict[frozenset[tuple[str, str]], int]]:
    """Every whole table that fits what was published, by trying: each as the value of every cell of every table.

    The table of all the dimensions must be among `tablas`, and the total be shown.
    """
    detalle = max(tablas, key=lambda t: len(t.dimensiones))
    citas = {v: frozenset(zip(detalle.dimensiones, v, strict=True)) for v in detalle.celdas}
    libres = [citas[v] for v, x in detalle.celdas.items() if x is None]
    fijas = {citas[v]: x for v, x in detalle.celdas.items() if x is not None}
    total = next(t for t in tablas if not t.dimensiones).celdas[()]
    assert total is not None
    margenes = {
        frozenset(zip(t.dimensiones, v, strict=True)): x
        for t in tablas
        if t is not detalle
        for v, x in t.celdas.items()
    }
    tope = {m: total if x is None else x for m, x in margenes.items()}
    for m in margenes:
        tope[m] -= sum(x for c, x in fijas.items() if m <= c)
    yield from _completar(libres, {}, tope, margenes, fijas, detalle.minimo)


def _completar(
    libres: list[frozenset[tuple[str, str]]],
    puestas: dict[frozenset[tuple[str, str]], int],
    queda: dict[frozenset[tuple[str, str]], int],
    margenes: dict[frozenset[tuple[str, str]], int | None],
    fijas: Mapping[frozenset[tuple[str, str]], int],
    minimo: int,
) -> Iterator[dict[frozenset[tuple[str, str]], int]]:
    if not libres:
        celdas = {**fijas, **puestas}
        sumas = {m: sum(x for c, x in celdas.items() if m <= c) for m in margenes}
        if all(sumas[m] >= minimo if x is None else sumas[m] == x for m, x in margenes.items()):
            yield {**celdas, **sumas}
        return
    celda, *resto = libres
    suyos = [m for m in margenes if m <= celda]
    # A margin of which this is the last hidden cell leaves no choice.
    ultima = [queda[m] for m in suyos if margenes[m] is not None and not any(m <= c for c in resto)]
    techo = min(queda[m] for m in suyos)
    for x in range(max([minimo, *ultima]), techo + 1):
        nueva = {**queda, **{m: queda[m] - x for m in suyos}}
        yield from _completar(resto, {**puestas, celda: x}, nueva, margenes, fijas, minimo)


def dos_por_fila(protegida: Protegida) -> Protegida:
    """What is done by hand where there is no better tool: whenever a sum has one hidden cell, hide its smallest other.

    The peer against which the reserve is measured: it looks at one row or column of one table at a time.
    """
    s = protegida.sistema
    oculta = sin_secundaria(protegida).patron.oculta.copy()
    filas = [s.sumas.indices[a:b] for a, b in pairwise(s.sumas.indptr)]
    partes = [f[s.sumas.data[a:b] > 0] for f, (a, b) in zip(filas, pairwise(s.sumas.indptr), strict=True)]
    filas = [f for f in filas if not s.latente[f].any()]
    partes = [p for p in partes if not s.latente[p].any()]
    cambio = True
    while cambio:
        cambio = False
        for fila, suyas in zip(filas, partes, strict=True):
            libres = suyas[~oculta[suyas]]
            if oculta[fila].sum() == 1 and len(libres):
                oculta[libres[np.lexsort((libres, s.valor[libres]))[0]]] = True
                cambio = True
    return replace(protegida, patron=Patron(oculta, (), ()))


def metas(protegida: Protegida) -> dict[frozenset[tuple[str, str]], tuple[float, float]]:
    """How far down and up whoever knows nothing must be left in doubt of each sensitive cell."""
    salida = {}
    for i in protegida.encargo.requisitos:
        valor, (arriba, abajo) = float(protegida.sistema.valor[i]), protegida.encargo.lejania(i, None)
        salida[protegida.cita(i)] = (valor - abajo, valor + arriba)
    return salida


def conservado(protegida: Protegida) -> float:
    """The share that is shown of the cells, not zero, that tell nothing by themselves."""
    s = protegida.sistema
    delicada = sin_secundaria(protegida).patron.oculta
    inocentes = ~delicada & ~s.latente & (s.valor != 0)
    return float((~protegida.patron.oculta[inocentes]).mean())
