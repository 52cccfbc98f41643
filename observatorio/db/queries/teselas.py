"""Vector tiles (MVT) of Web Mercator, made by PostGIS under the role of the connection.

Points are never drawn raw: a tile is a grid of cells a few pixels wide. An establishment that is alone in its cell
stands at its own place, with its id; the others are counted. A tile is therefore bounded, whatever lies in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by

from observatorio.db.queries.malla import BORDE, ZOOM_MAXIMO, Caja, Tesela, tramos
from observatorio.db.tablas import comuna, mosaico, zona
from observatorio.db.tablas import nivel as t_nivel
from observatorio.vocabulario import Formalidad

EXTENSION: Final = 4096
_PRECISION: Final = 25
"""The zoom of `catastro.mosaico` at which each establishment has its own row."""
_CONTADO: Final = 14
"""Up to this zoom the cells were counted when the year was consolidated."""
_MALLA: Final = 6
"""A tile of establishments has 2^6 by 2^6 cells, each 4 of its 256 pixels wide: points nearer than that overlap."""
_MALLA_PUBLICA: Final = 5
"""Public points carry their name, so that a tile holds a quarter of them."""
_MINIMO_PIXELES: Final = 5
"""Zones that are narrower than this (of the 256 of a tile) are left out."""

SIN_DATO: Final = "sin_dato"
"""The section of those of which nobody knows it."""
FORMALIDADES: Final = tuple(f.value for f in Formalidad if f is not Formalidad.INACTIVO)
_PUNTO: Final = sa.table(
    "v_punto_publico", *map(sa.column, ("cut", "anio", "id", "nombre", "seccion", "geom")), schema="publicacion"
)
_VERSION: Final = sa.table("v_version", *map(sa.column, ("cut", "anio", "version")), schema="publicacion")


def establecimientos(
    conn: sa.Connection, capa: str, cut: str, anio: int, tesela: Tesela, filtros: Mapping[str, str]
) -> bytes:
    """The tile of the establishments of a comuna and year, empty where there is none; `filtros`: `seccion tamano
    formalidad`; without the last one the active ones.

    Layer `capa`, points with `n`, the most frequent `seccion`, how many are `formal en_proceso informal indeterminado`
    (absent: none) and, of one that is alone, its `id`. The feature's own number is that of its cell.
    """
    contado = tesela.z <= _CONTADO and not filtros
    zoom = tesela.z if contado else _PRECISION
    m, r = mosaico.c, _recorrido(tesela, zoom + _MALLA)
    suyas = sa.select(m.celda, m.seccion, m.n, *(m[f] for f in FORMALIDADES), m.lugar, m.id).where(
        m.cut == cut,
        m.anio == anio,
        m.zoom == zoom,
        m.celda.between(r.c.desde, r.c.hasta),
        *_condiciones(filtros, contado),
    )
    # The offset keeps the planner from going through all the rows once and looking each one up among the ranges.
    e = suyas.offset(0).lateral("e").c
    celda = _correr(e.celda, 2 * (zoom - tesela.z))
    sumas = [sa.cast(sa.func.sum(e[f]), sa.Integer).label(f) for f in ("n", *FORMALIDADES)]
    primeras = [sa.func.min(e.lugar).label("lugar"), sa.func.min(e.id).label("id")]
    por_seccion = (
        sa.select(r.c.dx, r.c.dy, celda.label("celda"), e.seccion, *sumas, *primeras)
        .join_from(r, e.celda.table, sa.true())
        .group_by(r.c.dx, r.c.dy, celda, e.seccion)
    )
    return _dibujar(conn, capa, tesela, _MALLA, por_seccion.cte("por_seccion"), ("seccion", *FORMALIDADES, "id"))


def puntos_publicos(conn: sa.Connection, capa: str, cut: str, anio: int, tesela: Tesela) -> bytes:
    """The tile of the points of a comuna and year that are public by law, empty where there is none.

    Layer `capa`, points with `n`, the most frequent `seccion` and, of one that is alone, its `id` and `nombre`.
    """
    p, r = _PUNTO.c, _recorrido(tesela, _PRECISION + _MALLA)
    lugar = sa.func.territorio.morton(sa.func.ST_X(p.geom), sa.func.ST_Y(p.geom), type_=sa.BigInteger)
    cerca = p.geom.op("&&")(sa.func.ST_MakeEnvelope(*tesela.caja(2 / 2**BORDE), 4326))
    puntos = sa.select(p.id, p.nombre, p.seccion, lugar.label("lugar")).where(p.cut == cut, p.anio == anio, cerca)
    q = puntos.cte("puntos").prefix_with("MATERIALIZED", dialect="postgresql").c
    celda = _correr(q.lugar, 2 * (_PRECISION + _MALLA - tesela.z - _MALLA_PUBLICA))
    seccion = sa.func.coalesce(q.seccion, SIN_DATO)
    por_seccion = (
        sa.select(
            r.c.dx,
            r.c.dy,
            celda.label("celda"),
            seccion.label("seccion"),
            sa.cast(sa.func.count(), sa.Integer).label("n"),
            *(sa.func.min(c).label(c.name) for c in (q.lugar, q.id, q.nombre)),
        )
        .join_from(r, q.lugar.table, q.lugar.between(r.c.desde, r.c.hasta))
        .group_by(r.c.dx, r.c.dy, celda, seccion)
    )
    campos = ("seccion", "id", "nombre")
    return _dibujar(conn, capa, tesela, _MALLA_PUBLICA, por_seccion.cte("por_seccion"), campos)


def zonas(conn: sa.Connection, capa: str, nivel: str, tesela: Tesela) -> bytes:
    """The tile of the zones of a level, empty where there is none: layer `capa`, polygons with `zona` and `nombre`.
    Zones too small to be seen at its zoom are left out."""
    z = zona.c
    marco = sa.func.ST_TileEnvelope(tesela.z, tesela.x, tesela.y)
    forma = sa.func.ST_AsMVTGeom(sa.func.ST_Transform(z.geom, 3857), marco, EXTENSION, EXTENSION // 64, True)
    cerca = z.geom.op("&&")(sa.func.ST_MakeEnvelope(*tesela.caja(1 / 64), 4326))
    visible = (z.area_km2 >= (_MINIMO_PIXELES * tesela.pixel_km()) ** 2).is_not(False)
    cortadas = sa.select(z.zona, z.nombre, forma.label("geom")).where(z.nivel == nivel, cerca, visible).subquery("c")
    filas = sa.select(cortadas).where(cortadas.c.geom.is_not(None)).subquery("fila")
    codigo = aggregate_order_by(sa.literal("geom"), filas.c.zona)
    return _bytes(conn, sa.func.ST_AsMVT(filas.table_valued(), capa, EXTENSION, codigo))


def version_publica(conn: sa.Connection, cut: str, anio: int) -> int | None:
    """The version of the register of a comuna and year, which any role may ask for; None where there is none."""
    v = _VERSION.c
    version: int | None = conn.scalar(sa.select(v.version).where(v.cut == cut, v.anio == anio))
    return version


@dataclass(frozen=True)
class Nivel:
    """A level of zones: its code, its name, and a mark that changes when it is loaded again or grows."""

    nivel: str
    nombre: str
    marca: str


def nivel(conn: sa.Connection, codigo: str) -> Nivel | None:
    """A level that has zones, None where there is none."""
    cuantas = sa.select(sa.func.count()).where(zona.c.nivel == codigo).scalar_subquery()
    n = t_nivel.c
    fila = conn.execute(sa.select(n.nivel, n.nombre, n.cargado, cuantas).where(n.nivel == codigo)).one_or_none()
    if fila is None or not fila[3]:
        return None
    return Nivel(fila.nivel, fila.nombre, f"{fila.cargado.isoformat()}/{fila[3]}")


def caja_comuna(conn: sa.Connection, cut: str) -> Caja:
    """The box of a comuna's outline, in which its establishments lie; the whole world where it is not known."""
    return _caja(conn, sa.select(comuna.c.geom).where(comuna.c.cut == cut))


