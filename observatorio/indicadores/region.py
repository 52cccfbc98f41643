"""The region as a reference: its figures by section, from the tables of the SII that were loaded."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import Connection

from observatorio import referencia
from observatorio.db.queries import indicadores as consultas

_GRAFIAS = {"GRAL": "GENERAL", "AISEN": "AYSEN", "BERNARDO": "", "LIBERTADOR": "", "METROPOLITANA": ""}
"""How offices write what the official name of a region has otherwise, or has not."""
_VACIAS = frozenset({"DE", "DEL", "LA", "EL", "LOS", "LAS", "Y", ""})


def leer_region(conn: Connection, cut: str, medida: str, anios: Sequence[int]) -> dict[int, dict[str, float | None]]:
    """Year -> section -> a measure of the region of a comuna, for the years that were loaded; None where its office
    hid it (`*`), so that it is not known and is not zero."""
    nombre = consultas.nombre_region(conn, cut)
    salida: dict[int, dict[str, float | None]] = {}
    validas = {s.seccion for s in referencia.secciones()}
    for fila in consultas.series_por_seccion(conn, medida, anios):
        if fila.seccion in validas and es_region(fila.territorio, nombre):
            salida.setdefault(fila.anio, {})[fila.seccion] = fila.valor
    return salida


def es_region(texto: str, nombre: str) -> bool:
    """Whether a territory, as its office writes it, is the region `nombre`: `II REGION DE ANTOFAGASTA`, `Región del
    Libertador Gral. Bernardo O'Higgins`. A name alone is a comuna's, as Antofagasta is both."""
    palabras = re.findall(r"[A-Z]+", referencia.plegar(texto))
    if "REGION" not in palabras:
        return False
    return _esencia(palabras[palabras.index("REGION") + 1 :]) == _esencia(
        re.findall(r"[A-Z]+", referencia.plegar(nombre))
    )


def _esencia(palabras: Sequence[str]) -> frozenset[str]:
    return frozenset(_GRAFIAS.get(p, p) for p in palabras) - _VACIAS
