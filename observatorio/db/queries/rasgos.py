"""Pages of GeoJSON features, written whole by PostGIS: Python only puts them between two brackets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by

from observatorio.db.queries.capas import Capa

SRID: Final = 4326
"""What every geometry is stored in."""


@dataclass(frozen=True)
class Forma:
    """How geometries leave: in which CRS of `spatial_ref_sys`, with north or latitude first or not, and with how many
    decimals."""

    srid: int = SRID
    invertida: bool = False
    decimales: int = 6


@dataclass(frozen=True)
class Pagina:
    """The text of the features, comma-separated; how many they are; and the key to go on after, None at the end."""

    texto: str
    cuantos: int
    siguiente: str | None


def pagina(
    conn: sa.Connection,
    capa: Capa,
    propiedades: Sequence[str],
    forma: Forma,
    condiciones: Sequence[sa.ColumnElement[bool]],
    *,
    desde: str,
    limite: int,
) -> Pagina:
    """The features of a layer in which every condition holds, at most `limite` of them, in the order of their keys from
    the first one after `desde`. The keyset costs the same on every page."""
    # One more than asked for tells whether there is a next page.
    filas = (
        _filas(capa, propiedades, forma, condiciones)
        .where(capa.llave > desde)
        .order_by(capa.llave)
        .limit(limite + 1)
        .subquery("fila")
    )
    numero = sa.func.row_number().over(order_by=filas.c.llave).label("numero")
    dichas = _escribir(filas, propiedades, forma, filas.c.llave, numero).subquery("dicha")
    caben = dichas.c.numero <= limite
    juntos = sa.func.string_agg(
        dichas.c.rasgo, aggregate_order_by(sa.literal(",", sa.Text), dichas.c.numero), type_=sa.Text
    )
    texto, ultima, cuantos, hallados = conn.execute(
        sa.select(
            sa.func.coalesce(juntos.filter(caben), "", type_=sa.Text),
            sa.func.max(dichas.c.llave).filter(caben),
            sa.func.count().filter(caben),
            sa.func.count(),
        )
    ).one()
    return Pagina(texto, cuantos, ultima if hallados > cuantos else None)


def uno(conn: sa.Connection, capa: Capa, propiedades: Sequence[str], forma: Forma, llave: str) -> str | None:
    """The text of one feature, None where the layer has none of that key."""
    fila = _filas(capa, propiedades, forma, (capa.llave == llave,)).subquery("fila")
    return conn.scalar(_escribir(fila, propiedades, forma))


def _filas(
    capa: Capa, propiedades: Sequence[str], forma: Forma, condiciones: Sequence[sa.ColumnElement[bool]]
) -> sa.Select[Any]:
    """The rows: `llave`, `lugar` as it leaves, and the properties with `p_` before their names, which keeps them apart
    from the other two."""
    geom = capa.geom if forma.srid == SRID else sa.func.ST_Transform(capa.geom, forma.srid)
    geom = sa.func.ST_FlipCoordinates(geom) if forma.invertida else geom
    columnas = (capa.columnas[n].label(f"p_{n}") for n in propiedades)
    return (
        sa.select(capa.llave.label("llave"), geom.label("lugar"), *columnas)
        .select_from(capa.origen)
        .where(*capa.donde, *condiciones)
    )


def _escribir(
    filas: sa.Subquery, propiedades: Sequence[str], forma: Forma, *ademas: sa.ColumnElement[Any]
) -> sa.Select[Any]:
    """Each row as the text of a feature, `rasgo`, and what else is wanted beside it.

    `ST_AsGeoJSON` of a whole row would put its key among the properties, and writes a missing geometry as an object
    without a type. The CRS is told by a header: option 0 leaves out the member that GeoJSON does not have any more.
    """
    suyas = sa.select(*(filas.c[f"p_{n}"].label(n) for n in propiedades)).correlate(filas).lateral("propias")
    objeto = sa.func.row_to_json(suyas.table_valued()) if propiedades else sa.literal("{}", sa.Text)
    rasgo = sa.func.concat(
        sa.literal('{"type":"Feature","id":', sa.Text),
        sa.func.to_json(filas.c.llave),
        sa.literal(',"geometry":', sa.Text),
        sa.func.coalesce(sa.func.ST_AsGeoJSON(filas.c.lugar, forma.decimales, 0), sa.literal("null", sa.Text)),
        sa.literal(',"properties":', sa.Text),
        objeto,
        sa.literal("}", sa.Text),
        type_=sa.Text,
    )
    desde = filas.join(suyas, sa.true()) if propiedades else filas
    return sa.select(rasgo.label("rasgo"), *ademas).select_from(desde)
