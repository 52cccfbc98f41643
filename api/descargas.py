"""Whole selections of establishments as files, row by row: memory does not grow with the selection.

A row is written while the next ones are still in the database. What a library can only write to a disk goes through a
file that has no name any more when it is sent, so that nothing is left behind whatever happens to the reader.
"""

from __future__ import annotations

import codecs
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pyproj
import shapely
import sqlalchemy as sa
import xlsxwriter
from fastapi.responses import StreamingResponse
from sqlalchemy import Connection, Engine
from starlette.types import Send

from api.errors import Ocupado
from api.formatos import MEDIOS, lineas_csv
from observatorio.db.engine import transaccion
from observatorio.db.queries import establecimientos as consultas
from observatorio.db.queries.busqueda import Busqueda
from observatorio.db.tablas import establecimiento_anio as ea
from observatorio.errors import ErrorConsulta
from observatorio.vocabulario import Rol

FORMATOS: Final = ("csv", "xlsx", "geojson", "gpkg", "parquet")
_MILISEGUNDOS: Final = 120_000
"""Longest statement of a download."""
_PARADO: Final = "60s"
"""How long a reader may stop before it gives its connection back."""
_A_LA_VEZ: Final = threading.BoundedSemaphore(3)
"""Downloads of this process at one time: they may never take all the connections that pages need."""
_ESPERA: Final = 5.0
_LOTE: Final = 5_000
_TROZO: Final = 1 << 18
_MAXIMO_HOJA: Final = 1_048_575
"""Rows of a sheet under its header."""


class Descarga(StreamingResponse):
    """A file whose first piece is made before anything is sent, so that what fails is still told by its status."""

    async def stream_response(self, send: Send) -> None:
        """Send the headers once there is something to send."""
        resto = aiter(self.body_iterator)
        primero = await anext(resto, b"")

        async def todo() -> AsyncIterator[Any]:
            yield primero
            async for trozo in resto:
                yield trozo

        self.body_iterator = todo()
        await super().stream_response(send)


def descargar(engine: Engine, rol: Rol, b: Busqueda, formato: str, separador: str = ",") -> Descarga:
    """The answer that carries the selection, in a transaction of its own under `rol`. CSV with `;` has the byte order
    mark and the decimal comma that a Chilean Excel expects. Raises, when it is sent, `Ocupado` and `ErrorConsulta`."""
    trozos = _trozos(engine, rol, b, formato, separador)
    cabeceras = {
        "Cache-Control": "private, no-store",
        "Content-Disposition": f'attachment; filename="establecimientos_{b.anio}.{formato}"',
    }
    return Descarga(trozos, headers=cabeceras, media_type=MEDIOS[formato])


def _trozos(engine: Engine, rol: Rol, b: Busqueda, formato: str, separador: str) -> Iterator[bytes]:
    with _turno():
        if escribir := _EN_DISCO.get(formato):
            # The connection goes back before the first byte leaves: a slow reader then holds a file.
            with transaccion(engine, rol, _MILISEGUNDOS) as conn:
                archivo = _en_disco(escribir, conn, rol, b, formato)
            with archivo:
                yield from iter(lambda: archivo.read(_TROZO), b"")
            return
        with transaccion(engine, rol, _MILISEGUNDOS) as conn:
            conn.execute(sa.select(sa.func.set_config("idle_in_transaction_session_timeout", _PARADO, sa.true())))
            if formato == "csv":
                yield from _csv(conn, rol, b, separador)
            else:
                yield from _geojson(conn, rol, b)


@contextmanager
def _turno() -> Iterator[None]:
    """One of the places for downloads. Raises `Ocupado` when all of them stay taken."""
    if not _A_LA_VEZ.acquire(timeout=_ESPERA):
        raise Ocupado("Hay demasiadas descargas en curso.", "Vuelva a pedir la suya en medio minuto.")
    try:
        yield
    finally:
        _A_LA_VEZ.release()


def _csv(conn: Connection, rol: Rol, b: Busqueda, separador: str) -> Iterator[bytes]:
    nombres = consultas.columnas(rol)
    if separador == ";":
        yield codecs.BOM_UTF8
    registros = (dict(zip(nombres, fila, strict=True)) for fila in consultas.filas(conn, rol, b))
    yield from lineas_csv(registros, nombres, separador)


def _geojson(conn: Connection, rol: Rol, b: Busqueda) -> Iterator[bytes]:
    inicio = f'{{"type":"FeatureCollection","anio":{b.anio},"features":[\n'
    for rasgos in _por_lotes(consultas.rasgos(conn, rol, b)):
        yield (inicio + ",\n".join(rasgos)).encode()
        inicio = ",\n"
    yield b"]}" if inicio == ",\n" else f"{inicio}]}}".encode()


