"""The catastro of a comuna and a year: one row an establishment, and for every field the record whose word won."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
from psycopg import sql
from sqlalchemy import Connection

from observatorio.catastro import lectura
from observatorio.catastro.actividad import aprender_giros, completar_actividad
from observatorio.catastro.cierre import estados
from observatorio.catastro.enlace import enlazar
from observatorio.catastro.formalidad import formalidad, sanitaria_exigida
from observatorio.catastro.ganadores import ganadores, preparar, procedencia
from observatorio.catastro.reglas import Ambito
from observatorio.catastro.reparto import firmas_de_otras_comunas, repartir
from observatorio.catastro.tamano import medir_tamano
from observatorio.db.copia import copiar, crear_etapa
from observatorio.db.queries import catastro as consultas
from observatorio.referencia import divisiones
from observatorio.vocabulario import Precision

_CLAVES = ("carga", "fila", "parte")

ESTABLECIMIENTO_ANIO: dict[str, pl.DataType | type[pl.DataType]] = {
    "id": pl.Utf8,
    "rut": pl.Int32,
    "clave_lugar": pl.Utf8,
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
    "sanitaria_exigida": pl.Boolean,
    "formalidad": pl.Utf8,
    "publica": pl.Boolean,
    "procedencia": pl.Utf8,
}


@dataclass(frozen=True)
class Consolidado:
    """What a run made: establishments of the year, how many have a place, observations read."""

    anio: int
    establecimientos: int
    ubicados: int
    observaciones: int
    version: int


def consolidar(conn: Connection, cut: str, anio: int) -> Consolidado:
    """Rebuild the year of a comuna in `catastro` from the live observations, in the caller's transaction.

    The outcome depends on the observations alone, not on the order in which they were loaded.
    """
    consultas.bloquear(conn, anio)
    observaciones = lectura.leer_observaciones(conn, anio)
    identidad = enlazar(observaciones, cut, anio)
    filas = elegir(observaciones, identidad, cut, anio)
    _escribir(conn, cut, anio, identidad, filas)
    consultas.rehacer_actividades(conn, anio)
    consultas.rehacer_proveedores(conn, anio)
    consultas.rehacer_empresas(conn)
    version = consultas.anotar_version(conn, anio, filas.height)
    ubicados = filas["lon"].count()
    return Consolidado(anio, filas.height, ubicados, observaciones.height, version)


def elegir(observaciones: pl.DataFrame, identidad: pl.DataFrame, cut: str, anio: int) -> pl.DataFrame:
    """One row an establishment (`ESTABLECIMIENTO_ANIO`), each field by its rule, with its origin.

    `observaciones` as `lectura.COLUMNAS`, `identidad` as `enlace.enlazar` returns it.
    """
    hablan = preparar(observaciones, anio).join(
        identidad.select(*_CLAVES, "id", enlazado="rut"), on=_CLAVES, how="left", maintain_order="left"
    )
    # A record without a RUT that was linked to a firm's premises speaks for the firm too; any other for itself alone.
    hablan = hablan.with_columns(quien=pl.coalesce(pl.coalesce("rut", "enlazado").cast(pl.Utf8), "id"))
    propias = hablan.filter(pl.col("id").is_not_null())
    bases = (
        identidad.sort("id", *_CLAVES)
        .group_by("id", maintain_order=True)
        .agg(pl.col("rut").drop_nulls().first(), pl.col("clave_lugar").first())
        .with_columns(quien=pl.coalesce(pl.col("rut").cast(pl.Utf8), "id"))
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
                pl.col("terminada").any(), pide_sanitaria_firma=pl.col("pide_sanitaria").any(ignore_nulls=False)
            ),
            on="quien",
            how="left",
        )
    )
    return _derivar(_repartir_totales(completar_actividad(marco, aprender_giros(observaciones)), observaciones, cut))


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
    repartido = pl.col("empleo_local").fill_null(0) + pl.col("empleo_conmutante").fill_null(0)
    palabras = pl.coalesce("pide_sanitaria", "pide_sanitaria_firma")
    marco = medir_tamano(marco).with_columns(
        nombre=pl.coalesce("nombre_fantasia", "razon_social"),
        division=division,
        seccion=division.replace_strict(seccion, default=None, return_dtype=pl.Utf8),
        lon=pl.col("punto").struct.field("lon"),
        lat=pl.col("punto").struct.field("lat"),
        precision=pl.col("punto").struct.field("precision").fill_null(str(Precision.SIN_UBICACION)),
        sanitaria_exigida=sanitaria_exigida(pl.col("acteco"), palabras),
        publica=pl.col("publica").fill_null(False),
        # Parts above the total leave it null: the row then says that they do not add up.
        empleo_sin_dato=pl.when(repartido <= pl.col("empleo_total")).then(pl.col("empleo_total") - repartido),
        procedencia=procedencia(marco),
    )
    signos = (pl.col(c) for c in ("senal_sii", "senal_patente", "senal_sanitaria", "sanitaria_exigida"))
    marco = marco.with_columns(formalidad=formalidad(~pl.col("abierto"), *signos))
    return marco.select(pl.col(c).cast(t) for c, t in ESTABLECIMIENTO_ANIO.items()).sort("id")


def _escribir(conn: Connection, cut: str, anio: int, identidad: pl.DataFrame, filas: pl.DataFrame) -> None:
    consultas.vaciar_anio(conn, cut, anio)
    crear_etapa(conn, "establecimientos", ESTABLECIMIENTO_ANIO, tipos={"procedencia": "jsonb"})
    copiar(conn, sql.SQL("pg_temp.establecimientos"), filas, jsonb={"procedencia"})
    consultas.volcar_establecimientos(conn, cut, anio)
    propias = identidad.select(pl.lit(anio, pl.Int32).alias("anio"), *_CLAVES, pl.lit(cut).alias("cut"), "id", "regla")
    copiar(conn, sql.SQL("catastro.identidad"), propias)
