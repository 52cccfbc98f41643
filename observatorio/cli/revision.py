"""Commands on what waits for a person: doubtful links, and words whose activity is not sure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from observatorio.cli import respuestas
from observatorio.cli.opciones import opcion_limite
from observatorio.cli.respuestas import DE_UN_LADO, LOGIN, PROXIMA, USUARIO, lado
from observatorio.cli.salida import decir, numero, tabla
from observatorio.cli.sesion import ajustes, motor
from observatorio.errors import ErrorConsulta

if TYPE_CHECKING:
    from observatorio.db.queries.revision import Duda

app = typer.Typer(help="Lo que espera la respuesta de una persona.", no_args_is_help=True)

app.registered_commands.extend(respuestas.app.registered_commands)

_NINGUNO = "ninguno"


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
        quedan = revision.quedan_dudas(conn, ajustes().cut, dudas[-1].duda) if dudas else 0
    if not dudas:
        decir("No hay dudas sin responder." if desde is None else f"No quedan dudas después de {desde}.")
        return
    tabla(
        ("Duda", *DE_UN_LADO, "Peso", "Motivo"),
        (fila for duda in dudas for fila in _filas(duda)),
        enteras=("Duda", "Fila", "Año", "Peso"),
    )
    decir("Responda con: observatorio revision decidir DUDA misma|distinta")
    if quedan:
        cuantas = "Queda 1 duda" if quedan == 1 else f"Quedan {numero(quedan)} dudas"
        decir(f"{cuantas}; siga con --desde {dudas[-1].duda}")


def _filas(duda: Duda) -> Iterator[tuple[object, ...]]:
    """A line for each side; what both share is said once."""
    yield duda.duda, *lado(duda.a), numero(duda.peso, 1), duda.motivo
    yield "", *lado(duda.b), "", duda.detalle or ""


@app.command("giros")
def listar_giros(
    limite: Annotated[int, opcion_limite("Cuántos, desde el de más establecimientos.")] = 50,
    respondidos: Annotated[bool, typer.Option("--respondidos", help="Los que ya tienen respuesta, y cuál.")] = False,
) -> None:
    """Palabras de giros cuyo código de actividad no es seguro, con el que mejor les calza.

    Ejemplo: observatorio revision giros --limite 20
    """
    from itertools import islice

    from observatorio.db.queries import revision
    from observatorio.referencia import actecos

    glosas = {a.acteco: a.glosa for a in actecos()}
    with motor() as engine, engine.connect() as conn:
        giros = revision.giros_dudosos(conn, ajustes().cut)
        decididos = revision.decisiones_giro(conn).rows() if respondidos else []
    if respondidos:
        _mostrar_decididos(decididos, glosas)
        return
    if not giros:
        decir("No hay giros sin responder.")
        return
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


def _mostrar_decididos(decididos: Sequence[tuple[str, str | None]], glosas: Mapping[str, str]) -> None:
    if not decididos:
        decir("No hay giros respondidos.")
        return
    filas = ((giro, acteco or _NINGUNO, glosas.get(acteco or "")) for giro, acteco in decididos)
    tabla(("Giro", "ACTECO", "Actividad"), filas, enteras=("ACTECO",))
    decir('Para cambiar una respuesta, respóndala otra vez: observatorio revision giro "TEXTO" CODIGO|ninguno')


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
        hecha = revision.decidir_giro(conn, texto, acteco, USUARIO)
        detalle = {"decision": hecha.decision, "acteco": hecha.acteco, "usuario": USUARIO}
        auditoria.anotar(conn, LOGIN, "decidir_giro", detalle)
    decir(f"«{hecha.giro}»: {hecha.acteco or 'ningún código'}{f' ({glosa})' if glosa else ''}. {PROXIMA}")


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
