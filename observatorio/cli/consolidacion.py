"""Rebuilding the catastro: what `consolidate`, `demo` and whatever takes something back do."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Engine

from observatorio.catastro.consolidar import Consolidacion, Consolidado, consolidar
from observatorio.catastro.lectura import anios_observados
from observatorio.catastro.zonas import asignar_zonas, preparar_niveles
from observatorio.cli.salida import decir, numero
from observatorio.db.queries import auditoria
from observatorio.db.queries.catastro import analizar
from observatorio.db.queries.publicacion import vigentes
from observatorio.errors import ErrorConsulta
from observatorio.indicadores.publicar import publicar
from observatorio.reserva.publicacion import retirar
from observatorio.reserva.secundaria import ErrorReserva
from observatorio.settings import Settings


def consolidar_todo(engine: Engine, settings: Settings, anio: int | None = None) -> None:
    """Bring catastro, zones and public figures to what the loads say, in one transaction: all years or none.

    Years that did not change stay as they are, but for `anio`. A year of which no load speaks any more is withdrawn.
    """
    with engine.begin() as conn:
        preparar_niveles(conn, settings.cut)
    with engine.begin() as conn:
        hay = anios_observados(conn)
        if anio is not None and anio not in hay:
            raise ErrorConsulta(
                f"Ninguna carga habla de {anio}.", f"Hay de: {', '.join(map(str, hay)) or 'ningún año'}."
            )
        hecho = consolidar(conn, settings.cut, anio, decir)
        for uno in hecho.anios:
            if uno.rehecho:
                asignar_zonas(conn, settings.cut, uno.anio)
                analizar(conn, f"establecimiento_zona_{uno.anio}")
        for ido in hecho.retirados:
            retirar(conn, settings.cut, ido)
        _publicar(conn, settings, hecho.anios)
        _anotar(conn, hecho)
    _contar(hecho)


def _publicar(conn: Connection, settings: Settings, consolidados: Sequence[Consolidado]) -> None:
    """Publish the years whose release is not of their present version.

    A release that cannot be made safe is not made, and the one before stays: that is no reason to lose the catastro.
    """
    hechas = {(p.anio, p.version) for p in vigentes(conn, settings.cut)}
    faltan = [c.anio for c in consolidados if (c.anio, c.version) not in hechas]
    if not faltan:
        return
    decir("Protegiendo las cifras públicas")
    try:
        with conn.begin_nested():
            publicar(conn, settings, *faltan, avisar=decir)
            auditoria.anotar(conn, auditoria.INGESTA, "publicar", {"anios": faltan})
    except ErrorReserva as error:
        decir(f"No se publicó {', '.join(map(str, faltan))}: {error}")


def _anotar(conn: Connection, hecho: Consolidacion) -> None:
    """Write down what was made anew, and seal the audit up to there."""
    anios = [uno.anio for uno in hecho.anios if uno.rehecho]
    if anios or hecho.retirados:
        auditoria.anotar(conn, auditoria.INGESTA, "consolidar", {"anios": anios, "retirados": list(hecho.retirados)})
    auditoria.sellar(conn)


def _contar(hecho: Consolidacion) -> None:
    if not hecho.anios and not hecho.retirados:
        decir("No hay cargas de las que consolidar.")
    for uno in hecho.anios:
        cambio = "" if uno.rehecho else "; sin cambios"
        decir(
            f"{uno.anio}: {numero(uno.establecimientos)} establecimientos, de {numero(uno.observaciones)} "
            f"observaciones{cambio}."
        )
    for ido in hecho.retirados:
        decir(f"{ido}: ninguna carga habla ya de este año; se retiró.")
    if hecho.dudas:
        decir(f"{numero(hecho.dudas)} pares dudosos esperan a una persona: «observatorio revision list».")
