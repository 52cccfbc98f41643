"""Erasing what a person asked to have erased, wherever it was stored, and remembering it by fingerprints.

What is to be emptied was pointed at by `supresion_alcance`; `vaciar` empties it and `enterrar` keeps the fingerprints,
by which a load that comes later knows it again (`tumbas`).
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, Engine, delete, func, null, or_, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from observatorio.db import tablas as t
from observatorio.db.huellas import Huellas
from observatorio.db.queries.supresion_alcance import BLANCO, Alcance, apuntada
from observatorio.errors import ErrorCarga

CLASE_CLAVE = "clave"
"""The class of the fingerprint of the secret itself."""

_QUEDA = frozenset({"carga", "fila", "parte", "fuente", "anio", "suprimida"})
"""What a tombstone says: where a row was, and nothing of what it held."""

COMUNES = ("telefono", "correo", "extra")
"""What goes from the other parts of a row of which one part was erased; the place of a firm is its own."""


def esperar_cargas(conn: Connection) -> None:
    """Wait for every load under way, and let none begin until the transaction ends.

    A load that read the tombstones before this one is dug would bring the person back in afterwards.
    """
    conn.execute(select(func.pg_advisory_xact_lock(func.hashtext("supresion"))))


def tumbas(conn: Connection) -> dict[str, frozenset[str]]:
    """The fingerprints of everything erased, by class; no erasure begins until the transaction ends."""
    conn.execute(select(func.pg_advisory_xact_lock_shared(func.hashtext("supresion"))))
    filas = conn.execute(
        select(t.supresion.c.clase, func.array_agg(t.supresion.c.huella)).group_by(t.supresion.c.clase)
    )
    return {clase: frozenset(huellas) for clase, huellas in filas}


def enterrada(conn: Connection, alcance: Alcance) -> bool:
    """Whether every fingerprint of an erasure is on record already."""
    enterradas = tumbas(conn)
    return all(set(propias) <= enterradas.get(clase, frozenset()) for clase, propias in alcance.huellas.items())


def vaciar(conn: Connection) -> None:
    """Empty what was pointed at, and take whatever was made from it out of `catastro`, which has to be made anew."""
    # A consolidation under way has read what is being erased: it ends first, and the next one makes its years anew.
    conn.execute(select(func.pg_advisory_xact_lock(func.hashtext("consolidar"))))
    _sacar_del_catastro(conn)
    for tabla in (t.registro, t.vinculo):
        vacios = {c.name: null() for c in tabla.c if c.name not in _QUEDA}
        conn.execute(update(tabla).where(apuntada(tabla, tabla.name)).values(**vacios, suprimida=True))
        conn.execute(update(tabla).where(apuntada(tabla, f"extra_{tabla.name}")).values(extra=null()))
    comunes = {columna: null() for columna in COMUNES}
    conn.execute(update(t.registro).where(apuntada(t.registro, "comun_registro")).values(**comunes))
    citada = tuple_(t.rechazo.c.carga, t.rechazo.c.fila).in_(
        select(BLANCO.c.carga, BLANCO.c.fila).where(BLANCO.c.que == "rechazo")
    )
    conn.execute(update(t.rechazo).where(citada).values(valor=null()))


def _sacar_del_catastro(conn: Connection) -> None:
    """Delete the firms and premises of which the rows spoke, and have every year made anew."""
    r, v = t.registro, t.vinculo
    de_registros = select(r.c.rut).where(apuntada(r, "registro"))
    de_vinculos = [select(c).where(apuntada(v, "vinculo")) for c in (v.c.rut_comprador, v.c.rut_proveedor)]
    ruts = [rut for rut in conn.execute(de_registros.union(*de_vinculos)).scalars() if rut is not None]
    citados = select(BLANCO.c.carga, BLANCO.c.fila, BLANCO.c.parte).where(BLANCO.c.que == "registro")
    registro = tuple_(t.identidad.c.carga, t.identidad.c.fila, t.identidad.c.parte)
    ids = list(conn.execute(select(t.identidad.c.id).where(registro.in_(citados)).distinct()).scalars())
    for tabla in (t.establecimiento_anio, t.establecimiento):
        conn.execute(delete(tabla).where(or_(tabla.c.rut.in_(ruts), tabla.c.id.in_(ids))))
    for columna in (
        *(t.empresa.c.rut, t.actividad.c.rut, t.proveedor.c.rut_comprador, t.proveedor.c.rut_proveedor),
        *(t.nivel_proveedor.c.tractora, t.nivel_proveedor.c.rut),
    ):
        conn.execute(delete(columna.table).where(columna.in_(ruts)))
    conn.execute(update(t.version).values(huella=""))


def enterrar(conn: Connection, huellas: Huellas, alcance: Alcance, motivo: str, usuario: str) -> None:
    """Keep the fingerprints of what was erased, and that of the secret under which they were made."""
    clases = {**alcance.huellas, CLASE_CLAVE: (huellas.de_la_clave(),)}
    filas = [
        {"clase": clase, "huella": huella, "motivo": motivo, "usuario": usuario}
        for clase, propias in clases.items()
        for huella in propias
    ]
    conn.execute(insert(t.supresion).on_conflict_do_nothing(), filas)


def renovar_clave(conn: Connection, huellas: Huellas, motivo: str, usuario: str) -> bool:
    """Accept a secret after the old one was lost; False when it is the one in use already.

    What was erased before is not known again when it comes back: only the requests themselves can say it anew.
    """
    propia = huellas.de_la_clave()
    if propia in tumbas(conn).get(CLASE_CLAVE, frozenset()):
        return False
    conn.execute(delete(t.supresion).where(t.supresion.c.clase == CLASE_CLAVE))
    conn.execute(insert(t.supresion), [{"clase": CLASE_CLAVE, "huella": propia, "motivo": motivo, "usuario": usuario}])
    return True


def limpiar_disco(engine: Engine) -> None:
    """Have PostgreSQL free the space of the old rows, and gather its statistics, which quote values, anew."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.execute(text("VACUUM (ANALYZE)"))


def exigir_clave(huellas: Huellas | None, enterradas: Mapping[str, frozenset[str]]) -> Huellas:
    """The fingerprints under the secret in hand. Raises `ErrorCarga` unless it is the one of the erasures on record."""
    if huellas is None or huellas.de_la_clave() not in enterradas.get(CLASE_CLAVE, ()):
        raise ErrorCarga(
            "Hay datos suprimidos y la clave de supresión falta o es otra: no se reconocerían al volver.",
            "Recupere la clave (docs/decisiones/0013-supresion.md); si se perdió para siempre, acepte otra con "
            "«observatorio suprimir --clave-perdida».",
        )
    return huellas
