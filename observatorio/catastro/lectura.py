"""What every live source says, of all years, as one frame; and which of it holds in a year."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import Connection

from observatorio.catastro.cierre import NO_FUNCIONA
from observatorio.db.copia import leer
from observatorio.vocabulario import Describe

_TEXTO = pl.Utf8

COLUMNAS: dict[str, Any] = {
    "carga": pl.Int64,
    "fila": pl.Int64,
    "parte": pl.Int16,
    "fuente": _TEXTO,
    "actor": _TEXTO,
    "describe": _TEXTO,
    "publica": pl.Boolean,
    "historica": pl.Boolean,
    "cobertura": _TEXTO,
    "sha256": _TEXTO,
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
    "conmutante_intrarregional": pl.Int32,
    "conmutante_interregional": pl.Int32,
    "turno": _TEXTO,
    "impuestos_clp": pl.Int64,
    "patente_clp": pl.Int64,
    "capital_clp": pl.Int64,
    "senal_sii": _TEXTO,
    "senal_patente": _TEXTO,
    "senal_sanitaria": _TEXTO,
    "estado": _TEXTO,
    "ola": _TEXTO,
}

_DE_LA_CARGA = ("fuente", "actor", "describe", "publica", "historica", "cobertura", "sha256")
"""Columns that every row of a load shares: they are read once a load, and not a thousand times with its rows."""

_CARGAS = """
    SELECT DISTINCT v.carga, v.fuente, f.actor, f.describe, f.publica, f.historica, f.cobertura, v.sha256
      FROM ingreso.v_viva v
      JOIN ingreso.fuente f ON f.fuente = v.fuente
"""

_CONSULTA = """
    SELECT r.carga, r.fila, r.parte, r.anio AS observado, r.id_fuente, r.rut, r.dv, r.razon_social, r.nombre_fantasia,
           r.tipo_persona, r.grupo_empresarial, r.telefono, r.correo, r.acteco, r.giro_texto, r.tipo_sitio,
           r.direccion_texto, r.calle, r.numero, r.resto, r.cut, r.lon, r.lat, r.precision, r.desde, r.hasta,
           r.tramo_ventas, r.trabajadores, r.trabajadores_extranjeros, r.trabajadores_con_contrato, r.empleo_total,
           r.empleo_local, r.empleo_conmutante, r.conmutante_intrarregional, r.conmutante_interregional, r.turno,
           r.impuestos_clp, r.patente_clp, r.capital_clp, r.senal_sii, r.senal_patente, r.senal_sanitaria, r.estado,
           r.ola
      FROM observacion.registro r
      JOIN ingreso.v_viva v ON v.carga = r.carga AND v.anio = r.anio
     WHERE NOT r.suprimida
"""

ORDEN = ("fuente", "observado", "sha256", "fila", "parte")
"""What ties are broken by: it rests on the files, and not on when they were loaded."""


def leer_observaciones(conn: Connection) -> pl.DataFrame:
    """Every observation of a live load, of any year and comuna, with what its source declares.

    Columns as `COLUMNAS`; `observado` is the year that the record itself states. In `ORDEN`.
    """
    propias = {c: t for c, t in COLUMNAS.items() if c not in _DE_LA_CARGA}
    de_la_carga = {c: COLUMNAS[c] for c in ("carga", *_DE_LA_CARGA)}
    return (
        leer(conn, _CONSULTA, {}, propias)
        .join(leer(conn, _CARGAS, {}, de_la_carga), on="carga", how="left")
        .select(list(COLUMNAS))
        .sort(ORDEN, maintain_order=True)
    )


def vigentes_en(observaciones: pl.DataFrame, anio: int) -> pl.DataFrame:
    """Of all observations (`COLUMNAS` with `clave`, the key of their address), those that hold in a year, in their
    order.

    Rows of historical sources hold from their `desde` on, those of other sources in their own year. Of a history of
    addresses, the records of an address that the same history closed later are not among them.
    """
    de_historia = pl.col("desde").is_null() | (pl.col("desde") <= date(anio, 12, 31))
    hablan = pl.when("historica").then(de_historia).otherwise(pl.col("observado") == anio)
    return _sin_cancelados(elegir_cosechas(observaciones.filter(hablan), anio))


def _sin_cancelados(del_anio: pl.DataFrame) -> pl.DataFrame:
    cerrado = pl.col("estado").is_in(NO_FUNCIONA).fill_null(False)
    cierre = pl.when(cerrado).then(pl.col("desde")).max().over("fuente", "rut", "tipo_sitio", "clave")
    cancelado = (
        pl.col("historica")
        & pl.col("rut").is_not_null()
        & pl.col("clave").is_not_null()
        & ~cerrado
        & (pl.col("desde").fill_null(date.min) < cierre).fill_null(False)
    )
    return del_anio.filter(~cancelado)


def elegir_cosechas(marco: pl.DataFrame, anio: int) -> pl.DataFrame:
    """Leave one vintage of each kind of address of a RUT that a historical source gives in several.

    Every vintage tells the whole history: the newest one up to the year is believed, and only where there is none the
    first one after it. `marco` as `COLUMNAS`; the rows of other sources stay as they are.
    """
    de_historia = (
        pl.col("historica") & (pl.col("describe") == str(Describe.ESTABLECIMIENTO)) & pl.col("rut").is_not_null()
    )
    observado = pl.col("observado")
    grupo = ("fuente", "rut", "tipo_sitio")
    hasta_el_anio = pl.when(observado <= anio).then(observado).max()
    despues = pl.when(observado > anio).then(observado).min()
    puesto = marco.with_row_index("puesto")
    historia = puesto.filter(de_historia)
    elegida = historia.filter(observado == pl.coalesce(hasta_el_anio.over(grupo), despues.over(grupo)))
    return pl.concat([puesto.filter(~de_historia), elegida]).sort("puesto").drop("puesto")


def anios_observados(conn: Connection) -> list[int]:
    """The years in which some live load may prove an establishment, ascending.

    A history of firms alone makes no year. Nor does a list whose rows are all legal domiciles, as those of
    constitutions are: it says that firms exist, and not that anything works.
    """
    consulta = """
        SELECT DISTINCT v.anio
          FROM ingreso.v_viva v
          JOIN ingreso.fuente f USING (fuente)
         WHERE f.destino = 'registro' AND f.describe IN ('establecimiento', 'empresa')
           AND (NOT f.historica OR f.describe = 'establecimiento')
           AND EXISTS (SELECT FROM observacion.registro r
                        WHERE r.anio = v.anio AND r.carga = v.carga AND r.tipo_sitio IS DISTINCT FROM 'domicilio')
         ORDER BY anio
    """
    return leer(conn, consulta, {}, {"anio": pl.Int32})["anio"].to_list()
