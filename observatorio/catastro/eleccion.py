"""Of all that was said of the establishments of a year, what holds: each field by its rule, with its origin."""

from __future__ import annotations

import polars as pl

from observatorio.catastro.actividad import completar_actividad
from observatorio.catastro.cierre import estados
from observatorio.catastro.empleo import cuadrar
from observatorio.catastro.formalidad import formalidad, indeterminado_por, sanitaria_exigida
from observatorio.catastro.ganadores import CON_ORIGEN, ganadores, preparar, procedencia
from observatorio.catastro.reglas import Ambito
from observatorio.catastro.reparto import firmas_de_otras_comunas, repartir
from observatorio.catastro.senales import SENALES
from observatorio.catastro.tamano import medir_tamano
from observatorio.referencia import divisiones
from observatorio.vocabulario import Precision

ESTABLECIMIENTO_ANIO: dict[str, pl.DataType | type[pl.DataType]] = {
    "id": pl.Utf8,
    "rut": pl.Int32,
    "nombre": pl.Utf8,
    "razon_social": pl.Utf8,
    "nombre_fantasia": pl.Utf8,
    "tipo_persona": pl.Utf8,
    "tipo_sitio": pl.Utf8,
    "direccion": pl.Utf8,
    "lon": pl.Float64,
    "lat": pl.Float64,
    "precision": pl.Utf8,
    "acteco": pl.Utf8,
    "acteco_puntaje": pl.Float64,
    "giro_texto": pl.Utf8,
    "division": pl.Utf8,
    "seccion": pl.Utf8,
    "tramo_ventas": pl.Int32,
    "tamano_ventas": pl.Utf8,
    "tamano_trabajadores": pl.Utf8,
    "tamano": pl.Utf8,
    "tamano_criterio": pl.Utf8,
    "trabajadores": pl.Int32,
    "empleo_total": pl.Int32,
    "empleo_local": pl.Int32,
    "empleo_conmutante": pl.Int32,
    "empleo_sin_dato": pl.Int32,
    "conmutante_intrarregional": pl.Int32,
    "conmutante_interregional": pl.Int32,
    "empleo_cuadra": pl.Boolean,
    "trabajadores_extranjeros": pl.Int32,
    "trabajadores_con_contrato": pl.Int32,
    "turno": pl.Utf8,
    "impuestos_clp": pl.Int64,
    "patente_clp": pl.Int64,
    "capital_clp": pl.Int64,
    "telefono": pl.Utf8,
    "correo": pl.Utf8,
    "senal_sii": pl.Utf8,
    "senal_patente": pl.Utf8,
    "senal_sanitaria": pl.Utf8,
    "senal_sii_fecha": pl.Date,
    "senal_patente_fecha": pl.Date,
    "senal_sanitaria_fecha": pl.Date,
    "encuesta_sii": pl.Utf8,
    "encuesta_patente": pl.Utf8,
    "encuesta_sanitaria": pl.Utf8,
    "sanitaria_exigida": pl.Boolean,
    "formalidad": pl.Utf8,
    "indeterminado_por": pl.Utf8,
    "publica": pl.Boolean,
    "procedencia": pl.Utf8,
}


def elegir(observaciones: pl.DataFrame, giros: pl.DataFrame, cut: str, anio: int) -> pl.DataFrame:
    """One row an establishment (`ESTABLECIMIENTO_ANIO`), each field by its rule, with its origin.

    `observaciones` are those that hold in the year (`lectura.COLUMNAS`, with their effective place) and `id`,
    `enlazado` (the RUT of the establishment); `giros` as `leer_giros`.
    """
    # A record without a RUT that was linked to a firm's premises speaks for the firm too; any other for itself alone.
    hablan = preparar(observaciones, anio).with_columns(
        quien=pl.coalesce(pl.coalesce("rut", "enlazado").cast(pl.Utf8), "id")
    )
    propias = hablan.filter(pl.col("id").is_not_null())
    bases = (
        propias.group_by("id")
        .agg(rut=pl.col("enlazado").first())
        .with_columns(quien=pl.coalesce(pl.col("rut").cast(pl.Utf8), "id"))
        .sort("id")
    )
    de_empresa = hablan.join(bases.select(pl.col("quien").unique()), on="quien", how="semi", maintain_order="left")
    marco = (
        bases.join(ganadores(propias, Ambito.ESTABLECIMIENTO, "id"), on="id", how="left")
        .join(ganadores(de_empresa, Ambito.EMPRESA, "quien"), on="quien", how="left")
        .join(estados(propias, anio), on="id", how="left")
        .join(
            propias.group_by("id").agg(pl.col("publica", "pide_sanitaria").any(ignore_nulls=False)), on="id", how="left"
        )
        .join(
            de_empresa.group_by("quien").agg(
                # A firm that stands twice in the SII's list, once without an end, is alive.
                terminada=pl.col("terminada").any() & ~pl.col("listada_viva").any(),
                pide_sanitaria_firma=pl.col("pide_sanitaria").any(ignore_nulls=False),
            ),
            on="quien",
            how="left",
        )
    )
    return _derivar(_repartir_totales(completar_actividad(marco, giros), observaciones, cut))


def _repartir_totales(marco: pl.DataFrame, observaciones: pl.DataFrame, cut: str) -> pl.DataFrame:
    """Share out the firms' workers and taxes among their open premises (`abierto`)."""
    marco = marco.with_columns(
        abierto=~(pl.col("cerrado") | pl.col("terminada").fill_null(False)),
        impuestos_firma=pl.col("impuestos_clp"),
        o_impuestos_firma=pl.col("o_impuestos_clp"),
        impuestos_clp=pl.lit(None, pl.Int64),
        o_impuestos_clp=pl.lit(None, marco.schema["o_impuestos_clp"]),
    )
    ajenas = firmas_de_otras_comunas(observaciones, cut)
    for total, parte in (("trabajadores", "empleo_total"), ("impuestos_firma", "impuestos_clp")):
        marco = repartir(marco, total, parte, ajenas)
    return marco


def _derivar(marco: pl.DataFrame) -> pl.DataFrame:
    """What follows from the chosen values: sector, size, place, formality, and the record of where they came from."""
    seccion = {d.division: d.seccion for d in divisiones()}
    division = pl.col("acteco").str.slice(0, 2)
    palabras = pl.coalesce("pide_sanitaria", "pide_sanitaria_firma")
    marco = cuadrar(medir_tamano(marco))
    marco = marco.with_columns(
        nombre=pl.coalesce("nombre_fantasia", "razon_social"),
        division=division,
        seccion=division.replace_strict(seccion, default=None, return_dtype=pl.Utf8),
        lon=pl.col("punto").struct.field("lon"),
        lat=pl.col("punto").struct.field("lat"),
        precision=pl.col("punto").struct.field("precision").fill_null(str(Precision.SIN_UBICACION)),
        sanitaria_exigida=sanitaria_exigida(pl.col("acteco"), palabras),
        publica=pl.col("publica").fill_null(False),
        procedencia=procedencia(c for c in CON_ORIGEN if f"o_{c}" in marco.columns),
    )
    signos = (~pl.col("abierto"), *map(pl.col, (*SENALES, "sanitaria_exigida")))
    marco = marco.with_columns(formalidad=formalidad(*signos), indeterminado_por=indeterminado_por(*signos))
    return marco.select(pl.col(c).cast(t) for c, t in ESTABLECIMIENTO_ANIO.items()).sort("id")
