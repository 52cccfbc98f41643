"""What every live source says about a comuna in a year, as one frame."""

from __future__ import annotations

from typing import Any

import polars as pl
from sqlalchemy import Connection

from observatorio.db.copia import leer

_TEXTO = pl.Utf8

COLUMNAS: dict[str, Any] = {
    "carga": pl.Int64,
    "fila": pl.Int64,
    "parte": pl.Int16,
    "fuente": _TEXTO,
    "actor": _TEXTO,
    "describe": _TEXTO,
    "publica": pl.Boolean,
    "observado": pl.Int32,
    "id_fuente": _TEXTO,
    "rut": pl.Int32,
    "dv": _TEXTO,
    "razon_social": _TEXTO,
    "nombre_fantasia": _TEXTO,
    "tipo_persona": _TEXTO,
    "grupo_empresarial": _TEXTO,
    "telefono": _TEXTO,
    "correo": _TEXTO,
    "acteco": _TEXTO,
    "giro_texto": _TEXTO,
    "tipo_sitio": _TEXTO,
    "direccion_texto": _TEXTO,
    "calle": _TEXTO,
    "numero": _TEXTO,
    "resto": _TEXTO,
    "cut": _TEXTO,
    "lon": pl.Float64,
    "lat": pl.Float64,
    "precision": _TEXTO,
    "desde": pl.Date,
    "hasta": pl.Date,
    "tramo_ventas": pl.Int32,
    "trabajadores": pl.Int32,
    "trabajadores_extranjeros": pl.Int32,
    "trabajadores_con_contrato": pl.Int32,
    "empleo_total": pl.Int32,
    "empleo_local": pl.Int32,
    "empleo_conmutante": pl.Int32,
    "turno": _TEXTO,
    "impuestos_clp": pl.Int64,
    "patente_clp": pl.Int64,
    "capital_clp": pl.Int64,
    "senal_sii": _TEXTO,
    "senal_patente": _TEXTO,
    "senal_sanitaria": _TEXTO,
    "estado": _TEXTO,
}

_CONSULTA = """
    SELECT r.carga, r.fila, r.parte, r.fuente, f.actor, f.describe, f.publica, r.anio AS observado, r.id_fuente,
           r.rut, r.dv, r.razon_social, r.nombre_fantasia, r.tipo_persona, r.grupo_empresarial, r.telefono, r.correo,
           r.acteco, r.giro_texto, r.tipo_sitio, r.direccion_texto, r.calle, r.numero, r.resto, r.cut, r.lon, r.lat,
           r.precision, r.desde, r.hasta, r.tramo_ventas, r.trabajadores, r.trabajadores_extranjeros,
           r.trabajadores_con_contrato, r.empleo_total, r.empleo_local, r.empleo_conmutante, r.turno,
           r.impuestos_clp, r.patente_clp, r.capital_clp, r.senal_sii, r.senal_patente, r.senal_sanitaria, r.estado
      FROM observacion.registro r
      JOIN ingreso.carga c ON c.carga = r.carga AND c.estado = 'confirmada'
      JOIN ingreso.fuente f ON f.fuente = r.fuente
     WHERE (NOT f.historica AND r.anio = %(anio)s)
        OR (f.historica AND (r.desde IS NULL OR r.desde <= make_date(%(anio)s, 12, 31)))
"""


def leer_observaciones(conn: Connection, anio: int) -> pl.DataFrame:
    """Every observation of a confirmed load that holds in a year, of any comuna, with what its source declares.

    Columns as `COLUMNAS`; `observado` is the year that the record itself states. Rows of historical sources hold from
    their `desde` on. The order is that of source, row and part, so that it does not depend on the order of loading.
    """
    marco = leer(conn, _CONSULTA, {"anio": anio}, COLUMNAS)
    return marco.sort("fuente", "observado", "fila", "parte", "carga", maintain_order=True)


def anios_observados(conn: Connection) -> list[int]:
    """The years for which a confirmed load of a source that is not historical speaks of businesses, ascending."""
    consulta = """
        SELECT DISTINCT uno AS anio
          FROM ingreso.carga c
          JOIN ingreso.fuente f USING (fuente)
         CROSS JOIN unnest(c.anios) AS de (uno)
         WHERE c.estado = 'confirmada' AND f.destino = 'registro' AND NOT f.historica
           AND f.describe <> 'beneficiario'
         ORDER BY anio
    """
    return leer(conn, consulta, {}, {"anio": pl.Int32})["anio"].to_list()
