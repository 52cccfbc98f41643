"""Industrial districts: where the establishments of industry and of the services to mining stand close together.

Source: HDBSCAN (Campello, Moulavi and Sander, *PAKDD* 2013; McInnes and Healy, *ICDMW* 2017), as scikit-learn has it.
It asks for no radius: a district is what stays together over the widest range of densities, and what belongs to none is
said to. Density is relative: it finds the closest heaps of any set of points, also the centre of a town, or a chance
heap where all are scattered. Whether one is a district is read from its profile.

The activities come from `data/referencia/actividades_industriales.csv`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely
from pyproj import Transformer
from sqlalchemy import Connection

from observatorio import referencia
from observatorio.db.queries import espacial as consultas
from observatorio.indicadores.espacial.vecindad import Reales
from observatorio.vocabulario import Formalidad, Precision

_DECIMALES_GRADOS = 6
_DECIMALES_METROS = 2
_LADOS = 4
"""Segments of a quarter circle in the rounded corners of an outline."""


@dataclass(frozen=True)
class Parametros:
    """What the search was told; it goes with the answer.

    `minimo`: fewest establishments of a district. `vecinos`: how many must stand around a point for it to be dense;
    more of them make the search more conservative. `margen_m`: the outline's distance to the outermost points.
    `precisiones`: how well a place must be known, since those that only know their neighbourhood all stand on its
    centre. `epsg`: the metric CRS, UTM 19S.
    """

    minimo: int = 15
    vecinos: int = 10
    margen_m: float = 50.0
    divisiones: int = 3
    precisiones: tuple[str, ...] = (Precision.GPS, Precision.PUERTA, Precision.TRAMO, Precision.CALLE)
    epsg: int = 32719


@dataclass(frozen=True, eq=False)
class Distrito:
    """A district. `divisiones`: the commonest divisions (CIIU) and how many are of each, of those that are known.

    `empleo` adds what `con_empleo` of its establishments state and is None where none does; `parte_formal` is
    formal/(formal + en_proceso + informal) over the `decididos`, None where there are none. `cohesion`: mean strength
    with which its members belong, 0 to 1. `contorno`: convex hull of its places with a margin (EPSG:4326), `area_km2`
    measured on the metric CRS.
    """

    distrito: str
    establecimientos: int
    empleo: int | None
    con_empleo: int
    divisiones: tuple[tuple[str, int], ...]
    parte_formal: float | None
    decididos: int
    cohesion: float
    area_km2: float
    contorno: shapely.Polygon


@dataclass(frozen=True, eq=False)
class Distritos:
    """The districts, largest first; `miembros` (`id distrito`, sorted by id; null: in none) and the parameters."""

    distritos: list[Distrito]
    miembros: pl.DataFrame
    parametros: Parametros = field(default_factory=Parametros)


def distritos(conn: Connection, cut: str, anio: int, parametros: Parametros | None = None) -> Distritos:
    """The industrial districts of a comuna in a year. Exact: an outline passes near the premises of firms."""
    p = parametros or Parametros()
    marco = consultas.en_puntos(conn, cut, anio, referencia.prefijos_industriales(), p.precisiones, p.epsg)
    return agrupar(marco, p)


def agrupar(establecimientos: pl.DataFrame, parametros: Parametros | None = None) -> Distritos:
    """The districts of some establishments (`db.queries.espacial.EN_PUNTOS`, in metres); the order does not matter."""
    p = parametros or Parametros()
    marco = establecimientos.with_columns(pl.col("x", "y").round(_DECIMALES_METROS)).sort("x", "y", "id")
    puntos = marco.select("x", "y").to_numpy()
    etiquetas, fuerza = _etiquetar(puntos, p)
    marco = marco.with_columns(fuerza=fuerza)
    grupos = [marco.filter(pl.Series(etiquetas == g)) for g in np.unique(etiquetas[etiquetas >= 0])]
    grupos.sort(key=lambda g: (-g.height, g["x"][0], g["y"][0]))
    nombres = [f"D{numero}" for numero in range(1, len(grupos) + 1)]
    miembros = pl.concat(
        [pl.DataFrame(schema={"id": pl.String, "distrito": pl.String})]
        + [g.select("id", distrito=pl.lit(nombre)) for nombre, g in zip(nombres, grupos, strict=True)]
    )
    return Distritos(
        [_perfil(nombre, g, p) for nombre, g in zip(nombres, grupos, strict=True)],
        marco.select("id").join(miembros, on="id", how="left").sort("id"),
        p,
    )


def _etiquetar(puntos: Reales, p: Parametros) -> tuple[npt.NDArray[np.int64], Reales]:
    """The cluster of each point, -1 for none, and how strongly it belongs."""
    n = len(puntos)
    if n < max(p.minimo, p.vecinos):
        return np.full(n, -1), np.zeros(n)
    # Imported here because it takes a second, which no other figure should wait for.
    from sklearn.cluster import HDBSCAN

    # All in one heap is an answer too: a town may have a single district.
    modelo = HDBSCAN(min_cluster_size=p.minimo, min_samples=p.vecinos, allow_single_cluster=True, copy=True)
    modelo.fit(puntos)
    return modelo.labels_, modelo.probabilities_


def _perfil(nombre: str, grupo: pl.DataFrame, p: Parametros) -> Distrito:
    formalidades = Counter(grupo["formalidad"])
    decididos = sum(formalidades[f] for f in (Formalidad.FORMAL, Formalidad.EN_PROCESO, Formalidad.INFORMAL))
    divisiones = Counter(grupo["division"].drop_nulls()).items()
    con_empleo = grupo["empleo_total"].count()
    casco = shapely.MultiPoint(grupo.select("x", "y").to_numpy()).convex_hull
    contorno = shapely.Polygon(casco.buffer(p.margen_m, quad_segs=_LADOS))
    return Distrito(
        nombre,
        grupo.height,
        int(grupo["empleo_total"].sum()) if con_empleo else None,
        con_empleo,
        tuple(sorted(divisiones, key=lambda d: (-d[1], d[0]))[: p.divisiones]),
        formalidades[Formalidad.FORMAL] / decididos if decididos else None,
        decididos,
        float(grupo["fuerza"].to_numpy().mean()),
        float(contorno.area) / 1e6,
        _en_grados(contorno, p.epsg),
    )


def _en_grados(contorno: shapely.Polygon, epsg: int) -> shapely.Polygon:
    a_grados = Transformer.from_crs(epsg, 4326, always_xy=True)
    lon, lat = a_grados.transform(*shapely.get_coordinates(contorno).T)
    return shapely.Polygon(np.column_stack([lon, lat]).round(_DECIMALES_GRADOS))
