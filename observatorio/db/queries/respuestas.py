"""The answers that people gave on pairs of records: which of them hold, what they run into, and taking one back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, select, text

from observatorio.db import tablas as t
from observatorio.db.queries.revision import Cita, Lado, anotar, cita, lados
from observatorio.errors import ErrorCarga, ErrorConsulta
from observatorio.vocabulario import Decision

RETIRADA = "retirada"
"""What is written on a pair whose answer was taken back: it is undecided again."""


@dataclass(frozen=True)
class Respuesta:
    """An answer: its number, when and by whom, and both records as it named them.

    `vale`: whether it holds today; where it does not, or cannot be obeyed, `porque` says why. `despues`: the number of
    the answer, or of the withdrawal, that goes before it.
    """

    decision: int
    momento: datetime
    usuario: str
    tomada: str
    vale: bool
    porque: str | None
    despues: int | None
    a: Lado
    b: Lado


class Lugar(NamedTuple):
    """An establishment as the last run left it: its id, name, firm's RUT, and how many records speak of it."""

    id: str
    nombre: str | None
    rut: int | None
    registros: int


@dataclass(frozen=True)
class Choque:
    """What an answer runs into: the premises out of one of which a record would move, none where nothing would; and the
    numbers of the `distinta` answers whose records other answers, one by one, make the same."""

    lugares: tuple[Lugar, ...]
    contradichas: tuple[int, ...]


# A pair that could not be obeyed is named in the doubt as the answer names it today.
_RESPUESTAS = text(
    """
    WITH v AS MATERIALIZED (SELECT * FROM catastro.v_decision), hoy AS (
        SELECT decision, max(ultima) AS ultima, bool_or(decision = ultima) AS es_la_ultima,
               bool_or(decision = ultima AND viva) AS viva
          FROM v GROUP BY decision
    ), negada AS (
        SELECT v.decision, min(d.detalle) AS detalle
          FROM v
          JOIN catastro.duda d ON d.motivo = 'no_se_pudo' AND strpos(d.detalle, v.tomada) > 0
           AND (v.fuente_a, v.sha256_a, v.fila_a, v.parte_a, v.fuente_b, v.sha256_b, v.fila_b, v.parte_b) IN (
               (d.fuente_a, d.sha256_a, d.fila_a, d.parte_a, d.fuente_b, d.sha256_b, d.fila_b, d.parte_b),
               (d.fuente_b, d.sha256_b, d.fila_b, d.parte_b, d.fuente_a, d.sha256_a, d.fila_a, d.parte_a))
         WHERE v.decision = v.ultima
         GROUP BY v.decision
    )
    SELECT d.*, hoy.ultima, hoy.es_la_ultima, hoy.viva, u.tomada AS tomada_ultima, negada.detalle
      FROM catastro.decision d
      LEFT JOIN hoy USING (decision)
      LEFT JOIN catastro.decision u ON u.decision = hoy.ultima
      LEFT JOIN negada ON negada.decision = d.decision
     WHERE d.tomada <> 'retirada' AND (CAST(:desde AS bigint) IS NULL OR d.decision < :desde)
     ORDER BY d.decision DESC
     LIMIT :limite
    """
)
_PARTES = text(
    """
    SELECT DISTINCT c.fuente, c.sha256, r.parte
      FROM ingreso.carga c
      LEFT JOIN observacion.registro r ON r.carga = c.carga AND r.anio = ANY (c.anios) AND r.fila = :fila
       AND (CAST(:parte AS smallint) IS NULL OR r.parte = :parte)
     WHERE c.carga = :carga
     ORDER BY r.parte
    """
)
_PARES = text("SELECT * FROM catastro.v_decision WHERE decision = ultima AND tomada <> 'retirada' ORDER BY decision")
_LUGARES = text(
    """
    SELECT DISTINCT i.id, e.rut,
           (SELECT a.nombre FROM catastro.establecimiento_anio a
             WHERE a.cut = i.cut AND a.id = i.id ORDER BY a.anio DESC LIMIT 1) AS nombre,
           (SELECT count(*) FROM catastro.identidad o WHERE o.cut = i.cut AND o.id = i.id) AS registros
      FROM ingreso.v_viva c
      JOIN catastro.identidad i ON i.carga = c.carga AND i.fila = :fila AND i.parte = :parte AND i.cut = :cut
      LEFT JOIN catastro.establecimiento e ON e.cut = i.cut AND e.id = i.id
     WHERE c.fuente = :fuente AND c.sha256 = :sha256
     ORDER BY i.id
    """
)


def respuestas(conn: Connection, limite: int = 50, desde: int | None = None) -> list[Respuesta]:
    """The answers given on pairs of records, the newest first, from before the number `desde` on."""
    filas = conn.execute(_RESPUESTAS, {"limite": limite, "desde": desde}).all()
    a, b = (lados(conn, [cita(f, lado) for f in filas], [None] * len(filas)) for lado in "ab")
    return [
        Respuesta(f.decision, f.momento, f.usuario, f.tomada, *_juzgar(f), *par)
        for f, *par in zip(filas, a, b, strict=True)
    ]


