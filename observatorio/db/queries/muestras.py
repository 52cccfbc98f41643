"""The answers of samples, with what the catastro knows of the premises that gave them; and room for the estimates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
from sqlalchemy import Connection, Row, select

from observatorio.db.copia import leer
from observatorio.db.tablas import estimacion

RESPUESTAS = pl.Schema(
    {
        "fuente": pl.String(),
        "ola": pl.String(),
        "peso": pl.Float64(),
        "aqui": pl.Boolean(),
        "estado": pl.String(),
        "senal_sii": pl.String(),
        "senal_patente": pl.String(),
        "senal_sanitaria": pl.String(),
        "acteco": pl.String(),
        "giro_texto": pl.String(),
        "empleo_total": pl.Int32(),
        "empleo_local": pl.Int32(),
        "empleo_conmutante": pl.Int32(),
        "seccion": pl.String(),
        "sanitaria_exigida": pl.Boolean(),
    }
)

# Rows of other comunas are read too: the error of an estimate rests on the whole sample.
_RESPUESTAS = """
    SELECT v.fuente, r.ola, r.factor_expansion, coalesce(r.cut = %(cut)s, false), r.estado, r.senal_sii,
           r.senal_patente, r.senal_sanitaria, r.acteco, r.giro_texto, r.empleo_total, r.empleo_local,
           r.empleo_conmutante, e.seccion, e.sanitaria_exigida
      FROM observacion.registro r
      JOIN ingreso.v_viva v ON v.carga = r.carga AND v.anio = r.anio
      JOIN ingreso.fuente f ON f.fuente = v.fuente
      LEFT JOIN catastro.identidad i
        ON (i.carga, i.fila, i.parte) = (r.carga, r.fila, r.parte) AND i.cut = %(cut)s
      LEFT JOIN catastro.establecimiento_anio e ON e.cut = %(cut)s AND e.anio = %(anio)s AND e.id = i.id
     WHERE f.cobertura = 'muestra' AND f.describe = 'establecimiento' AND r.anio = %(anio)s AND NOT r.suprimida
     ORDER BY v.fuente COLLATE "C", v.sha256 COLLATE "C", r.fila, r.parte
"""


def respuestas(conn: Connection, cut: str, anio: int) -> pl.DataFrame:
    """Every row of the live samples of premises of a year (`RESPUESTAS`), in the order of source, file and row.

    `peso` is the weight as it came, `aqui` whether the row speaks of the comuna; `seccion` and `sanitaria_exigida` are
    those of the establishment that it was linked to, null where there is none.
    """
    return leer(conn, _RESPUESTAS, {"cut": cut, "anio": anio}, RESPUESTAS)


def anios(conn: Connection, cut: str) -> list[int]:
    """The years of a comuna of which some sample gave estimates, ascending."""
    return list(
        conn.scalars(select(estimacion.c.anio).where(estimacion.c.cut == cut).distinct().order_by(estimacion.c.anio))
    )


def estimaciones(conn: Connection, cut: str, anio: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """The estimates of a comuna and year: `fuente medida dimension categoria estimado error_estandar n`, sorted."""
    llaves = [estimacion.c[c] for c in ("fuente", "medida", "dimension", "categoria")]
    consulta = (
        select(*llaves, estimacion.c.estimado, estimacion.c.error_estandar, estimacion.c.n)
        .where(estimacion.c.cut == cut, estimacion.c.anio == anio)
        .order_by(*(llave.collate("C") for llave in llaves))
    )
    return conn.execute(consulta).all()


def vaciar(conn: Connection, cut: str, anio: int) -> None:
    """Empty the estimates of a comuna and year, which are about to be written again."""
    conn.execute(estimacion.delete().where(estimacion.c.cut == cut, estimacion.c.anio == anio))
