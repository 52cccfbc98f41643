"""Schema `auditoria`: the keys of access, who did what and when, the seals of that, and which id followed another."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, Index, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from observatorio.db.tablas.base import VACIO, columnas, llave, momento, numerada, tabla

clave = tabla(
    "auditoria.clave",
    numerada("clave"),
    Column("prefijo", Text, nullable=False, unique=True),
    Column("resumen", LargeBinary, nullable=False),
    *columnas(Text, "rol nombre", nullable=False),
    momento("creada", "now"),
    *(Column(nombre, DateTime(timezone=True)) for nombre in ("expira", "revocada")),
)
auditoria_registro = tabla(
    "auditoria.registro",
    numerada("registro"),
    momento("momento"),
    Column("rol", Text, nullable=False),
    Column("clave", BigInteger),
    Column("accion", Text, nullable=False),
    Column("detalle", JSONB, nullable=False, server_default=VACIO),
    Column("sujeto", Text, server_default=text("NULLIF(current_setting('observatorio.sujeto'::text, true), ''::text)")),
    Column("transaccion", BigInteger, nullable=False, server_default=text("(pg_current_xact_id()::text)::bigint")),
)
sello = tabla(
    "auditoria.sello",
    llave("sello", BigInteger),
    Column("momento", DateTime(timezone=True), nullable=False),
    *columnas(Text, "sistema foto", nullable=False),
    *columnas(BigInteger, "lineas hasta", nullable=False),
    Column("huella", LargeBinary, nullable=False),
)
eslabon = tabla(
    "auditoria.eslabon",
    llave("registro", BigInteger),
    Column("sello", BigInteger, ForeignKey("auditoria.sello.sello"), nullable=False),
    Column("huella", LargeBinary, nullable=False),
)
Index("registro_transaccion", auditoria_registro.c.transaccion)
Index("eslabon_sello", eslabon.c.sello, eslabon.c.registro)
relevo = tabla(
    "auditoria.relevo",
    llave("cut"),
    llave("id"),
    Column("sucesor", Text, nullable=False),
    momento("momento"),
)
