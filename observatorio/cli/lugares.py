"""Asking an outside geocoder for what the local gazetteer does not know: only on request, never by itself."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from observatorio.cli.opciones import opcion_limite
from observatorio.cli.salida import decir, numero
from observatorio.cli.sesion import ajustes, motor
from observatorio.errors import ErrorConsulta

app = typer.Typer()


@app.command("geocodificar")
def geocodificar(
    limite: Annotated[int, opcion_limite("Cuántas direcciones preguntar, a lo más.")] = 500,
) -> None:
    """Pregunta a un geocodificador externo por las direcciones que el callejero propio no ubica.

    Se elige en los ajustes (geocodificador = "nominatim" o "photon") y no hace falta para consolidar. Cada respuesta se
    guarda en cuanto llega, y la siguiente consolidación la usa.

    Ejemplo: observatorio geocodificar --limite 100
    """
    from observatorio.catastro.consolidar import ubicar_todas
    from observatorio.catastro.lectura import leer_observaciones
    from observatorio.catastro.lugares.geocodificador_externo import Direccion, consultar
    from observatorio.catastro.lugares.ubicar import por_consultar
    from observatorio.db.queries import enlace as consultas

    suyos = ajustes()
    if suyos.geocodificador == "ninguno":
        raise ErrorConsulta(
            "No hay un geocodificador externo en los ajustes.",
            'Escriba geocodificador = "nominatim" en observatorio.toml, o fije OBS_GEOCODIFICADOR.',
        )
    with motor() as engine:
        with engine.connect() as conn:
            ubicado = ubicar_todas(conn, suyos.cut, leer_observaciones(conn))
            faltan = por_consultar(ubicado, suyos.cut, consultas.geocodificadas(conn, suyos.cut))
        decir(
            f"{numero(faltan.height)} direcciones sin un lugar preciso; se pregunta por {min(limite, faltan.height)}."
        )
        preguntas = (Direccion(**fila) for fila in faltan.head(limite).iter_rows(named=True))
        halladas = 0
        for respuesta in consultar(
            preguntas,
            suyos.geocodificador,
            suyos.geocodificador_url,
            comuna=suyos.comuna,
            pausa=suyos.geocodificador_pausa_s,
        ):
            with engine.begin() as conn:
                consultas.guardar_geocodificada(conn, asdict(respuesta))
            halladas += respuesta.lon is not None
    decir(f"{numero(halladas)} halladas. Las usa la próxima «observatorio consolidate».")
