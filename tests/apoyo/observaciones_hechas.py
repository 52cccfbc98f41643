"""Observations as the consolidation reads them, built from the few columns that a test speaks of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from observatorio.catastro.cercania import METROS_POR_GRADO
from observatorio.catastro.lectura import COLUMNAS

CUT, RUT = "02201", 76_500_001
LAT, LON = -22.45, -68.92
CLAVES = ["carga", "fila", "parte"]
LOCALES = pl.Schema({"carga": pl.Int64, "fila": pl.Int64, "parte": pl.Int16, "rut": pl.Int32, "local": pl.String})
GENTE = ("ANA SOTO DIAZ", "ANA ROJAS SOTO", "LUIS SOTO ROJAS", "ANA DIAZ ROJAS", "LUIS DIAZ SOTO", "LUIS ROJAS DIAZ")
"""Names that teach which words are those of persons."""

_USUAL: dict[str, Any] = {
    "carga": 1,
    "parte": 0,
    "describe": "establecimiento",
    "publica": False,
    "historica": False,
    "sha256": "a",
    "observado": 2024,
    "cut": CUT,
}


def observaciones(*filas: Mapping[str, Any], **de_todas: Any) -> pl.DataFrame:
    """Records of 2024 in one file about premises of the comuna.

    `de_todas` states columns of every record, each row its own over them; the rest is null. A row that does not say
    its `fila` has its place among them. The columns are those of `observatorio.catastro.lectura`.
    """
    base = dict.fromkeys(COLUMNAS) | _USUAL | de_todas
    return pl.DataFrame([base | {"fila": i} | dict(fila) for i, fila in enumerate(filas)], schema=COLUMNAS)


def de_encuesta(*filas: Mapping[str, Any]) -> pl.DataFrame:
    """Records of a survey, unless they say of whom they are."""
    return observaciones(*filas, fuente="encuesta", actor="academia")


def locales_por_puerta(obs: pl.DataFrame) -> pl.DataFrame:
    """The table of premises (`LOCALES`) in which every RUT at every door of the comuna is one."""
    con = obs.filter(pl.col("rut").is_not_null() & (pl.col("cut") == CUT) & (pl.col("describe") == "establecimiento"))
    return con.select(*CLAVES, "rut", local=pl.concat_str("calle", "numero", ignore_nulls=True)).cast(LOCALES)


def al_sur(metros: float) -> dict[str, Any]:
    """A point measured so many metres south of one place."""
    return {"lat": LAT - metros / METROS_POR_GRADO, "lon": LON, "precision": "gps"}


def distintos(ids: list[str | None]) -> int:
    """How many different ones they are; each record must have one."""
    assert ids
    assert None not in ids
    return len(set(ids))
