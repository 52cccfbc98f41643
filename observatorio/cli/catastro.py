"""Commands on the catastro itself. What does the work is imported when it is asked for, so that help is instant."""

from __future__ import annotations

from typing import Annotated

import typer

from observatorio.cli.opciones import opcion_anio
from observatorio.cli.salida import decir, numero, tabla
from observatorio.cli.sesion import ajustes, motor
from observatorio.errors import ErrorConsulta

app = typer.Typer()


@app.command("consolidate")
def consolidar_anios(
    anio: Annotated[int | None, opcion_anio("Solo este año; sin él, todos los que tienen datos.")] = None,
) -> None:
    """Rehace el catastro desde las cargas vigentes, y con él las zonas y las cifras públicas.

    Ejemplo: observatorio consolidate --anio 2024
    """
    from observatorio.cli.consolidacion import consolidar_todo

    with motor() as engine:
        consolidar_todo(engine, ajustes(), anio)


@app.command("publish")
def publicar_anio(anio: Annotated[int, opcion_anio("Año que se publica.")]) -> None:
    """Publica las cifras de un año ya consolidado, por la regla provisoria (docs/decisiones/0006).

    Ejemplo: observatorio publish --anio 2024
    """
    from observatorio.indicadores.publicar import publicar

    with motor() as engine, engine.begin() as conn:
        resumen = publicar(conn, ajustes().cut, anio, ajustes().umbral_publico)
    celdas = ", ".join(f"{numero(n)} {estado}" for estado, n in sorted(resumen.celdas.items()))
    decir(f"{anio}: publicación {resumen.publicacion}, {resumen.tablas} cuadros; celdas: {celdas}.")


@app.command("procedencia")
def mostrar_procedencia(
    establecimiento: Annotated[str, typer.Argument(help="Id del establecimiento.")],
) -> None:
    """Cada campo de un establecimiento: fuente, carga, fila y regla.

    Ejemplo: observatorio procedencia 3f2a9c0d1e5b7a86
    """
    from observatorio.db.queries.catastro import procedencia

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
