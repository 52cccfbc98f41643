"""Lines of the audit, which only grows, and the seals that chain them (`db.sellos` checks them)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Text, cast, func, insert, select, text

from observatorio.db.tablas import auditoria_registro, clave

INGESTA, PROPIETARIO = "ingesta", "propietario"
"""The logins under which commands do what they write down."""


def anotar(conn: Connection, rol: str, accion: str, detalle: Mapping[str, Any], clave: int | None = None) -> None:
    """Write down who (`rol`: a role of the application, or the login of a command; `clave`: their key) did what.

    `detalle` must hold no value of any record, nor a text that somebody searched for but by its fingerprint
    (`Huellas.de_texto`): the audit outlives every erasure.
    """
    # Inline, because whoever adds a line to the audit may not read one back, not even its number.
    linea = insert(auditoria_registro).inline()
    conn.execute(linea.values(rol=rol, clave=clave, accion=accion, detalle=dict(detalle)))


def sellar(conn: Connection) -> str | None:
    """Seal the lines that have no seal yet and return the new seal, "number:digest" (hexadecimal); None when there are
    none, or somebody else is sealing. Lines of transactions that are still open go under a later one."""
    sello: str | None = conn.scalar(text("SELECT auditoria.sellar()"))
    return sello


def listar(
    conn: Connection,
    *,
    accion: str | None = None,
    desde: date | None = None,
    hasta: date | None = None,
    huella: str | None = None,
    limite: int = 50,
) -> Sequence[Row[*tuple[Any, ...]]]:
    """The last lines, latest first: `registro momento rol clave nombre sujeto accion detalle`, where `nombre` is the
    key's. `accion`: only of that action; `desde`, `hasta`: only of those days (UTC), both included; `huella`: only
    where that text was searched for (`Huellas.de_texto`)."""
    r = auditoria_registro
    consulta = (
        select(r.c.registro, r.c.momento, r.c.rol, r.c.clave, clave.c.nombre, r.c.sujeto, r.c.accion, r.c.detalle)
        .select_from(r.outerjoin(clave, clave.c.clave == r.c.clave))
        .order_by(r.c.registro.desc())
        .limit(limite)
    )
    if accion is not None:
        consulta = consulta.where(r.c.accion == accion)
    if desde is not None:
        consulta = consulta.where(r.c.momento >= desde)
    if hasta is not None:
        consulta = consulta.where(r.c.momento < hasta + timedelta(days=1))
    if huella is not None:
        consulta = consulta.where(func.strpos(cast(r.c.detalle, Text), huella) > 0)
    return conn.execute(consulta).all()
