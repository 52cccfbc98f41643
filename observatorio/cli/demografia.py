"""Commands on what stands beside the figures of a year: what samples estimate, and what happened between years.

The rooms that do the work are imported by the command that needs them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Annotated

import typer

from observatorio.cli.opciones import FormatoTexto, opcion_anio
from observatorio.cli.salida import decir, mostrar
from observatorio.cli.sesion import ajustes, motor
from observatorio.errors import ErrorConsulta

app = typer.Typer()

_MEDIDAS = {
    "establecimientos": "Establecimientos",
    "empleo_total": "Empleo (personas)",
    "tasa_informalidad": "Tasa de informalidad (%)",
    "parte_conmutante": "Parte conmutante (%)",
}
_DIMENSIONES = {"": "Total", "formalidad": "Formalidad", "seccion": "Sección CIIU"}
_ESTIMACIONES = {
    "fuente": "Fuente",
    "medida": "Medida",
    "dimension": "Dimensión",
    "categoria": "Categoría",
    "estimado": "Estimado",
    "error_estandar": "± Error estándar",
    "n": "Respuestas",
    "catastro": "Catastro",
}
_SUCESOS = {
    "anio": "Año",
    "desde": "Desde",
    "antes": "Antes",
    "nacimientos": "+ Nacen",
    "reactivaciones": "+ Vuelven",
    "llegadas": "+ Llegan",
    "muertes": "− Mueren",
    "salidas": "− Se van",
    "neto": "= Neto",
    "ahora": "Ahora",
    "provisorias": "Provisorias",
    "mudanzas": "Se mudan",
    "activos": "Activos",
}


@app.command("estimaciones")
def ver_estimaciones(
    anio: Annotated[int | None, opcion_anio("Año; sin él, el último con una muestra.")] = None,
    formato: Annotated[FormatoTexto, typer.Option(help="Cómo se muestra.")] = "tabla",
) -> None:
    """Lo que cada encuesta con pesos estima del total, con su error estándar, y al lado la cifra propia del catastro.

    Son dos respuestas a la misma pregunta: nunca se suman. El estimado más y menos dos errores estándar contiene el
    valor verdadero unas 95 veces de cada 100, en lo que la encuesta visita.

    Ejemplo: observatorio estimaciones --anio 2024
    """
    from observatorio.db.queries.muestras import anios
    from observatorio.indicadores.estimaciones import contrastar

    with motor() as engine, engine.connect() as conn:
        hay = anios(conn, ajustes().cut)
        elegido = _elegir(
            anio,
            hay,
            "Todavía no hay estimaciones.",
            "Cargue una encuesta con factor de expansión y ejecute «observatorio consolidate».",
        )
        registros = [asdict(uno) for uno in contrastar(conn, ajustes().cut, elegido)]
    if formato == "tabla":
        for r in registros:
            r["medida"] = _MEDIDAS.get(r["medida"], r["medida"])
            r["dimension"] = _DIMENSIONES.get(r["dimension"], r["dimension"])
            r["categoria"] = r["categoria"] or None
    mostrar(
        registros,
        _ESTIMACIONES,
        formato,
        titulo=f"Estimaciones de las muestras, {elegido}",
        decimales=lambda r: 1 if str(r["medida"]).endswith("(%)") else 0,
    )


@app.command("sucesos")
def ver_sucesos(
    anio: Annotated[int | None, opcion_anio("Un año; sin él, todos.")] = None,
    formato: Annotated[FormatoTexto, typer.Option(help="Cómo se muestra.")] = "tabla",
) -> None:
    """Cuántos establecimientos nacen, vuelven, llegan, mueren, se van y se mudan en cada año.

    «Antes» y «Ahora» son los activos del año anterior consolidado y de este, entre los que alguna fuente permite
    seguir, y las cuentas cuadran: antes + neto = ahora. «Provisorias» son las muertes y salidas que todavía pueden
    resultar una pausa. «Activos» son todos los del catastro, también los que solo vio una encuesta.

    Ejemplo: observatorio sucesos --anio 2024
    """
    from observatorio.catastro.demografia import demografia

    with motor() as engine, engine.connect() as conn:
        filas = demografia(conn, ajustes().cut).to_dicts()
    if not filas or anio is not None:
        sin_nada = "Todavía no hay catastro.", "Cargue archivos y ejecute «observatorio consolidate»."
        elegido = _elegir(anio, [f["anio"] for f in filas], *sin_nada)
        filas = [f for f in filas if f["anio"] == elegido]
    mostrar(filas, _SUCESOS, formato, titulo="Sucesos de los establecimientos")
    saltos = [f for f in filas if f["desde"] is not None and f["anio"] - f["desde"] > 1]
    if formato == "tabla":
        for f in saltos:
            decir(
                f"Entre {f['desde']} y {f['anio']} hay años sin cargar: los sucesos de {f['anio']} son de todo ese "
                "tiempo, y lo que empezó y terminó en él no se ve."
            )


def _elegir(anio: int | None, hay: Iterable[int], sin_nada: str, consejo: str) -> int:
    """The year asked for, or the last one that there is. Raises `ErrorConsulta` naming those that there are."""
    anios = sorted(hay)
    if not anios:
        raise ErrorConsulta(sin_nada, consejo)
    elegido = anios[-1] if anio is None else anio
    if elegido not in anios:
        raise ErrorConsulta(f"No hay cifras de {elegido}.", f"Los años que hay: {', '.join(map(str, anios))}.")
    return elegido
