"""What every live record that may speak of an establishment says, winners and losers alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, text

# Records of the firm have no link of their own where they speak of no premises, as those of the tax service's list do.
_DICHOS = text(
    """
    WITH citadas AS (
        SELECT DISTINCT (p.value ->> 0)::bigint AS carga, (p.value ->> 1)::bigint AS fila
          FROM catastro.establecimiento_anio e
         CROSS JOIN jsonb_each(e.procedencia) AS p
         WHERE e.id = :id
    ), propias AS (
        SELECT carga, fila, parte FROM catastro.identidad WHERE id = :id
    )
    SELECT r.anio, v.fuente, f.actor, r.carga, a.nombre AS archivo, r.fila, to_jsonb(r) AS campos,
           (r.carga, r.fila, r.parte) IN (SELECT carga, fila, parte FROM propias) AS propio
      FROM observacion.registro r
      JOIN ingreso.v_viva v ON v.carga = r.carga AND v.anio = r.anio
      JOIN ingreso.fuente f ON f.fuente = v.fuente
      JOIN ingreso.archivo a ON a.sha256 = v.sha256
     WHERE NOT r.suprimida
       AND (r.rut IN (SELECT rut FROM catastro.establecimiento WHERE id = :id)
            OR (r.carga, r.fila) IN (SELECT carga, fila FROM citadas)
            OR (r.carga, r.fila, r.parte) IN (SELECT carga, fila, parte FROM propias))
     ORDER BY r.anio DESC, v.fuente COLLATE "C", v.sha256 COLLATE "C", r.fila, r.parte
    """
)


def dichos(conn: Connection, identificador: str) -> Sequence[Mapping[str, Any]]:
    """The live records linked to an establishment, cited by one of its fields, or of its firm, newest year first.

    `anio fuente actor carga archivo fila campos propio`: `campos` maps every column of the record, as text or number;
    `propio` is whether the record was linked to this very establishment.
    """
    return [dict(f) for f in conn.execute(_DICHOS, {"id": identificador}).mappings()]
