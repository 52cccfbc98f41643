"""Marks that change whenever an answer might: what the `ETag` of every answer is made of.

Each is one statement that goes to the driver as it stands: they are asked for with every request, most of which end in
304, and building a statement would cost more than running it.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

# Whatever changes a zone gives its level another moment (`zonas.insertar` and the others there).
_PUBLICADO: Final = """
    SELECT (SELECT max(cargado) FROM territorio.nivel), max(publicacion), count(*) FILTER (WHERE vigente)
    FROM publicacion.publicacion WHERE cut = %s
"""
_EXACTO: Final = """
    SELECT (SELECT max(cargado) FROM territorio.nivel), max(fin), count(*) FILTER (WHERE estado = 'confirmada'),
           (SELECT string_agg(anio || '=' || version, ',' ORDER BY anio) FROM catastro.version WHERE cut = %s)
    FROM ingreso.carga
"""


def de_lo_publicado(conn: Connection, cut: str) -> str:
    """Of the releases of a comuna, of which of them hold, and of the zones. Any role may ask."""
    return "|".join(map(str, conn.exec_driver_sql(_PUBLICADO, (cut,)).one()))


def de_lo_exacto(conn: Connection, cut: str) -> str:
    """Of the register of a comuna in each of its years, of the zones and of the loads. Whoever sees exact figures."""
    return "|".join(map(str, conn.exec_driver_sql(_EXACTO, (cut,)).one()))
