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
    """The load of this very file, for this source and year given, that counts today in all of its years."""
    fila = conn.execute(
        text(
            """
            SELECT c.carga, c.filas_aceptadas, c.anios
              FROM ingreso.carga c
             WHERE c.fuente = :fuente AND c.sha256 = :sha256 AND coalesce(c.anio, 0) = :anio
               AND c.estado = 'confirmada'
               AND c.anios <@ ARRAY(SELECT v.anio FROM ingreso.v_viva v WHERE v.carga = c.carga)
             ORDER BY c.carga DESC
             LIMIT 1
            """
        ),
        {"fuente": fuente, "sha256": sha256, "anio": anio or 0},
    ).one_or_none()
    return None if fila is None else Viva(fila.carga, fila.filas_aceptadas, fila.anios)


def filas_de_referencia(conn: Connection, fuente: str, anio: int, conjunto: int) -> int | None:
    """Accepted rows of the vintage that a new set of files is compared with, for one year.

    It is what counts today for that year; without it, what counts for the nearest earlier year; None without either.
    """
    return conn.execute(
        text(
            """
            SELECT filas FROM ingreso.vigencia
             WHERE fuente = :fuente AND conjunto <> :conjunto AND anio <= :anio AND reemplazada_por IS NULL
             ORDER BY anio DESC, conjunto DESC
             LIMIT 1
            """
        ),
        {"fuente": fuente, "anio": anio, "conjunto": conjunto},
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
            nombre=archivo.nombre,
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


def dar_vigencia(conn: Connection, fuente: str, conjunto: int, filas: Mapping[int, int]) -> None:
    """Let a set of files speak for its years (`filas`: year -> accepted rows)."""
    conn.execute(
        insert(tablas.vigencia),
        [{"conjunto": conjunto, "fuente": fuente, "anio": anio, "filas": n} for anio, n in filas.items()],
    )


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


def reemplazar(conn: Connection, fuente: str, conjunto: int) -> None:
    """Let a set take the place of what counted for its years; the observations before stay, and are no longer read."""
    conn.execute(
        text(
            """
            UPDATE ingreso.vigencia vieja SET reemplazada_por = nueva.conjunto
              FROM ingreso.vigencia nueva
             WHERE nueva.conjunto = :conjunto AND vieja.fuente = :fuente AND vieja.anio = nueva.anio
               AND vieja.conjunto <> nueva.conjunto AND vieja.reemplazada_por IS NULL
            """
        ),
        {"fuente": fuente, "conjunto": conjunto},
    )
    _nombrar_estados(conn, fuente)


def revertir(conn: Connection, carga: int) -> list[int]:
    """Take back a load, with the files loaded beside it: what they had replaced passes to whoever replaced them.

    Returns the years that have to be consolidated again, ascending. Raises `ErrorCarga` when there is no such load or
    it was never confirmed, or was reverted already.
    """
    fila = conn.execute(select(tablas.carga).where(tablas.carga.c.carga == carga)).one_or_none()
    if fila is None:
        raise ErrorCarga(f"No existe la carga {carga}.", "Vea las que hay con «observatorio cargas list».")
    # A load of the same source that is under way decides first; only then is the state read that counts.
    bloquear_fuente(conn, fila.fuente)
    estado = conn.scalar(select(tablas.carga.c.estado).where(tablas.carga.c.carga == carga))
    if estado not in (EstadoCarga.CONFIRMADA, EstadoCarga.REEMPLAZADA):
        raise ErrorCarga(
            f"La carga {carga} está «{estado}»; solo se revierte una carga confirmada o reemplazada.",
            "Vea su estado con «observatorio cargas list».",
        )
    parametros = {"conjunto": fila.conjunto}
    conn.execute(
        text(
            """
            UPDATE ingreso.vigencia vieja SET reemplazada_por = ida.reemplazada_por
              FROM ingreso.vigencia ida
             WHERE ida.conjunto = :conjunto AND vieja.anio = ida.anio AND vieja.reemplazada_por = ida.conjunto
            """
        ),
        parametros,
    )
    anios = conn.execute(
        text("DELETE FROM ingreso.vigencia WHERE conjunto = :conjunto RETURNING anio"), parametros
    ).scalars()
    tabla = tablas.carga
    conn.execute(update(tabla).where(tabla.c.conjunto == fila.conjunto).values(estado=str(EstadoCarga.REVERTIDA)))
    _nombrar_estados(conn, fila.fuente)
    return sorted(anios)


def _nombrar_estados(conn: Connection, fuente: str) -> None:
    """Call `reemplazada` the loads of a source that count for no year any more, and `confirmada` those that do."""
    conn.execute(
        text(
            """
            UPDATE ingreso.carga c SET estado = n.estado
              FROM (SELECT c.carga, CASE WHEN bool_and(v.reemplazada_por IS NOT NULL) THEN 'reemplazada'
                                         ELSE 'confirmada' END AS estado
                      FROM ingreso.carga c
                      JOIN ingreso.vigencia v ON v.conjunto = c.conjunto AND v.anio = ANY (c.anios)
                     WHERE c.fuente = :fuente AND c.estado IN ('confirmada', 'reemplazada')
                     GROUP BY c.carga) AS n
             WHERE n.carga = c.carga AND c.estado <> n.estado
            """
        ),
        {"fuente": fuente},
    )


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
    c = tablas.carga.c
    return select(
        c.carga,
        c.fuente,
        c.nombre.label("archivo"),
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
    )


def _resumida(fila: Any) -> CargaResumida:
    return CargaResumida(**fila._mapping)


def hay_reales(conn: Connection) -> bool:
    """Whether anything was loaded that is not of the synthetic city."""
    return bool(conn.scalar(text("SELECT EXISTS (SELECT FROM ingreso.carga WHERE NOT sintetica AND anios <> '{}')")))
