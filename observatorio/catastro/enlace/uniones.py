"""From scored pairs to premises: the surest pairs join first, and guards refuse what cannot be one business."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from observatorio.catastro.enlace.guardas import NO_OBEDECE, YA_UNIDOS, Guardas, Motivo
from observatorio.catastro.enlace.pareo_niveles import Modelo, modelo
from observatorio.catastro.enlace.perfiles import LOCAL, PROPIO, SUELTO

MISMA, DISTINTA = "misma", "distinta"
"""What a person decided about two records. One that cannot be obeyed is a doubt of weight 0 (`Motivo.NO_SE_PUDO`)."""

DUDAS_POR_GRUPO = 3
"""So many pairs about a group without a RUT are enough for a person: the best ones."""

DECISIONES: dict[str, Any] = {"nodo_a": pl.String, "nodo_b": pl.String, "tomada": pl.String}
DUDAS: dict[str, Any] = {
    "nodo_a": pl.String,
    "nodo_b": pl.String,
    "peso": pl.Float64,
    "motivo": pl.String,
    "detalle": pl.String,
    "tomada": pl.String,
}
UNIONES: dict[str, Any] = {
    "nodo": pl.String,
    "con": pl.String,
    "regla": pl.String,
    "peso": pl.Float64,
    "detalle": pl.String,
}


@dataclass(frozen=True)
class Grupos:
    """`nodos`: `nodo grupo`. `dudas`: pairs for a person, with the reason (`DUDAS`), and decisions (`tomada`) that
    cannot be obeyed, of one profile even. `uniones`: how each profile that is not alone got in (`UNIONES`); `regla` is
    `decision`, `identificador`, `contacto` or `parecido`."""

    nodos: pl.DataFrame
    dudas: pl.DataFrame
    uniones: pl.DataFrame


@dataclass(frozen=True)
class _Par:
    a: int
    b: int
    peso: float
    detalle: str
    regla: str = ""
    """By which evidence it joined; `decision` where a person decided."""


@dataclass(frozen=True)
class _Rechazo:
    """A decision that cannot be obeyed."""

    a: int
    b: int
    tomada: str
    porque: str


def agrupar(
    perfiles: pl.DataFrame, pares: pl.DataFrame, decisiones: pl.DataFrame | None = None, m: Modelo | None = None
) -> Grupos:
    """Join the profiles (`perfiles.COLUMNAS`) by decisions, then by pairs (`pareo.PARES`) from the heaviest down.

    `decisiones` as `DECISIONES`. The outcome depends on the content alone, not on the order of the rows. The id of a
    group is the `nodo` of its premises with a RUT, else of what a public register knows, else of its first record.
    """
    m = m or modelo()
    marco = perfiles.sort("nodo")
    nodos = marco["nodo"].to_list()
    numero = {nodo: i for i, nodo in enumerate(nodos)}
    guardas = Guardas(marco, m)
    filas = _en_orden(pares, numero)
    guardas.preferir((p.a, p.b, p.peso) for p in filas)
    decididas, rechazadas = _decidir(guardas, numero, decisiones)
    unidas, dudas = _por_peso(guardas, filas)
    return Grupos(
        pl.DataFrame(
            {"nodo": nodos, "grupo": _nombrar(guardas, marco)}, schema={"nodo": pl.String, "grupo": pl.String}
        ),
        _dudas(rechazadas, dudas, guardas, nodos),
        _uniones(decididas + unidas, nodos, marco),
    )


def _en_orden(pares: pl.DataFrame, numero: dict[str, int]) -> list[_Par]:
    orden = pares.sort(["peso", "nodo_a", "nodo_b"], descending=[True, False, False])
    return [
        _Par(numero[a], numero[b], p, d) for a, b, p, d in orden.select("nodo_a", "nodo_b", "peso", "detalle").rows()
    ]


def _decidir(
    guardas: Guardas, numero: dict[str, int], decisiones: pl.DataFrame | None
) -> tuple[list[_Par], list[_Rechazo]]:
    """What a person said: first who is not whom, then who is. Pairs that joined, and those that cannot be obeyed."""
    if decisiones is None:
        return [], []
    filas = decisiones.select(list(DECISIONES)).unique().rows()
    conocidas = sorted(
        (min(numero[a], numero[b]), max(numero[a], numero[b]), tomada)
        for a, b, tomada in filas
        if a in numero and b in numero
    )
    unidas: list[_Par] = []
    rechazadas: list[_Rechazo] = []
    for a, b, tomada in conocidas:
        if tomada == DISTINTA and a == b:
            rechazadas.append(_Rechazo(a, b, tomada, YA_UNIDOS))
        elif tomada == DISTINTA:
            guardas.separar(a, b)
    for a, b, tomada in conocidas:
        if tomada != MISMA or guardas.juntos(a, b):
            continue
        if motivo := guardas.motivo_de_decision(a, b):
            rechazadas.append(_Rechazo(a, b, tomada, NO_OBEDECE[motivo]))
        else:
            guardas.unir(a, b)
            unidas.append(_Par(a, b, 0.0, "", "decision"))
    return unidas, rechazadas


def _por_peso(guardas: Guardas, filas: list[_Par]) -> tuple[list[_Par], list[tuple[_Par, Motivo]]]:
    """The pairs that joined, and those that a guard or their weight left out; what a person decided is no doubt."""
    unidas: list[_Par] = []
    dudas: list[tuple[_Par, Motivo]] = []
    for par in filas:
        if guardas.juntos(par.a, par.b):
            continue
        motivo = guardas.motivo(par.a, par.b, par.peso)
        if motivo is None:
            guardas.unir(par.a, par.b)
            unidas.append(replace(par, regla=guardas.regla(par.a, par.b)))
        elif motivo is not Motivo.DECISION:
            dudas.append((par, motivo))
    return unidas, dudas


def _nombrar(guardas: Guardas, marco: pl.DataFrame) -> list[str]:
    """The id of the group of each profile."""
    orden = {LOCAL: 0, PROPIO: 1, SUELTO: 2}
    puestos = [
        (orden[clase], desde if clase == SUELTO else 0, nodo)
        for clase, desde, nodo in marco.select("clase", "desde", "nodo").rows()
    ]
    nombres: dict[int, str] = {}
    salida = []
    for i in range(len(puestos)):
        grupo = guardas.grupo[i]
        if id(grupo) not in nombres:
            nombres[id(grupo)] = min(puestos[n] for n in grupo.nodos)[2]
        salida.append(nombres[id(grupo)])
    return salida


def _dudas(
    rechazadas: list[_Rechazo], dudas: list[tuple[_Par, Motivo]], guardas: Guardas, nodos: list[str]
) -> pl.DataFrame:
    """Every decision that is not obeyed; and the best pair of each two groups, unless something else has joined them,
    of each group the best few."""
    vistas: set[frozenset[int]] = set()
    cuantas: Counter[int] = Counter()
    filas: list[tuple[Any, ...]] = []
    for r in rechazadas:
        if r.tomada == MISMA and guardas.juntos(r.a, r.b):
            continue
        vistas.add(frozenset((id(guardas.grupo[r.a]), id(guardas.grupo[r.b]))))
        detalle = f"se respondió «{r.tomada}», pero {r.porque}"
        filas.append((nodos[r.a], nodos[r.b], 0.0, str(Motivo.NO_SE_PUDO), detalle, r.tomada))
    for par, motivo in dudas:
        g, h = guardas.grupo[par.a], guardas.grupo[par.b]
        sin_rut = [id(x) for x in (g, h) if not x.locales]
        bastan = all(cuantas[x] >= DUDAS_POR_GRUPO for x in sin_rut)
        if g is h or frozenset((id(g), id(h))) in vistas or bastan:
            continue
        vistas.add(frozenset((id(g), id(h))))
        cuantas.update(sin_rut)
        filas.append((nodos[par.a], nodos[par.b], par.peso, str(motivo), par.detalle, None))
    return pl.DataFrame(filas, schema=DUDAS, orient="row").sort("nodo_a", "nodo_b", "tomada")


def _uniones(unidas: list[_Par], nodos: list[str], marco: pl.DataFrame) -> pl.DataFrame:
    """The first pair of each profile: by it alone it got in."""
    clases = marco["clase"].to_list()
    entradas: dict[int, tuple[Any, ...]] = {}
    for par in unidas:
        for uno, otro in ((par.a, par.b), (par.b, par.a)):
            if clases[uno] != LOCAL:
                entradas.setdefault(uno, (nodos[uno], nodos[otro], par.regla, par.peso, par.detalle))
    return pl.DataFrame([entradas[i] for i in sorted(entradas)], schema=UNIONES, orient="row")
