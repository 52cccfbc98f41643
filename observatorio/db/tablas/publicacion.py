"""Schemas `indicador` (estimates from samples) and `publicacion` (what each release says, cell by cell)."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Double, ForeignKey, Integer, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from observatorio.db.tablas.base import columnas, llave, momento, numerada, tabla

estimacion = tabla(
    "indicador.estimacion",
    llave("cut"),
    llave("anio", Integer),
    *(llave(nombre) for nombre in ("fuente", "medida", "dimension", "categoria")),
    *columnas(Double, "estimado error_estandar"),
    Column("n", BigInteger, nullable=False),
)

# publicacion
publicacion = tabla(
    "publicacion.publicacion",
    numerada("publicacion"),
    Column("anio", Integer, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("regla", Text, nullable=False),
    momento("momento"),
)
celda = tabla(
    "publicacion.celda",
    Column(
        "publicacion",
        BigInteger,
        ForeignKey("publicacion.publicacion.publicacion", ondelete="CASCADE"),
        nullable=False,
    ),
    llave("indicador"),
    llave("anio", Integer),
    llave("por"),
    Column("nivel", Text, primary_key=True, server_default=text("''::text")),
    llave("dimensiones", JSONB),
    *columnas(Double, "valor cobertura"),
    Column("n", BigInteger),
    Column("estado", Text, nullable=False),
)
