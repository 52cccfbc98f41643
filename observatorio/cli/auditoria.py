"""Commands on the audit: read it, seal it, prove that nobody touched it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from observatorio.cli.opciones import FormatoTexto, opcion_limite
from observatorio.cli.salida import decir, errores, mostrar, numero
from observatorio.cli.sesion import ajustes
from observatorio.errors import ErrorConsulta

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

app = typer.Typer(help="Quién hizo o vio qué, y la prueba de que nadie lo cambió.", no_args_is_help=True)
_HECHOS = {
    ("registro", "alterado"): "fue alterada",
    ("registro", "eliminado"): "fue eliminada",
    ("registro", "agregado"): "fue agregada después, fuera de su lugar",
    ("sello", "alterado"): "no cuadra con sus líneas o con el anterior",
    ("sello", "eliminado"): "falta",
}
_COSAS = {"registro": "La línea", "sello": "El sello"}
_ENCABEZADOS = {
    "registro": "Línea",
    "momento": "Momento (UTC)",
    "rol": "Rol",
    "clave": "Clave",
    "nombre": "De quién",
    "sujeto": "Sujeto",
    "accion": "Acción",
    "detalle": "Detalle",
}


@contextmanager
def _dueno() -> Iterator[Engine]:
    """The owner's engine, who may take the administrator's rights, on a database that is up and migrated."""
    from observatorio.db.engine import crear_engine
    from observatorio.db.migrar import migrar

    migrar(ajustes())
    engine = crear_engine(ajustes(), "propietario", pool_size=1)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def _como_admin() -> Iterator[Connection]:
    """A transaction with the rights of the administrator, who reads the audit and cannot change it."""
    from observatorio.db.engine import transaccion
    from observatorio.vocabulario import Rol

    with _dueno() as engine, transaccion(engine, Rol.ADMIN) as conn:
        yield conn


@app.command("verify")
def verificar(
    ancla: Annotated[
        str | None, typer.Option(help="Número y huella de un sello que se guardó en otra parte: 12:9f86d0…")
    ] = None,
) -> None:
    """Comprueba la auditoría línea por línea; termina en 1 si alguna fue alterada, eliminada o agregada.

    Ejemplo: observatorio auditoria verify
    """
    from observatorio.db import sellos

    pedida = None if ancla is None else sellos.leer_ancla(ancla)
    with _dueno() as engine:
        hecha = sellos.verificar(engine, pedida)
    decir(f"Líneas selladas y sin cambios: {numero(hecha.selladas)}, en {numero(hecha.sellos)} sello(s).")
    if hecha.pendientes:
        decir(f"Líneas todavía sin sello: {numero(hecha.pendientes)}. Selle con «observatorio auditoria seal».")
    if hecha.ultimo is not None:
        decir(f"Último sello: {hecha.ultimo.sello}:{hecha.ultimo.huella} ({hecha.ultimo.momento:%Y-%m-%d %H:%M} UTC).")
    if not hecha.faltas:
        return
    for falla in hecha.fallas:
        errores.print(f"{_COSAS[falla.cosa]} {falla.numero} {_HECHOS[falla.cosa, falla.hecho]}.", style="bold red")
    if hecha.faltas > len(hecha.fallas):
        errores.print(f"Y {numero(hecha.faltas - len(hecha.fallas))} más.")
    errores.print("Alguien con acceso a la base la cambió por fuera del programa: compare con un respaldo anterior.")
    raise typer.Exit(1)


@app.command("seal")
def sellar() -> None:
    """Sella las líneas que todavía no tienen sello; el servicio lo hace solo mientras está en marcha.

    Ejemplo: observatorio auditoria seal
    """
    from observatorio.db.queries import auditoria

    with _como_admin() as conn:
        sello = auditoria.sellar(conn)
    decir("No hay líneas por sellar." if sello is None else f"Sello {sello}")


@app.command("list")
def listar(
    accion: Annotated[str | None, typer.Option(help="Solo de esta acción, por ejemplo crear_clave.")] = None,
    desde: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Primer día, como 2026-01-31.")] = None,
    hasta: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Último día, como 2026-12-31.")] = None,
    texto: Annotated[
        str | None, typer.Option(help="Solo donde se buscó este nombre, dirección o RUT, escrito como sea.")
    ] = None,
    limite: Annotated[int, opcion_limite("Líneas, de la última hacia atrás.")] = 50,
    formato: Annotated[FormatoTexto, typer.Option(help="tabla, csv o json.")] = "tabla",
) -> None:
    """Las últimas líneas de la auditoría: quién hizo o vio qué, y cuándo.

    De lo que se buscó queda una huella, que solo esta instalación puede comprobar.

    Ejemplo: observatorio auditoria list --texto "Juan Pérez" --desde 2026-01-01
    """
    import orjson

    from observatorio.db.queries import auditoria

    with _como_admin() as conn:
        filas = auditoria.listar(
            conn,
            accion=accion,
            desde=desde.date() if desde else None,
            hasta=hasta.date() if hasta else None,
            huella=None if texto is None else _huella(texto),
            limite=limite,
        )
    registros = [
        {
            **fila._mapping,
            "momento": f"{fila.momento:%Y-%m-%d %H:%M:%S}",
            "detalle": orjson.dumps(fila.detalle).decode(),
        }
        for fila in filas
    ]
    mostrar(registros, _ENCABEZADOS, formato)


def _huella(texto: str) -> str:
    """What stands in the audit for a text that was searched for. Raises `ErrorConsulta` without a secret to make it."""
    from observatorio.db.huellas import VARIABLE, Huellas, leer_secreto

    if not texto.strip():
        raise typer.BadParameter("está vacío", param_hint="--texto")
    secreto = leer_secreto(ajustes())
    if secreto is None:
        raise ErrorConsulta(
            "Aquí no está la clave con que se guardó lo que se buscó.",
            f"Úsela en la máquina y con la cuenta del servicio, o defina {VARIABLE}.",
        )
    return Huellas(secreto).de_texto(texto)
