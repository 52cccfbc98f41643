"""Rows as GeoJSON features, written by PostGIS."""

from __future__ import annotations

import sqlalchemy as sa

_SIN_LUGAR = '"geometry": {"type": null}'


def rasgo(filas: sa.Subquery, decimales: int = 6) -> sa.ColumnElement[str]:
    """Each row of `filas` as the text of a GeoJSON feature: `geom` (EPSG:4326) is the geometry, the rest properties.

    PostGIS 3.3 writes the geometry of a row without one as an object without a type, which no reader accepts. Within a
    property that text cannot occur, because there its quotes are escaped.
    """
    texto = sa.func.ST_AsGeoJSON(filas.table_valued(), "geom", decimales, type_=sa.Text)
    return sa.func.replace(texto, _SIN_LUGAR, '"geometry": null', type_=sa.Text)
