"""A city small enough to be counted by hand."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select

from observatorio.db import tablas as t
from observatorio.db.claves import crear_clave
from observatorio.db.engine import crear_engine, transaccion
from observatorio.indicadores.publicar import publicar
from observatorio.settings import Settings
from observatorio.vocabulario import Rol

CUT = "02201"
# The application leaves the access log to whoever has given it a handler: here it would only fill the screen.
logging.getLogger("observatorio.acceso").addHandler(logging.NullHandler())
_CUADRADO = "SRID=4326;MULTIPOLYGON(((-68.95 -22.47,-68.92 -22.47,-68.92 -22.45,-68.95 -22.45,-68.95 -22.47)))"

DIVISIONES = {"G": "47", "C": "10", "P": "85"}
# The loaded level of zones in which each H3 cell lies.
UNIDADES = {"88a": "uv1", "88b": "uv2"}
# year, section, size, formality, employment of each, how many, H3 cell
GRUPOS: tuple[tuple[int, str, str, str, int | None, int, str | None], ...] = (
    (2024, "G", "micro", "formal", 2, 8, "88a"),
    (2024, "G", "micro", "en_proceso", 2, 4, "88a"),
    (2024, "G", "micro", "informal", 2, 3, "88a"),
    (2024, "G", "micro", "informal", None, 3, "88a"),
    (2024, "G", "micro", "indeterminado", None, 2, "88a"),
    (2024, "G", "pequena", "formal", 10, 3, "88a"),
    (2024, "C", "micro", "formal", 1, 10, "88b"),
    (2024, "C", "micro", "formal", 1, 2, None),
    (2024, "P", "mediana", "formal", None, 2, "88b"),
    (2024, "G", "micro", "inactivo", 100, 5, "88a"),
    (2023, "G", "micro", "formal", 3, 15, "88a"),
)


def sembrar(conn: Connection) -> None:
    """Write the establishments of `GRUPOS`, a firm each, as the consolidation would leave them, with their H3 cells and
    the zones of a level that somebody loaded."""
    numero = count(1)
    registros: list[dict[str, Any]] = []
    zonas: list[dict[str, Any]] = []
    for anio, seccion, tamano, formalidad, empleo, cuantos, celda in GRUPOS:
        conn.execute(select(func.catastro.asegurar_anio(anio)))
        for _ in range(cuantos):
            llave = {"cut": CUT, "anio": anio, "id": f"e{next(numero):03d}"}
            nombre = f"Local {llave['id']}"
            registros.append(
                llave
                | dict.fromkeys(("tamano_ventas", "tamano_trabajadores", "tamano"), tamano)
                | {"seccion": seccion, "division": DIVISIONES[seccion]}
                | {"formalidad": formalidad, "empleo_total": empleo, "precision": "puerta"}
                # The survey came by in both years, so that their informality can be known.
                | {"encuesta_sii": "si" if formalidad == "formal" else None}
                | {"procedencia": {}, "nombre": nombre, "rut": 76_000_000 + len(registros), "tipo_persona": "juridica"}
                | {"telefono": "+56911111111", "geom": "SRID=4326;POINT(-68.93 -22.46)" if celda else None}
            )
            if celda:
                zonas.append(llave | {"nivel": "h3_8", "zona": celda})
                zonas.append(llave | {"nivel": "unidad_vecinal", "zona": UNIDADES[celda]})
    if conn.scalar(select(t.nivel.c.nivel).where(t.nivel.c.nivel == "h3_8")) is None:
        conn.execute(insert(t.nivel).values(nivel="h3_8", nombre="H3, resolución 8", origen="H3", incorporado=True))
    conn.execute(
        insert(t.nivel).values(nivel="unidad_vecinal", nombre="Unidad vecinal", origen="prueba", incorporado=False)
    )
    # The third zone has people and no polygon, as some census zones do.
    poligonos = {"88a": _CUADRADO, "88b": _CUADRADO, "88c": None}
    conn.execute(
        insert(t.zona),
        [{"nivel": "h3_8", "zona": z, "nombre": f"Celda {z}", "geom": g} for z, g in poligonos.items()],
    )
    conn.execute(
        insert(t.zona),
        [{"nivel": "unidad_vecinal", "zona": z, "nombre": f"Unidad {z}", "geom": _CUADRADO} for z in UNIDADES.values()],
    )
    conn.execute(insert(t.establecimiento_anio), registros)
    conn.execute(insert(t.establecimiento_zona), zonas)
    for anio in (2023, 2024):
        conn.execute(insert(t.version).values(cut=CUT, anio=anio, version=anio, huella="", establecimientos=1))


@dataclass(frozen=True)
class Ciudad:
    """The settings of its database, the owner's engine, and one good key for each role."""

    settings: Settings
    motor: Engine
    claves: dict[Rol, str]


@contextmanager
def fundar(settings: Settings) -> Iterator[Ciudad]:
    """The small city in an empty database, consolidated and published by the login that does it in earnest."""
    motor, ingesta = crear_engine(settings, "propietario"), crear_engine(settings, "ingesta")
    try:
        with motor.begin() as conn:
            sembrar(conn)
            claves = {rol: crear_clave(conn, rol, f"prueba {rol}") for rol in Rol if rol is not Rol.PUBLICO}
        with transaccion(ingesta) as conn:
            publicar(conn, settings, 2023, 2024)
        ingesta.dispose()
        yield Ciudad(settings, motor, claves)
    finally:
        # What could not be founded must not leave connections behind for another test to be blamed for.
        ingesta.dispose()
        motor.dispose()
