"""Schema `auditoria`: the keys of access, who did what and when, and which id took the place of another."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, DateTime, LargeBinary, Text
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
)
relevo = tabla(
    "auditoria.relevo",
    llave("cut"),
    llave("id"),
    Column("sucesor", Text, nullable=False),
    momento("momento"),
)
