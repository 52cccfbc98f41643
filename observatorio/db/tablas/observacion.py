"""Schema `observacion`: what each source said, row by row, with a partition for each year."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Date, Double, Index, Integer, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import JSON

from observatorio.db.tablas.base import columnas, geometria, llave, si_no, tabla


def _origen() -> list[Column[Any]]:
    """Where an observation stands: the load, the row, and the part of the row when one cell held several."""
    return [
        llave("anio", Integer),
        llave("carga", BigInteger),
        llave("fila", BigInteger),
        Column("parte", SmallInteger, primary_key=True, server_default=text("0")),
        Column("fuente", Text, nullable=False),
    ]


registro = tabla(
    "observacion.registro",
    *_origen(),
    *columnas(Text, "id_fuente dv razon_social nombre_fantasia tipo_persona grupo_empresarial telefono correo"),
    *columnas(Text, "acteco giro_texto tipo_sitio direccion_texto calle numero resto cut precision turno estado ola"),
    *columnas(Text, "senal_sii senal_patente senal_sanitaria"),
    *columnas(Integer, "rut acteco_anio tramo_ventas trabajadores trabajadores_extranjeros"),
    *columnas(Integer, "trabajadores_con_contrato empleo_total empleo_local empleo_conmutante"),
    *columnas(Integer, "conmutante_intrarregional conmutante_interregional"),
    *columnas(BigInteger, "impuestos_clp patente_clp capital_clp"),
    *columnas(Date, "desde hasta"),
    *columnas(Double, "lon lat factor_expansion"),
    geometria("POINT"),
    Column("extra", JSON),
    si_no("suprimida"),
    anual=True,
)
Index("registro_geom", registro.c.geom, postgresql_using="gist", postgresql_where=registro.c.geom.is_not(None))
vinculo = tabla(
    "observacion.vinculo",
    *_origen(),
    *columnas(Integer, "rut_comprador rut_proveedor"),
    *columnas(Text, "razon_social_proveedor cut_proveedor categoria evidencia"),
    *columnas(Date, "desde hasta"),
    Column("monto_clp", BigInteger),
    Column("extra", JSON),
    si_no("suprimida"),
    anual=True,
)
Index("vinculo_proveedor", vinculo.c.rut_proveedor)
serie = tabla(
    "observacion.serie",
    *_origen(),
    *columnas(Text, "territorio categoria"),
    llave("medida"),
    Column("valor", Double),
    Column("estado", Text, nullable=False),
    anual=True,
)
