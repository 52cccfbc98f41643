"""A release: the cells that may leave, stored as they leave. The public side of the house reads nothing else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from observatorio.db.tablas import alternativa as t_alternativa
from observatorio.db.tablas import celda as t_celda
from observatorio.db.tablas import publicacion as t_publicacion
from observatorio.errors import ErrorConsulta
from observatorio.reserva.ataque import ZONA, TablaPublicada
from observatorio.reserva.entrega import Protegida
from observatorio.vocabulario import EstadoValor

_PUBLICABLES = frozenset({EstadoValor.PUBLICADO, EstadoValor.RESERVADO, EstadoValor.SIN_DATO})


@dataclass(frozen=True)
class Celda:
    """One published figure: `por` are the names of its dimensions, comma-separated; `nivel` the zone level or "".

    `redondeo`: the value is a multiple of this, and not the exact one; None where it is exact.
    """

    indicador: str
    por: str
    nivel: str
    dimensiones: Mapping[str, str]
    valor: float | None
    n: int | None
    cobertura: float | None
    estado: EstadoValor
    redondeo: int | None = None


@dataclass(frozen=True)
class Entrega:
    """Everything of a release: the comuna, its year, the version of the register, the rule in words, its cells, the
    sources with their vintages, the report, and the measures with their proof."""

    cut: str
    anio: int
    version: int
    regla: str
    celdas: Sequence[Celda]
    fuentes: Sequence[Mapping[str, Any]]
    informe: Mapping[str, Any]
    medidas: Sequence[Protegida]


def huella(celdas: Iterable[Celda]) -> str:
    """SHA-256 of the cells as they are published, in an order that does not depend on how they were made."""
    filas = sorted(json.dumps(_fila(c), sort_keys=True, ensure_ascii=False) for c in celdas)
    return hashlib.sha256("\n".join(filas).encode()).hexdigest()


def guardar(conn: Connection, entrega: Entrega) -> int:
    """Make this the release of its year and return its number; the one before is kept, and holds no more.

    A release that says just what the present one says is that one. Raises `ErrorConsulta` when a cell is still exact.
    """
    filas = [_fila(c) for c in entrega.celdas]
    bloquear(conn, entrega.anio)
    del_anio = (t_publicacion.c.cut == entrega.cut, t_publicacion.c.anio == entrega.anio)
    nueva = huella(entrega.celdas)
    vigente = conn.execute(select(t_publicacion).where(*del_anio, t_publicacion.c.vigente)).one_or_none()
    if vigente is not None and (vigente.huella, vigente.version) == (nueva, entrega.version):
        return int(vigente.publicacion)
    conn.execute(update(t_publicacion).where(*del_anio).values(vigente=False))
    orden = insert(t_publicacion).values(
        cut=entrega.cut,
        anio=entrega.anio,
        version=entrega.version,
        regla=entrega.regla,
        huella=nueva,
        fuentes=list(entrega.fuentes),
        informe=dict(entrega.informe),
    )
    numero: int = conn.execute(orden.returning(t_publicacion.c.publicacion)).scalar_one()
    if filas:
        conn.execute(insert(t_celda), [{"publicacion": numero, "anio": entrega.anio, **fila} for fila in filas])
    for medida in entrega.medidas:
        pruebas = _pruebas(medida)
        if pruebas:
            conn.execute(insert(t_alternativa), [{"publicacion": numero, **prueba} for prueba in pruebas])
    return numero


def bloquear(conn: Connection, anio: int) -> None:
    """Wait until nobody else is making the release of a year, and hold it until the transaction ends."""
    conn.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"publicacion{anio}"))))


def retirar(conn: Connection, cut: str, anio: int) -> None:
    """Withdraw the release of a year of which no load speaks any more.

    It is kept: whoever read it remembers it, and the next one of that year must not open what it hid.
    """
    de_entonces = (t_publicacion.c.cut == cut, t_publicacion.c.anio == anio)
    conn.execute(update(t_publicacion).where(*de_entonces).values(vigente=False))


def anteriores(conn: Connection, cut: str, anio: int, medida: str) -> list[TablaPublicada]:
    """The tables of a measure in every release of the year so far, rounded ones among them: what everybody has read
    already."""
    consulta = (
        select(t_celda.c.publicacion, t_celda.c.por, t_celda.c.nivel, t_celda.c.redondeo, t_celda.c.dimensiones)
        .add_columns(t_celda.c.valor, t_celda.c.estado)
        .join(t_publicacion, t_publicacion.c.publicacion == t_celda.c.publicacion)
        .where(t_publicacion.c.cut == cut, t_publicacion.c.anio == anio, t_celda.c.indicador == medida)
        .order_by(t_celda.c.publicacion)
    )
    tablas: dict[tuple[int, tuple[str, ...], int], dict[tuple[str, ...], int | None]] = {}
    for numero, por, nivel, base, dimensiones, valor, estado in conn.execute(consulta):
        nombres = tuple(d for d in por.split(",") if d)
        suyas = tablas.setdefault((numero, tuple(_con_nivel(d, nivel) for d in nombres), base or 0), {})
        cifra = None if estado == EstadoValor.RESERVADO else round(valor or 0)
        suyas[tuple(dimensiones[d] for d in nombres)] = cifra
    return [
        # A rounded table lists only zones that have some.
        TablaPublicada(dimensiones, celdas, base=base, minimo=int(base > 0))
        for (_, dimensiones, base), celdas in tablas.items()
    ]


def _con_nivel(dimension: str, nivel: str) -> str:
    return ZONA + nivel if dimension == "zona" else dimension


def _fila(celda: Celda) -> dict[str, Any]:
    """The row of a cell, refused when nobody decided about it."""
    if celda.estado not in _PUBLICABLES:
        raise ErrorConsulta(f"La celda {celda.indicador} {dict(celda.dimensiones)} no pasó por la reserva.")
    return {
        "indicador": celda.indicador,
        "por": celda.por,
        "nivel": celda.nivel,
        "dimensiones": dict(celda.dimensiones),
        "valor": celda.valor,
        "n": celda.n,
        "cobertura": celda.cobertura,
        "redondeo": celda.redondeo,
        "estado": celda.estado.value,
    }


def _pruebas(medida: Protegida) -> list[dict[str, Any]]:
    """The proof of a measure, a row an alternative table."""
    s = medida.sistema
    nombres = [" ".join(f"{d}={v}" for d, v in sorted(medida.cita(i))) for i in range(len(s.claves))]
    return [
        {
            "medida": medida.medida,
            "alternativa": k,
            "celdas": [nombres[i] for i in a.celdas],
            "diferencias": a.diferencia.tolist(),
        }
        for k, a in enumerate(medida.patron.alternativas)
    ]
