"""Ids of establishments that are gone, and which one took their place."""

from __future__ import annotations

import polars as pl
from sqlalchemy import Connection, text

from observatorio.db.copia import copiar, crear_etapa

_APARTAR = text(
    """
    CREATE TEMP TABLE idos ON COMMIT DROP AS
    SELECT i.id, c.fuente, c.sha256, i.anio, i.carga, i.fila, i.parte
      FROM catastro.identidad i
      JOIN ingreso.carga c USING (carga)
     WHERE i.cut = :cut AND NOT EXISTS (SELECT FROM pg_temp.vivos v WHERE v.id = i.id)
    """
)

_REVIVIR = text(
    """
    DELETE FROM auditoria.relevo r
     WHERE r.cut = :cut AND EXISTS (SELECT FROM catastro.identidad i WHERE i.cut = r.cut AND i.id = r.id)
    """
)

# A record of the same file votes for the establishment that has it now. The row of a file that was replaced votes by
# what its source calls it in that year, or by its RUT where the new file has it in the same row.
_RELEVAR = text(
    """
    WITH mismas AS (
        SELECT v.id, v.carga, v.fila, v.parte, i.id AS sucesor
          FROM pg_temp.idos v
          JOIN ingreso.carga c ON c.fuente = v.fuente AND c.sha256 = v.sha256
          JOIN catastro.identidad i ON i.cut = :cut AND (i.carga, i.fila, i.parte) = (c.carga, v.fila, v.parte)
    ), idas AS (
        SELECT v.id, v.fuente, v.anio, v.fila, v.parte, r.rut, r.id_fuente
          FROM pg_temp.idos v
          JOIN observacion.registro r ON (r.anio, r.carga, r.fila, r.parte) = (v.anio, v.carga, v.fila, v.parte)
         WHERE NOT r.suprimida
           AND NOT EXISTS (SELECT FROM mismas m WHERE (m.carga, m.fila, m.parte) = (v.carga, v.fila, v.parte))
    ), actuales AS (
        SELECT i.id, r.fuente, r.anio, r.fila, r.parte, r.rut, r.id_fuente
          FROM catastro.identidad i
          JOIN observacion.registro r ON (r.anio, r.carga, r.fila, r.parte) = (i.anio, i.carga, i.fila, i.parte)
         WHERE i.cut = :cut AND (r.fuente, r.anio) IN (SELECT DISTINCT fuente, anio FROM idas)
    ), votos AS (
        SELECT id, sucesor FROM mismas
         UNION ALL
        SELECT v.id, a.id FROM idas v JOIN actuales a USING (fuente, anio, id_fuente)
         UNION ALL
        SELECT v.id, a.id FROM idas v JOIN actuales a USING (fuente, anio, rut, fila, parte)
         WHERE v.id_fuente IS NULL OR a.id_fuente IS NULL
    )
    INSERT INTO auditoria.relevo (cut, id, sucesor)
    SELECT DISTINCT ON (id) :cut, id, sucesor
      FROM (SELECT id, sucesor, count(*) AS votos FROM votos GROUP BY id, sucesor) AS contados
     ORDER BY id, votos DESC, sucesor
        ON CONFLICT (cut, id) DO UPDATE SET sucesor = excluded.sucesor, momento = excluded.momento
    """
)

# Each row was written when its successor lived, so that a chain runs forward in time and never in a ring.
_SEGUIR = text(
    """
    WITH RECURSIVE cadena AS (
        SELECT cut, sucesor FROM auditoria.relevo WHERE id = :id
         UNION
        SELECT r.cut, r.sucesor FROM cadena c JOIN auditoria.relevo r ON (r.cut, r.id) = (c.cut, c.sucesor)
    )
    SELECT c.sucesor
      FROM cadena c
     WHERE NOT EXISTS (SELECT FROM auditoria.relevo r WHERE (r.cut, r.id) = (c.cut, c.sucesor))
    """
)


# The whole tree of ids that ended in this one.
_ANTERIORES = text(
    """
    WITH RECURSIVE antes AS (
        SELECT cut, id FROM auditoria.relevo WHERE cut = :cut AND sucesor = :id
         UNION
        SELECT r.cut, r.id FROM antes a JOIN auditoria.relevo r ON (r.cut, r.sucesor) = (a.cut, a.id)
    )
    SELECT id FROM antes ORDER BY id
    """
)


def apartar_idos(conn: Connection, cut: str, vivos: pl.Series) -> None:
    """Set aside, until the transaction ends, the records of establishments of the run before that are not in `vivos`,
    the ids of this one. To be called while `catastro.identidad` is still that of the run before."""
    etapa = crear_etapa(conn, "vivos", {"id": pl.Utf8})
    copiar(conn, etapa, pl.DataFrame({"id": vivos.unique()}, schema={"id": pl.Utf8}))
    conn.execute(text("DROP TABLE IF EXISTS pg_temp.idos"))
    conn.execute(_APARTAR, {"cut": cut})
    conn.execute(text("ANALYZE pg_temp.idos"))


def relevar(conn: Connection, cut: str) -> None:
    """Write which establishment took over from each one that `apartar_idos` set aside: the one that has most of its
    records now, of equal ones the first by id; none where nobody has any. Who is back needs no successor."""
    conn.execute(_REVIVIR, {"cut": cut})
    conn.execute(_RELEVAR, {"cut": cut})


def sucesor(conn: Connection, identificador: str) -> str | None:
    """Where an id that is gone leads in the end, None where nothing took its place."""
    hallado: str | None = conn.scalar(_SEGUIR, {"id": identificador})
    return hallado


def anteriores(conn: Connection, cut: str, identificador: str) -> list[str]:
    """The ids that are gone and whose place an establishment took in the end."""
    return list(conn.scalars(_ANTERIORES, {"cut": cut, "id": identificador}))
