"""How the model of the linkage is learned: from the lists in which some say their RUT and many do not.

The records of such lists (surveys, trade bodies) that say a RUT are compared as if they did not. Which of those pairs
are one premises is then known from the registers themselves; the weights are those of the logistic regression that
tells them apart. A normal run never does this.
"""

from __future__ import annotations

import json
import math
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from observatorio import referencia
from observatorio.catastro.enlace.pareo import candidatos, puntuar
from observatorio.catastro.enlace.pareo_niveles import (
    COMPARACIONES,
    DECLARADAS,
    NUNCA_A_FAVOR,
    ORDENADAS,
    Modelo,
    niveles,
)
from observatorio.catastro.enlace.perfil_nombres import ARCHIVO
from observatorio.catastro.enlace.perfil_rasgos import UNA_VEZ
from observatorio.catastro.enlace.perfiles import CLAVES, LOCAL, nodos, perfilar
from observatorio.errors import ErrorConsulta

Reales = NDArray[np.float64]
Nivel = tuple[str, str]
ENCOGIMIENTO = 1.0
"""Ridge penalty on every weight (natural logarithm, not on the prior): a level that nobody showed weighs nothing."""

_SIN_FAVOR = [(c, n) for c, ns in NUNCA_A_FAVOR.items() for n in ns]
_PASOS, _BASTA = 60, 1e-9


def entrenar(obs: pl.DataFrame, locales: pl.DataFrame, cut: str) -> dict[str, Any]:
    """`previa`, `pesos` (bits by comparison and level, the declared ones too), `pares` and `iguales` used.

    `obs` as `lectura.COLUMNAS` with effective places, `locales` as `carga fila parte rut local`, of a whole city.
    Raises `ErrorConsulta` when no list with a RUT names a premises that a register knows.
    """
    hecho = pares_conocidos(obs, locales, cut)
    iguales = int(hecho["igual"].sum())
    if iguales == 0 or iguales == hecho.height:
        raise ErrorConsulta(
            "Las cargas no traen de qué aprender: faltan encuestas o gremios con RUT que un registro conozca.",
            "Cargue patentes o direcciones del SII, y una encuesta o un gremio con RUT.",
        )
    previa, pesos = _ajustar(hecho)
    return {"previa": previa, "pesos": pesos, "pares": hecho.height, "iguales": iguales}


def como_json(aprendido: dict[str, Any]) -> str:
    """The text of `data/referencia/enlace.json` with what `entrenar` gave; words and thresholds stay as they are."""
    ruta = referencia.datos_dir() / "referencia" / ARCHIVO
    dicho = json.loads(ruta.read_text(encoding="utf-8"))
    umbrales = {u: dicho["modelo"][u] for u in ("acepta", "revisa", "margen")}
    return json.dumps(dicho | {"modelo": umbrales | aprendido}, ensure_ascii=False, indent=2) + "\n"


def pares_conocidos(obs: pl.DataFrame, locales: pl.DataFrame, cut: str) -> pl.DataFrame:
    """The candidate pairs of which it is known whether they are one premises: a level for each comparison, `igual`."""
    hablan = obs.filter(pl.col("actor").is_in(UNA_VEZ)).select(*CLAVES)
    oficiales = locales.join(hablan, on=CLAVES, how="anti")
    perfiles = perfilar(obs, oficiales, cut)
    local = pl.concat_str(pl.col("rut").cast(pl.String), "local", separator="|")
    de_lista = locales.join(hablan, on=CLAVES, how="semi").select(*CLAVES, quien=local)
    quienes = pl.concat(
        [
            nodos(obs, oficiales, cut).join(de_lista, on=CLAVES).select("nodo", "quien"),
            perfiles.filter(pl.col("clase") == LOCAL).select("nodo", quien="nodo"),
        ]
    ).unique("nodo", keep="none")
    fila = perfiles.select("nodo", i=pl.int_range(pl.len(), dtype=pl.Int64)).join(quienes, on="nodo").drop("nodo")
    pares = candidatos(perfiles).cast(pl.Int64)
    for lado in ("a", "b"):
        pares = pares.join(fila.rename({"i": lado, "quien": f"quien_{lado}"}), on=lado)
    plano = Modelo(0.0, {c: dict.fromkeys(niveles(c), 0.0) for c in COMPARACIONES}, 0.0, 0.0, 0.0, "")
    hecho = puntuar(perfiles, pares.select("a", "b"), plano, None, con_niveles=True)
    return hecho.join(pares, on=["a", "b"]).select(*COMPARACIONES, igual=pl.col("quien_a") == pl.col("quien_b"))


