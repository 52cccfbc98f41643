"""Commands on what waits for a person: doubtful links, and words whose activity is not sure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from observatorio.cli.opciones import opcion_limite
from observatorio.cli.salida import decir, numero, tabla
from observatorio.cli.sesion import ajustes, motor
from observatorio.errors import ErrorConsulta
from observatorio.vocabulario import Decision

if TYPE_CHECKING:
    from observatorio.db.queries.revision import Duda, Lado

app = typer.Typer(help="Lo que espera la respuesta de una persona.", no_args_is_help=True)

_USUARIO, _LOGIN = "cli", "ingesta"
_NINGUNO = "ninguno"
_PROXIMA = "La próxima vez que corra «observatorio consolidate» se aplicará."


@app.command("list")
def listar_dudas(
    limite: Annotated[int, opcion_limite("Cuántas, desde la más probable.")] = 20,
    desde: Annotated[str | None, typer.Option(help="Sigue después de esta duda.")] = None,
) -> None:
    """Pares de registros que pueden ser el mismo establecimiento, el más probable primero.

    Ejemplo: observatorio revision list --limite 10
    """
    from observatorio.db.queries import revision

    with motor() as engine, engine.connect() as conn:
        dudas = revision.dudas(conn, ajustes().cut, limite, desde)
    if not dudas:
        decir("No hay dudas sin responder.")
        return
    tabla(
        ("Duda", "Nombre", "Dirección", "RUT", "Fuente", "Archivo", "Fila", "Año", "Peso", "Motivo"),
        (fila for duda in dudas for fila in _filas(duda)),
        enteras=("Duda", "Fila", "Año", "Peso"),
    )
    decir("Responda con: observatorio revision decidir DUDA misma|distinta")


def _filas(duda: Duda) -> Iterator[tuple[object, ...]]:
    """A line for each side; what both share is said once."""
    yield duda.duda, *_lado(duda.a), numero(duda.peso, 1), duda.motivo
    yield "", *_lado(duda.b), "", duda.detalle or ""


def _lado(lado: Lado) -> tuple[object, ...]:
    nombre = "(suprimido)" if lado.suprimida else lado.nombre
    return nombre, lado.direccion or None, lado.rut, lado.cita.fuente, lado.archivo, lado.cita.fila, lado.anio


@app.command("decidir")
def decidir_duda(
    duda: Annotated[str, typer.Argument(help="Id de la duda; vea «observatorio revision list».")],
    decision: Annotated[Decision, typer.Argument(help="misma o distinta.")],
) -> None:
    """Guarda si los dos registros de una duda son del mismo establecimiento; vale más que el modelo.

    Ejemplo: observatorio revision decidir 5e0c2f9a71b3d846 misma
    """
    from observatorio.db.queries import auditoria, revision

    with motor() as engine, engine.begin() as conn:
        hecha = revision.decidir(conn, ajustes().cut, duda, decision, _USUARIO)
        auditoria.anotar(
            conn,
            _LOGIN,
            "decidir_duda",
            {"decision": hecha, "duda": duda, "tomada": str(decision), "usuario": _USUARIO},
        )
    decir(f"Decisión {hecha}: {decision}. {_PROXIMA}")


@app.command("giros")
def listar_giros(limite: Annotated[int, opcion_limite("Cuántos, desde el de más establecimientos.")] = 50) -> None:
    """Palabras de giros cuyo código de actividad no es seguro, con el que mejor les calza.

    Ejemplo: observatorio revision giros --limite 20
    """
    from itertools import islice

    from observatorio.db.queries import revision
    from observatorio.referencia import actecos

    with motor() as engine, engine.connect() as conn:
        giros = revision.giros_dudosos(conn, ajustes().cut)
    if not giros:
        decir("No hay giros sin responder.")
        return
    glosas = {a.acteco: a.glosa for a in actecos()}
    tabla(
        ("Giro", "ACTECO", "Actividad", "Puntaje", "Establecimientos"),
        (
            (g.giro, g.acteco, glosas.get(g.acteco), numero(g.puntaje, 2), numero(g.establecimientos))
            for g in islice(giros, limite)
        ),
        enteras=("ACTECO", "Puntaje"),
    )
    if len(giros) > limite:
        decir(f"Y otros {numero(len(giros) - limite)}: use --limite.")
    decir('Responda con: observatorio revision giro "TEXTO" CODIGO|ninguno')


@app.command("giro")
def decidir_giro(
    texto: Annotated[str, typer.Argument(help="Palabras del giro, entre comillas.")],
    codigo: Annotated[str, typer.Argument(help="Código ACTECO de seis dígitos, o «ninguno».")],
) -> None:
    """Guarda el código de actividad que corresponde a las palabras de un giro.

    Ejemplo: observatorio revision giro "VENTA DE EMPANADAS" 561000
    """
    from observatorio.db.queries import auditoria, revision

    acteco = None if codigo.strip().lower() == _NINGUNO else codigo
    glosa = "" if acteco is None else _glosa(acteco)
    with motor() as engine, engine.begin() as conn:
        hecha = revision.decidir_giro(conn, texto, acteco, _USUARIO)
        detalle = {"decision": hecha.decision, "acteco": hecha.acteco, "usuario": _USUARIO}
        auditoria.anotar(conn, _LOGIN, "decidir_giro", detalle)
    decir(f"«{hecha.giro}»: {hecha.acteco or 'ningún código'}{f' ({glosa})' if glosa else ''}. {_PROXIMA}")


def _glosa(codigo: str) -> str:
    """What the SII calls an activity. Raises `ErrorConsulta` for a code that is not in its list."""
    from observatorio.referencia import actecos

    glosas = {a.acteco: a.glosa for a in actecos()}
    if codigo.strip() not in glosas:
        raise ErrorConsulta(
            f"«{codigo}» no está en la lista de actividades del SII.",
            "Use uno de sus 674 códigos de seis dígitos, con los ceros de adelante, o «ninguno».",
        )
    return glosas[codigo.strip()]