def caja_nivel(conn: sa.Connection, codigo: str) -> Caja:
    """The box of the zones of a level."""
    return _caja(conn, sa.select(zona.c.geom).where(zona.c.nivel == codigo))


def _caja(conn: sa.Connection, formas: sa.Select[Any]) -> Caja:
    todo = sa.select(sa.func.ST_Extent(formas.subquery().c.geom).label("caja")).subquery().c.caja
    lados = (f(todo, type_=sa.Float) for f in (sa.func.ST_XMin, sa.func.ST_YMin, sa.func.ST_XMax, sa.func.ST_YMax))
    oeste, sur, este, norte = conn.execute(sa.select(*lados)).one()
    return (-180.0, -85.0, 180.0, 85.0) if oeste is None else (oeste, sur, este, norte)


def _recorrido(tesela: Tesela, nivel: int) -> sa.TableValuedAlias:
    """`tramos` as rows: `desde hasta dx dy`."""
    todos = list(tramos(tesela, nivel))
    columnas = [
        sa.literal([getattr(t, c) for t in todos], ARRAY(tipo))
        for c, tipo in (("desde", sa.BigInteger), ("hasta", sa.BigInteger), ("dx", sa.Integer), ("dy", sa.Integer))
    ]
    nombres = (
        sa.column("desde", sa.BigInteger),
        sa.column("hasta", sa.BigInteger),
        sa.column("dx", sa.Integer),
        sa.column("dy", sa.Integer),
    )
    return sa.func.unnest(*columnas).table_valued(*nombres).render_derived(name="tramo")


