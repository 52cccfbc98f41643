"""Local suppliers of the tractoras, and how much of what they buy is local.

Formula, that of the mining companies' own programmes: local content = local suppliers / suppliers, and by spend = pesos
paid to local suppliers / pesos paid. "Local" is one of the criteria N1 to N4 of `observatorio.catastro.proveedores`,
whose network and dates are used; whoever asks chooses.

Nobody is from elsewhere because nothing is known of him: both shares are over the suppliers of whom it is known whether
they meet the criterion (`sabidos`), and the spend over what was stated. Firms count once, whatever the categories in
which they sell, and over all tractoras together neither tractoras nor tiers are added.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import get_args

import polars as pl
from sqlalchemy import Connection

from observatorio.catastro.proveedores import Criterio, niveles, vigentes
from observatorio.db.queries import proveedores as consultas

CRITERIOS: tuple[Criterio, ...] = get_args(Criterio)


@dataclass(frozen=True)
class Compras:
    """Direct purchases of a year, in pesos. `contenido` is 100·`locales_clp`/`sabidas_clp`, None where nothing was
    stated; `declaran` of the `directos` have all their amounts stated."""

    declarado_clp: int
    sabidas_clp: int
    locales_clp: int
    contenido: float | None
    declaran: int
    directos: int


@dataclass(frozen=True)
class ContenidoLocal:
    """The suppliers of a tractora, or of all of them together (`rut` is None), and those that meet a criterion.

    `sabidos` of the `proveedores` are known to meet it or not; `locales` = `directos` + `indirectos` meet it;
    `contenido` is 100·`locales`/`sabidos`, and `contenido_directo` the same of those that sell to it directly; None
    over nobody. `compras` is None where amounts were not asked for.
    """

    rut: int | None
    nombre: str | None
    criterio: Criterio
    proveedores: int
    sabidos: int
    locales: int
    directos: int
    indirectos: int
    contenido: float | None
    contenido_directo: float | None
    compras: Compras | None


def contenido_local(
    conn: Connection,
    cut: str,
    anio: int,
    *,
    criterios: Sequence[Criterio] = CRITERIOS,
    fecha: date | None = None,
    con_montos: bool = False,
) -> list[ContenidoLocal]:
    """Each tractora of the year by its RUT, and all together, for each criterion; without tractoras, nothing.

    The links are those that hold at `fecha`, the last day of the year by default, as in `catastro.proveedores.contar`;
    amounts are those of the year. `con_montos` reads them: only under a role that may.
    """
    ruts = consultas.tractoras(conn, anio)
    if not ruts:
        return []
    red = niveles(vigentes(consultas.vinculos(conn, anio), fecha or date(anio, 12, 31)), ruts)
    compras = consultas.compras(conn, anio, ruts) if con_montos else None
    return medir(red, consultas.sabidos(conn, cut, anio), ruts, consultas.nombres(conn, ruts), compras, criterios)


def medir(
    red: pl.DataFrame,
    sabidos: pl.DataFrame,
    ruts: Sequence[int],
    nombres: dict[int, str | None],
    compras: pl.DataFrame | None = None,
    criterios: Sequence[Criterio] = CRITERIOS,
) -> list[ContenidoLocal]:
    """The figures out of `red` (`tractora rut nivel`), `sabidos` (`rut criterio cumple`, without the unknown) and
    `compras` (`tractora rut monto_clp entero`), as `db.queries.proveedores` gives them."""
    juntas = red.group_by("rut").agg(pl.col("nivel").min())
    hechos = []
    for criterio in criterios:
        sabe = sabidos.filter(pl.col("criterio") == criterio).select("rut", "cumple")
        for rut in (*ruts, None):
            suyos = juntas if rut is None else red.filter(pl.col("tractora") == rut).select("rut", "nivel")
            pagos = None if compras is None else _directas(red, compras, rut).join(sabe, on="rut", how="left")
            nombre = None if rut is None else nombres.get(rut)
            hechos.append(_contenido(rut, nombre, criterio, suyos.join(sabe, on="rut", how="left"), pagos))
    return hechos


def _contenido(
    rut: int | None, nombre: str | None, criterio: Criterio, suyos: pl.DataFrame, pagos: pl.DataFrame | None
) -> ContenidoLocal:
    """`suyos`: `rut nivel cumple`, a supplier a row, `cumple` null where it is not known."""
    directos = suyos.filter(pl.col("nivel") == 1)
    cercanos = int(directos["cumple"].sum())
    locales = int(suyos["cumple"].sum())
    return ContenidoLocal(
        rut,
        nombre,
        criterio,
        suyos.height,
        suyos["cumple"].count(),
        locales,
        cercanos,
        locales - cercanos,
        _parte(locales, suyos["cumple"].count()),
        _parte(cercanos, directos["cumple"].count()),
        None if pagos is None else _compras(pagos),
    )


def _directas(red: pl.DataFrame, compras: pl.DataFrame, rut: int | None) -> pl.DataFrame:
    """Each direct link with what was paid: `tractora rut monto_clp entero`, of one tractora or of all."""
    directos = red.filter(pl.col("nivel") == 1)
    if rut is not None:
        directos = directos.filter(pl.col("tractora") == rut)
    return directos.select("tractora", "rut").join(compras, on=["tractora", "rut"], how="left")


def _compras(pagos: pl.DataFrame) -> Compras:
    sabidas = pagos.filter(pl.col("cumple").is_not_null() & pl.col("monto_clp").is_not_null())
    total, locales = (int(m["monto_clp"].sum()) for m in (sabidas, sabidas.filter("cumple")))
    return Compras(
        int(pagos["monto_clp"].sum()),
        total,
        locales,
        _parte(locales, total),
        int(pagos["entero"].fill_null(False).sum()),
        pagos.height,
    )


def _parte(parte: int, total: int) -> float | None:
    return 100 * parte / total if total else None
