"""Loads: who sent what, when, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from observatorio.db import tablas
from observatorio.errors import ErrorCarga
from observatorio.vocabulario import EstadoCarga


@dataclass(frozen=True)
class Archivo:
    """A file by its content: SHA-256 in hexadecimal, the name it came with, its size in bytes; `sintetico` when it is
    of the synthetic city."""

    sha256: str
    nombre: str
    bytes: int
    sintetico: bool = False


@dataclass(frozen=True)
class Viva:
    """A confirmed load: its id, accepted rows and years."""

    carga: int
    filas_aceptadas: int
    anios: Sequence[int]


@dataclass(frozen=True)
class CargaResumida:
    """A load as a list shows it."""

    carga: int
    fuente: str
    archivo: str
    anios: Sequence[int]
    estado: str
    filas_leidas: int
    filas_aceptadas: int
    filas_rechazadas: int
    valores_rechazados: int
    veredicto: str | None
    usuario: str
    inicio: datetime
    fin: datetime | None


class Declarada(Protocol):
    """What of a source's declaration the database keeps."""

    @property
    def id(self) -> str: ...
    @property
    def nombre(self) -> str: ...
    @property
    def actor(self) -> str: ...
    @property
    def describe(self) -> str: ...
    @property
    def destino(self) -> str: ...
    @property
    def cobertura(self) -> str: ...
    @property
    def licencia(self) -> str: ...
    @property
    def periodicidad(self) -> str: ...
    @property
    def publica(self) -> bool: ...
    @property
    def historica(self) -> bool: ...
    @property
    def visibilidad(self) -> Mapping[str, str]: ...


class Desenlace(Protocol):
    """The counts of a finished load, as the pipeline hands them over."""

    @property
    def carga(self) -> int | None: ...
    @property
    def leidas(self) -> int: ...
    @property
    def aceptadas(self) -> int: ...
    @property
    def rechazadas(self) -> int: ...
    @property
    def valores_rechazados(self) -> int: ...
    @property
    def anios(self) -> Sequence[int]: ...
    @property
    def veredicto(self) -> str: ...
    @property
    def mapeo(self) -> Mapping[str, str]: ...


def bloquear_fuente(conn: Connection, fuente: str) -> None:
    """Let one load of a source run at a time, until the transaction ends."""
    conn.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"carga:{fuente}"))))


def declarar_fuente(conn: Connection, fuente: Declarada) -> None:
    """Write down what a source declares, as it stands in the code today."""
    valores = {
        "nombre": fuente.nombre,
        "actor": str(fuente.actor),
        "describe": str(fuente.describe),
        "destino": str(fuente.destino),
        "cobertura": str(fuente.cobertura),
        "licencia": fuente.licencia,
        "periodicidad": fuente.periodicidad,
        "publica": fuente.publica,
        "historica": fuente.historica,
        "visibilidad": {k: str(v) for k, v in fuente.visibilidad.items()},
    }
    orden = insert(tablas.fuente).values(fuente=fuente.id, **valores)
    conn.execute(orden.on_conflict_do_update(index_elements=["fuente"], set_=valores))


def carga_viva(conn: Connection, fuente: str, sha256: str, anio: int | None) -> Viva | None:
    """The confirmed load of this very file for this source and year, if there is one."""
    c = tablas.carga.c
    fila = conn.execute(
        select(c.carga, c.filas_aceptadas, c.anios).where(
            c.fuente == fuente,
            c.sha256 == sha256,
            func.coalesce(c.anio, 0) == (anio or 0),
            c.estado == str(EstadoCarga.CONFIRMADA),
        )
    ).one_or_none()
    return None if fila is None else Viva(fila.carga, fila.filas_aceptadas, fila.anios)


def cargas_vivas(conn: Connection, fuente: str) -> list[Viva]:
    """Every confirmed load of a source, oldest first."""
    c = tablas.carga.c
    filas = conn.execute(
        select(c.carga, c.filas_aceptadas, c.anios)
        .where(c.fuente == fuente, c.estado == str(EstadoCarga.CONFIRMADA))
        .order_by(c.carga)
    )
    return [Viva(f.carga, f.filas_aceptadas, f.anios) for f in filas]


def filas_de_referencia(conn: Connection, fuente: str, anios: Sequence[int], conjunto: int) -> float | None:
    """Accepted rows a year of the vintage that a new set of files is compared with.

    It is the latest earlier set with one of these years; without one, that of the nearest earlier year; None when
    there is neither.
    """
    return conn.execute(
        text(
            """
            SELECT sum(filas_aceptadas::float / cardinality(anios))
              FROM ingreso.carga CROSS JOIN unnest(anios) AS de (uno)
             WHERE fuente = :fuente AND estado IN ('confirmada', 'reemplazada')
               AND conjunto <> :conjunto AND uno <= :hasta
             GROUP BY conjunto, uno
             ORDER BY (uno = ANY (:anios)) DESC, uno DESC, conjunto DESC
             LIMIT 1
            """
        ),
        {"fuente": fuente, "anios": list(anios), "hasta": max(anios, default=0), "conjunto": conjunto},
    ).scalar_one_or_none()


def abrir_carga(conn: Connection, fuente: Declarada, archivo: Archivo, anio: int | None, usuario: str) -> int:
    """Start a load and return its id; it is a set of its own until `agrupar` says otherwise."""
    conn.execute(
        insert(tablas.archivo)
        .values(sha256=archivo.sha256, nombre=archivo.nombre, bytes=archivo.bytes)
        .on_conflict_do_nothing()
    )
    carga: int = conn.execute(
        insert(tablas.carga)
        .values(
            fuente=fuente.id,
            sha256=archivo.sha256,
            anio=anio,
            estado=str(EstadoCarga.VALIDANDO),
            licencia=fuente.licencia,
            usuario=usuario,
            sintetica=archivo.sintetico,
        )
        .returning(tablas.carga.c.carga)
    ).scalar_one()
    agrupar(conn, [carga])
    return carga


