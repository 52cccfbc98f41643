"""A year of invented establishments, with what a search has to tell apart; the truth stays at hand for comparing."""

from __future__ import annotations

import random
from typing import Any

from sqlalchemy import Connection, func, insert, select

from observatorio.db import tablas as t

Fila = dict[str, Any]
CUT, ANIO, CUANTOS = "02201", 2022, 700
CENTRO = (-68.93, -22.46)
NOMBRES = (
    "Panadería Ñuñoa",
    "FERRETERÍA EL CÓNDOR",
    "Maestranza Loa",
    "Güiña & Cía 100%",
    "Café_Bar \\ Uno",
    "Öst Ímpetu",
)
CALLES = ("Granaderos", "Av. Balmaceda", "Vicuña Mackenna", "Peatonal José Ramírez")
PERSONAS = ("juridica", "juridica", "natural", None)


def _inventar() -> list[Fila]:
    azar = random.Random(7)  # noqa: S311
    filas: list[Fila] = []
    for i in range(CUANTOS):
        ubicado = azar.random() < 0.9
        lon, lat = CENTRO[0] + azar.gauss(0, 0.01), CENTRO[1] + azar.gauss(0, 0.01)
        persona = azar.choice(PERSONAS)
        filas.append(
            {
                "cut": CUT,
                "anio": ANIO,
                "id": f"{azar.getrandbits(60):015x}",
                "rut": None if i % 50 == 0 else (5_000_000 if persona == "natural" else 76_000_000) + i,
                "nombre": f"{azar.choice(NOMBRES)} {i}",
                "razon_social": f"Sociedad {azar.choice(NOMBRES)}" if i % 3 else None,
                "nombre_fantasia": "=cmd|' /C calc'!A0" if i % 97 == 0 else None,
                "tipo_persona": persona,
                "publica": i % 71 == 0,
                "direccion": f"{azar.choice(CALLES)} {100 + i}" if i % 5 else None,
                "geom": f"SRID=4326;POINT({lon} {lat})" if ubicado else None,
                "precision": "puerta" if ubicado else "sin_ubicacion",
                "seccion": azar.choice(("G", "C", None)),
                "division": azar.choice(("47", "10", None)),
                **dict.fromkeys(
                    ("tamano", "tamano_ventas", "tamano_trabajadores"), azar.choice(("micro", "grande", "sin_dato"))
                ),
                "formalidad": azar.choice(("formal", "informal", "en_proceso", "inactivo")),
                "trabajadores": azar.choice((None, 0, 7)),
                "telefono": f"+5691111{i:04d}",
                "patente_clp": 1000 + i,
                "procedencia": {},
                "lugar": (lon, lat) if ubicado else None,
            }
        )
    return filas


FILAS = _inventar()
ACTIVAS = [f for f in FILAS if f["formalidad"] != "inactivo"]


def en_zona(fila: Fila) -> bool:
    return fila["lugar"] is not None and fila["lugar"][0] < CENTRO[0]


def sembrar_busqueda(conn: Connection) -> None:
    """Write the invented year, half of the located ones in a zone of the level `h3_8`, which is there."""
    conn.execute(select(func.catastro.asegurar_anio(ANIO)))
    conn.execute(insert(t.establecimiento_anio), [{k: v for k, v in f.items() if k != "lugar"} for f in FILAS])
    zona = {"cut": CUT, "anio": ANIO, "nivel": "h3_8", "zona": "88a"}
    conn.execute(insert(t.establecimiento_zona), [{**zona, "id": f["id"]} for f in FILAS if en_zona(f)])
    conn.execute(insert(t.version).values(cut=CUT, anio=ANIO, version=1, huella="", establecimientos=CUANTOS))