def _condiciones(filtros: Mapping[str, str], contado: bool) -> Iterator[sa.ColumnElement[bool]]:
    """One for each filter; the cells that were counted hold active establishments only."""
    for nombre, valor in filtros.items():
        yield mosaico.c[nombre] == valor
    if not contado and "formalidad" not in filtros:
        yield mosaico.c.formalidad != Formalidad.INACTIVO.value


def _dibujar(
    conn: sa.Connection, capa: str, tesela: Tesela, malla: int, por_seccion: sa.CTE, campos: tuple[str, ...]
) -> bytes:
    """The tile of cells counted by section (`dx dy celda seccion n lugar` and `campos`)."""
    s = por_seccion.c
    n = sa.cast(sa.func.sum(s.n), sa.Integer)
    sola = n == 1
    celdas = sa.select(
        s.dx, s.dy, s.celda, n.label("n"), _frecuente(s).label("seccion"), _lugar(s, sola, tesela, malla)
    )
    for campo in campos:
        if campo in FORMALIDADES:
            celdas = celdas.add_columns(sa.func.nullif(sa.cast(sa.func.sum(s[campo]), sa.Integer), 0).label(campo))
        elif campo != "seccion":
            celdas = celdas.add_columns(sa.case((sola, sa.func.min(s[campo]))).label(campo))
    # Materialised, because every bit of the place would otherwise be asked of the whole expression again.
    c = celdas.group_by(s.dx, s.dy, s.celda).cte("celda").prefix_with("MATERIALIZED", dialect="postgresql").c
    punto = sa.func.ST_MakePoint(
        c.dx * EXTENSION + _compactar(c.lugar),
        c.dy * EXTENSION + _compactar(c.lugar.bitwise_rshift(sa.literal(1, sa.Integer))),
    )
    filas = sa.select(punto.label("geom"), c.celda, c.n, *(c[campo] for campo in campos)).subquery("fila")
    clave = aggregate_order_by(sa.literal("celda"), filas.c.celda)
    return _bytes(conn, sa.func.ST_AsMVT(filas.table_valued(), capa, EXTENSION, "geom", clave))


def _frecuente(s: Any) -> sa.ColumnElement[str]:
    """The most frequent section, the first one by letter among equals. As one number that is the greatest: to sort the
    sections of each cell takes three times as long."""
    letra = sa.func.ascii(s.seccion, type_=sa.BigInteger)
    mayor = sa.func.max(s.n * _entero(128) + (127 - letra), type_=sa.BigInteger)
    hallada = sa.func.chr(sa.cast(127 - mayor.bitwise_and(_entero(127)), sa.Integer), type_=sa.Text)
    return sa.case((hallada == SIN_DATO[0], SIN_DATO), else_=hallada)


def _lugar(s: Any, sola: sa.ColumnElement[bool], tesela: Tesela, malla: int) -> sa.ColumnElement[int]:
    """Where a cell is drawn within its tile, x and y of 12 bits interleaved: at the place of the one establishment in
    it, or in its middle."""
    fino = 2 * (12 - malla)
    suyo = _correr(sa.func.min(s.lugar), 2 * (ZOOM_MAXIMO - tesela.z))
    propia = s.celda.bitwise_and(_entero((1 << 2 * malla) - 1)).bitwise_lshift(sa.literal(fino, sa.Integer))
    centro = propia.bitwise_or(_entero(3 << fino - 2))
    return sa.case((sola, suyo.bitwise_and(_entero((1 << 24) - 1))), else_=centro).label("lugar")


def _compactar(numero: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    """Every second bit of the lower 24 of a number."""
    bits = [_correr(numero, i).bitwise_and(_entero(1 << i)) for i in range(12)]
    return reduce(add, bits)


def _correr(numero: sa.ColumnElement[int], bits: int) -> sa.ColumnElement[int]:
    """A number without its lowest bits."""
    return numero.bitwise_rshift(sa.literal(bits, sa.Integer))


def _entero(numero: int) -> sa.BindParameter[int]:
    return sa.literal(numero, sa.BigInteger)


def _bytes(conn: sa.Connection, tesela: sa.ColumnElement[Any]) -> bytes:
    cuerpo = conn.scalar(sa.select(tesela))
    return bytes(cuerpo) if cuerpo is not None else b""
