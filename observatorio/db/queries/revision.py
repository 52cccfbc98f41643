"""What the linkage and the activity codes leave to a person, and what people answered.

A record is named by the content of its file and never by its load, so that an answer outlives a revert and a new load
of the same file; when another file takes its place, the answer goes on with the row that stayed the same (the view
`catastro.v_decision`). An answer is never changed: a newer one on the same pair, or the same words, goes before it.
What becomes of the answers given is in `respuestas`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import polars as pl
from sqlalchemy import Connection, Select, collate, column, func, insert, select, table, text, tuple_

from observatorio.db import tablas as t
from observatorio.db.copia import leer
from observatorio.errors import ErrorConsulta
from observatorio.normalizar.acteco import normalizar_acteco
from observatorio.normalizar.contract import REGLAS
from observatorio.normalizar.texto import plegar
from observatorio.vocabulario import Decision

DECISION: dict[str, Any] = {
    **{
        f"{campo}_{lado}": tipo
        for lado in ("a", "b")
        for campo, tipo in (("fuente", pl.Utf8), ("sha256", pl.Utf8), ("fila", pl.Int64), ("parte", pl.Int16))
    },
    "tomada": pl.Utf8,
}
"""Columns of an answer: both records by their file's content, and `misma` or `distinta`."""

DECISION_GIRO: dict[str, Any] = {"giro": pl.Utf8, "acteco": pl.Utf8}
"""Columns of an answer on words: the folded giro, and its code; null where a person said that none fits."""


@dataclass(frozen=True, order=True)
class Cita:
    """A record by its source, its file's SHA-256, its row, and its part of the row."""

    fuente: str
    sha256: str
    fila: int
    parte: int = 0


@dataclass(frozen=True)
class Lado:
    """One of the two records of a doubt. All but `cita` and `id` is None where no load holds it, or it was erased."""

    cita: Cita
    id: str | None
    archivo: str | None
    anio: int | None
    nombre: str | None
    rut: int | None
    direccion: str | None
    giro: str | None
    telefono: str | None
    suprimida: bool


@dataclass(frozen=True)
class Duda:
    """Two records that may speak of one premises; `peso` in bits, `motivo` why nobody but a person can tell."""

    duda: str
    peso: float
    motivo: str
    detalle: str | None
    a: Lado
    b: Lado


@dataclass(frozen=True)
class GiroDudoso:
    """Folded words, the code that fits them best, how well (0 to 1), and how many establishments wait for it."""

    giro: str
    acteco: str
    puntaje: float
    establecimientos: int


class RespuestaGiro(NamedTuple):
    """What a person said of the words of a giro: the number of the answer, the folded words, their code or None."""

    decision: int
    giro: str
    acteco: str | None


