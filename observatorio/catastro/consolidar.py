"""The catastro of a comuna and a year: one row an establishment, and for every field the record whose word won."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl
from psycopg import sql
from sqlalchemy import Connection

from observatorio.catastro import lectura
from observatorio.catastro.actividad import aprender_giros, completar_actividad
from observatorio.catastro.enlace import enlazar
from observatorio.catastro.formalidad import formalidad
from observatorio.catastro.reglas import REGLAS, Ambito
from observatorio.catastro.reparto import firmas_de_otras_comunas, repartir
from observatorio.catastro.tamano import medir_tamano
from observatorio.db.copia import copiar, crear_etapa
from observatorio.db.queries import catastro as consultas
from observatorio.referencia import (
    divisiones,
    prefijos_sanitarios,
)
from observatorio.vocabulario import EstadoNegocio, Precision, Senal

_CLAVES = ("carga", "fila", "parte")
_NO_FUNCIONA = (str(EstadoNegocio.CERRADO), str(EstadoNegocio.RECESO))

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
    consultas.bloquear(conn, cut, anio)
    observaciones = lectura.leer_observaciones(conn, anio)
    identidad = enlazar(observaciones, cut)
    filas = elegir(observaciones, identidad, anio)
    _escribir(conn, cut, anio, identidad, filas)
    consultas.rehacer_actividades(conn, anio)
    consultas.rehacer_proveedores(conn, anio)
    consultas.rehacer_empresas(conn)
    version = consultas.anotar_version(conn, anio, filas.height)
    ubicados = filas["lon"].count()
    return Consolidado(anio, filas.height, ubicados, observaciones.height, version)


def elegir(observaciones: pl.DataFrame, identidad: pl.DataFrame, anio: int) -> pl.DataFrame:
    """One row an establishment (`ESTABLECIMIENTO_ANIO`), each field by its rule, with its origin.

    `observaciones` as `lectura.COLUMNAS`, `identidad` as `enlace.enlazar` returns it.
    """
    hablan = _preparar(observaciones, anio)
    propias = identidad.select(*_CLAVES, "id").join(hablan, on=_CLAVES, how="inner")
    bases = (
        identidad.sort("id")
        .group_by("id", maintain_order=True)
        .agg(pl.col("rut").drop_nulls().first(), pl.col("clave_lugar").first())
    )
    por_empresa = (
        bases.filter(pl.col("rut").is_not_null())
        .select("id", "rut")
        .join(hablan.filter(pl.col("rut").is_not_null()), on="rut", how="inner")
    )
    # A record of the premises itself speaks for its firm too, whether or not it has a RUT.
    de_empresa = pl.concat([por_empresa.select(propias.columns), propias.filter(pl.col("rut").is_null())]).unique(
        ["id", *_CLAVES], keep="first", maintain_order=True
    )
    marco = bases
    for ambito, voces in ((Ambito.ESTABLECIMIENTO, propias), (Ambito.EMPRESA, de_empresa)):
        marco = marco.join(_ganadores(voces, ambito), on="id", how="left")
    marco = marco.join(propias.group_by("id").agg(pl.col("publica").any()), on="id", how="left")
    marco = completar_actividad(marco, aprender_giros(observaciones))
    marco = marco.with_columns(
        abierto=~(pl.col("estado").is_in(_NO_FUNCIONA).fill_null(False) | pl.col("terminada").fill_null(False)),
        impuestos_firma=pl.col("impuestos_clp"),
        o_impuestos_firma=pl.col("o_impuestos_clp"),
        impuestos_clp=pl.lit(None, pl.Int64),
        o_impuestos_clp=pl.lit(None, marco.schema["o_impuestos_clp"]),
    )
    ajenas = firmas_de_otras_comunas(observaciones)
    for total, parte in (("trabajadores", "empleo_total"), ("impuestos_firma", "impuestos_clp")):
        marco = repartir(marco, total, parte, ajenas)
    return _derivar(marco)


def _preparar(observaciones: pl.DataFrame, anio: int) -> pl.DataFrame:
    """Read each record as of the end of the year: an end date turns its signals."""
    cierre = date(anio, 12, 31)
    terminada = (pl.col("hasta") <= cierre).fill_null(False)
    return observaciones.with_columns(
        senal_sii=pl.when(terminada & (pl.col("actor") == "sii") & (pl.col("senal_sii") == "si"))
        .then(pl.lit(str(Senal.NO)))
        .otherwise(pl.col("senal_sii")),
        senal_patente=pl.when(terminada & (pl.col("senal_patente") == "si"))
        .then(pl.lit(str(Senal.NO)))
        .otherwise(pl.col("senal_patente")),
        senal_sanitaria=pl.when(terminada & (pl.col("senal_sanitaria") == "si"))
        .then(pl.lit(str(Senal.NO)))
        .otherwise(pl.col("senal_sanitaria")),
        terminada=terminada & (pl.col("actor") == "sii") & (pl.col("describe") == "empresa"),
        direccion=pl.coalesce(
            "direccion_texto", pl.concat_str(["calle", "numero", "resto"], separator=" ", ignore_nulls=True)
        ).replace("", None),
        punto=pl.when(pl.col("lon").is_not_null()).then(
            pl.struct("lon", "lat", pl.col("precision").fill_null(str(Precision.PUERTA)))
        ),
    )


def _ganadores(voces: pl.DataFrame, ambito: Ambito) -> pl.DataFrame:
    """For each establishment and each field of a scope, the winning value and `o_<field>`, its origin."""
    ordenes: dict[tuple[str, ...], list[str]] = {}
    for campo, regla in REGLAS.items():
        if regla.ambito is ambito:
            ordenes.setdefault(tuple(map(str, regla.actores)), []).append(campo)
    marco = voces.select("id").unique()
    for actores, campos in ordenes.items():
        rango = pl.col("actor").replace_strict(list(actores), list(range(len(actores))), default=None)
        ordenado = (
            voces.with_columns(rango=rango)
            .filter(pl.col("rango").is_not_null())
            .sort(
                ["id", "rango", "observado", "desde", "fuente", "fila", "parte"],
                descending=[False, False, True, True, False, False, False],
                nulls_last=True,
            )
        )
        origen = pl.struct("carga", "fila", regla=pl.concat_str(pl.lit(f"{ambito}:"), "actor"))
        elegidos = ordenado.group_by("id", maintain_order=True).agg(
            *(_valor(c) for c in campos),
            *(origen.filter(pl.col(c).is_not_null()).first().alias(f"o_{c}") for c in campos),
        )
        marco = marco.join(elegidos, on="id", how="left")
    if ambito is Ambito.EMPRESA:
        fin = voces.group_by("id").agg(terminada=pl.col("terminada").any())
        marco = marco.join(fin, on="id", how="left")
    return marco


def _valor(campo: str) -> pl.Expr:
    """The winning value of a field in a group whose best record comes first."""
    primero = pl.col(campo).drop_nulls().first()
    if not REGLAS[campo].suma:
        return primero
    ganadora = (pl.col("fuente") == pl.col("fuente").filter(pl.col(campo).is_not_null()).first()) & (
        pl.col("observado") == pl.col("observado").filter(pl.col(campo).is_not_null()).first()
    )
    return pl.when(primero.is_not_null()).then(pl.col(campo).filter(ganadora).sum()).alias(campo)


def _derivar(marco: pl.DataFrame) -> pl.DataFrame:
    """What follows from the chosen values: sector, size, place, formality, and the record of where they came from."""
    seccion = {d.division: d.seccion for d in divisiones()}
    division = pl.col("acteco").str.slice(0, 2)
    exigida = pl.any_horizontal(pl.col("acteco").str.starts_with(p) for p in prefijos_sanitarios())
    repartido = pl.col("empleo_local").fill_null(0) + pl.col("empleo_conmutante").fill_null(0)
    marco = medir_tamano(marco).with_columns(
        nombre=pl.coalesce("nombre_fantasia", "razon_social"),
        division=division,
        seccion=division.replace_strict(seccion, default=None, return_dtype=pl.Utf8),
        lon=pl.col("punto").struct.field("lon"),
        lat=pl.col("punto").struct.field("lat"),
        precision=pl.col("punto").struct.field("precision").fill_null(str(Precision.SIN_UBICACION)),
        sanitaria_exigida=exigida.fill_null(False),
        publica=pl.col("publica").fill_null(False),
        # Parts above the total leave it null: the row then says that they do not add up.
        empleo_sin_dato=pl.when(repartido <= pl.col("empleo_total")).then(pl.col("empleo_total") - repartido),
        procedencia=_procedencia(marco),
    )
    estado = formalidad(
        ~pl.col("abierto"),
        pl.col("senal_sii"),
        pl.col("senal_patente"),
        pl.col("senal_sanitaria"),
        pl.col("sanitaria_exigida"),
    )
    marco = marco.with_columns(formalidad=estado)
    return marco.select(pl.col(c).cast(t) for c, t in ESTABLECIMIENTO_ANIO.items()).sort("id")


def _procedencia(marco: pl.DataFrame) -> pl.Expr:
    """`{"field": [load, row, "rule"], …}` as JSON text; fields without a value are left out by the database."""
    campos = [c for c in REGLAS if f"o_{c}" in marco.columns]
    return pl.struct(
        pl.when(pl.col(f"o_{c}").struct.field("carga").is_not_null())
        .then(
            pl.concat_list(
                pl.col(f"o_{c}").struct.field("carga").cast(pl.Utf8),
                pl.col(f"o_{c}").struct.field("fila").cast(pl.Utf8),
                pl.col(f"o_{c}").struct.field("regla"),
            )
        )
        .alias(c)
        for c in campos
    ).struct.json_encode()


def _escribir(conn: Connection, cut: str, anio: int, identidad: pl.DataFrame, filas: pl.DataFrame) -> None:
    consultas.vaciar_anio(conn, cut, anio)
    crear_etapa(conn, "establecimientos", ESTABLECIMIENTO_ANIO, tipos={"procedencia": "jsonb"})
    copiar(conn, sql.SQL("pg_temp.establecimientos"), filas, jsonb={"procedencia"})
    consultas.volcar_establecimientos(conn, cut, anio)
    propias = identidad.select(pl.lit(anio, pl.Int32).alias("anio"), *_CLAVES, pl.lit(cut).alias("cut"), "id", "regla")
    copiar(conn, sql.SQL("catastro.identidad"), propias)
