"""The rights of the people of whom records speak (Ley 21.719). What does the work is imported when it is asked for."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from observatorio.cli.opciones import leer_registro
from observatorio.cli.salida import consola, decir, numero, tabla
from observatorio.cli.sesion import ajustes, motor
from observatorio.errors import ErrorConsulta

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from observatorio.db.huellas import Huellas
    from observatorio.db.queries.supresion_alcance import Alcance

    Apuntador = Callable[[Connection, Huellas], Alcance]

app = typer.Typer()

_PALABRA_MINIMA = 3
_USUARIO, _LOGIN = "cli", "propietario"


@app.command("suprimir")
def suprimir_datos(
    motivo: Annotated[str, typer.Option(help="Por qué, sin nombrar a la persona: por ejemplo el número del oficio.")],
    rut: Annotated[str | None, typer.Option(help="RUT de la persona natural, con su dígito.")] = None,
    registro: Annotated[
        str | None, typer.Option(help="Un registro sin RUT: CARGA:FILA, o CARGA:FILA:PARTE si la fila trae varios.")
    ] = None,
    con_enlazados: Annotated[
        bool,
        typer.Option("--con-enlazados", help="Con --rut: también las filas sin RUT enlazadas a sus establecimientos."),
    ] = False,
    clave_perdida: Annotated[
        bool, typer.Option("--clave-perdida", help="Acepta otra clave de supresión: la anterior no aparecerá más.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Dice qué vaciaría y no cambia nada.")] = False,
    si: Annotated[bool, typer.Option("--si", help="No pide confirmación.")] = False,
) -> None:
    """Vacía para siempre los datos de una persona que lo pidió, y los reconoce si vuelven en otro archivo.

    Ejemplo: observatorio suprimir --rut 12345678-5 --motivo "Solicitud 14 de 2026"
    """
    if sum((rut is not None, registro is not None, clave_perdida)) != 1:
        raise typer.BadParameter("indique una sola de --rut, --registro y --clave-perdida.", param_hint="suprimir")
    if con_enlazados and rut is None:
        raise typer.BadParameter("solo sirve junto a --rut.", param_hint="--con-enlazados")
    if not motivo.strip():
        raise typer.BadParameter("diga por qué.", param_hint="--motivo")
    apuntar = _apuntador(rut, registro, con_enlazados)
    with _motor_propietario() as engine:
        if apuntar is None:
            _aceptar_clave(engine, motivo, si)
            return
        huellas = _huellas(engine)
        with engine.begin() as conn:
            alcance = apuntar(conn, huellas)
            _exigir_algo(conn, alcance)
            _exigir_motivo_anonimo(conn, motivo, alcance, huellas)
        _contar(alcance)
        if dry_run:
            _listar_enlazados(alcance, motivo)
            decir("Nada cambió: fue un ensayo.")
            return
        _confirmar(si)
        alcance = _suprimir(engine, huellas, apuntar, motivo)
        try:
            _rehacer(engine)
        finally:
            # Nothing tells later which rows they are: the erased ones have left the catastro.
            _listar_enlazados(alcance, motivo)


def _apuntador(rut: str | None, registro: str | None, con_enlazados: bool) -> Apuntador | None:
    """What points at the rows that were asked for; None where no rows were."""
    from observatorio.db.queries.supresion_alcance import apuntar_registro, apuntar_rut

    if rut is not None:
        numero_rut = _leer_rut(rut)
        return lambda conn, huellas: apuntar_rut(conn, huellas, numero_rut, con_enlazados)
    if registro is not None:
        lugar = leer_registro(registro, "--registro")
        return lambda conn, huellas: apuntar_registro(conn, huellas, *lugar)
    return None


@contextmanager
def _motor_propietario() -> Iterator[Engine]:
    """An engine of the owner: observations are append-only for everybody else."""
    from observatorio.db.engine import crear_engine
    from observatorio.db.migrar import migrar

    migrar(ajustes())
    # Whatever fails is written to a log with its traceback: the RUT must not be in it.
    engine = crear_engine(ajustes(), "propietario", pool_size=1, hide_parameters=True)
    try:
        yield engine
    finally:
        engine.dispose()


def _leer_rut(texto: str) -> int:
    """The number of a natural person's RUT. Wrong use when it is none, a refusal when it is a legal person's."""
    import polars as pl

    from observatorio.normalizar.contract import REGLAS
    from observatorio.normalizar.rut import PRIMERA_JURIDICA, normalizar_rut

    leido = normalizar_rut(pl.Series([texto], dtype=pl.Utf8))
    regla, valor = leido.regla.item(), leido.valores["rut"].item()
    if regla is not None or valor is None:
        motivo = REGLAS[regla or "rut_formato"]
        raise typer.BadParameter(f"{motivo.mensaje} {motivo.consejo}", param_hint="--rut")
    if valor >= PRIMERA_JURIDICA:
        raise ErrorConsulta(
            "Ese RUT es de una persona jurídica: la Ley 21.719 protege solo los datos de personas naturales.",
            "Si una fila suya trae los de una persona (un contacto, un representante), indique la fila con --registro.",
        )
    return int(valor)


def _huellas(engine: Engine) -> Huellas:
    """The fingerprints of this installation, under its secret, which is made when nothing was ever erased."""
    from observatorio.db.huellas import Huellas, asegurar_secreto, leer_secreto
    from observatorio.db.queries.supresion import exigir_clave, tumbas

    with engine.begin() as conn:
        enterradas = tumbas(conn)
    if not enterradas:
        return Huellas(asegurar_secreto(ajustes()))
    secreto = leer_secreto(ajustes())
    return exigir_clave(None if secreto is None else Huellas(secreto), enterradas)


def _exigir_algo(conn: Connection, alcance: Alcance) -> None:
    from observatorio.db.queries.supresion import enterrada

    if not alcance.vacio:
        return
    if enterrada(conn, alcance):
        raise ErrorConsulta("Ya se suprimió antes y no ha vuelto: no hay nada que vaciar.")
    raise ErrorConsulta(
        "No hay ningún dato de esa persona que vaciar.",
        "Si aparece sin su RUT, busque su fila con «observatorio procedencia» y use --registro CARGA:FILA.",
    )


def _exigir_motivo_anonimo(conn: Connection, motivo: str, alcance: Alcance, huellas: Huellas) -> None:
    """Refuse a reason that names the person: it is kept for ever."""
    import polars as pl

    from observatorio.db.queries.supresion_alcance import nombres_apuntados
    from observatorio.normalizar.mencion import ruts_en
    from observatorio.normalizar.texto import plegar

    plegados = plegar(pl.Series([motivo, *nombres_apuntados(conn)], dtype=pl.Utf8))
    palabras = [{p for p in re.findall(r"\w+", texto) if len(p) >= _PALABRA_MINIMA} for texto in plegados]
    dichas = palabras[0]
    nombra = any(len(nombre & dichas) >= min(2, len(nombre)) for nombre in palabras[1:] if nombre)
    suyas = {huella for propias in alcance.huellas.values() for huella in propias}
    numeros = ruts_en(pl.Series([motivo], dtype=pl.Utf8))["rut"]
    if nombra or any(huellas.de_rut(rut) in suyas for rut in numeros):
        raise ErrorConsulta(
            "El motivo nombra a la persona, y el motivo se guarda para siempre.",
            "Escriba el número de la solicitud o del oficio.",
        )


def _contar(alcance: Alcance) -> None:
    """Say what would be emptied; never whose it is."""
    fuentes = ", ".join(f"{fuente} {numero(n)}" for fuente, n in alcance.por_fuente.items())
    decir(
        f"Se vaciarán {numero(alcance.filas)} filas de {numero(len(alcance.cargas))} cargas"
        f"{f' ({fuentes})' if fuentes else ''}, también de las revertidas y reemplazadas; lo que otras "
        f"{numero(alcance.menciones)} filas dicen de la persona, y lo que se citó de {numero(alcance.rechazos)} filas "
        "al revisarlas."
    )
    decir("No se puede deshacer. Los respaldos hechos antes aún tienen esos datos.")


def _confirmar(si: bool) -> None:
    if si:
        return
    if not sys.stdin.isatty():
        raise ErrorConsulta("No hay un terminal en que confirmar: no cambió nada.", "Agregue --si.")
    if consola.input("Escriba SI para continuar: ").strip().upper() not in ("SI", "SÍ"):
        raise ErrorConsulta("No cambió nada.")


def _suprimir(engine: Engine, huellas: Huellas, apuntar: Apuntador, motivo: str) -> Alcance:
    """Empty, remember and write the line of the audit, in one transaction that waits for the loads under way; return
    what was emptied."""
    from observatorio.db.queries import auditoria, supresion

    with engine.begin() as conn:
        supresion.esperar_cargas(conn)
        # Anew, because a load may have come in while a person was deciding.
        alcance = apuntar(conn, huellas)
        supresion.vaciar(conn)
        supresion.enterrar(conn, huellas, alcance, motivo.strip(), _USUARIO)
        detalle = {
            "clases": sorted(alcance.huellas),
            "filas": alcance.filas,
            "menciones": alcance.menciones,
            "rechazos": alcance.rechazos,
            "cargas": list(alcance.cargas),
            "enlazados_que_quedan": len(alcance.enlazados),
        }
        auditoria.anotar(conn, _LOGIN, "suprimir", detalle)
    decir(f"Vaciadas {numero(alcance.filas)} filas. Se rehace el catastro sin ellas.")
    return alcance


def _listar_enlazados(alcance: Alcance, motivo: str) -> None:
    """Say which rows without a RUT are left of the same premises, and how each is erased; nothing of what they hold."""
    if not alcance.enlazados:
        return
    tabla(
        ("Fuente", "Carga", "Fila", "Parte"),
        alcance.enlazados,
        titulo="Filas sin RUT enlazadas a sus establecimientos",
    )
    decir("Conservan lo que dicen (nombre, teléfono). Vea cada una y, si es de la persona, vacíela con su orden:")
    for e in alcance.enlazados:
        registro = f"{e.carga}:{e.fila}:{e.parte}"
        decir(f"observatorio suprimir --registro {registro} --motivo {shlex.quote(motivo.strip())}")


def _rehacer(engine: Engine) -> None:
    """Make the catastro and the public figures anew, and have the old rows leave the disk."""
    from observatorio.cli.consolidacion import consolidar_todo
    from observatorio.db.queries.supresion import limpiar_disco

    try:
        with motor() as escritor:
            consolidar_todo(escritor, ajustes())
    finally:
        limpiar_disco(engine)


def _aceptar_clave(engine: Engine, motivo: str, si: bool) -> None:
    from observatorio.db.huellas import Huellas, asegurar_secreto
    from observatorio.db.queries import auditoria, supresion

    decir("Lo suprimido hasta hoy dejará de reconocerse si vuelve en otro archivo: habrá que suprimirlo otra vez.")
    _confirmar(si)
    with engine.begin() as conn:
        supresion.esperar_cargas(conn)
        if not supresion.renovar_clave(conn, Huellas(asegurar_secreto(ajustes())), motivo.strip(), _USUARIO):
            raise ErrorConsulta("La clave en uso es la de lo ya suprimido: no se ha perdido.")
        auditoria.anotar(conn, _LOGIN, "renovar_clave_supresion", {})
    decir("Clave aceptada. Repita las solicitudes anteriores con «observatorio suprimir» después de cada carga.")
