"""What business demography is counted from: events, and what each active establishment was in each year."""

from __future__ import annotations

import polars as pl
from sqlalchemy import Connection

from observatorio.db.copia import leer

_SUCESOS = """
    SELECT anio, id, tipo, provisorio FROM catastro.suceso WHERE cut = %(cut)s
"""

_ACTIVIDAD = """
    SELECT anio, id, formalidad <> 'inactivo' FROM catastro.establecimiento_anio WHERE cut = %(cut)s
"""

# The words for what is not known are those of every other answer (`indicadores.dimensiones`).
_ATRIBUTOS = """
    SELECT e.anio, e.id, coalesce(e.seccion, 'sin_dato'), coalesce(e.division, 'sin_dato'), e.tamano,
           coalesce(z.zona, CASE WHEN e.geom IS NULL THEN 'sin_ubicacion' ELSE 'fuera_de_zonas' END)
      FROM catastro.establecimiento_anio e
      LEFT JOIN catastro.establecimiento_zona z
        ON z.cut = e.cut AND z.anio = e.anio AND z.id = e.id AND z.nivel = %(nivel)s
     WHERE e.cut = %(cut)s AND e.formalidad <> 'inactivo'
"""


def sucesos(conn: Connection, cut: str) -> pl.DataFrame:
    """Every event of a comuna: `anio id tipo provisorio`."""
    tipos = {"anio": pl.Int32, "id": pl.String, "tipo": pl.String, "provisorio": pl.Boolean}
    return leer(conn, _SUCESOS, {"cut": cut}, tipos)


def actividad(conn: Connection, cut: str) -> pl.DataFrame:
    """Every establishment of a comuna in every consolidated year, and whether it worked: `anio id activo`."""
    return leer(conn, _ACTIVIDAD, {"cut": cut}, {"anio": pl.Int32, "id": pl.String, "activo": pl.Boolean})


def atributos(conn: Connection, cut: str, nivel: str) -> pl.DataFrame:
    """Every active establishment of a comuna in every year: `anio id seccion division tamano zona`, never null.

    `zona` is that of the level `nivel`, or the word for why there is none.
    """
    tipos = {"anio": pl.Int32} | dict.fromkeys(("id", "seccion", "division", "tamano", "zona"), pl.String)
    return leer(conn, _ATRIBUTOS, {"cut": cut, "nivel": nivel}, tipos)