def agrupar(conn: Connection, cargas: Sequence[int]) -> int:
    """Make loads one set, which stands and falls as one; return its id, the first of them."""
    conjunto = min(cargas)
    tabla = tablas.carga
    conn.execute(update(tabla).where(tabla.c.carga.in_(cargas)).values(conjunto=conjunto))
    return conjunto


def anotar_formato(conn: Connection, sha256: str, formato: str) -> None:
    """Write down what kind of file the reader recognised."""
    conn.execute(update(tablas.archivo).where(tablas.archivo.c.sha256 == sha256).values(formato=formato))


def confirmar(conn: Connection, resultado: Desenlace) -> None:
    """Close a load that entered."""
    _cerrar(conn, resultado.carga, EstadoCarga.CONFIRMADA, resultado)


def dar_por_fallida(conn: Connection, carga: int, resultado: Desenlace) -> None:
    """Close a load of which nothing entered."""
    _cerrar(conn, carga, EstadoCarga.FALLIDA, resultado)


def _cerrar(conn: Connection, carga: int | None, estado: EstadoCarga, resultado: Desenlace) -> None:
    conn.execute(
        update(tablas.carga)
        .where(tablas.carga.c.carga == carga)
        .values(
            estado=str(estado),
            filas_leidas=resultado.leidas,
            filas_aceptadas=resultado.aceptadas,
            filas_rechazadas=resultado.rechazadas,
            valores_rechazados=resultado.valores_rechazados,
            anios=list(resultado.anios),
            veredicto=resultado.veredicto or "dentro de la tolerancia",
            mapeo=dict(resultado.mapeo),
            fin=func.clock_timestamp(),
        )
    )


def reemplazar(conn: Connection, vieja: int, conjunto: int) -> None:
    """Retire a load in favour of a newer set; its observations stay, and are no longer read."""
    conn.execute(
        update(tablas.carga)
        .where(tablas.carga.c.carga == vieja)
        .values(estado=str(EstadoCarga.REEMPLAZADA), reemplazada_por=conjunto)
    )


def revertir(conn: Connection, carga: int) -> list[int]:
    """Take back a confirmed load, with the files loaded beside it, and bring back what they had replaced.

    Returns the years that have to be consolidated again, ascending. Raises `ErrorCarga` when there is no such load or
    it is not confirmed.
    """
    tabla = tablas.carga
    fila = conn.execute(select(tabla).where(tabla.c.carga == carga).with_for_update()).one_or_none()
    if fila is None:
        raise ErrorCarga(f"No existe la carga {carga}.", "Vea las que hay con «observatorio cargas list».")
    if fila.estado != EstadoCarga.CONFIRMADA:
        raise ErrorCarga(
            f"La carga {carga} está «{fila.estado}»; solo se revierte una carga confirmada.",
            "Vea su estado con «observatorio cargas list».",
        )
    idas = conn.execute(
        update(tabla)
        .where(tabla.c.conjunto == fila.conjunto, tabla.c.estado == str(EstadoCarga.CONFIRMADA))
        .values(estado=str(EstadoCarga.REVERTIDA))
        .returning(tabla.c.anios)
    ).scalars()
    vueltas = conn.execute(
        update(tabla)
        .where(tabla.c.reemplazada_por == fila.conjunto, tabla.c.estado == str(EstadoCarga.REEMPLAZADA))
        .values(estado=str(EstadoCarga.CONFIRMADA), reemplazada_por=None)
        .returning(tabla.c.anios)
    ).scalars()
    return sorted({anio for anios in (*idas, *vueltas) for anio in anios})


def listar(conn: Connection, limite: int = 50) -> list[CargaResumida]:
    """The latest loads, newest first."""
    return [_resumida(f) for f in conn.execute(_resumen().order_by(tablas.carga.c.carga.desc()).limit(limite))]


def buscar(conn: Connection, carga: int) -> CargaResumida:
    """One load. Raises `ErrorCarga` when there is none with this id."""
    fila = conn.execute(_resumen().where(tablas.carga.c.carga == carga)).one_or_none()
    if fila is None:
        raise ErrorCarga(f"No existe la carga {carga}.", "Vea las que hay con «observatorio cargas list».")
    return _resumida(fila)


def rechazos(conn: Connection, carga: int, limite: int = 1000) -> list[Mapping[str, Any]]:
    """The rejections of a load by row: fila, columna, letra, campo, valor, regla, gravedad, consejo."""
    tabla = tablas.rechazo
    orden = select(tabla).where(tabla.c.carga == carga).order_by(tabla.c.fila, tabla.c.columna).limit(limite)
    return [dict(f) for f in conn.execute(orden).mappings()]


def _resumen() -> Any:
    c, a = tablas.carga.c, tablas.archivo.c
    return select(
        c.carga,
        c.fuente,
        a.nombre.label("archivo"),
        c.anios,
        c.estado,
        c.filas_leidas,
        c.filas_aceptadas,
        c.filas_rechazadas,
        c.valores_rechazados,
        c.veredicto,
        c.usuario,
        c.inicio,
        c.fin,
    ).join_from(tablas.carga, tablas.archivo)


def _resumida(fila: Any) -> CargaResumida:
    return CargaResumida(**fila._mapping)
