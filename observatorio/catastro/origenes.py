"""Where every field of an establishment came from, those that follow from others too; and what the others said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from observatorio.catastro import empleo
from observatorio.catastro.reglas import DERIVADOS, REGLAS, Ambito
from observatorio.catastro.senales import ENCUESTAS
from observatorio.db.queries.catastro import procedencia, valores
from observatorio.db.queries.dichos import dichos
from observatorio.vocabulario import Actor, Rol


def origenes(conn: Connection, identificador: str, rol: Rol | None = None) -> list[Mapping[str, Any]]:
    """Every field of an establishment that has a value, newest year first: `anio campo valor fuente carga archivo fila
    regla momento` (when the load ended). With a `rol`, the fields that it may read, and of the others not even that
    there is something to read.

    A field that follows from others is cited by the first of them that somebody stated, and its rule names it
    (`de acteco`); one that follows from nobody's word, as an undecided formality does, has no source.
    """
    dichos = {(f["anio"], f["campo"]): f for f in procedencia(conn, identificador, rol)}
    filas = list(dichos.values())
    for anio, fila in valores(conn, identificador, rol).items():
        for campo, bases in DERIVADOS.items():
            if fila.get(campo) is None or (anio, campo) in dichos:
                continue
            base = next((dichos[anio, b] for b in bases if (anio, b) in dichos), None)
            de_nadie = dict.fromkeys(("fuente", "carga", "archivo", "fila", "momento"))
            origen = de_nadie if base is None else {c: base[c] for c in de_nadie}
            regla = "de lo que no se sabe" if base is None else f"de {base['campo']}"
            filas.append({"anio": anio, "campo": campo, "valor": fila[campo], **origen, "regla": regla})
    if rol is not None:
        filas = [f for f in filas if f["valor"] is not None]
    return sorted(filas, key=lambda f: (-f["anio"], f["campo"]))


@dataclass(frozen=True)
class Dicho:
    """What a record says of a field. `vale` are the years in which its word stands, by `regla`; none where it lost."""

    campo: str
    valor: str | None
    anio: int
    fuente: str
    carga: int
    archivo: str
    fila: int
    vale: tuple[int, ...]
    regla: str | None


CAMPOS_DICHOS: tuple[str, ...] = tuple(
    sorted({*(c for c in REGLAS if c != "acteco_propio"), *empleo.CAMPOS, *ENCUESTAS.values(), "estado"})
)
"""The fields that records state; the others (`reglas.DERIVADOS`) follow from these."""


def quienes_cuentan(campo: str) -> tuple[Ambito, tuple[str, ...]]:
    """Whose records may speak for a field of `CAMPOS_DICHOS`, and which actors are believed, the first one most."""
    if campo in REGLAS:
        return REGLAS[campo].ambito, tuple(map(str, REGLAS[campo].actores))
    if campo in empleo.CAMPOS:
        return Ambito.ESTABLECIMIENTO, empleo.ACTORES
    return Ambito.ESTABLECIMIENTO, (str(Actor.ACADEMIA),) if campo in ENCUESTAS.values() else ()


def lo_dicho(conn: Connection, identificador: str, campos: Sequence[str]) -> list[Dicho]:
    """Every live record's word on some fields of an establishment, by field, the newest year first, its winners ahead.

    A record that stands for a field without stating it (an activity read from words, workers shared out by the firm) is
    told with the rule that says so and no value. A value is that of the record: an end date may have turned a signal.
    """
    ganan: dict[tuple[str, int, int], list[tuple[int, str]]] = {}
    for f in procedencia(conn, identificador):
        ganan.setdefault((f["campo"], f["carga"], f["fila"]), []).append((f["anio"], f["regla"]))
    registros = dichos(conn, identificador)
    propias = {(r["carga"], r["fila"]) for r in registros if r["propio"]}
    salida = []
    for campo in campos:
        ambito, _ = quienes_cuentan(campo)
        for r in registros:
            llave = (r["carga"], r["fila"])
            # One cell may hold several businesses: of its parts, the cited one is that of this establishment.
            veces = ganan.get((campo, *llave), []) if r["propio"] or llave not in propias else []
            valor = _valor(campo, r)
            alcanza = r["propio"] or ambito is Ambito.EMPRESA
            if veces or (valor is not None and alcanza):
                vale = tuple(sorted(anio for anio, _ in veces))
                regla = ", ".join(sorted({regla for _, regla in veces})) or None
                donde = (r["anio"], r["fuente"], r["carga"], r["archivo"], r["fila"])
                salida.append(Dicho(campo, valor, *donde, vale, regla))
    con_sumandos = [_sumado(d, salida) for d in salida]
    return sorted(con_sumandos, key=lambda d: (d.campo, -d.anio, not d.vale))


def _sumado(dicho: Dicho, todos: Sequence[Dicho]) -> Dicho:
    """Where a source's rows of a year are added, those beside the cited one stand with it."""
    regla = REGLAS.get(dicho.campo)
    if regla is None or not regla.suma or dicho.vale:
        return dicho
    citados = (d for d in todos if d.vale and (d.campo, d.fuente, d.anio) == (dicho.campo, dicho.fuente, dicho.anio))
    citado = next(citados, None)
    return dicho if citado is None else replace(dicho, vale=citado.vale, regla=f"{citado.regla}:sumado")


def _valor(campo: str, registro: Mapping[str, Any]) -> str | None:
    """What a record says of a field, as text."""
    campos = registro["campos"]
    if campo == "direccion":
        partes = [campos[c] for c in ("calle", "numero", "resto") if campos[c]]
        return campos["direccion_texto"] or " ".join(partes) or None
    if campo == "punto":
        return None if campos["lon"] is None else f"POINT({campos['lon']:.6f} {campos['lat']:.6f})"
    if campo in ENCUESTAS.values():
        senal = next(s for s, encuesta in ENCUESTAS.items() if encuesta == campo)
        return campos[senal] if registro["actor"] == str(Actor.ACADEMIA) else None
    return None if campos[campo] is None else str(campos[campo])
