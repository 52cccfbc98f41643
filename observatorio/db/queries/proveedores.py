"""The supplier network: reading its links, writing its tiers, and who meets which criterion."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from sqlalchemy import Connection, select, text

from observatorio.db.copia import leer
from observatorio.db.tablas import empresa
from observatorio.db.tablas import nivel_proveedor as t_nivel

_VINCULOS = """
    SELECT v.rut_comprador AS comprador, v.rut_proveedor AS proveedor, v.anio, v.desde, v.hasta
      FROM observacion.vinculo v
      JOIN ingreso.v_viva viva ON viva.carga = v.carga AND viva.anio = v.anio
     WHERE v.rut_comprador IS NOT NULL AND v.rut_proveedor IS NOT NULL AND NOT v.suprimida
       AND (v.anio = %(anio)s OR v.desde IS NOT NULL OR v.hasta IS NOT NULL)
"""

_TRACTORAS = text(
    """
    SELECT DISTINCT r.rut
      FROM observacion.registro r
      JOIN ingreso.v_viva v ON v.carga = r.carga AND v.anio = r.anio
      JOIN ingreso.fuente f ON f.fuente = v.fuente
     WHERE f.actor = 'tractora' AND f.describe = 'establecimiento' AND r.anio = :anio AND r.rut IS NOT NULL
       AND NOT r.suprimida
     ORDER BY 1
    """
)

_VOLCAR = text(
    """
    WITH locales AS (
        SELECT rut, bool_or(senal_patente = 'si') AS con_patente
          FROM catastro.establecimiento_anio
         WHERE cut = :cut AND anio = :anio AND formalidad <> 'inactivo' AND rut IS NOT NULL
         GROUP BY rut
    ), presencias AS (
        SELECT rut, cut FROM pg_temp.presencias_proveedor
         UNION ALL
        SELECT v.rut_proveedor, v.cut_proveedor
          FROM observacion.vinculo v
          JOIN ingreso.v_viva viva ON viva.carga = v.carga AND viva.anio = v.anio
         WHERE v.anio = :anio AND v.cut_proveedor IS NOT NULL
         UNION ALL
        SELECT rut, cut_casa_matriz FROM catastro.empresa
         UNION ALL
        SELECT rut, :cut FROM locales
    ), alcance AS (
        SELECT p.rut, coalesce(bool_or(left(p.cut, 3) = left(:cut, 3)), false) AS provincia,
               coalesce(bool_or(left(p.cut, 2) = left(:cut, 2)), false) AS region
          FROM presencias p
         WHERE p.rut IN (SELECT rut FROM pg_temp.niveles_proveedor)
         GROUP BY p.rut
    )
    INSERT INTO catastro.nivel_proveedor (cut, anio, tractora, rut, nivel, n1, n2, n3, n4)
    SELECT :cut, :anio, n.tractora, n.rut, n.nivel, coalesce(e.cut_casa_matriz = :cut, false),
           coalesce(l.con_patente, false), coalesce(a.provincia, false), coalesce(a.region, false)
      FROM pg_temp.niveles_proveedor n
      LEFT JOIN catastro.empresa e ON e.rut = n.rut
      LEFT JOIN locales l ON l.rut = n.rut
      LEFT JOIN alcance a ON a.rut = n.rut
    """
)

# Nobody is told to be from elsewhere because nothing is known of him. A premises here without a word on its patente may
# have one; who has no premises in the register of the comuna has none with a patente.
_SABIDOS = """
    WITH locales AS (
        SELECT rut, bool_or(senal_patente IS NULL) AS callan
          FROM catastro.establecimiento_anio
         WHERE cut = %(cut)s AND anio = %(anio)s AND formalidad <> 'inactivo' AND rut IS NOT NULL
         GROUP BY rut
    ), situados AS (
        SELECT DISTINCT v.rut_proveedor AS rut
          FROM observacion.vinculo v
          JOIN ingreso.v_viva viva ON viva.carga = v.carga AND viva.anio = v.anio
         WHERE v.anio = %(anio)s AND v.cut_proveedor IS NOT NULL AND NOT v.suprimida
    ), criterios AS (
        SELECT rut, bool_or(n1) AS n1, bool_or(n2) AS n2, bool_or(n3) AS n3, bool_or(n4) AS n4
          FROM catastro.nivel_proveedor
         WHERE cut = %(cut)s AND anio = %(anio)s
         GROUP BY rut
    ), sabido AS (
        SELECT c.*, e.cut_casa_matriz IS NOT NULL AS matriz, NOT coalesce(l.callan, false) AS patente,
               e.cut_casa_matriz IS NOT NULL OR l.rut IS NOT NULL OR s.rut IS NOT NULL AS lugar
          FROM criterios c
          LEFT JOIN catastro.empresa e ON e.rut = c.rut
          LEFT JOIN locales l ON l.rut = c.rut
          LEFT JOIN situados s ON s.rut = c.rut
    )
    SELECT x.rut, d.criterio, d.cumple
      FROM sabido x
     CROSS JOIN LATERAL (VALUES ('N1', x.n1, x.matriz), ('N2', x.n2, x.patente), ('N3', x.n3, x.lugar),
                                ('N4', x.n4, x.lugar)) AS d (criterio, cumple, sabe)
     WHERE d.cumple OR d.sabe
     ORDER BY x.rut, d.criterio
