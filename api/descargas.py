"""Whole selections of establishments as files, in memory that does not grow with the selection.

A file is written at the speed of the database and sent at that of its reader, who holds no connection meanwhile. It has
no name any more when it is sent, so that nothing stays behind, whatever becomes of the reader.
"""

from __future__ import annotations

import codecs
import os
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pyogrio
import pyproj
import shapely
import sqlalchemy as sa
import xlsxwriter
from fastapi.responses import StreamingResponse
from sqlalchemy import Connection

from api.errors import Ocupado
from api.formatos import MEDIOS
from observatorio.db.queries import establecimientos as consultas
from observatorio.db.queries.busqueda import Busqueda
from observatorio.db.tablas import establecimiento_anio as ea
from observatorio.errors import ErrorConsulta
from observatorio.vocabulario import Rol

FORMATOS: Final = ("csv", "xlsx", "geojson", "gpkg", "parquet")
_MILISEGUNDOS: Final = "300000"
"""Longest that the database may take for a file."""
_A_LA_VEZ: Final = threading.BoundedSemaphore(3)
"""Files that this process writes at one time: they may never take all the connections that pages need."""
_TROZO: Final = 1 << 18
_MAXIMO_HOJA: Final = 1_048_575
"""Rows of a sheet under its header."""

_Escritor = Callable[[Connection, Rol, Busqueda, Path, str], None]


def descargar(conn: Connection, rol: Rol, b: Busqueda, formato: str, separador: str = ",") -> StreamingResponse:
    """The answer that carries the selection as `rol` may read it. CSV with `;` has the byte order mark and the decimal
    comma that a Chilean Excel expects. Raises `Ocupado`, and `ErrorConsulta` for more rows than a sheet takes."""
    with _turno(), tempfile.TemporaryDirectory(prefix="obs-descarga-") as carpeta:
        ruta = Path(carpeta) / f"establecimientos.{formato}"
        conn.execute(sa.select(sa.func.set_config("statement_timeout", _MILISEGUNDOS, sa.true())))
        _ESCRITORES[formato](conn, rol, b, ruta, separador)
        archivo = ruta.open("rb")
    cabeceras = {
        "Cache-Control": "private, no-store",
        "Content-Disposition": f'attachment; filename="establecimientos_{b.anio}.{formato}"',
        "Content-Length": str(os.fstat(archivo.fileno()).st_size),
    }
    return StreamingResponse(_leer(archivo), headers=cabeceras, media_type=MEDIOS[formato])


def _leer(archivo: BinaryIO) -> Iterator[bytes]:
    with archivo:
        while trozo := archivo.read(_TROZO):
            yield trozo


@contextmanager
def _turno() -> Iterator[None]:
    """One of the places for downloads. Raises `Ocupado` when all of them are taken."""
    if not _A_LA_VEZ.acquire(blocking=False):
        raise Ocupado("Hay demasiadas descargas en curso.", "Vuelva a pedir la suya en medio minuto.")
    try:
        yield
    finally:
        _A_LA_VEZ.release()


def _csv(conn: Connection, rol: Rol, b: Busqueda, ruta: Path, separador: str) -> None:
    with ruta.open("wb") as salida:
        if separador == ";":
            salida.write(codecs.BOM_UTF8)
        salida.writelines(consultas.tabla(conn, rol, b, separador=separador, planilla=True))


def _geojson(conn: Connection, rol: Rol, b: Busqueda, ruta: Path, _separador: str) -> None:
    with ruta.open("wb") as salida:
        entre = f'{{"type":"FeatureCollection","anio":{b.anio},"features":[\n'.encode()
        for linea in consultas.rasgos(conn, rol, b):
            salida.write(entre + linea[:-1])
            entre = b",\n"
        salida.write(b"]}" if entre == b",\n" else entre + b"]}")


def _xlsx(conn: Connection, rol: Rol, b: Busqueda, ruta: Path, _separador: str) -> None:
    """A sheet with the rows. Texts stay texts: none becomes a formula or a link."""
    escribir: Mapping[pa.DataType, str] = {pa.string(): "write_string", pa.bool_(): "write_boolean"}
    with xlsxwriter.Workbook(ruta, {"constant_memory": True, "tmpdir": str(ruta.parent)}) as libro:
        hoja = libro.add_worksheet("Establecimientos")
        hoja.freeze_panes(1, 0)
        hoja.write_row(0, 0, consultas.columnas(rol), libro.add_format({"bold": True, "bottom": 1}))
        escritores = [getattr(hoja, escribir.get(t, "write_number")) for t in _esquema(rol).types]
        for i, fila in enumerate(_filas(_lotes(conn, rol, b, ruta.parent)), start=1):
            if i > _MAXIMO_HOJA:
                raise ErrorConsulta("La selección no cabe en una planilla.", "Pida csv o parquet, o filtre.")
            for j, valor in enumerate(fila):
                if valor is not None:
                    escritores[j](i, j, valor)


