"""Schemas `indicador` (estimates from samples) and `publicacion` (what each release says, cell by cell)."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Double, ForeignKey, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from observatorio.db.tablas.base import columnas, llave, momento, numerada, tabla

estimacion = tabla(
    "indicador.estimacion",
    llave("cut"),
    llave("anio", Integer),
    *(llave(nombre) for nombre in ("fuente", "medida", "dimension", "categoria")),
    *columnas(Double, "estimado error_estandar"),
    Column("n", BigInteger, nullable=False),
)

publicacion = tabla(
    "publicacion.publicacion",
    numerada("publicacion"),
    Column("anio", Integer, nullable=False),
    Column("version", BigInteger, nullable=False),
    *columnas(Text, "regla cut huella", nullable=False),
    *columnas(JSONB, "fuentes informe", nullable=False),
    Column("vigente", Boolean, nullable=False, server_default=text("true")),
    momento("momento"),
)
Index(
    "publicacion_vigente",
    publicacion.c.cut,
    publicacion.c.anio,
    unique=True,
    postgresql_where=publicacion.c.vigente,
)


def _de_la_publicacion() -> Column[int]:
    return Column(
        "publicacion",
        BigInteger,
        ForeignKey("publicacion.publicacion.publicacion", ondelete="CASCADE"),
        primary_key=True,
    )


celda = tabla(
    "publicacion.celda",
    _de_la_publicacion(),
    llave("indicador"),
    Column("anio", Integer, nullable=False),
    llave("por"),
    Column("nivel", Text, primary_key=True, server_default=text("''::text")),
    llave("dimensiones", JSONB),
    *columnas(Double, "valor cobertura"),
    Column("n", BigInteger),
    Column("redondeo", Integer),
    Column("estado", Text, nullable=False),
)
alternativa = tabla(
    "publicacion.alternativa",
    _de_la_publicacion(),
    llave("medida"),
    llave("alternativa", Integer),
    Column("celdas", ARRAY(Text), nullable=False),
    Column("diferencias", ARRAY(BigInteger), nullable=False),
)
