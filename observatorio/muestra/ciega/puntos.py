"""Points that are well written and of another place: rounded, of the corner, a block away, the surveyor's home."""

from __future__ import annotations

import numpy as np
import shapely

from observatorio.muestra import ciudad, coordenadas
from observatorio.muestra.azar import Enteros, Reales, Textos, generador, textos
from observatorio.muestra.ciega.esquinas import cercanas
from observatorio.muestra.ciega.tasas import tasas
from observatorio.muestra.lugares import a_grados, a_metros
from observatorio.muestra.manos import Medidas, Renglones
from observatorio.muestra.mundo import Mundo
from observatorio.muestra.suciedad import anotar

_RUMBOS = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])


def escribir(m: Mundo, rng: np.random.Generator, r: Renglones, medidas: Medidas) -> tuple[Textos, Textos]:
    """X and Y as text: a share of the points present stands elsewhere, a share of the others is written wrong."""
    lon, lat, presentes = medidas.lon.copy(), medidas.lat.copy(), medidas.presentes
    modo = _modos(rng, r, presentes)
    grupos = {nombre: presentes[modo == nombre] for nombre in ("redondeado", "esquina", "cuadra", "encuestador")}
    grupos["esquina"] = _a_la_esquina(m, r, lon, lat, grupos["esquina"])
    _a_otra_cuadra(rng, lon, lat, grupos["cuadra"])
    _a_casa(m, rng, r, lon, lat, grupos["encuestador"])
    for nombre, filas in grupos.items():
        anotar(r.falla, filas, f"punto_{nombre}")
    x, y = coordenadas.ensuciar(rng, lon, lat, presentes[modo == ""], r.falla, medidas.tasa, medidas.clases)
    redondas = grupos["redondeado"]
    x[redondas] = [f"{v:.3f}" for v in lon[redondas]]
    y[redondas] = [f"{v:.3f}" for v in lat[redondas]]
    return x, y


def _modos(rng: np.random.Generator, r: Renglones, presentes: Enteros) -> Textos:
    p = tasas().puntos
    u, modo = rng.random(len(presentes)), textos([""] * len(presentes))
    hasta = 0.0
    for nombre, por_archivo in (
        ("redondeado", p.redondeado),
        ("esquina", p.esquina),
        ("cuadra", p.cuadra),
        ("encuestador", p.encuestador),
    ):
        desde, hasta = hasta, hasta + por_archivo[r.archivo]
        modo[(u >= desde) & (u < hasta)] = nombre
    return modo


def _a_la_esquina(m: Mundo, r: Renglones, lon: Reales, lat: Reales, filas: Enteros) -> Enteros:
    """Move these rows to the nearest corner of their street; gives back those whose street has one."""
    movidas = []
    for i in filas[r.lugar[filas] >= 0].tolist():
        xy = a_metros(lon[i : i + 1], lat[i : i + 1])
        esquinas = cercanas(m.lugares.calle[r.lugar[i]], xy[0])[1]
        if len(esquinas):
            lon[i : i + 1], lat[i : i + 1] = a_grados(esquinas[:1])
            movidas.append(i)
    return np.array(movidas, dtype=np.int64)


def _a_otra_cuadra(rng: np.random.Generator, lon: Reales, lat: Reales, filas: Enteros) -> None:
    largo = tasas().puntos.largo_cuadra * rng.uniform(0.85, 1.15, (len(filas), 1))
    xy = a_metros(lon[filas], lat[filas]) + largo * _RUMBOS[rng.integers(4, size=len(filas))]
    lon[filas], lat[filas] = a_grados(xy)


def _a_casa(m: Mundo, rng: np.random.Generator, r: Renglones, lon: Reales, lat: Reales, filas: Enteros) -> None:
    """The homes of the surveyors of a year, each with the same point for all that were filled in there."""
    n = tasas().puntos.encuestadores
    casas = ciudad.lugares(generador(m.semilla, "ciega", "encuestadores", r.k), textos(["barrio"] * n))
    cual = rng.integers(n, size=len(filas))
    lon[filas], lat[filas] = casas.lon[cual], casas.lat[cual]


def vecinas(m: Mundo, k: int, lugar: Enteros) -> Enteros:
    """The nearest other door that is in use in year `k` and counts as the neighbour's, -1 where there is none."""
    usadas = np.unique(m.sitio.lugar[m.sitio.activo[:, k], k])
    todas = a_metros(m.lugares.lon[usadas], m.lugares.lat[usadas])
    suyas = a_metros(m.lugares.lon[lugar], m.lugares.lat[lugar])
    arbol = shapely.STRtree(np.asarray(shapely.points(todas)))
    quien, otra = arbol.query(np.asarray(shapely.points(suyas)), predicate="dwithin", distance=tasas().puntos.vecino)
    distinta = usadas[otra] != lugar[quien]
    quien, otra = quien[distinta], otra[distinta]
    metros = np.hypot(*(suyas[quien] - todas[otra]).T)
    orden = np.lexsort((otra, metros, quien))
    quien, otra = quien[orden], otra[orden]
    primera = np.r_[True, quien[1:] != quien[:-1]] if len(quien) else np.zeros(0, dtype=bool)
    salida = np.full(len(lugar), -1, dtype=np.int64)
    salida[quien[primera]] = usadas[otra[primera]]
    return salida
