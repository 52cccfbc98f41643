"""Commands on the catastro itself."""

from __future__ import annotations

from typing import Annotated

import typer
from sqlalchemy import Engine

from observatorio.catastro.consolidar import consolidar
from observatorio.catastro.lectura import anios_observados
from observatorio.catastro.zonas import asignar_zonas, preparar_niveles
from observatorio.cli.salida import decir, numero, tabla
from observatorio.cli.sesion import ajustes, motor
from observatorio.db.queries.catastro import analizar, procedencia
from observatorio.errors import ErrorConsulta
from observatorio.indicadores.publicar import publicar
from observatorio.settings import Settings

app = typer.Typer()


@app.command("consolidate")
def consolidar_anios(
    anio: Annotated[int | None, typer.Option(help="Solo este año; sin él, todos los que tienen datos.")] = None,
) -> None:
    """Rehace el catastro desde las cargas vigentes, y con él las zonas y las cifras públicas.

    Ejemplo: observatorio consolidate --anio 2024
    """
    with motor() as engine:
        consolidar_todo(engine, ajustes(), anio)


def consolidar_todo(engine: Engine, settings: Settings, anio: int | None = None) -> None:
    """Rebuild one year or all of them: catastro, zones, public figures; a transaction a year."""
    with engine.begin() as conn:
        preparar_niveles(conn, settings.cut)
        anios = [anio] if anio is not None else anios_observados(conn)
    if not anios:
        decir("No hay cargas de las que consolidar.")
    for uno in anios:
        with engine.begin() as conn:
            hecho = consolidar(conn, settings.cut, uno)
            asignar_zonas(conn, settings.cut, uno)
            analizar(conn, uno)
            publicar(conn, settings.cut, uno, settings.umbral_publico)
        decir(
            f"{uno}: {numero(hecho.establecimientos)} establecimientos, {numero(hecho.ubicados)} con ubicación, de "
            f"{numero(hecho.observaciones)} observaciones."
        )


@app.command("procedencia")
def mostrar_procedencia(
    establecimiento: Annotated[str, typer.Argument(help="Id del establecimiento.")],
) -> None:
    """Cada campo de un establecimiento: fuente, carga, fila y regla.

    Ejemplo: observatorio procedencia 3f2a9c0d1e5b7a86
    """
    with motor() as engine, engine.connect() as conn:
        filas = procedencia(conn, establecimiento)
    if not filas:
        raise ErrorConsulta(
            f"No existe el establecimiento «{establecimiento}».",
            "Busque su id en el portal o con «observatorio consolidate» si aún no consolida.",
        )
    tabla(
        ("Año", "Campo", "Valor", "Fuente", "Carga", "Archivo", "Fila", "Regla"),
        (
            (f["anio"], f["campo"], f["valor"], f["fuente"], f["carga"], f["archivo"], f["fila"], f["regla"])
            for f in filas
        ),
    )