"""

_COMPRAS = """
    SELECT rut_comprador, rut_proveedor, sum(monto_clp), bool_and(monto_clp IS NOT NULL)
      FROM catastro.proveedor
     WHERE anio = %(anio)s AND rut_comprador = ANY(%(ruts)s::integer[])
     GROUP BY rut_comprador, rut_proveedor
     ORDER BY rut_comprador, rut_proveedor
"""


def sabidos(conn: Connection, cut: str, anio: int) -> pl.DataFrame:
    """Whether each supplier of the year meets each criterion: `rut criterio cumple`; no row where it is not known."""
    tipos = {"rut": pl.Int32, "criterio": pl.String, "cumple": pl.Boolean}
    return leer(conn, _SABIDOS, {"cut": cut, "anio": anio}, tipos)


def compras(conn: Connection, anio: int, ruts: Sequence[int]) -> pl.DataFrame:
    """What each of these firms says that it paid to each supplier in the year: `tractora rut monto_clp entero` (pesos;
    null where no line states an amount; `entero`: all of them do). Amounts are a restricted column."""
    tipos = {"tractora": pl.Int32, "rut": pl.Int32, "monto_clp": pl.Int64, "entero": pl.Boolean}
    return leer(conn, _COMPRAS, {"anio": anio, "ruts": list(ruts)}, tipos)


def vinculos(conn: Connection, anio: int) -> pl.DataFrame:
    """The links of the live lists that may touch a year: those of its own lists, and those that state dates.

    They are read where the lists were stored and not from `catastro.proveedor`, whose other years may not be made yet.
    """
    tipos = {"comprador": pl.Int32, "proveedor": pl.Int32, "anio": pl.Int32, "desde": pl.Date, "hasta": pl.Date}
    return leer(conn, _VINCULOS, {"anio": anio}, tipos)


def tractoras(conn: Connection, anio: int) -> list[int]:
    """The RUT of every firm that hands over a list of its own sites for the year, ascending."""
    return list(conn.scalars(_TRACTORAS, {"anio": anio}))


def vaciar(conn: Connection, cut: str, anio: int) -> None:
    """Empty the tiers of a year as a comuna sees them, which are about to be written again."""
    conn.execute(t_nivel.delete().where(t_nivel.c.cut == cut, t_nivel.c.anio == anio))


def volcar(conn: Connection, cut: str, anio: int) -> None:
    """Move the tiers from staging (`pg_temp.niveles_proveedor`: tractora rut nivel) into their year, with N1 to N4.

    `pg_temp.presencias_proveedor` (rut cut) holds the comunas that a record of the year names for a firm.
    """
    conn.execute(_VOLCAR, {"cut": cut, "anio": anio})


def que_cumplen(conn: Connection, cut: str, anio: int, criterio: str) -> pl.Series:
    """The RUT of the suppliers of the year, of any tractora, that meet a criterion.

    `criterio` names a boolean column of `catastro.nivel_proveedor`.
    """
    cumple = select(t_nivel.c.rut).where(t_nivel.c.cut == cut, t_nivel.c.anio == anio, t_nivel.c[criterio])
    return pl.Series(list(conn.scalars(cumple.distinct())), dtype=pl.Int32)


def nombres(conn: Connection, ruts: Sequence[int]) -> dict[int, str | None]:
    """RUT -> the name of the firm, of those that the catastro knows."""
    firmas = select(empresa.c.rut, empresa.c.razon_social).where(empresa.c.rut.in_(ruts))
    return {f.rut: f.razon_social for f in conn.execute(firmas)}
