"""Schema `ref`: what does not come from a partner: sections, brackets, units, people and the comunas' outlines."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, Numeric, Text

from observatorio.db.tablas.base import columnas, geometria, llave, momento, tabla

seccion = tabla("ref.seccion", llave("seccion"), Column("nombre", Text, nullable=False))
division = tabla(
    "ref.division",
    llave("division"),
    Column("seccion", Text, ForeignKey("ref.seccion.seccion"), nullable=False),
    Column("nombre", Text, nullable=False),
)
tramo_ventas = tabla(
    "ref.tramo_ventas",
    llave("tramo", Integer),
    Column("tamano", Text, nullable=False),
    *columnas(Numeric, "uf_desde uf_hasta"),
    Column("fuente", Text, nullable=False),
)
tramo_trabajadores = tabla(
    "ref.tramo_trabajadores",
    llave("tamano"),
    Column("desde", Integer, nullable=False),
    Column("hasta", Integer),
    Column("fuente", Text, nullable=False),
)
unidad = tabla(
    "ref.unidad",
    llave("unidad"),
    llave("fecha", Date),
    Column("pesos", Numeric),
    Column("fuente", Text, nullable=False),
)
poblacion = tabla(
    "ref.poblacion",
    llave("territorio"),
    llave("anio", Integer),
    Column("personas", Integer),
    Column("fuente", Text, nullable=False),
)
comuna = tabla(
    "ref.comuna",
    llave("cut"),
    *columnas(Text, "nombre provincia region", nullable=False),
    geometria("MULTIPOLYGON", nullable=False),
)
Index("comuna_geom", comuna.c.geom, postgresql_using="gist")
aplicado = tabla(
    "ref.aplicado",
    llave("parte"),
    Column("huella", Text, nullable=False),
    momento("momento"),
)
