"""Schema `ingreso`: the sources, the files they sent, each load of a file, and what was turned away or suppressed."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from observatorio.db.tablas.base import VACIO, columnas, llave, momento, numerada, si_no, tabla

fuente = tabla(
    "ingreso.fuente",
    llave("fuente"),
    *columnas(Text, "nombre actor describe destino cobertura licencia periodicidad", nullable=False),
    si_no("publica"),
    si_no("historica"),
    Column("visibilidad", JSONB, nullable=False, server_default=VACIO),
)
archivo = tabla(
    "ingreso.archivo",
    llave("sha256"),
    Column("nombre", Text, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("formato", Text),
)
carga = tabla(
    "ingreso.carga",
    numerada("carga"),
    Column("fuente", Text, ForeignKey("ingreso.fuente.fuente"), nullable=False),
    Column("sha256", Text, ForeignKey("ingreso.archivo.sha256"), nullable=False),
    Column("nombre", Text, nullable=False),
    Column("anio", Integer),
    Column("anios", ARRAY(Integer), nullable=False, server_default=text("'{}'::integer[]")),
    *columnas(Text, "estado licencia", nullable=False),
    *columnas(
        BigInteger,
        "filas_leidas filas_aceptadas filas_rechazadas valores_rechazados",
        nullable=False,
        server_default=text("0"),
    ),
    Column("veredicto", Text),
    Column("mapeo", JSONB, nullable=False, server_default=VACIO),
    Column("conjunto", BigInteger),
    Column("sintetica", Boolean, nullable=False, server_default=text("false")),
    Column("usuario", Text, nullable=False, server_default=text("'cli'::text")),
    momento("inicio", "now"),
    Column("fin", DateTime(timezone=True)),
)
Index("carga_archivo", carga.c.fuente, carga.c.sha256)
Index("carga_fuente", carga.c.fuente, carga.c.estado, carga.c.carga)
vigencia = tabla(
    "ingreso.vigencia",
    llave("conjunto", BigInteger),
    llave("anio", Integer),
    Column("fuente", Text, ForeignKey("ingreso.fuente.fuente"), nullable=False),
    Column("filas", BigInteger, nullable=False),
    Column("reemplazada_por", BigInteger),
)
Index("vigencia_fuente", vigencia.c.fuente, vigencia.c.anio)
rechazo = tabla(
    "ingreso.rechazo",
    Column("carga", BigInteger, ForeignKey("ingreso.carga.carga", ondelete="CASCADE"), nullable=False),
    Column("fila", BigInteger, nullable=False),
    *columnas(Text, "columna letra campo valor"),
    *columnas(Text, "regla gravedad consejo", nullable=False),
)
Index("rechazo_carga", rechazo.c.carga, rechazo.c.fila)
supresion = tabla(
    "ingreso.supresion",
    numerada("supresion"),
    *columnas(Text, "clase huella motivo usuario", nullable=False),
    momento("momento"),
    UniqueConstraint("clase", "huella"),
)