def _juzgar(fila: Any) -> tuple[bool, str | None, int | None]:
    """Whether an answer holds, why not, and what goes before it."""
    if fila.ultima is None:
        return False, "los dos registros son hoy una misma fila", None
    if not fila.es_la_ultima:
        que = "la retiró" if fila.tomada_ultima == RETIRADA else "la reemplazó"
        return False, f"{que} la {fila.ultima}", fila.ultima
    if not fila.viva:
        return False, "ninguna carga vigente trae uno de los dos registros", None
    return fila.detalle is None, fila.detalle, None


def retirar(conn: Connection, decision: int, usuario: str) -> int:
    """Take an answer back and return the number of the line that says so; the next consolidation asks again.

    The answer itself stays. Raises `ErrorConsulta` when there is no such answer, or another goes before it already.
    """
    fila = conn.execute(select(t.decision).where(t.decision.c.decision == decision)).one_or_none()
    if fila is None or fila.tomada == RETIRADA:
        raise ErrorConsulta(
            f"No existe la respuesta {decision}.", "Vea las que hay con «observatorio revision decisiones»."
        )
    (hoy,) = respuestas(conn, 1, decision + 1)
    if hoy.despues is not None:
        raise ErrorConsulta(
            f"La respuesta {decision} ya no vale: {hoy.porque}.",
            "Vea la que vale con «observatorio revision decisiones».",
        )
    return anotar(conn, cita(fila, "a"), cita(fila, "b"), RETIRADA, usuario)


def buscar_cita(conn: Connection, carga: int, fila: int, parte: int | None = None) -> Cita:
    """The record in a row of a load. `parte` may be None where the row holds one record only.

    Raises `ErrorCarga` when there is no such load, `ErrorConsulta` when the row holds no record, or several.
    """
    filas = conn.execute(_PARTES, {"carga": carga, "fila": fila, "parte": parte}).all()
    if not filas:
        raise ErrorCarga(f"No existe la carga {carga}.", "Vea las que hay con «observatorio cargas list».")
    if filas[0].parte is None:
        de_la_parte = "" if parte is None else f", parte {parte}"
        raise ErrorConsulta(
            f"La carga {carga} no tiene ningún registro en la fila {fila}{de_la_parte}.",
            "La fila es la del archivo; «observatorio procedencia» la dice para cada registro de un establecimiento.",
        )
    if len(filas) > 1:
        cuales = ", ".join(f"{carga}:{fila}:{f.parte}" for f in filas)
        raise ErrorConsulta(
            f"La fila {fila} de la carga {carga} trae {len(filas)} registros.", f"Indique uno: {cuales}."
        )
    return Cita(filas[0].fuente, filas[0].sha256, fila, filas[0].parte)


def chocar(conn: Connection, cut: str, decision: int) -> Choque:
    """What an answer that was just given runs into, by what the last run left and by the other answers that hold."""
    pares = conn.execute(_PARES).all()
    propios = [p for p in pares if p.decision == decision]
    lugares = {lugar for p in propios if p.tomada == Decision.MISMA for lugar in _lugares(conn, cut, p)}
    juntas = _unir((cita(p, "a"), cita(p, "b")) for p in pares if p.tomada == Decision.MISMA)
    suyas = {juntas.get(cita(p, lado)) for p in propios for lado in "ab"} - {None}
    une = any(p.tomada == Decision.MISMA for p in propios)
    contradichas = {
        p.decision
        for p in (pares if une else propios)
        if p.tomada == Decision.DISTINTA
        and juntas.get(cita(p, "a")) in suyas
        and juntas.get(cita(p, "a")) == juntas.get(cita(p, "b"))
    }
    return Choque(tuple(sorted(lugares, key=lambda lugar: lugar.id)), tuple(sorted(contradichas)))


def _lugares(conn: Connection, cut: str, par: Any) -> Iterable[Lugar]:
    """The premises of both records, where each is held together by more than this record: others, or a RUT."""
    de_a, de_b = (
        {
            Lugar(f.id, f.nombre, f.rut, f.registros)
            for f in conn.execute(_LUGARES, {**vars(cita(par, lado)), "cut": cut})
        }
        for lado in "ab"
    )
    for uno in de_a:
        for otro in de_b:
            acompanados = uno.registros > 1 and otro.registros > 1
            if uno.id != otro.id and (acompanados or (uno.rut is not None and otro.rut is not None)):
                yield from (uno, otro)


def _unir(pares: Iterable[tuple[Cita, Cita]]) -> dict[Cita, int]:
    """Record -> the number of the group that the pairs, one by one, put it in."""
    grupos: dict[Cita, list[Cita]] = {}
    for a, b in pares:
        uno, otro = grupos.setdefault(a, [a]), grupos.setdefault(b, [b])
        if uno is not otro:
            uno += otro
            grupos.update(dict.fromkeys(otro, uno))
    return {cita: id(grupo) for cita, grupo in grupos.items()}