def _en_disco(
    escribir: Callable[[Connection, Rol, Busqueda, Path], None], conn: Connection, rol: Rol, b: Busqueda, formato: str
) -> Any:
    """The open file that `escribir` wrote, whose name is gone."""
    with tempfile.TemporaryDirectory(prefix="obs-descarga-") as carpeta:
        ruta = Path(carpeta) / f"establecimientos.{formato}"
        escribir(conn, rol, b, ruta)
        return ruta.open("rb")


def _xlsx(conn: Connection, rol: Rol, b: Busqueda, ruta: Path) -> None:
    """A sheet with the rows. Texts stay texts: none becomes a formula or a link."""
    nombres = consultas.columnas(rol)
    with xlsxwriter.Workbook(ruta, {"constant_memory": True, "tmpdir": str(ruta.parent)}) as libro:
        negrita = libro.add_format({"bold": True, "bottom": 1})
        hoja = libro.add_worksheet("Establecimientos")
        hoja.freeze_panes(1, 0)
        for j, nombre in enumerate(nombres):
            hoja.write_string(0, j, nombre, negrita)
        for i, fila in enumerate(consultas.filas(conn, rol, b), start=1):
            if i > _MAXIMO_HOJA:
                raise ErrorConsulta("La selección no cabe en una planilla.", "Pida csv o parquet, o filtre.")
            for j, valor in enumerate(fila):
                if isinstance(valor, bool):
                    hoja.write_boolean(i, j, valor)
                elif isinstance(valor, int | float):
                    hoja.write_number(i, j, valor)
                elif valor is not None:
                    hoja.write_string(i, j, str(valor))


def _gpkg(conn: Connection, rol: Rol, b: Busqueda, ruta: Path) -> None:
    """A GeoPackage with one layer of points in EPSG:4326."""
    esquema = _esquema(rol)
    lector = pa.RecordBatchReader.from_batches(esquema, _lotes(conn, rol, b, esquema))
    pyogrio.write_arrow(
        lector,
        ruta,
        layer="establecimientos",
        driver="GPKG",
        geometry_name="geometry",
        geometry_type="Point",
        crs="EPSG:4326",
    )


def _parquet(conn: Connection, rol: Rol, b: Busqueda, ruta: Path) -> None:
    """GeoParquet 1.1: points as WKB, longitude first (OGC:CRS84)."""
    esquema = _esquema(rol)
    caja = [np.inf, np.inf, -np.inf, -np.inf]
    with pq.ParquetWriter(ruta, esquema, compression="zstd") as escritor:
        for lote in _lotes(conn, rol, b, esquema):
            escritor.write_batch(lote, row_group_size=_LOTE)
            suya = shapely.total_bounds(shapely.from_wkb(lote["geometry"].to_numpy(zero_copy_only=False)))
            caja = [*np.fmin(caja[:2], suya[:2]), *np.fmax(caja[2:], suya[2:])]
        columna: dict[str, Any] = {
            "encoding": "WKB",
            "geometry_types": ["Point"],
            "crs": pyproj.CRS.from_user_input("OGC:CRS84").to_json_dict(),
        }
        if np.isfinite(caja).all():
            columna["bbox"] = [float(n) for n in caja]
        geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": columna}}
        escritor.add_key_value_metadata({"geo": orjson.dumps(geo).decode()})


_EN_DISCO: Final = {"xlsx": _xlsx, "gpkg": _gpkg, "parquet": _parquet}


def _esquema(rol: Rol) -> pa.Schema:
    """The Arrow type of each column that the role reads, and the point."""
    return pa.schema([*((n, _tipo(ea.c[n])) for n in consultas.columnas(rol)[:-2]), ("geometry", pa.binary())])


def _tipo(columna: sa.Column[Any]) -> pa.DataType:
    if isinstance(columna.type, sa.Boolean):
        return pa.bool_()
    return pa.int64() if isinstance(columna.type, sa.Integer) else pa.string()


def _lotes(conn: Connection, rol: Rol, b: Busqueda, esquema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """The rows, some thousands at a time; the place as WKB, null where it is not known."""
    for filas in _por_lotes(consultas.filas(conn, rol, b)):
        *columnas, lon, lat = zip(*filas, strict=True)
        puntos = np.asarray(shapely.points(np.array(lon, dtype=float), np.array(lat, dtype=float)))
        puntos[[x is None for x in lon]] = None
        geometria = pa.array(shapely.to_wkb(puntos), pa.binary())
        arreglos = [pa.array(c, t) for c, t in zip(columnas, esquema.types[:-1], strict=True)]
        yield pa.RecordBatch.from_arrays([*arreglos, geometria], schema=esquema)


def _por_lotes(filas: Iterator[Any]) -> Iterator[Sequence[Any]]:
    lote: list[Any] = []
    for fila in filas:
        lote.append(fila)
        if len(lote) == _LOTE:
            yield lote
            lote = []
    if lote:
        yield lote
