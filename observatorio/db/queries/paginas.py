"""Pages by keyset, as JSON that PostgreSQL writes."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by


def pagina_json(conn: sa.Connection, consulta: sa.Select[Any], llave: str, limite: int) -> tuple[str, Any]:
    """The first `limite` rows of a query that is in the order of its unique column `llave`, as the text of the
    objects of a JSON array; and the last key of them, None when no row follows."""
    # One row more than asked for tells whether there is another page.
    fila = consulta.limit(limite + 1).subquery("fila")
    puesto = sa.func.row_number().over(order_by=fila.c[llave]).label("puesto")
    n = sa.select(objeto(fila).label("objeto"), fila.c[llave].label("llave"), puesto).subquery("numerada")
    caben = n.c.puesto <= limite
    cuerpo, ultima, cuantas = conn.execute(
        sa.select(
            sa.func.coalesce(juntos(n.c.objeto, n.c.llave).filter(caben), "", type_=sa.Text),
            sa.func.max(n.c.llave).filter(caben),
            sa.func.count(),
        )
    ).one()
    return cuerpo, ultima if cuantas > limite else None


def objeto(fila: sa.Subquery) -> sa.ColumnElement[str]:
    """A row as the text of a JSON object."""
    return sa.cast(sa.func.row_to_json(fila.table_valued()), sa.Text)


def juntos(textos: sa.ColumnElement[str], orden: sa.ColumnElement[Any]) -> sa.Function[str]:
    """Texts with commas between, in an order; NULL where there are none."""
    return sa.func.string_agg(textos, aggregate_order_by(sa.literal(",", sa.Text), orden), type_=sa.Text)