def _filas(lotes: Iterator[pa.RecordBatch]) -> Iterator[tuple[Any, ...]]:
    """The rows of all batches, as Python values."""
    for lote in lotes:
        yield from zip(*(columna.to_pylist() for columna in lote.columns), strict=True)


def _gpkg(conn: Connection, rol: Rol, b: Busqueda, ruta: Path, _separador: str) -> None:
    """A GeoPackage with one layer of points in EPSG:4326."""
    puntos = (_con_punto(lote) for lote in _lotes(conn, rol, b, ruta.parent))
    pyogrio.write_arrow(
        pa.RecordBatchReader.from_batches(_con_punto_esquema(rol), puntos),
        ruta,
        layer="establecimientos",
        driver="GPKG",
        geometry_name="geometry",
        geometry_type="Point",
        crs="EPSG:4326",
    )


def _parquet(conn: Connection, rol: Rol, b: Busqueda, ruta: Path, _separador: str) -> None:
    """GeoParquet 1.1: points as WKB, longitude first (OGC:CRS84)."""
    columna: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": ["Point"],
        "crs": pyproj.CRS.from_user_input("OGC:CRS84").to_json_dict(),
    }
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": columna}}
    esquema = _con_punto_esquema(rol).with_metadata({"geo": orjson.dumps(geo)})
    with pq.ParquetWriter(ruta, esquema, compression="zstd") as escritor:
        for lote in _lotes(conn, rol, b, ruta.parent):
            escritor.write_batch(_con_punto(lote))


_ESCRITORES: Final[Mapping[str, _Escritor]] = {
    "csv": _csv,
    "xlsx": _xlsx,
    "geojson": _geojson,
    "gpkg": _gpkg,
    "parquet": _parquet,
}


def _esquema(rol: Rol) -> pa.Schema:
    """The Arrow type of each column that the role reads."""
    propias = [(n, _tipo(ea.c[n])) for n in consultas.columnas(rol)[:-2]]
    return pa.schema([*propias, ("lon", pa.float64()), ("lat", pa.float64())])


def _tipo(columna: sa.Column[Any]) -> pa.DataType:
    if isinstance(columna.type, sa.Boolean):
        return pa.bool_()
    return pa.int64() if isinstance(columna.type, sa.Integer) else pa.string()


def _lotes(conn: Connection, rol: Rol, b: Busqueda, carpeta: Path) -> Iterator[pa.RecordBatch]:
    """The rows with their types, some thousands at a time, out of a file as the database writes them fastest."""
    crudo = carpeta / "filas.csv"
    with crudo.open("wb") as salida:
        salida.writelines(consultas.tabla(conn, rol, b))
    esquema = _esquema(rol)
    conversion = pa_csv.ConvertOptions(
        column_types=esquema,
        null_values=[""],
        true_values=["t"],
        false_values=["f"],
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
    )
    if crudo.stat().st_size:
        with pa_csv.open_csv(
            crudo, parse_options=pa_csv.ParseOptions(newlines_in_values=True), convert_options=conversion
        ) as lector:
            yield from lector


def _con_punto_esquema(rol: Rol) -> pa.Schema:
    return pa.schema([*list(_esquema(rol))[:-2], ("geometry", pa.binary())])


def _con_punto(lote: pa.RecordBatch) -> pa.RecordBatch:
    """The rows with their place as WKB instead of two numbers; null where it is not known."""
    lon, lat = (lote[c].to_numpy(zero_copy_only=False) for c in ("lon", "lat"))
    puntos = np.asarray(shapely.points(lon, lat))
    puntos[np.isnan(lon)] = None
    geometria = pa.array(shapely.to_wkb(puntos), pa.binary())
    return pa.RecordBatch.from_arrays([*lote.columns[:-2], geometria], names=[*lote.schema.names[:-2], "geometry"])
