"""Schema `territorio`: the levels of zones, their outlines (EPSG:4326), and the addresses that a geocoder answered."""

from __future__ import annotations

from sqlalchemy import Column, Double, ForeignKey, Index, Integer, Text

from observatorio.db.tablas.base import columnas, geometria, llave, momento, si_no, tabla

nivel = tabla(
    "territorio.nivel",
    llave("nivel"),
    *columnas(Text, "nombre origen", nullable=False),
    si_no("incorporado"),
    momento("cargado", "now"),
)
zona = tabla(
    "territorio.zona",
    llave("nivel", Text, ForeignKey("territorio.nivel.nivel", ondelete="CASCADE")),
    llave("zona"),
    *columnas(Text, "nombre cut"),
    geometria("MULTIPOLYGON"),
    *columnas(Double, "poblacion area_km2"),
    Column("poblacion_anio", Integer),
    si_no("poblacion_estimada"),
)
Index("zona_geom", zona.c.geom, postgresql_using="gist")
geocodificado = tabla(
    "territorio.geocodificado",
    llave("cut"),
    llave("clave"),
    *columnas(Text, "proveedor precision", nullable=False),
    *columnas(Double, "lon lat"),
    momento("momento"),
)