def _ajustar(hecho: pl.DataFrame) -> tuple[float, dict[str, dict[str, float]]]:
    """Prior and weights in bits. Levels in the wrong order are made one and all is learned again, until none is."""
    todas = list(COMPARACIONES)
    vistas = hecho.group_by(todas).agg(n=pl.len(), k=pl.col("igual").sum()).sort(todas)
    libres = [(c, n) for c in todas for n in niveles(c) if n not in DECLARADAS.get(c, {})]
    clases = [{nivel} for nivel in libres]
    while True:
        previa, pesos = _con_clases(vistas, clases)
        if nulas := [n for n in _SIN_FAVOR if pesos.get(n, 0.0) > 0.0]:
            clases = [c for c in clases if not c & set(nulas)]
        elif par := _desorden(pesos, clases):
            juntas = [c for c in clases if c & par]
            clases = [c for c in clases if c not in juntas] + [set().union(*juntas)]
        else:
            break
    declarados = {(c, n): w for c, ns in DECLARADAS.items() for n, w in ns.items()}
    return previa, {c: {n: (pesos | declarados).get((c, n), 0.0) for n in niveles(c)} for c in todas}


def _con_clases(vistas: pl.DataFrame, clases: list[set[Nivel]]) -> tuple[float, dict[Nivel, float]]:
    """The fit in which the levels of a class weigh the same."""
    numero = {(c, n): g for c in COMPARACIONES for g, n in enumerate(reversed(niveles(c)))}
    columnas = [
        sum(
            ((vistas[c] == numero[c, n]).cast(pl.Float64).to_numpy() for c, n in sorted(clase)), np.zeros(vistas.height)
        )
        for clase in clases
    ]
    x = np.column_stack([np.ones(vistas.height), *columnas])
    dado = math.log(2) * sum(
        (
            (vistas[c] == numero[c, n]).cast(pl.Float64).to_numpy() * w
            for c, ns in DECLARADAS.items()
            for n, w in ns.items()
        ),
        np.zeros(vistas.height),
    )
    n, k = (vistas[columna].to_numpy().astype(np.float64) for columna in ("n", "k"))
    beta = _newton(x, dado, n, k)
    bits = [round(float(b) / math.log(2), 4) for b in beta]
    return bits[0], {nivel: b for clase, b in zip(clases, bits[1:], strict=True) for nivel in clase}


def _desorden(pesos: dict[Nivel, float], clases: list[set[Nivel]]) -> set[Nivel] | None:
    """Two levels of which the weaker weighs more, the worst ones."""
    peores = [
        (pesos[c, b] - pesos[c, a], c, a, b)
        for c, cadenas in ORDENADAS.items()
        for cadena in cadenas
        for a, b in pairwise(cadena)
        if (c, a) in pesos and (c, b) in pesos and pesos[c, b] > pesos[c, a]
    ]
    if not peores:
        return None
    _, c, a, b = max(peores)
    return {(c, a), (c, b)}


def _newton(x: Reales, dado: Reales, n: Reales, k: Reales) -> Reales:
    """Maximum of the penalised likelihood of `k` successes in `n` trials with the log odds `dado + x @ beta`."""
    pena = np.full(x.shape[1], ENCOGIMIENTO)
    pena[0] = 0.0
    beta = np.zeros(x.shape[1])
    for _ in range(_PASOS):
        p = 1.0 / (1.0 + np.exp(-dado - x @ beta))
        curva = (x.T * (n * p * (1.0 - p))) @ x + np.diag(pena)
        paso = np.clip(np.linalg.solve(curva, x.T @ (k - n * p) - pena * beta), -3.0, 3.0)
        beta += paso
        if np.abs(paso).max() < _BASTA:
            break
    return beta
