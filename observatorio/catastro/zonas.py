"""The territory: levels of zones out of files, the built-in ones, and in which zones each establishment lies.

Built-in levels are `comuna` and the H3 cells `h3_7`, `h3_8`, `h3_9`; every other level comes from a layer that
somebody loads. An official polygon of a comuna goes before the simplified one of the reference data.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path

import h3
import h3.api.basic_int as h3_numeros
import numpy as np
import polars as pl
import shapely
from sqlalchemy import Connection

from observatorio.catastro.capa import Capa, columna_ausente, comunas_de, leer_capa, poblacion_de
from observatorio.db.queries import zonas as consultas
from observatorio.errors import ErrorArchivo, ErrorConsulta

RESOLUCIONES: Mapping[str, int] = {"h3_7": 7, "h3_8": 8, "h3_9": 9}
"""The built-in levels of hexagons and their H3 resolution."""

MAX_CELDAS = 60_000
"""Most cells that a level is given in advance: over zones as wide as a desert, cells come with establishments only."""

_GRUESA = min(RESOLUCIONES.values())

_NOMBRES = {
    "comuna": "Comuna",
    "h3_7": "Hexágonos de unos 5 km²",
    "h3_8": "Hexágonos de unas 74 ha",
    "h3_9": "Hexágonos de unas 11 ha",
}
_NIVEL = re.compile(r"[a-z][a-z0-9_]{1,39}")


@dataclass(frozen=True)
class ResumenZonas:
    """What a load of zones found. `personas` is the sum over all zones, `personas_con_poligono` of those on the map."""

    nivel: str
    zonas: int
    con_poligono: int
    con_poblacion: int
    personas: float
    personas_con_poligono: float

    def __str__(self) -> str:
        partes = [f"Nivel «{self.nivel}»: {_miles(self.zonas)} zonas"]
        if self.con_poblacion:
            partes.append(f"{_miles(self.con_poblacion)} tienen población ({_miles(self.personas)} personas)")
        else:
            partes.append("ninguna trae población")
        partes.append(f"{_miles(self.con_poligono)} tienen polígono")
        sin = self.zonas - self.con_poligono
        if sin:
            fuera = self.personas - self.personas_con_poligono
            partes.append(f"{_miles(sin)} quedan sin polígono ({_miles(fuera)} personas) y no salen en los mapas")
        return "; ".join(partes) + "."


def _miles(numero: float) -> str:
    return f"{numero:,.0f}".replace(",", ".")


def cargar_zonas(
    conn: Connection,
    archivo: Path,
    nivel: str,
    codigo: str,
    nombre: str | None = None,
    poblacion: str | None = None,
    anio_poblacion: int | None = None,
    cut: str | None = None,
) -> ResumenZonas:
    """Load or replace a level from a layer of polygons, and say how many zones have people and how many a polygon.

    `codigo` and `nombre` are columns of the layer; `poblacion` is one too, or a CSV with codes and people, which are
    added up by code. Zones that only the CSV knows are kept without a polygon, and belong to the comuna `cut`.
    Establishments already consolidated are assigned again. Raises `ErrorArchivo` when the layer has no polygons,
    lacks a column or repeats a code, and `ErrorConsulta` when the level's name will not do.
    """
    if not _NIVEL.fullmatch(nivel) or nivel.startswith("h3_"):
        raise ErrorConsulta(
            f"«{nivel}» no sirve como nombre de nivel.",
            "Use minúsculas, cifras y guion bajo, por ejemplo zona_censal; los que empiezan con h3_ ya vienen hechos.",
        )
    capa = leer_capa(archivo)
    for columna in (codigo, *([nombre] if nombre else [])):
        if columna not in capa.columnas.columns:
            raise columna_ausente(capa, columna)
    marco = _zonas(capa, nivel, codigo, nombre, poblacion, anio_poblacion, cut)
    consultas.bloquear(conn)
    consultas.declarar_nivel(conn, nivel, _rotulo(nivel), archivo.name, incorporado=False)
    consultas.vaciar_nivel(conn, nivel)
    consultas.insertar(conn, nivel, marco)
    if cut is not None:
        _preparar_celdas(conn, cut)
    if nivel != "comuna":
        for suyo, anio in consultas.anios_de(conn):
            consultas.desasignar(conn, suyo, anio, [nivel])
            consultas.asignar_poligonos(conn, suyo, anio, [nivel])
    con_poligono = marco.filter(pl.col("geom").is_not_null())
    return ResumenZonas(
        nivel,
        marco.height,
        con_poligono.height,
        marco["poblacion"].count(),
        float(marco["poblacion"].sum()),
        float(con_poligono["poblacion"].sum()),
    )


def _rotulo(nivel: str) -> str:
    return _NOMBRES.get(nivel, nivel.replace("_", " ").capitalize())


def _zonas(
    capa: Capa,
    nivel: str,
    codigo: str,
    nombre: str | None,
    poblacion: str | None,
    anio_poblacion: int | None,
    cut: str | None,
) -> pl.DataFrame:
    """The zones (`consultas.ZONA`) of a layer and, after them, those that only its population file knows."""
    de_comuna = nivel == "comuna"
    marco = capa.columnas.select(zona=codigo, nombre=nombre or pl.lit(None, pl.Utf8)).with_columns(
        geom=pl.Series(_hexadecimal(capa.formas), dtype=pl.Utf8),
        cut=pl.Series([None] * len(capa.formas) if de_comuna else comunas_de(capa.formas, cut), dtype=pl.Utf8),
    )
    _exigir_codigos(marco, codigo)
    if poblacion:
        gente = poblacion_de(capa, codigo, poblacion)
        if de_comuna:
            marco, gente = (m.with_columns(pl.col("zona").str.zfill(5)) for m in (marco, gente))
        marco = marco.join(gente, on="zona", how="full", coalesce=True, maintain_order="left_right")
        marco = marco.with_columns(pl.col("cut").fill_null(cut))
    else:
        marco = marco.with_columns(poblacion=pl.lit(None, pl.Float64))
    if de_comuna:
        marco = marco.with_columns(pl.col("zona").str.zfill(5)).with_columns(cut=pl.col("zona"))
    return marco.with_columns(
        poblacion_anio=pl.when(pl.col("poblacion").is_not_null()).then(pl.lit(anio_poblacion, pl.Int32))
    )


def _exigir_codigos(marco: pl.DataFrame, codigo: str) -> None:
    vacios = marco["zona"].null_count()
    if vacios:
        raise ErrorArchivo(
            f"Hay {vacios} zonas sin código en la columna «{codigo}».", "Complete el código de cada zona."
        )
    repetidos = marco.filter(pl.col("zona").is_duplicated())["zona"].unique(maintain_order=True).to_list()
    if repetidos:
        raise ErrorArchivo(
            f"La columna «{codigo}» repite códigos: {', '.join(repetidos[:5])}.",
            "Use una columna que sea única, o una en una sola las partes de cada zona.",
        )


def _hexadecimal(formas: Iterable[shapely.Geometry | None]) -> list[str | None]:
    return [None if forma is None else shapely.to_wkb(forma, hex=True) for forma in formas]


def preparar_niveles(conn: Connection, cut: str) -> None:
    """Make the built-in levels of a comuna: itself, and the hexagons over its populated zones with their people.

    Does nothing that is already done.
    """
    consultas.bloquear(conn)
    consultas.declarar_nivel(
        conn, "comuna", _NOMBRES["comuna"], "División político-administrativa, simplificada", incorporado=True
    )
    consultas.asegurar_comuna(conn, cut)
    _preparar_celdas(conn, cut)


def _preparar_celdas(conn: Connection, cut: str) -> None:
    for nivel in RESOLUCIONES:
        consultas.declarar_nivel(conn, nivel, _NOMBRES[nivel], "H3", incorporado=True)
    base = consultas.nivel_base(conn, cut)
    formas = shapely.from_wkb([] if base is None else consultas.poligonos(conn, base, cut))
    for nivel, resolucion in RESOLUCIONES.items():
        _agregar_celdas(conn, nivel, _celdas_sobre(formas, resolucion), cut)
    consultas.estimar_poblacion(conn, cut, base, list(RESOLUCIONES))


def _celdas_sobre(formas: Iterable[shapely.Geometry], resolucion: int) -> set[str]:
    """Every cell that touches a shape, so that nobody is lost at the edges; none where they would be too many."""
    partes = [h3.geo_to_h3shape(parte) for forma in formas for parte in shapely.get_parts(forma)]
    gruesas = {c for p in partes for c in h3.h3shape_to_cells_experimental(p, _GRUESA, contain="overlap")}
    if len(gruesas) * 7 ** (resolucion - _GRUESA) > MAX_CELDAS:
        return set()
    return {c for p in partes for c in h3.h3shape_to_cells_experimental(p, resolucion, contain="overlap")}


def _agregar_celdas(conn: Connection, nivel: str, celdas: set[str], cut: str) -> None:
    nuevas = sorted(celdas - consultas.codigos(conn, nivel))
    if not nuevas:
        return
    formas = [shapely.MultiPolygon([_hexagono(celda)]) for celda in nuevas]
    marco = pl.DataFrame({"zona": nuevas, "geom": _hexadecimal(formas)}).with_columns(
        nombre=pl.lit(None, pl.Utf8),
        cut=pl.lit(cut),
        poblacion=pl.lit(None, pl.Float64),
        poblacion_anio=pl.lit(None, pl.Int32),
    )
    consultas.insertar(conn, nivel, marco)


def _hexagono(celda: str) -> shapely.Polygon:
    return shapely.Polygon([(lon, lat) for lat, lon in h3.cell_to_boundary(celda)])


def asignar_zonas(conn: Connection, cut: str, anio: int) -> None:
    """Put every establishment of a comuna and year in its zones, in the caller's transaction.

    `comuna` takes all of them, from their code; every loaded level those whose point a polygon covers (on a border,
    the smallest code); the hexagons all that have a point. Cells without a zone are added to the territory.
    """
    consultas.bloquear(conn)
    consultas.desasignar(conn, cut, anio)
    consultas.asignar_comuna(conn, cut, anio)
    consultas.asignar_poligonos(conn, cut, anio, consultas.niveles_cargados(conn))
    puntos = consultas.puntos(conn, cut, anio)
    if puntos.height == 0:
        return
    celdas = _celdas(puntos)
    consultas.asignar_celdas(conn, cut, anio, celdas)
    for nivel in RESOLUCIONES:
        consultas.declarar_nivel(conn, nivel, _NOMBRES[nivel], "H3", incorporado=True)
        _agregar_celdas(conn, nivel, {h3.int_to_str(c) for c in celdas[nivel].unique()}, cut)
    consultas.estimar_poblacion(conn, cut, consultas.nivel_base(conn, cut), list(RESOLUCIONES))


def _celdas(puntos: pl.DataFrame) -> pl.DataFrame:
    """The points with the number of their cell at each resolution, in columns named like the levels."""
    lat, lon = puntos["lat"].to_list(), puntos["lon"].to_list()
    return puntos.with_columns(
        pl.Series(
            nivel,
            np.fromiter(map(h3_numeros.latlng_to_cell, lat, lon, repeat(resolucion)), dtype=np.int64, count=len(lat)),
        )
        for nivel, resolucion in RESOLUCIONES.items()
    )
