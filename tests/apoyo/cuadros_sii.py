"""Two tables of the SII that count the same firms: by region and number of workers, and by region and sales.

Neither prints the total of its regions; where one of them hides nothing, its sum is the total of the other.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from observatorio.reserva.ataque import Atacante, Cota, Geografia, TablaPublicada

MEDIDAS = {"ventas": 4, "renta": 6, "honorarios": 15}
"""The columns in UF in which something is hidden, by their place in both files."""

_ARCHIVOS = {"trabajadores": ("PUB_REG_TRTRAB.csv", 1, 2), "ventas_tramo": ("PUB_TRAM5_REG.csv", 2, 1)}
_MILES = 1000


def tablas(carpeta: Path, anio: int, medida: str) -> list[TablaPublicada]:
    """Both tables of a year and a measure, in thousands of UF, and the totals of regions that follow from them."""
    hechas = [_tabla(carpeta, anio, medida, tamano) for tamano in _ARCHIVOS]
    regiones = dict.fromkeys(region for t in hechas for region, _ in t.celdas)
    totales = {(region,): next(_totales(region, hechas), None) for region in regiones}
    return [*hechas, TablaPublicada(("region",), totales)]


def _tabla(carpeta: Path, anio: int, medida: str, tamano: str) -> TablaPublicada:
    archivo, region, tramo = _ARCHIVOS[tamano]
    with (carpeta / archivo).open(encoding="utf-8", newline="") as filas:
        suyas = [f for f in csv.reader(filas) if f[0] == str(anio)]
    columna = MEDIDAS[medida]
    celdas = {(f[region], f[tramo]): None if f[columna] == "*" else float(f[columna]) / _MILES for f in suyas}
    return TablaPublicada(("region", tamano), celdas)


def _totales(region: str, hechas: list[TablaPublicada]) -> Iterator[float]:
    for tabla in hechas:
        suyas = [x for (r, _), x in tabla.celdas.items() if r == region]
        if all(x is not None for x in suyas):
            yield sum(suyas)


def cotas(publicadas: list[TablaPublicada]) -> dict[frozenset[tuple[str, str]], Cota]:
    """The bounds of each hidden cell of the two tables."""
    todas = Atacante(publicadas, Geografia()).acotar()
    return {clave: cota for clave, cota in todas.items() if len(clave) == 2}


def informe(carpeta: Path, anios: list[int]) -> str:
    """What can be bounded, a row a measure, as a Markdown table."""
    lineas = ["| medida | celdas | ocultas | exactas | con tope | ocultas bajo el 1 % de su región | sin tope |"]
    lineas.append("| --- |" + " ---: |" * 6)
    for medida in MEDIDAS:
        n = ocultas = exactas = topadas = chicas = 0
        for anio in anios:
            suyas = tablas(carpeta, anio, medida)
            totales = {r: x for (r,), x in suyas[-1].celdas.items()}
            n += sum(len(t.celdas) for t in suyas[:-1])
            for clave, cota in cotas(suyas).items():
                total = totales[dict(clave)["region"]]
                ocultas += 1
                exactas += cota.maximo - cota.minimo < 1e-6
                topadas += cota.maximo != float("inf")
                chicas += total is not None and cota.maximo < total / 100
        lineas.append(f"| {medida} | {n} | {ocultas} | {exactas} | {topadas} | {chicas} | {ocultas - topadas} |")
    return "\n".join(lineas)
