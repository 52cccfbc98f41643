"""The figures behind a map and behind its equal table: what someone may see of it, at a year and under filters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
import sqlalchemy as sa

from maps import celdas
from maps.contract import Mapa, TipoMapa
from maps.escritura import PALABRAS, SIN_DATO, numero
from maps.familias import FAMILIAS, NOMBRES
from observatorio import referencia
from observatorio.db.queries import indicadores as catastro
from observatorio.db.queries import mapas as consultas
from observatorio.db.queries import publicacion
from observatorio.db.queries.mapas import Caja, Rejilla, Seleccion
from observatorio.indicadores.dimensiones import DIMENSIONES

MAXIMO_PUNTOS: Final = 5000
"""Most single points in one answer: past it they stay in clusters, and the map says so."""

PAGINA: Final = 25
"""Rows of one page of the list that equals a map of points."""


@dataclass(frozen=True, kw_only=True)
class Vista:
    """What is asked of a map: comuna, year, one value per filter, zone level (empty where there is none to choose, as
    for points), and whether the asker may read the
    register (`exacta`) or only what is published. `lat` is the latitude at which the grid of clusters is square."""

    cut: str
    anio: int
    filtros: Mapping[str, str] = field(default_factory=dict)
    nivel: str = ""
    exacta: bool = False
    lat: float = 0.0

    def seleccion(self) -> Seleccion:
        """The establishments that a map of points draws under this view."""
        return Seleccion(self.cut, self.anio, publica=not self.exacta, **self.filtros)


@dataclass(frozen=True)
class TablaSectores:
    """The equal of a map of points: by section (section, with a place, without one), the total drawn, one page of the
    establishments themselves, and the id after which the next page begins."""

    secciones: list[tuple[str, int, int]]
    ubicados: int
    sin_lugar: int
    filas: list[sa.RowMapping]
    siguiente: str | None


def anios(conn: sa.Connection, cut: str, exacta: bool) -> list[int]:
    """The years that can be asked for, newest first."""
    return sorted(catastro.versiones(conn, cut) if exacta else publicacion.anios(conn, cut), reverse=True)


def niveles(conn: sa.Connection, mapa: Mapa, cut: str, anio: int, exacta: bool) -> list[str]:
    """The zone levels by which this asker may see a map of cells: those that it declares, and those that somebody
    loaded; without the register, those of them that the release of `anio` has. Empty for maps of points."""
    if mapa.tipo is TipoMapa.PUNTOS:
        return []
    hay = catastro.niveles(conn)
    posibles = [*(n for n in mapa.niveles if n in hay), *publicacion.niveles_exactos(conn)]
    if exacta:
        return posibles
    publicados = publicacion.cuadros(conn, cut, mapa.indicador, anio)
    return [n for n in posibles if ("zona", n) in publicados]


def preferido(mapa: Mapa, posibles: Sequence[str]) -> str:
    """The level that is drawn when nobody says which: that of the map, or the first that there is, or none ("")."""
    return mapa.nivel if mapa.nivel in posibles else next(iter(posibles), "")


def filtros_posibles(conn: sa.Connection, mapa: Mapa, vista: Vista) -> tuple[str, ...]:
    """The filters of a map that this asker may use beside those of the view: without the register, those of which the
    release has the table by zone; the points that are public by law say only their section."""
    if vista.exacta:
        return mapa.filtros
    if mapa.tipo is TipoMapa.PUNTOS:
        return tuple(f for f in mapa.filtros if f == "seccion")
    publicados = publicacion.cuadros(conn, vista.cut, mapa.indicador, vista.anio)
    return tuple(f for f in mapa.filtros if (_por_zona({*vista.filtros, f}), vista.nivel) in publicados)


def _por_zona(filtros: set[str]) -> str:
    """The name of the table by zone in which these filters pick rows."""
    return ",".join(d for d in DIMENSIONES if d in filtros or d == "zona")


def datos(conn: sa.Connection, mapa: Mapa, vista: Vista, caja: Caja | None = None, zoom: int | None = None) -> str:
    """What the map draws, as the text of `{"meta": {…}, "datos": FeatureCollection}`.

    `caja` (EPSG:4326) and `zoom` matter to maps of points: without a box everything is returned. A map of cells
    without a level draws nothing, and says so. Raises
    `ErrorConsulta` when the figures that it asks for do not exist or are not published.
    """
    if mapa.tipo is TipoMapa.HEXAGONOS and not vista.nivel:
        meta, rasgos = celdas.vacio(mapa), '{"type":"FeatureCollection","features":[]}'
    elif mapa.tipo is TipoMapa.HEXAGONOS:
        meta, rasgos = celdas.dibujo(conn, mapa, cifras(conn, mapa, vista))
    else:
        meta, rasgos = _puntos(conn, mapa, vista, caja, mapa.zoom if zoom is None else zoom)
    return '{"meta":' + orjson.dumps({**meta, "anio": vista.anio}).decode() + ',"datos":' + rasgos + "}"


def cifras(conn: sa.Connection, mapa: Mapa, vista: Vista) -> celdas.Cifras:
    """The figures by cell of a map of cells at the level of the view, for the map and for its table alike."""
    return celdas.leer(
        conn,
        mapa,
        cut=vista.cut,
        anio=vista.anio,
        nivel=vista.nivel,
        filtros=vista.filtros,
        exacta=vista.exacta,
    )


def tabla_sectores(conn: sa.Connection, vista: Vista, desde: str = "") -> TablaSectores:
    """The equal table of a map of points; `desde` is the id after which its list begins."""
    seleccion = vista.seleccion()
    secciones = consultas.por_seccion(conn, seleccion)
    filas = consultas.listado(conn, seleccion, desde, PAGINA + 1)
    return TablaSectores(
        secciones=secciones,
        ubicados=sum(con for _, con, _ in secciones),
        sin_lugar=sum(sin for _, _, sin in secciones),
        filas=filas[:PAGINA],
        siguiente=str(filas[PAGINA - 1]["id"]) if len(filas) > PAGINA else None,
    )


def secciones() -> dict[str, str]:
    """section -> its name, short enough for a table; `sin_dato` included."""
    return {s.seccion: NOMBRES.get(s.seccion, s.nombre) for s in referencia.secciones()} | {SIN_DATO: NOMBRES[SIN_DATO]}


def _puntos(conn: sa.Connection, mapa: Mapa, vista: Vista, caja: Caja | None, zoom: int) -> tuple[dict[str, Any], str]:
    """Meta and features of a map of points: clusters below the zoom at which points can be told apart."""
    seleccion = vista.seleccion()
    meta: dict[str, Any] = {
        "modo": "grupos",
        "titulo_leyenda": "Sector",
        "leyenda": [{"nombre": f.nombre, "secciones": f.secciones, "color": f.color} for f in FAMILIAS],
        "secciones": secciones(),
    }
    rejilla = Rejilla.de_zoom(zoom, vista.lat)
    if zoom < mapa.zoom_puntos:
        return meta, consultas.grupos(conn, seleccion, rejilla, caja)
    cuantos = consultas.cuenta(conn, seleccion, caja)
    if cuantos > MAXIMO_PUNTOS:
        # A part of them would draw a density that is not there.
        meta["aviso"] = f"Hay {numero(cuantos)} establecimientos en esta vista: acérquese para verlos uno por uno."
        return meta, consultas.grupos(conn, seleccion, rejilla, caja)
    meta |= {"modo": "puntos", "palabras": PALABRAS}
    return meta, consultas.puntos(conn, seleccion, caja, MAXIMO_PUNTOS)
