"""The files of the synthetic city, read back; and the layouts that they must have."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import polars as pl
import python_calamine

LISTAS = {
    "educacion": "educacion/establecimientos_educacionales_{anio}.json",
    "salud": "salud/establecimientos_salud_{anio}.json",
}
"""The public lists, by their source."""
REALES = {
    "educacion": "equipamiento/establecimientos_educacionales_antofagasta.json",
    "salud": "equipamiento/establecimientos_salud_antofagasta.json",
}
"""The real lists of the same sources, in the folder of real data."""
_FORMATOS = Path(__file__).parents[2] / "docs" / "formatos.md"


def formato(fuente: str) -> list[str]:
    """The header that docs/formatos.md gives for a source."""
    lineas = _FORMATOS.read_text("utf-8").splitlines()
    celda = next(linea for linea in lineas if linea.startswith(f"| `{fuente}`")).split("|")[4]
    sin_notas = re.sub(r"\s*\([^)$]*\)", "", celda.partition(". TIPO_DIRECCION es")[0])
    return re.split(r"\s*[·;]\s*", sin_notas.strip())


def leer_hoja(ruta: Path, encabezado: int = 0) -> list[list[Any]]:
    """The rows of a workbook's first sheet from `encabezado` on, empty ones too."""
    abierto = python_calamine.CalamineWorkbook.from_path(str(ruta))
    return abierto.get_sheet_by_index(0).to_python(skip_empty_area=False)[encabezado:]


def leer_lista(carpeta: Path, fuente: str, anio: int) -> list[dict[str, Any]]:
    """A public list of a year."""
    filas: list[dict[str, Any]] = json.loads((carpeta / LISTAS[fuente].format(anio=anio)).read_text("utf-8"))
    return filas


def registros_de(carpeta: Path) -> pl.DataFrame:
    """What is true of each row written (`verdad/registros.csv`), without nulls in its texts."""
    return pl.read_csv(carpeta / "verdad" / "registros.csv").with_columns(
        pl.col("falla").fill_null(""), pl.col("id_establecimiento").fill_null("")
    )