_PENDIENTE = table("v_duda", *(column(c.name, c.type) for c in t.duda.c), schema="catastro")
# Several loads may hold one file; what counts today goes first.
_LADOS = text(
    """
    SELECT l.*
      FROM unnest(CAST(:fuentes AS text[]), CAST(:sha256s AS text[]), CAST(:filas AS bigint[]),
                  CAST(:partes AS smallint[])) WITH ORDINALITY AS k (fuente, sha256, fila, parte, puesto)
      LEFT JOIN LATERAL (
          SELECT c.nombre AS archivo, r.anio, coalesce(r.nombre_fantasia, r.razon_social) AS nombre, r.rut,
                 coalesce(r.direccion_texto, nullif(concat_ws(' ', r.calle, r.numero, r.resto), '')) AS direccion,
                 r.giro_texto AS giro, r.telefono, r.suprimida
            FROM ingreso.carga c
            JOIN observacion.registro r ON r.carga = c.carga AND r.anio = ANY (c.anios)
           WHERE c.fuente = k.fuente AND c.sha256 = k.sha256 AND r.fila = k.fila AND r.parte = k.parte
           ORDER BY c.estado <> 'confirmada', c.carga DESC
           LIMIT 1) AS l ON true
     ORDER BY k.puesto
    """
)
_EXISTE = text(
    """
    SELECT EXISTS (
        SELECT FROM ingreso.carga c
          JOIN observacion.registro r ON r.carga = c.carga AND r.anio = ANY (c.anios)
         WHERE c.fuente = :fuente AND c.sha256 = :sha256 AND r.fila = :fila AND r.parte = :parte)
    """
)
_DECISIONES = """
    SELECT fuente_a, sha256_a, fila_a, parte_a, fuente_b, sha256_b, fila_b, parte_b, tomada
      FROM catastro.v_decision
     WHERE decision = ultima AND tomada <> 'retirada'
     ORDER BY fuente_a COLLATE "C", sha256_a COLLATE "C", fila_a, parte_a,
              fuente_b COLLATE "C", sha256_b COLLATE "C", fila_b, parte_b
"""
_DECISIONES_GIRO = """
    SELECT DISTINCT ON (giro COLLATE "C") giro, acteco
      FROM catastro.decision_giro
     ORDER BY giro COLLATE "C", decision DESC
"""
_GIROS = text(
    """
    SELECT giro, acteco, puntaje, establecimientos
      FROM catastro.duda_giro d
     WHERE cut = :cut AND NOT EXISTS (SELECT FROM catastro.decision_giro h WHERE h.giro = d.giro)
     ORDER BY establecimientos DESC, giro COLLATE "C"
    """
)


def dudas(conn: Connection, cut: str, limite: int = 50, desde: str | None = None) -> list[Duda]:
    """The doubts of a comuna that nobody has answered, the likeliest pairs first, with what both records say.

    Among them are answers that the last run could not obey (`no_se_pudo`), until a run can or finds another answer.
    `desde` is the doubt after which the page begins. Raises `ErrorConsulta` when it is not there any more.
    """
    v = _PENDIENTE.c
    orden = _pendientes(conn, cut, desde).order_by(v.peso.desc(), collate(v.duda, "C")).limit(limite)
    filas = conn.execute(orden).all()
    a, b = (lados(conn, [cita(f, lado) for f in filas], [getattr(f, f"id_{lado}") for f in filas]) for lado in "ab")
    return [Duda(f.duda, f.peso, f.motivo, f.detalle, *par) for f, *par in zip(filas, a, b, strict=True)]


def quedan_dudas(conn: Connection, cut: str, desde: str | None = None) -> int:
    """How many doubts of a comuna wait for an answer, or how many of them come after `desde`."""
    pendientes = _pendientes(conn, cut, desde).subquery()
    return conn.execute(select(func.count()).select_from(pendientes)).scalar_one()


def _pendientes(conn: Connection, cut: str, desde: str | None) -> Select[Any]:
    v = _PENDIENTE.c
    orden = select(_PENDIENTE).where(v.cut == cut)
    if desde is None:
        return orden
    # The pages go on after a doubt by its weight and its name: the list is made anew by each run, and has no numbers.
    peso = _fila_de_duda(conn, cut, desde).peso
    return orden.where(tuple_(-v.peso, collate(v.duda, "C")) > tuple_(-peso, desde))


def decidir(conn: Connection, cut: str, duda: str, tomada: Decision, usuario: str) -> int:
    """Keep a person's answer to a doubt and return its number; the next consolidation applies it.

    Raises `ErrorConsulta` when there is no such doubt.
    """
    fila = _fila_de_duda(conn, cut, duda)
    return anotar(conn, cita(fila, "a"), cita(fila, "b"), tomada, usuario)


def decidir_registros(conn: Connection, a: Cita, b: Cita, tomada: Decision, usuario: str) -> int:
    """Keep a person's answer on two records that need not be in doubt, and return its number.

    Raises `ErrorConsulta` when they are the same one, or no load ever held one of them.
    """
    if a == b:
        raise ErrorConsulta("Un registro no se compara consigo mismo.", "Indique dos filas distintas.")
    for uno in (a, b):
        if not conn.scalar(_EXISTE, vars(uno)):
            raise ErrorConsulta(
                f"Ninguna carga de «{uno.fuente}» tiene la fila {uno.fila} de ese archivo.",
                "Vea las cargas con «observatorio cargas list».",
            )
    return anotar(conn, a, b, tomada, usuario)


