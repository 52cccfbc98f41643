"""Commands on what people answered of two records: answering, seeing the answers, taking one back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from observatorio.cli.opciones import ID_MAXIMO, argumento_id, leer_registro, opcion_limite
from observatorio.cli.salida import decir, numero, tabla
from observatorio.cli.sesion import ajustes, motor
from observatorio.vocabulario import Decision

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from observatorio.db.queries.respuestas import Choque, Lugar, Respuesta
    from observatorio.db.queries.revision import Lado

app = typer.Typer()

USUARIO, LOGIN = "cli", "ingesta"
PROXIMA = "La próxima vez que corra «observatorio consolidate» se aplicará."
DE_UN_LADO = ("Nombre", "Dirección", "RUT", "Fuente", "Archivo", "Fila", "Año")
"""What is shown of a record."""


def lado(dicho: Lado) -> tuple[object, ...]:
    """A record as the tables of doubts and of answers show it (`DE_UN_LADO`)."""
    nombre = "(suprimido)" if dicho.suprimida else dicho.nombre
    return nombre, dicho.direccion or None, dicho.rut, dicho.cita.fuente, dicho.archivo, dicho.cita.fila, dicho.anio


@app.command("decidir")
def decidir_duda(
    duda: Annotated[str, typer.Argument(help="Id de la duda; vea «observatorio revision list».")],
    decision: Annotated[Decision, typer.Argument(help="misma o distinta.")],
) -> None:
    """Guarda si los dos registros de una duda son del mismo establecimiento; vale más que el modelo.

    Ejemplo: observatorio revision decidir 5e0c2f9a71b3d846 misma
    """
    from observatorio.db.queries import revision

    with motor() as engine, engine.begin() as conn:
        hecha = revision.decidir(conn, ajustes().cut, duda, decision, USUARIO)
        choque = _anotar(conn, "decidir_duda", {"decision": hecha, "duda": duda, "tomada": str(decision)})
    _responder(hecha, decision, choque)


@app.command("par")
def decidir_par(
    uno: Annotated[str, typer.Argument(help="CARGA:FILA, como las muestra «observatorio procedencia».")],
    otro: Annotated[str, typer.Argument(help="CARGA:FILA del otro; CARGA:FILA:PARTE si la fila trae varios.")],
    decision: Annotated[Decision, typer.Argument(help="misma o distinta.")],
) -> None:
    """Guarda si dos registros son del mismo establecimiento, aunque nadie dude de ellos; vale más que el modelo.

    Ejemplo: observatorio revision par 12:345 8:20 distinta
    """
    from observatorio.db.queries import respuestas, revision

    lugares = [leer_registro(texto, donde) for texto, donde in ((uno, "UNO"), (otro, "OTRO"))]
    with motor() as engine, engine.begin() as conn:
        a, b = (respuestas.buscar_cita(conn, *lugar) for lugar in lugares)
        hecha = revision.decidir_registros(conn, a, b, decision, USUARIO)
        detalle = {"decision": hecha, "registros": [uno.strip(), otro.strip()], "tomada": str(decision)}
        choque = _anotar(conn, "decidir_par", detalle)
    _responder(hecha, decision, choque)


def _anotar(conn: Connection, accion: Literal["decidir_duda", "decidir_par"], detalle: dict[str, Any]) -> Choque:
    """Write the line of the audit, and see what the answer runs into."""
    from observatorio.db.queries import auditoria, respuestas

    auditoria.anotar(conn, LOGIN, accion, {**detalle, "usuario": USUARIO})
    return respuestas.chocar(conn, ajustes().cut, detalle["decision"])


def _responder(hecha: int, decision: Decision, choque: Choque) -> None:
    """Say that the answer is kept, and what it runs into."""
    decir(f"Decisión {hecha}: {decision}. {PROXIMA}")
    if choque.lugares:
        decir(f"Atención: hoy están en establecimientos distintos: {'; '.join(map(_nombrar, choque.lugares))}.")
        decir(
            "Al consolidar, o se juntan o uno de los registros sale del suyo; si no se puede, la duda volverá como "
            "«no_se_pudo»."
        )
    for contradicha in choque.contradichas:
        propia = "esta respuesta" if contradicha == hecha else f"la respuesta {contradicha}"
        decir(
            f"Atención: {propia} dice «distinta» de dos registros que otras, una tras otra, hacen «misma». "
            "La que no se pueda obedecer volverá como «no_se_pudo» en «observatorio revision list»."
        )
    if choque.lugares or choque.contradichas:
        decir(f"La respuesta quedó guardada; si fue un error: observatorio revision retirar {hecha}")


def _nombrar(lugar: Lugar) -> str:
    cuantos = "1 registro" if lugar.registros == 1 else f"{numero(lugar.registros)} registros"
    return f"{lugar.id} «{lugar.nombre or 'sin nombre'}» ({cuantos})"


@app.command("decisiones")
def listar_decisiones(
    limite: Annotated[int, opcion_limite("Cuántas, desde la última.")] = 20,
    desde: Annotated[
        int | None, typer.Option(help="Sigue con las anteriores a este número.", min=1, max=ID_MAXIMO)
    ] = None,
) -> None:
    """Lo que las personas respondieron de pares de registros, lo último primero, y si hoy vale.

    Ejemplo: observatorio revision decisiones --limite 10
    """
    from itertools import islice

    from observatorio.db.queries.respuestas import respuestas

    with motor() as engine, engine.connect() as conn:
        dadas = respuestas(conn, limite + 1, desde)
    if not dadas:
        decir("No hay respuestas.")
        return
    tabla(
        ("N°", "Fecha", "Quién", "Respuesta", "Vale", *DE_UN_LADO),
        (fila for dada in islice(dadas, limite) for fila in _filas(dada)),
        enteras=("N°", "Fecha", "Fila", "Año"),
    )
    if len(dadas) > limite:
        decir(f"Hay más: siga con --desde {dadas[limite - 1].decision}")
    decir("Para que un par vuelva a preguntarse: observatorio revision retirar NUMERO")


def _filas(dada: Respuesta) -> tuple[tuple[object, ...], ...]:
    """A line for each record; what both share is said once."""
    fecha = f"{dada.momento.astimezone():%Y-%m-%d %H:%M}"
    vale = "sí" if dada.vale else f"no: {dada.porque}"
    return (
        (dada.decision, fecha, dada.usuario, dada.tomada, vale, *lado(dada.a)),
        ("", "", "", "", "", *lado(dada.b)),
    )


@app.command("retirar")
def retirar_decision(
    decision: Annotated[int, argumento_id("Número de la respuesta; vea «observatorio revision decisiones».")],
) -> None:
    """Deja sin decidir un par que se respondió: el modelo vuelve a mandar, y si duda vuelve a preguntar.

    Ejemplo: observatorio revision retirar 14
    """
    from observatorio.db.queries import auditoria, respuestas

    with motor() as engine, engine.begin() as conn:
        hecha = respuestas.retirar(conn, decision, USUARIO)
        detalle = {"decision": hecha, "retirada": decision, "usuario": USUARIO}
        auditoria.anotar(conn, LOGIN, "retirar_decision", detalle)
    decir(f"Retirada la respuesta {decision}. {PROXIMA}")
