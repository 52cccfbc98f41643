"""Zones out of a file: polygons of any layer that GDAL reads, and their people from a column or from a CSV."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from observatorio.errors import ErrorArchivo
from observatorio.referencia import comunas, plegar

_POBLACION = re.compile(r"POBLACION.*|PERSONAS.*|HABITANTES.*|POP.*")
_CSV = {".csv", ".tsv", ".txt"}


@dataclass(frozen=True)
class Capa:
    """The features of a layer: columns as text (null where empty), and shapes (EPSG:4326, None where none)."""

    columnas: pl.DataFrame
    formas: npt.NDArray[np.object_]


def leer_capa(archivo: Path) -> Capa:
    """Read the first layer with polygons, in EPSG:4326, valid, as MultiPolygons without height.

    Raises `ErrorArchivo` when the file is no layer, has no polygon or does not say where on Earth it lies.
    """
    if not archivo.exists():
        raise ErrorArchivo(f"No existe el archivo «{archivo}».", "Revise la ruta.")
    try:
        meta, _, wkb, datos = pyogrio.raw.read(archivo, layer=_capa_con_poligonos(archivo), force_2d=True)
    except (DataSourceError, DataLayerError) as error:
        raise ErrorArchivo(
            f"«{archivo.name}» no es una capa que se pueda leer.",
            "Use GeoJSON, GeoPackage, KML o un Shapefile con sus cuatro archivos (o en un .zip).",
        ) from error
    formas = _poligonos(shapely.from_wkb(wkb))
    if not any(forma is not None for forma in formas):
        raise ErrorArchivo(f"«{archivo.name}» no tiene polígonos.", "Cargue una capa de polígonos.")
    columnas = {str(n): [_texto(v) for v in valores] for n, valores in zip(meta["fields"], datos, strict=True)}
    formas = _a_4326(formas, meta["crs"], archivo.name)
    return Capa(pl.DataFrame(columnas, schema=dict.fromkeys(columnas, pl.Utf8)), formas)


def _capa_con_poligonos(archivo: Path) -> str:
    capas = pyogrio.list_layers(archivo)
    for nombre, tipo in capas:
        if tipo is not None and ("Polygon" in tipo or tipo in ("Unknown", "GeometryCollection")):
            return str(nombre)
    raise ErrorArchivo(f"«{archivo.name}» no tiene polígonos.", "Cargue una capa de polígonos.")


def _poligonos(formas: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    salida = np.full(len(formas), None, dtype=object)
    for i, forma in enumerate(shapely.make_valid(formas)):
        if forma is None:
            continue
        partes = [
            p for p in shapely.get_parts(shapely.get_parts([forma])) if p.geom_type == "Polygon" and not p.is_empty
        ]
        if partes:
            salida[i] = shapely.MultiPolygon(partes)
    return salida


def _a_4326(formas: npt.NDArray[np.object_], crs: str | None, nombre: str) -> npt.NDArray[np.object_]:
    hay = np.array([forma is not None for forma in formas])
    if crs is None:
        oeste, sur, este, norte = shapely.total_bounds(formas[hay])
        if -180 <= oeste <= este <= 180 and -90 <= sur <= norte <= 90:
            return formas
        raise ErrorArchivo(
            f"«{nombre}» no dice en qué sistema de referencia están sus coordenadas.",
            "Agregue el archivo .prj, o guarde la capa en EPSG:4326.",
        )
    try:
        paso = Transformer.from_crs(CRS.from_user_input(crs), 4326, always_xy=True)
    except CRSError as error:
        raise ErrorArchivo(
            f"«{nombre}» usa un sistema de referencia desconocido.", "Guarde la capa en EPSG:4326."
        ) from error
    formas[hay] = _poligonos(
        shapely.transform(formas[hay], lambda xy: np.column_stack(paso.transform(xy[:, 0], xy[:, 1])))
    )
    return formas


def _texto(valor: object) -> str | None:
    """A cell as text: whole numbers without a point, so that a code typed as a number stays a code."""
    if valor is None or (isinstance(valor, float | np.floating) and np.isnan(valor)):
        return None
    if isinstance(valor, float | np.floating) and float(valor).is_integer():
        return str(int(valor))
    return str(valor).strip() or None


def poblacion_de(capa: Capa, codigo: str, poblacion: str) -> pl.DataFrame:
    """The people of each code (`zona`, `poblacion`): from a column of the layer, or from a CSV whose rows are added up.

    The CSV's codes stand in a column called as the layer's, else in its first; its people in a column called
    población, personas or habitantes, else in its last. Raises `ErrorArchivo` when there is neither, or a figure
    is not a number.
    """
    if poblacion in capa.columnas.columns:
        marco = capa.columnas.select(zona=codigo, crudo=poblacion)
        return _sumar(marco, f"la columna «{poblacion}»")
    ruta = Path(poblacion)
    if ruta.is_file():
        return _sumar(_leer_csv(ruta, codigo), f"«{ruta.name}»")
    if ruta.suffix.lower() in _CSV:
        raise ErrorArchivo(f"No existe el archivo de población «{poblacion}».", "Revise la ruta.")
    raise columna_ausente(capa, poblacion)


def columna_ausente(capa: Capa, columna: str) -> ErrorArchivo:
    """The refusal for a column that the layer does not have."""
    return ErrorArchivo(
        f"La capa no tiene la columna «{columna}».", f"Tiene estas: {', '.join(capa.columnas.columns)}."
    )


def _leer_csv(ruta: Path, codigo: str) -> pl.DataFrame:
    crudo = ruta.read_bytes()
    try:
        texto = crudo.decode("utf-8-sig")
    except UnicodeDecodeError:
        texto = crudo.decode("latin-1")
    primera = texto.partition("\n")[0]
    filas = list(csv.reader(texto.splitlines(), delimiter=max(",;\t", key=primera.count)))
    if len(filas) < 2 or len(filas[0]) < 2:
        raise ErrorArchivo(f"«{ruta.name}» no trae código y población.", "Use un CSV con encabezado y dos columnas.")
    encabezado = filas[0]
    de_codigo = next((i for i, h in enumerate(encabezado) if plegar(h) == plegar(codigo)), 0)
    de_gente = next((i for i, h in enumerate(encabezado) if _POBLACION.fullmatch(plegar(h))), len(encabezado) - 1)
    completas = [f for f in filas[1:] if len(f) == len(encabezado)]
    return pl.DataFrame(
        {"zona": [f[de_codigo].strip() or None for f in completas], "crudo": [f[de_gente] for f in completas]},
        schema={"zona": pl.Utf8, "crudo": pl.Utf8},
    )


def _sumar(marco: pl.DataFrame, donde: str) -> pl.DataFrame:
    limpio = marco.filter(pl.col("zona").is_not_null()).with_columns(
        poblacion=pl.col("crudo").str.strip_chars().cast(pl.Float64, strict=False)
    )
    malas = limpio.filter(pl.col("crudo").fill_null("").str.strip_chars() != "", pl.col("poblacion").is_null())
    if malas.height:
        raise ErrorArchivo(
            f"En {donde}, «{malas['crudo'][0]}» no es una población (zona {malas['zona'][0]}).",
            "Escriba solo cifras, sin separador de miles.",
        )
    conocidas = limpio.filter(pl.col("poblacion").is_not_null())
    return conocidas.group_by("zona", maintain_order=True).agg(pl.col("poblacion").sum())


def comunas_de(formas: npt.NDArray[np.object_], defecto: str | None) -> list[str | None]:
    """The comuna in which each shape's inner point lies; `defecto` where there is no shape or no comuna."""
    todas = comunas()
    arbol = shapely.STRtree([c.geometria for c in todas])
    hay = np.array([forma is not None for forma in formas])
    adentro = shapely.point_on_surface(formas[hay])
    salida: list[str | None] = [defecto] * len(formas)
    posiciones = np.flatnonzero(hay)
    for punto, comuna in arbol.query(adentro, predicate="within").T:
        salida[posiciones[punto]] = todas[comuna].cut
    return salida