def decisiones(conn: Connection) -> pl.DataFrame:
    """The answer that holds for each pair of records (`DECISION`): the newest, unless it was withdrawn.

    The lesser record of a pair is `a`. One whose file was replaced is named by the live row that says the same.
    """
    return leer(conn, _DECISIONES, {}, DECISION)


def giros_dudosos(conn: Connection, cut: str) -> list[GiroDudoso]:
    """Words whose code nobody has decided, those of most establishments first."""
    return [GiroDudoso(**f) for f in conn.execute(_GIROS, {"cut": cut}).mappings()]


def decidir_giro(conn: Connection, giro: str, acteco: str | None, usuario: str) -> RespuestaGiro:
    """Keep the code that a person gives to the words of a giro, None where none fits; return what is kept.

    Raises `ErrorConsulta` for empty words and for what is no ACTECO.
    """
    plegado: str = plegar(pl.Series([giro], dtype=pl.Utf8)).item()
    if not plegado:
        raise ErrorConsulta("El giro está vacío.", "Escriba sus palabras entre comillas.")
    codigo = _leer_acteco(acteco)
    orden = insert(t.decision_giro).values(giro=plegado, acteco=codigo, usuario=usuario)
    return RespuestaGiro(conn.execute(orden.returning(t.decision_giro.c.decision)).scalar_one(), plegado, codigo)


def decisiones_giro(conn: Connection) -> pl.DataFrame:
    """The code that holds for the words of each giro that somebody decided (`DECISION_GIRO`), by the words."""
    return leer(conn, _DECISIONES_GIRO, {}, DECISION_GIRO)


def _leer_acteco(texto: str | None) -> str | None:
    if texto is None:
        return None
    leido = normalizar_acteco(pl.Series([texto], dtype=pl.Utf8))
    codigo: str | None = leido.valores["acteco"].item()
    if codigo is None:
        regla = REGLAS[leido.regla.item() or "acteco_formato"]
        raise ErrorConsulta(f"«{texto}»: {regla.mensaje}", regla.consejo)
    return codigo


def _fila_de_duda(conn: Connection, cut: str, duda: str) -> Any:
    fila = conn.execute(select(t.duda).where(t.duda.c.cut == cut, t.duda.c.duda == duda)).one_or_none()
    if fila is None:
        raise ErrorConsulta(f"No existe la duda «{duda}».", "Vea las que hay con «observatorio revision list».")
    return fila


def anotar(conn: Connection, a: Cita, b: Cita, tomada: str, usuario: str) -> int:
    """Keep an answer on two records, the lesser one first, and return its number."""
    a, b = sorted((a, b))
    valores = {f"{c}_{lado}": v for lado, uno in (("a", a), ("b", b)) for c, v in vars(uno).items()}
    orden = insert(t.decision).values(**valores, tomada=tomada, usuario=usuario)
    numero: int = conn.execute(orden.returning(t.decision.c.decision)).scalar_one()
    return numero


def cita(fila: Any, lado: str) -> Cita:
    """One side of a row that cites two records (`fuente_a sha256_a fila_a parte_a` and `_b`)."""
    return Cita(*(getattr(fila, f"{campo}_{lado}") for campo in ("fuente", "sha256", "fila", "parte")))


def lados(conn: Connection, citas: Sequence[Cita], ids: Sequence[str | None]) -> list[Lado]:
    """What each record says, and the establishment that it is in."""
    columnas = {f"{campo}s": [getattr(una, campo) for una in citas] for campo in ("fuente", "sha256", "fila", "parte")}
    dichos = conn.execute(_LADOS, columnas).mappings()
    return [
        Lado(una, id, **{**dicho, "suprimida": bool(dicho["suprimida"])})
        for una, id, dicho in zip(citas, ids, dichos, strict=True)
    ]
