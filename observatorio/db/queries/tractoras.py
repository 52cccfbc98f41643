"""The suppliers of the tractoras as the API tells them: how many there are, and for the municipality who they are.

Both come from `catastro.nivel_proveedor`, the network of the links that held on some day of the year.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa

from observatorio.db.queries.paginas import pagina_json
from observatorio.db.tablas import empresa
from observatorio.db.tablas import nivel_proveedor as n
from observatorio.db.tablas import vinculo as o

_T: Final = sa.table(
    "v_tractora",
    *map(sa.column, ("cut", "anio", "tractora", "tractora_nombre", "nivel", "proveedores", "n1", "n2", "n3", "n4")),
    schema="catastro",
)
_VIVA: Final = sa.table("v_viva", sa.column("carga"), sa.column("anio"), schema="ingreso")


def cuentas(
    conn: sa.Connection, cut: str, anio: int, criterio: str | None, nivel_max: int | None
) -> Sequence[sa.Row[Any]]:
    """`tractora nombre directos indirectos distintos` of each tractora of the year, by its RUT, those without suppliers
    too, and last of all together (`tractora` is None), in which a firm counts once.

    `criterio` is one of `n1` to `n4`, or None for all suppliers; `nivel_max` the greatest step that counts.
    """
    cuantos = _T.c[criterio or "proveedores"]
    alcanza = sa.true() if nivel_max is None else _T.c.nivel <= nivel_max
    directos = sa.func.sum(cuantos).filter(_T.c.nivel == 1, alcanza)
    indirectos = sa.func.sum(cuantos).filter(_T.c.nivel > 1, alcanza)
    distintos = sa.func.sum(cuantos).filter(alcanza)
    columnas = [
        sa.cast(sa.func.coalesce(suma, 0), sa.BigInteger).label(nombre)
        for nombre, suma in (("directos", directos), ("indirectos", indirectos), ("distintos", distintos))
    ]
    consulta = (
        sa.select(_T.c.tractora, sa.func.max(_T.c.tractora_nombre).label("nombre"), *columnas)
        .where(_T.c.cut == cut, _T.c.anio == anio)
        .group_by(_T.c.tractora)
        .order_by(_T.c.tractora.nulls_last())
    )
    return conn.execute(consulta).all()


def proveedores(
    conn: sa.Connection,
    cut: str,
    anio: int,
    tractora: int,
    *,
    criterio: str | None,
    nivel_max: int | None,
    desde: int,
    limite: int,
) -> tuple[str, int | None]:
    """The suppliers of a tractora after the RUT `desde`, as the text of the objects of a JSON array (`rut nombre nivel
    n1 n2 n3 n4`), and the RUT to go on from, None at the end. Restricted."""
    cumple = sa.true() if criterio is None else n.c[criterio]
    alcanza = sa.true() if nivel_max is None else n.c.nivel <= nivel_max
    # The firms of the comuna have a name of their own; of the others the newest list that names them tells it.
    de_lista = (
        sa.select(o.c.razon_social_proveedor)
        .join(_VIVA, sa.and_(_VIVA.c.carga == o.c.carga, _VIVA.c.anio == o.c.anio))
        .where(o.c.rut_proveedor == n.c.rut, o.c.razon_social_proveedor.is_not(None), ~o.c.suprimida)
        .order_by(o.c.anio.desc(), o.c.razon_social_proveedor.collate("C"))
        .limit(1)
        .scalar_subquery()
    )
    nombre = sa.func.coalesce(empresa.c.razon_social, de_lista).label("nombre")
    elegidos = (
        sa.select(n.c.rut, nombre, n.c.nivel, n.c.n1, n.c.n2, n.c.n3, n.c.n4)
        .outerjoin(empresa, empresa.c.rut == n.c.rut)
        .where(n.c.cut == cut, n.c.anio == anio, n.c.tractora == tractora, n.c.rut > desde, cumple, alcanza)
        .order_by(n.c.rut)
    )
    return pagina_json(conn, elegidos, "rut", limite)
