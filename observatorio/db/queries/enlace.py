"""Who is who, as a run of the linkage leaves it: identities, doubts, what was compared, loads in an old datum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from psycopg import sql
from sqlalchemy import Connection, func, text
from sqlalchemy.dialects.postgresql import insert

from observatorio.db import tablas
from observatorio.db.copia import copiar, cursor, leer

IDENTIDAD: dict[str, Any] = {
    "carga": pl.Int64,
    "fila": pl.Int64,
    "parte": pl.Int16,
    "anio": pl.Int32,
    "id": pl.Utf8,
    "regla": pl.Utf8,
    "peso": pl.Float64,
}
"""Columns of an identity: a record, its year, its establishment, the rule and the weight (null where exact)."""

DUDA: dict[str, Any] = {
    "duda": pl.Utf8,
    **{
        f"{campo}_{lado}": tipo
        for lado in ("a", "b")
        for campo, tipo in (
            ("fuente", pl.Utf8),
            ("sha256", pl.Utf8),
            ("fila", pl.Int64),
            ("parte", pl.Int16),
            ("id", pl.Utf8),
        )
    },
    "peso": pl.Float64,
    "motivo": pl.Utf8,
    "detalle": pl.Utf8,
}
"""Columns of a doubt: both records by their file's content, the establishments they are in, weight, reason."""

PAR: dict[str, Any] = {"huella_a": pl.Utf8, "huella_b": pl.Utf8, "peso": pl.Float64, "detalle": pl.Utf8}
PERFIL: dict[str, Any] = {"huella": pl.Utf8, "modelo": pl.Utf8}
GEOCODIFICADO: dict[str, Any] = {
    "clave": pl.Utf8,
    "cut": pl.Utf8,
    "proveedor": pl.Utf8,
    "lon": pl.Float64,
    "lat": pl.Float64,
    "precision": pl.Utf8,
}
CORRIMIENTO: dict[str, Any] = {
    "carga": pl.Int64,
    "datum": pl.Utf8,
    "este_m": pl.Float64,
    "norte_m": pl.Float64,
    "pares": pl.Int64,
    "desviacion_m": pl.Float64,
}


def geocodificadas(conn: Connection, cut: str) -> pl.DataFrame:
    """What an outside geocoder answered (`GEOCODIFICADO`; EPSG:4326, null where it found nothing), by key."""
    consulta = "SELECT clave, cut, proveedor, lon, lat, precision FROM territorio.geocodificado WHERE cut = %(cut)s"
    return leer(conn, consulta, {"cut": cut}, GEOCODIFICADO).sort("clave")


def guardar_geocodificada(conn: Connection, respuesta: Mapping[str, Any]) -> None:
    """Keep one answer (columns of `GEOCODIFICADO`) of an outside geocoder, in place of an earlier one."""
    tabla = tablas.geocodificado
    orden = insert(tabla).values(**respuesta)
    nuevas = {c: orden.excluded[c] for c in ("proveedor", "lon", "lat", "precision")}
    conn.execute(
        orden.on_conflict_do_update(index_elements=["cut", "clave"], set_=nuevas | {"momento": func.clock_timestamp()})
    )


def recordar(conn: Connection, cut: str) -> pl.DataFrame:
    """What earlier runs compared (`huella_a huella_b peso detalle modelo`): the pairs they kept and, with a null
    `huella_b`, every content that they compared."""
    consulta = """
        SELECT huella, NULL, NULL, NULL, modelo FROM catastro.perfil WHERE cut = %(cut)s
         UNION ALL
        SELECT p.huella_a, p.huella_b, p.peso, p.detalle, f.modelo
          FROM catastro.par p
          JOIN catastro.perfil f ON f.cut = p.cut AND f.huella = p.huella_a
         WHERE p.cut = %(cut)s
    """
    return leer(conn, consulta, {"cut": cut}, PAR | {"modelo": pl.Utf8})


def guardar_memoria(conn: Connection, cut: str, memoria: pl.DataFrame) -> None:
    """Remember what this run compared (as `recordar` gives it), and nothing of contents that are gone."""
    vistos = memoria.filter(pl.col("huella_b").is_null()).select(huella="huella_a", modelo="modelo").unique()
    _reponer(conn, cut, "par", PAR, memoria.drop_nulls("huella_b").unique(["huella_a", "huella_b"]))
    _reponer(conn, cut, "perfil", PERFIL, vistos)


def guardar_identidad(conn: Connection, cut: str, identidad: pl.DataFrame, dudas: pl.DataFrame) -> None:
    """Write who is who (`IDENTIDAD`) and the doubts (`DUDA`) in place of what a run before said."""
    _reponer(conn, cut, "identidad", IDENTIDAD, identidad)
    _reponer(conn, cut, "duda", DUDA, dudas)


GIRO_USADO: dict[str, Any] = {"giro_texto": pl.Utf8, "id": pl.Utf8}
DUDA_GIRO: dict[str, Any] = {
    "giro": pl.Utf8,
    "acteco": pl.Utf8,
    "puntaje": pl.Float64,
    "establecimientos": pl.Int64,
}


def giros_sin_codigo(conn: Connection, cut: str) -> pl.DataFrame:
    """The words of the giro of the establishments that no code was given to, of any year (`GIRO_USADO`)."""
    consulta = """
        SELECT DISTINCT giro_texto, id FROM catastro.establecimiento_anio
         WHERE cut = %(cut)s AND acteco IS NULL AND giro_texto IS NOT NULL
    """
    return leer(conn, consulta, {"cut": cut}, GIRO_USADO)


def guardar_dudas_de_giro(conn: Connection, cut: str, dudas: pl.DataFrame) -> None:
    """Write the giros whose code is not sure (`DUDA_GIRO`) in place of those before."""
    _reponer(conn, cut, "duda_giro", DUDA_GIRO, dudas)


def guardar_corrimientos(conn: Connection, cut: str, corrimientos: pl.DataFrame) -> None:
    """Write which loads stand in an old datum (`CORRIMIENTO`)."""
    _reponer(conn, cut, "corrimiento", CORRIMIENTO, corrimientos)


def _reponer(conn: Connection, cut: str, tabla: str, columnas: dict[str, Any], marco: pl.DataFrame) -> None:
    destino = sql.SQL("catastro.{}").format(sql.Identifier(tabla))
    cursor(conn).execute(sql.SQL("DELETE FROM {} WHERE cut = %s").format(destino), (cut,))
    filas = marco.select(pl.lit(cut).alias("cut"), *(pl.col(c).cast(t) for c, t in columnas.items()))
    copiar(conn, destino, filas)


def guardar_versiones(conn: Connection, cut: str, versiones: Sequence[dict[str, Any]]) -> None:
    """Write the years' versions (`anio version huella establecimientos`) in place of all before."""
    conn.execute(text("DELETE FROM catastro.version WHERE cut = :cut"), {"cut": cut})
    if versiones:
        conn.execute(
            text(
                """
                INSERT INTO catastro.version (cut, anio, version, huella, establecimientos)
                VALUES (:cut, :anio, :version, :huella, :establecimientos)
                """
            ),
            [{"cut": cut} | v for v in versiones],
        )


def leer_versiones(conn: Connection, cut: str) -> dict[int, dict[str, Any]]:
    """Year -> its `version`, `huella` and `establecimientos`."""
    filas = conn.execute(
        text("SELECT anio, version, huella, establecimientos FROM catastro.version WHERE cut = :cut"), {"cut": cut}
    )
    return {f.anio: dict(f._mapping) for f in filas}
