"""The place: streets with numbers that grow along them, buildings, districts, roads, villages and other comunas.

Everything stands on `data/muestra/*.csv`, whose offsets are metres (UTM 19S) from the centre of Calama.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import shapely

from observatorio.muestra.azar import Enteros, Reales, Textos, sorteo_sin_reposicion, textos
from observatorio.muestra.lugares import CENTRO_UTM, CUT, Lugares, a_grados, a_lo_largo, a_metros, puntos
from observatorio.muestra.parametros import tabla

_PASO_PUERTAS = 9.0
_RADIO_CENTRO = 750.0


def _lugares(
    calle: Textos, numero: Textos, resto: Textos, xy: Reales, zona: str, villa: Textos | None = None, cut: str = CUT
) -> Lugares:
    n = len(xy)
    lon, lat = a_grados(xy)
    vacias = textos([""] * n)
    return Lugares(
        calle, numero, resto, vacias if villa is None else villa, textos([cut] * n), textos([zona] * n), lon, lat
    )


@dataclass(frozen=True)
class _Puertas:
    calle: Textos
    numero: Enteros
    xy: Reales
    peso: Reales
    centro: Reales
    villa: Textos


@cache
def _puertas() -> _Puertas:
    """Every door of every street, some sixty thousand."""
    calles, numeros, coordenadas, pesos = [], [], [], []
    for fila in tabla("calles"):
        if fila["clase"] == "RUTA":
            continue
        trazado = puntos(fila["trazado"])
        largo = float(np.hypot(*np.diff(trazado, axis=0).T).sum())
        distancia = np.arange(6.0, largo, _PASO_PUERTAS)
        xy, normal = a_lo_largo(trazado, distancia)
        for lado in (0, 1):
            numeros.append(int(fila["desde"]) + (distancia.astype(np.int64) // 2) * 2 + lado)
            coordenadas.append(xy + normal * (10.0 if lado else -10.0))
            calles.append(np.full(len(distancia), fila["nombre"], dtype=object))
            pesos.append(np.full(len(distancia), float(fila["peso"])))
    xy = np.concatenate(coordenadas)
    lejos = np.hypot(*(xy - np.array(CENTRO_UTM)).T)
    centro = np.exp(-((lejos / _RADIO_CENTRO) ** 2) / 2) + 1e-9
    return _Puertas(np.concatenate(calles), np.concatenate(numeros), xy, np.concatenate(pesos), centro, villas(xy))


def villas(xy: Reales) -> Textos:
    """The name of the neighbourhood in which each point (UTM) lies, empty outside all of them."""
    salida = textos([""] * len(xy))
    for fila in tabla("barrios"):
        dentro = shapely.contains_xy(shapely.Polygon(puntos(fila["contorno"])), xy[:, 0], xy[:, 1])
        salida[dentro] = fila["nombre"]
    return salida


def _vueltas(n: int, orden: Enteros) -> tuple[Enteros, Enteros]:
    """Positions of the first `n` of an order that starts again when it ends, and the turn of each."""
    i = np.arange(n)
    return orden[i % len(orden)], i // len(orden)


def _en_calles(rng: np.random.Generator, n: int, zona: str) -> Lugares:
    puertas = _puertas()
    pesos = puertas.peso * puertas.centro if zona in ("centro", "calle") else puertas.peso
    cual, vuelta = _vueltas(n, sorteo_sin_reposicion(rng, pesos))
    xy = puertas.xy[cual] + rng.normal(0, 1.2, (n, 2))
    resto = textos(["" if v == 0 else f"LOCAL {v + 1}" for v in vuelta])
    numero = textos(["S/N" if zona == "calle" else str(k) for k in puertas.numero[cual]])
    return _lugares(puertas.calle[cual], numero, resto, xy, zona, puertas.villa[cual])


@cache
def _unidades(clase: str) -> tuple[Textos, Textos, Textos, Reales, Reales]:
    """Every unit of the buildings of a class: street, number, unit, point, weight."""
    puertas = _puertas()
    calle, numero, unidad, xy, peso = [], [], [], [], []
    for fila in tabla("edificios"):
        if fila["clase"] != clase:
            continue
        suya = np.flatnonzero(puertas.calle == fila["calle"])
        puerta = suya[np.argmin(np.abs(puertas.numero[suya] - int(fila["numero"])))]
        total = int(fila["unidades"])
        for k in range(total):
            codigo = 100 * (k // 12 + 1) + k % 12 + 1 if fila["unidad"] == "OFICINA" else k + 1
            calle.append(fila["calle"])
            numero.append(str(puertas.numero[puerta]))
            unidad.append(f"{fila['unidad']} {codigo}")
            # The units of an office tower share one point; those of malls and markets spread over the lot.
            radio = 6.0 if clase == "edificio" else 55.0
            angulo = 2.399963 * k
            largo = radio * np.sqrt((k + 0.5) / total)
            xy.append(puertas.xy[puerta] + largo * np.array([np.cos(angulo), np.sin(angulo)]))
            peso.append(float(fila["peso"]) / total)
    return textos(calle), textos(numero), textos(unidad), np.array(xy), np.array(peso)


def _en_edificios(rng: np.random.Generator, n: int, zona: str) -> Lugares:
    calle, numero, unidad, xy, peso = _unidades(zona)
    cual, vuelta = _vueltas(n, sorteo_sin_reposicion(rng, peso))
    resto = textos([u if v == 0 else f"{u}-{chr(65 + v % 26)}" for u, v in zip(unidad[cual], vuelta, strict=True)])
    return _lugares(calle[cual], numero[cual], resto, xy[cual], zona, villas(xy[cual]))


@cache
def _sitios() -> tuple[Textos, Textos, Textos, Reales, Reales]:
    """Every site of the industrial districts: block, site, district, point, weight."""
    manzana, sitio, distrito, xy, peso = [], [], [], [], []
    for fila in tabla("distritos"):
        esquinas = puntos(fila["contorno"])
        origen, ancho = esquinas.min(axis=0), np.ptp(esquinas, axis=0)
        manzanas, sitios = int(fila["manzanas"]), int(fila["sitios"])
        columnas = 4
        filas = -(-manzanas // columnas)
        for m in range(manzanas):
            base = origen + ancho * np.array([(m % columnas) / columnas, (m // columnas) / filas])
            for s in range(sitios):
                dentro = np.array([(s % 5 + 0.6) / 5.4 / columnas, (s // 5 + 0.6) / (sitios / 5 + 0.4) / filas])
                manzana.append(f"MANZANA {m + 1}")
                sitio.append(str(s + 1))
                distrito.append(fila["nombre"])
                xy.append(base + ancho * dentro)
                peso.append(float(fila["peso"]))
    return textos(manzana), textos(sitio), textos(distrito), np.array(xy), np.array(peso)


def _en_distritos(rng: np.random.Generator, n: int, zona: str) -> Lugares:
    manzana, sitio, distrito, xy, peso = _sitios()
    cual, vuelta = _vueltas(n, sorteo_sin_reposicion(rng, peso))
    resto = textos([d if v == 0 else f"BODEGA {v + 1}, {d}" for d, v in zip(distrito[cual], vuelta, strict=True)])
    return _lugares(manzana[cual], sitio[cual], resto, xy[cual] + rng.normal(0, 4, (n, 2)), zona)


def _en_rutas(rng: np.random.Generator, n: int, zona: str) -> Lugares:
    rutas = [(f["nombre"], puntos(f["trazado"]), float(f["desde"])) for f in tabla("calles") if f["clase"] == "RUTA"]
    cual = rng.integers(len(rutas), size=n)
    calle, numero, xy = textos([""] * n), textos([""] * n), np.zeros((n, 2))
    for k, (nombre, trazado, desde) in enumerate(rutas):
        suyas = np.flatnonzero(cual == k)
        largo = float(np.hypot(*np.diff(trazado, axis=0).T).sum())
        distancia = np.round(largo * rng.beta(1.0, 2.0, len(suyas)), -2)
        punto, normal = a_lo_largo(trazado, distancia)
        xy[suyas] = punto + normal * rng.choice([-35.0, 35.0], (len(suyas), 1))
        calle[suyas] = nombre
        numero[suyas] = [f"KM {desde + d / 1000:.1f}".replace(".", ",") for d in distancia]
    return _lugares(calle, numero, textos([""] * n), xy, zona)


def _en_aldeas(rng: np.random.Generator, n: int, zona: str) -> Lugares:
    filas = tabla("localidades")
    pesos = np.array([float(f["peso"]) for f in filas])
    cual = rng.choice(len(filas), size=n, p=pesos / pesos.sum())
    centros = a_metros(*(np.array([float(f[c]) for f in filas]) for c in ("lon", "lat")))
    nombres = textos([f["nombre"] for f in filas])[cual]
    azar = rng.random((n, 2))
    calle = textos([_una_de(filas[k]["calles"], a) for k, a in zip(cual, azar[:, 0], strict=True)])
    numero = textos(["S/N" if a < 0.6 else str(1 + int(a * 90)) for a in azar[:, 1]])
    return _lugares(calle, numero, nombres, centros[cual] + rng.normal(0, 160, (n, 2)), zona, nombres)


def _una_de(opciones: str, azar: float) -> str:
    lista = opciones.split("|")
    return lista[int(azar * len(lista)) % len(lista)]


def _afuera(rng: np.random.Generator, n: int, zona: str) -> Lugares:
    filas = [f for f in tabla("comunas_externas") if zona == "externa" or f["cut"][:2] == CUT[:2]]
    pesos = np.array([float(f["peso"]) for f in filas])
    cual = rng.choice(len(filas), size=n, p=pesos / pesos.sum())
    azar = rng.random(n)
    grados = np.array([[float(f["lon"]), float(f["lat"])] for f in filas])[cual] + rng.normal(0, 0.006, (n, 2))
    oficina = np.where(rng.random(n) < 0.5, textos([f"OFICINA {101 + int(a * 1500)}" for a in azar]), "")
    return Lugares(
        textos([_una_de(filas[k]["calles"], a) for k, a in zip(cual, azar, strict=True)]),
        textos([str(k) for k in rng.integers(20, 6000, n)]),
        textos(list(oficina)),
        textos([""] * n),
        textos([filas[k]["cut"] for k in cual]),
        textos([zona] * n),
        np.round(grados[:, 0], 7),
        np.round(grados[:, 1], 7),
    )


@cache
def faenas() -> Lugares:
    """The works of the tractoras, in the order of `tractoras.csv`."""
    filas = tabla("tractoras")
    n = len(filas)
    return Lugares(
        textos([f["faena"] for f in filas]),
        textos(["S/N"] * n),
        textos([""] * n),
        textos([""] * n),
        textos([f["cut"] for f in filas]),
        textos(["mina"] * n),
        np.array([float(f["lon"]) for f in filas]),
        np.array([float(f["lat"]) for f in filas]),
    )


def _en_minas(rng: np.random.Generator, n: int, zona: str) -> Lugares:
    todas = faenas()
    elegidas = todas.tomar(rng.integers(len(todas), size=n))
    lon, lat = a_grados(a_metros(elegidas.lon, elegidas.lat) + rng.normal(0, 250, (n, 2)))
    return Lugares(
        elegidas.calle, elegidas.numero, elegidas.resto, elegidas.villa, elegidas.cut, elegidas.zona, lon, lat
    )


_ZONAS = {
    "centro": _en_calles,
    "barrio": _en_calles,
    "calle": _en_calles,
    "mall": _en_edificios,
    "edificio": _en_edificios,
    "feria": _en_edificios,
    "industrial": _en_distritos,
    "ruta": _en_rutas,
    "aldea": _en_aldeas,
    "externa": _afuera,
    "region": _afuera,
    "mina": _en_minas,
}


def lugares(rng: np.random.Generator, zonas: Textos) -> Lugares:
    """One door for each element of `zonas` (classes of place); those of a class repeat only when all are taken."""
    partes, donde = [], []
    for zona in sorted(set(zonas)):
        suyos = np.flatnonzero(zonas == zona)
        partes.append(_ZONAS[zona](rng, len(suyos), zona))
        donde.append(suyos)
    orden = np.argsort(np.concatenate(donde), kind="stable").astype(np.int64)
    return Lugares.unir(partes).tomar(orden)
