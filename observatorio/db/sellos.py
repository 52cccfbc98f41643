"""Whether the audit is whole: reckons every line and every seal anew, and names what does not agree.

What a seal is made of is written twice on purpose: in `auditoria.sellar` (`sql/vistas.sql`), which makes them inside
the database, and here, which believes nothing that the database reckons.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, Engine, Row, func, select, text

from observatorio.db.engine import conectar, rol_de_base
from observatorio.errors import ErrorConsulta
from observatorio.vocabulario import Rol

_BLOQUE = 10_000
"""Rows that are fetched at a time: the audit may be longer than the memory."""
_RELOJ = "1 minute"
"""How far back a server's clock may be set."""
_MUESTRA = 1000
"""Faults that are listed; of more, only their number is told."""

_COMO_ADMIN = select(func.set_config("role", rol_de_base(Rol.ADMIN), True))
_SELLOS = text(
    """
    SELECT sello, momento, lineas, hasta, huella,
           jsonb_build_array(sello, (extract(epoch FROM momento) * 1000000)::bigint, sistema, foto, lineas, hasta)::text
               AS dice
    FROM auditoria.sello ORDER BY sello
    """
)
_ESLABONES = text("SELECT sello, registro, huella FROM auditoria.eslabon ORDER BY sello, registro")
# A line without a seal is late, not false, if its transaction was open when the last seal was made, or began later.
_LINEAS = text(
    """
    WITH ultimo AS (
        SELECT s.momento, s.hasta, s.foto::pg_snapshot AS foto, pg_snapshot_xmax(s.foto::pg_snapshot) AS proxima,
               s.sistema = (SELECT system_identifier::text FROM pg_control_system()) AS de_aqui
        FROM auditoria.sello AS s ORDER BY s.sello DESC LIMIT 1
    )
    SELECT coalesce(r.registro, e.registro) AS registro, r.registro IS NOT NULL AS esta, e.huella AS sellada,
           jsonb_build_array(r.registro, (extract(epoch FROM r.momento) * 1000000)::bigint, r.rol, r.clave, r.sujeto,
                             r.accion, r.detalle, r.transaccion)::text AS dice,
           coalesce(u.de_aqui AND CASE
               WHEN r.transaccion::text::xid8 >= u.proxima
               THEN r.registro <= u.hasta OR r.momento < u.momento - CAST(:reloj AS interval)
               ELSE pg_visible_in_snapshot(r.transaccion::text::xid8, u.foto)
           END, false) AS imposible
    FROM auditoria.eslabon AS e
    FULL JOIN auditoria.registro AS r USING (registro)
    LEFT JOIN ultimo AS u ON true
    ORDER BY 1
    """
)


class Falla(NamedTuple):
    """What does not agree: a line (`registro`) or a seal (`sello`), and what was done to it."""

    cosa: Literal["registro", "sello"]
    numero: int
    hecho: Literal["alterado", "eliminado", "agregado"]


class Sello(NamedTuple):
    """The last seal: what somebody may write down elsewhere, to know later that the end was not cut off."""

    sello: int
    momento: datetime
    huella: str


@dataclass
class Verificacion:
    """What was found: lines under a seal that agree, lines that wait for one, seals, and every fault (`faltas` counts
    them all; `fallas` lists the first)."""

    selladas: int = 0
    pendientes: int = 0
    sellos: int = 0
    ultimo: Sello | None = None
    faltas: int = 0
    fallas: list[Falla] = field(default_factory=list)

    def anotar(self, *falla: Any) -> None:
        """One more fault."""
        self.faltas += 1
        if self.faltas <= _MUESTRA:
            self.fallas.append(Falla(*falla))


def verificar(engine: Engine, ancla: tuple[int, str] | None = None) -> Verificacion:
    """Check the audit, as it is at one moment and with the administrator's rights, which `engine` must be able to take.

    `ancla`: the number and digest (hexadecimal) of a seal that somebody kept elsewhere; if it is not in the chain, the
    chain was made anew or cut. Raises `ErrorBase` when the server cannot be reached.
    """
    hecha = Verificacion()
    with conectar(engine) as conn:
        conn.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with conn.begin():
            conn.execute(_COMO_ADMIN)
            _verificar_sellos(conn, hecha, ancla)
            _verificar_lineas(conn, hecha)
    return hecha


def _verificar_lineas(conn: Connection, hecha: Verificacion) -> None:
    """Each line is as it was sealed; one without a seal may be so."""
    for linea in conn.execution_options(yield_per=_BLOQUE).execute(_LINEAS, {"reloj": _RELOJ}):
        if not linea.esta:
            hecha.anotar("registro", linea.registro, "eliminado")
        elif linea.sellada is None and linea.imposible:
            hecha.anotar("registro", linea.registro, "agregado")
        elif linea.sellada is None:
            hecha.pendientes += 1
        elif _resumir(linea.dice.encode()) != bytes(linea.sellada):
            hecha.anotar("registro", linea.registro, "alterado")
        else:
            hecha.selladas += 1


def leer_ancla(texto: str) -> tuple[int, str]:
    """Read "12:9f86d0…", as `verificar` takes it. Raises `ErrorConsulta`."""
    numero, _, huella = texto.strip().partition(":")
    if not (numero.isdecimal() and len(huella) == 64 and set(huella.lower()) <= set("0123456789abcdef")):
        raise ErrorConsulta(f"«{texto}» no es un sello.", "Escriba su número y su huella: 12:9f86d081…")
    return int(numero), huella.lower()


def _verificar_sellos(conn: Connection, hecha: Verificacion, ancla: tuple[int, str] | None) -> None:
    """Each seal follows from the one before and from its own lines; none is missing in between."""
    eslabones = _por_sello(conn)
    previa, esperado, hallada = b"", 1, ancla is None
    propios: tuple[int, list[Row[Any]]] | None = next(eslabones, None)
    for sello in conn.execute(_SELLOS):
        for perdido in range(esperado, sello.sello):
            hecha.anotar("sello", perdido, "eliminado")
        while propios is not None and propios[0] < sello.sello:
            propios = next(eslabones, None)
        suyos = propios[1] if propios is not None and propios[0] == sello.sello else []
        lineas = b"".join(e.registro.to_bytes(8, "big", signed=True) + bytes(e.huella) for e in suyos)
        calculada = _resumir(previa + sello.dice.encode() + lineas)
        if calculada != bytes(sello.huella) or len(suyos) != sello.lineas:
            hecha.anotar("sello", sello.sello, "alterado")
        # What follows is judged by what is written: one fault is told once.
        previa, esperado = bytes(sello.huella), sello.sello + 1
        hecha.sellos += 1
        hecha.ultimo = Sello(sello.sello, sello.momento, previa.hex())
        hallada = hallada or (sello.sello, previa.hex()) == ancla
    if not hallada and ancla is not None:
        hecha.anotar("sello", ancla[0], "alterado" if ancla[0] < esperado else "eliminado")


def _por_sello(conn: Connection) -> Iterator[tuple[int, list[Row[Any]]]]:
    """The links of each seal, seal by seal."""
    filas = conn.execution_options(yield_per=_BLOQUE).execute(_ESLABONES)
    for sello, grupo in groupby(filas, lambda fila: fila.sello):
        yield sello, list(grupo)


def _resumir(dato: bytes) -> bytes:
    return hashlib.sha256(dato).digest()
