"""What the maps draw: clusters, points, cells and base lines, as GeoJSON text that PostGIS builds itself.

Every function reads under the role of the connection that it is given. Coordinates are EPSG:4326 degrees throughout.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, floor, radians
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by

from observatorio.vocabulario import Formalidad

_COLUMNAS: Final = ("cut", "anio", "id", "nombre", "seccion", "tamano", "formalidad", "direccion", "geom")
_REGISTRO: Final = sa.table("v_establecimiento", *map(sa.column, _COLUMNAS), schema="catastro")
_PUBLICO: Final = sa.table(
    "v_punto_publico", *map(sa.column, ("cut", "anio", "id", "nombre", "seccion", "geom")), schema="publicacion"
)
_ZONA: Final = sa.table("zona", *map(sa.column, ("nivel", "zona", "nombre", "cut", "geom")), schema="territorio")
SIN_DATO: Final = "sin_dato"
"""The word for establishments whose section nobody knows."""


@dataclass(frozen=True)
class Caja:
    """A rectangle in degrees (EPSG:4326)."""

    oeste: float
    sur: float
    este: float
    norte: float


@dataclass(frozen=True)
class Seleccion:
    """Which establishments are looked at; an empty filter lets all pass, but closed ones must be asked for."""

    cut: str
    anio: int
    seccion: str = ""
    tamano: str = ""
    formalidad: str = ""
    publica: bool = False
    """Only the records that are public by law: schools and health posts."""


@dataclass(frozen=True)
class Rejilla:
    """A grid of `ancho` x `alto` degrees, whose cells look square on a Web Mercator map."""

    ancho: float
    alto: float

    @classmethod
    def de_zoom(cls, zoom: int, lat: float, pixeles: int = 64) -> Rejilla:
        """The grid of cells `pixeles` wide at a zoom, made square at the latitude `lat` of the comuna.

        A grid in degrees spares the projection of every row. Within one comuna its cells differ from those of a grid in
        Web Mercator by about one per cent.
        """
        ancho = 360.0 * pixeles / (256 * 2**zoom)
        return cls(ancho, ancho * cos(radians(lat)))

    def ajustar(self, caja: Caja) -> Caja:
        """The box grown outward to whole cells, so that moving the map never cuts a cluster in two."""
        return Caja(
            floor(caja.oeste / self.ancho) * self.ancho,
            floor(caja.sur / self.alto) * self.alto,
            (floor(caja.este / self.ancho) + 1) * self.ancho,
            (floor(caja.norte / self.alto) + 1) * self.alto,
        )


def _origen(seleccion: Seleccion) -> sa.TableClause:
    return _PUBLICO if seleccion.publica else _REGISTRO


def _condiciones(seleccion: Seleccion, caja: Caja | None = None) -> list[sa.ColumnElement[bool]]:
    t = _origen(seleccion)
    condiciones: list[sa.ColumnElement[bool]] = [t.c.cut == seleccion.cut, t.c.anio == seleccion.anio]
    if seleccion.seccion:
        sin_dato = seleccion.seccion == SIN_DATO
        condiciones.append(t.c.seccion.is_(None) if sin_dato else t.c.seccion == seleccion.seccion)
    if not seleccion.publica:
        if seleccion.tamano:
            condiciones.append(t.c.tamano == seleccion.tamano)
        formalidad = t.c.formalidad
        condiciones.append(
            formalidad == seleccion.formalidad if seleccion.formalidad else formalidad != Formalidad.INACTIVO.value
        )
    if caja is not None:
        marco = sa.func.ST_MakeEnvelope(caja.oeste, caja.sur, caja.este, caja.norte, 4326)
        condiciones.append(t.c.geom.op("&&")(marco))
    return condiciones


def _coleccion(
    conn: sa.Connection, rasgos: sa.Subquery, orden: Sequence[sa.ColumnElement[Any]], decimales: int = 6
) -> str:
    """Rows with a column `geom` as the text of a GeoJSON FeatureCollection; the other columns are the properties."""
    rasgo = sa.func.ST_AsGeoJSON(rasgos.table_valued(), "geom", decimales, type_=sa.Text)
    juntos = sa.func.string_agg(rasgo, aggregate_order_by(sa.literal(",", sa.Text), *orden), type_=sa.Text)
    cuerpo = conn.execute(sa.select(sa.func.coalesce(juntos, "", type_=sa.Text))).scalar_one()
    return '{"type":"FeatureCollection","features":[' + str(cuerpo) + "]}"


def grupos(conn: sa.Connection, seleccion: Seleccion, rejilla: Rejilla, caja: Caja | None) -> str:
    """Clusters of the selection in a grid, as GeoJSON.

    Properties: `n` establishments, `s` their number by section (`sin_dato` where it is not known); the point is the
    mean of their places.
    """
    t = _origen(seleccion)
    if caja is not None:
        caja = rejilla.ajustar(caja)
    x, y = sa.func.ST_X(t.c.geom, type_=sa.Float), sa.func.ST_Y(t.c.geom, type_=sa.Float)
    por_seccion = (
        sa.select(
            sa.func.floor(x / rejilla.ancho).label("cx"),
            sa.func.floor(y / rejilla.alto).label("cy"),
            sa.func.coalesce(t.c.seccion, SIN_DATO).label("s"),
            sa.func.count().label("n"),
            sa.func.sum(x).label("sx"),
            sa.func.sum(y).label("sy"),
        )
        .where(t.c.geom.is_not(None), *_condiciones(seleccion, caja))
        .group_by(sa.text("1"), sa.text("2"), sa.text("3"))
        .cte("por_seccion")
    )
    c = por_seccion.c
    total = sa.func.sum(c.n)
    centro = sa.func.ST_SetSRID(sa.func.ST_MakePoint(sa.func.sum(c.sx) / total, sa.func.sum(c.sy) / total), 4326)
    celdas = (
        sa.select(
            sa.cast(total, sa.BigInteger).label("n"),
            sa.func.jsonb_object_agg(c.s, c.n).label("s"),
            centro.label("geom"),
        )
        .group_by(c.cx, c.cy)
        .subquery("g")
    )
    return _coleccion(conn, celdas, (celdas.c.n.desc(), sa.func.ST_X(celdas.c.geom), sa.func.ST_Y(celdas.c.geom)), 5)


def puntos(conn: sa.Connection, seleccion: Seleccion, caja: Caja | None, maximo: int) -> str:
    """Single establishments as GeoJSON, at most `maximo`: `id nombre seccion` and, from the register, `tamano
    formalidad direccion`. The name of a natural person is null."""
    t = _origen(seleccion)
    nombres = (
        ("id", "nombre", "seccion")
        if seleccion.publica
        else ("id", "nombre", "seccion", "tamano", "formalidad", "direccion")
    )
    rasgos = (
        sa.select(*(t.c[n] for n in nombres), t.c.geom)
        .where(t.c.geom.is_not(None), *_condiciones(seleccion, caja))
        .order_by(t.c.id)
        .limit(maximo)
        .subquery("p")
    )
    return _coleccion(conn, rasgos, (rasgos.c.id,))


def cuenta(conn: sa.Connection, seleccion: Seleccion, caja: Caja | None = None) -> int:
    """How many establishments of the selection have a place, in the box if one is given."""
    consulta = sa.select(sa.func.count()).where(_origen(seleccion).c.geom.is_not(None), *_condiciones(seleccion, caja))
    return int(conn.execute(consulta).scalar_one())


def por_seccion(conn: sa.Connection, seleccion: Seleccion) -> list[tuple[str, int, int]]:
    """(section or `sin_dato`, establishments with a place, establishments without one), the most numerous first."""
    t = _origen(seleccion)
    seccion = sa.func.coalesce(t.c.seccion, SIN_DATO)
    con = sa.func.count(t.c.geom)
    consulta = (
        sa.select(seccion, con, sa.func.count() - con)
        .where(*_condiciones(seleccion))
        .group_by(seccion)
        .order_by(con.desc(), seccion)
    )
    return [(str(s), int(a), int(b)) for s, a, b in conn.execute(consulta)]


def listado(conn: sa.Connection, seleccion: Seleccion, desde: str, maximo: int) -> list[sa.RowMapping]:
    """One page of the establishments on the map, by id after `desde`: `id nombre seccion lon lat` and, from the
    register, `tamano formalidad direccion`."""
    t = _origen(seleccion)
    extra = () if seleccion.publica else (t.c.tamano, t.c.formalidad, t.c.direccion)
    consulta = (
        sa.select(
            t.c.id,
            t.c.nombre,
            t.c.seccion,
            *extra,
            sa.func.ST_X(t.c.geom, type_=sa.Float).label("lon"),
            sa.func.ST_Y(t.c.geom, type_=sa.Float).label("lat"),
        )
        .where(t.c.geom.is_not(None), t.c.id > desde, *_condiciones(seleccion))
        .order_by(t.c.id)
        .limit(maximo)
    )
    return list(conn.execute(consulta).mappings())


def celdas(conn: sa.Connection, nivel: str, zonas: Sequence[str]) -> str:
    """The polygons of some zones of a level as GeoJSON; the only property is `zona`."""
    pedidas = sa.bindparam("zonas", list(zonas), ARRAY(sa.Text))
    rasgos = (
        sa.select(_ZONA.c.zona, _ZONA.c.geom)
        .where(_ZONA.c.nivel == nivel, _ZONA.c.zona == sa.any_(pedidas), _ZONA.c.geom.is_not(None))
        .subquery("z")
    )
    return _coleccion(conn, rasgos, (rasgos.c.zona,), 5)


def centros(conn: sa.Connection, nivel: str, zonas: Sequence[str]) -> dict[str, tuple[str | None, float, float]]:
    """zone -> (its name, longitude and latitude of a point inside it)."""
    pedidas = sa.bindparam("zonas", list(zonas), ARRAY(sa.Text))
    dentro = sa.func.ST_PointOnSurface(_ZONA.c.geom)
    consulta = sa.select(
        _ZONA.c.zona, _ZONA.c.nombre, sa.func.ST_X(dentro, type_=sa.Float), sa.func.ST_Y(dentro, type_=sa.Float)
    ).where(_ZONA.c.nivel == nivel, _ZONA.c.zona == sa.any_(pedidas), _ZONA.c.geom.is_not(None))
    return {str(z): (nombre, float(x), float(y)) for z, nombre, x, y in conn.execute(consulta)}


def base(conn: sa.Connection, cut: str, maximo: int = 400, tolerancia: float = 0.0002) -> list[tuple[str, str]]:
    """(level, GeoJSON geometry) of the outlines under the data: the comuna and every loaded level that is no grid of
    hexagons, simplified to about 20 metres, without names or any other attribute."""
    forma = sa.func.ST_AsGeoJSON(sa.func.ST_SimplifyPreserveTopology(_ZONA.c.geom, tolerancia), 5, 0, type_=sa.Text)
    consulta = (
        sa.select(_ZONA.c.nivel, forma)
        .where(
            _ZONA.c.nivel.not_like("h3\\_%"),
            sa.or_(_ZONA.c.cut == cut, _ZONA.c.cut.is_(None), _ZONA.c.zona == cut),
            _ZONA.c.geom.is_not(None),
        )
        .order_by(_ZONA.c.nivel, _ZONA.c.zona)
        .limit(maximo)
    )
    return [(str(nivel), str(texto)) for nivel, texto in conn.execute(consulta)]
