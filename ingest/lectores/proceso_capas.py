"""A child process that reads a file of features, given as its argument, and answers requests on its pipes.

GDAL knows a hundred formats, some of which open other files or addresses. Here a file of a stranger can end no process
but this one, and the drivers that reach out are gone (`proceso.SIN_RED`, set by the caller before GDAL starts).

First it writes one line of JSON: the layers, their fields and how many features. Then for each request, a line of JSON
with `capa`, `epsg` and `codificacion`, an Arrow stream: the fields as text, and where the layer has geometry `LON`,
`LAT` (Float64, EPSG:4326). `epsg` is used when the file states no reference system; an empty `codificacion` leaves it
to the file.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyogrio
import pyproj
import shapely

from ingest.lectores.celdas import texto_celda
from ingest.lectores.contract import LAT, LON
from ingest.lectores.proceso import DANADA, SIN_SISTEMA, limitar

MEMORIA = 4 << 30
"""Bytes of address space, of which GDAL, Arrow and their threads reserve far more than they use."""
SEGUNDOS = 900
"""Seconds of processor."""
LOTE = 10_000
"""Features per batch: polygons of cities weigh."""


def main(ruta: str) -> None:
    """Serve one file until the requests end; a status of `proceso` if it cannot be read."""
    limitar(MEMORIA, SEGUNDOS)
    try:
        sys.stdout.buffer.write(orjson.dumps(_capas(ruta)) + b"\n")
        sys.stdout.buffer.flush()
        for linea in sys.stdin.buffer:
            pedido = orjson.loads(linea)
            _leer(ruta, pedido["capa"], pedido["epsg"], pedido["codificacion"])
    except BrokenPipeError:
        # Whoever asked is gone.
        sys.exit(0)
    except pyproj.exceptions.ProjError:
        sys.exit(SIN_SISTEMA)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pa.ArrowException, OSError, ValueError):
        sys.exit(DANADA)


def _capas(ruta: str) -> list[dict[str, Any]]:
    capas = []
    for nombre in pyogrio.list_layers(ruta)[:, 0]:
        datos = pyogrio.read_info(ruta, layer=nombre)
        campos = [str(campo) for campo in datos["fields"]]
        capas.append({"nombre": nombre, "campos": campos, "elementos": int(datos["features"])})
    return capas


def _leer(ruta: str, capa: str, epsg: int, codificacion: str) -> None:
    with pyogrio.open_arrow(
        ruta,
        layer=capa,
        encoding=codificacion or None,
        batch_size=LOTE,
        use_pyarrow=True,
        datetime_as_string=True,
    ) as (meta, lector):
        campos = [str(campo) for campo in meta["fields"]]
        geometria = meta["geometry_name"] or "wkb_geometry" if meta["geometry_type"] else ""
        esquema = _esquema(campos, bool(geometria))
        transformar = _a_grados(meta["crs"], epsg) if geometria else None
        with pa.ipc.new_stream(sys.stdout.buffer, esquema) as salida:
            for lote in lector:
                columnas: list[Any] = [
                    pa.array([texto_celda(valor) for valor in lote[campo].to_pylist()], pa.large_string())
                    for campo in campos
                ]
                if transformar is not None:
                    columnas.extend(_lugares(lote[geometria], transformar))
                salida.write_batch(pa.record_batch(columnas, schema=esquema))
        sys.stdout.buffer.flush()


def _esquema(campos: list[str], con_geometria: bool) -> pa.Schema:
    lugares = [(LON, pa.float64()), (LAT, pa.float64())] if con_geometria else []
    return pa.schema([*((campo, pa.large_string()) for campo in campos), *lugares])


def _a_grados(crs: str | None, epsg: int) -> pyproj.Transformer:
    """From the file's own system, or the one to be assumed, to longitude and latitude."""
    origen = pyproj.CRS.from_user_input(crs) if crs else pyproj.CRS.from_epsg(epsg)
    return pyproj.Transformer.from_crs(origen, 4326, always_xy=True)


def _lugares(wkb: Any, transformar: pyproj.Transformer) -> Iterator[pa.Array]:
    """Longitudes and latitudes of points, and of a point inside any other shape; null where there is no geometry."""
    formas = shapely.from_wkb(wkb.to_numpy(zero_copy_only=False), on_invalid="ignore")
    puntos = formas.copy()
    otras = ~shapely.is_missing(formas) & (shapely.get_type_id(formas) != 0)
    puntos[otras] = [_interior(forma) for forma in formas[otras]]
    x, y = transformar.transform(shapely.get_x(puntos), shapely.get_y(puntos))
    fuera = ~(np.isfinite(x) & np.isfinite(y))
    yield pa.array(x, pa.float64(), mask=fuera)
    yield pa.array(y, pa.float64(), mask=fuera)


def _interior(forma: shapely.Geometry) -> shapely.Geometry:
    """A point of the shape; of one that is drawn wrong, its centre."""
    try:
        return shapely.point_on_surface(forma)
    except shapely.errors.GEOSException:
        return shapely.centroid(forma)


if __name__ == "__main__":
    main(sys.argv[1])
