"""Commands that answer: indicators and maps.

The rooms that compute and draw are imported by the command that needs them: loading all takes a second.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from observatorio.cli.destino import escribiendo, exigir_archivo, exigir_carpeta, exigir_terminacion
from observatorio.cli.opciones import opcion_anio
from observatorio.cli.salida import decir, errores, numero, tabla
from observatorio.cli.sesion import ajustes, motor
from observatorio.errors import ErrorConsulta
from observatorio.vocabulario import Rol

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from maps.contract import Mapa
    from observatorio.indicadores.contract import Definicion
    from observatorio.indicadores.cuadro import Cuadro

app = typer.Typer()
maps_app = typer.Typer(help="Mapas como páginas que se abren desde un disco.", no_args_is_help=True)

Formato = Literal["tabla", "csv", "json", "xlsx", "parquet"]


@app.command("indicadores")
def ver_indicadores(
    indicador: Annotated[str | None, typer.Argument(help="Id del indicador; sin él, la lista.")] = None,
    por: Annotated[str, typer.Option(help="Dimensiones separadas por comas: seccion,tamano.")] = "",
    nivel: Annotated[str | None, typer.Option(help="Nivel de zonas: comuna, h3_8, …")] = None,
    zona: Annotated[str | None, typer.Option(help="Una zona del nivel.")] = None,
    anio: Annotated[int | None, opcion_anio("Año; sin él, el último.")] = None,
    formato: Annotated[Formato, typer.Option(help="Cómo se muestra.")] = "tabla",
    salida: Annotated[Path | None, typer.Option(help="Archivo; necesario para xlsx y parquet.")] = None,
) -> None:
    """Un indicador con cifras exactas, por las dimensiones que se pidan.

    Ejemplo: observatorio indicadores tasa_informalidad --por seccion,tamano --anio 2024
    """
    formato = _formato(formato, salida)
    todos = _indicadores()
    if indicador is None:
        tabla(
            ("Indicador", "Nombre", "Unidad", "Fórmula", "Dimensiones"),
            ((i.id, i.nombre, i.unidad, i.formula, ", ".join(sorted(i.dimensiones))) for i in todos.values()),
        )
        return
    if indicador not in todos:
        raise ErrorConsulta(f"No existe el indicador «{indicador}».", f"Los que hay: {', '.join(todos)}.")
    from observatorio.db.queries import indicadores as consultas
    from observatorio.indicadores.compute import calcular

    exigir_archivo(salida)
    with motor() as engine, engine.connect() as conn:
        cuadro = calcular(
            conn,
            todos[indicador],
            [p for p in por.split(",") if p],
            cut=ajustes().cut,
            anio=anio if anio is not None else _ultimo_anio(conn),
            nivel=nivel,
            zona=zona,
            con_anterior=True,
        )
        elegido = cuadro.pregunta.nivel
        cuadro = cuadro.con_nombres(consultas.nombres_zonas(conn, elegido) if elegido else {})
    _mostrar(cuadro, formato, salida)
    for aviso in cuadro.avisos:
        errores.print(aviso)


def _indicadores() -> dict[str, Definicion]:
    from observatorio.indicadores.lista import definiciones

    return definiciones()


def _formato(formato: Formato, salida: Path | None) -> Formato:
    """The format that is meant: that of the file's name where none is named. A contradiction is wrong use."""
    if salida is None:
        if formato in ("xlsx", "parquet"):
            raise typer.BadParameter("xlsx y parquet necesitan --salida ARCHIVO.", param_hint="--formato")
        return formato
    if formato != "tabla":
        exigir_terminacion(salida, "--salida", (f".{formato}",))
        return formato
    formatos: tuple[Formato, ...] = ("csv", "json", "xlsx", "parquet")
    exigir_terminacion(salida, "--salida", tuple(f".{f}" for f in formatos))
    return next(f for f in formatos if salida.suffix.lower() == f".{f}")


def _ultimo_anio(conn: Connection) -> int:
    from observatorio.db.queries import indicadores as consultas

    anios = consultas.versiones(conn, ajustes().cut)
    if not anios:
        raise ErrorConsulta("Todavía no hay catastro.", "Cargue archivos y ejecute «observatorio consolidate».")
    return max(anios)


def _mostrar(cuadro: Cuadro, formato: Formato, salida: Path | None) -> None:
    import orjson

    from api import formatos
    from api.cuadros import acerca

    registros = cuadro.registros()
    if formato == "tabla":
        # A screen has no room for a column in which nothing stands.
        columnas = [c for c in cuadro.columnas if c != "redondeo" or cuadro.redondeos]
        encabezados = [cuadro.encabezados[c] for c in columnas]
        tabla(encabezados, ([_celda(cuadro, c, r[c]) for c in columnas] for r in registros))
        return
    if formato == "xlsx":
        contenido = formatos.a_xlsx(registros, cuadro.encabezados, acerca(cuadro))
    elif formato == "parquet":
        contenido = formatos.a_parquet(registros, cuadro.columnas, acerca(cuadro))
    elif formato == "csv":
        contenido = formatos.a_csv(registros, cuadro.columnas)
    else:
        contenido = orjson.dumps(registros, option=orjson.OPT_INDENT_2) + b"\n"
    if salida is None:
        sys.stdout.buffer.write(contenido)
    else:
        with escribiendo(salida):
            salida.write_bytes(contenido)
        decir(f"Escrito {salida}.")


def _celda(cuadro: Cuadro, columna: str, valor: object) -> str | None:
    if columna in ("valor", "anterior", "variacion") and isinstance(valor, int | float):
        return numero(valor, cuadro.indicador.decimales)
    if columna == "cobertura" and isinstance(valor, float):
        return f"{numero(100 * valor, 1)} %"
    return None if valor is None else str(valor)


@maps_app.command("build")
def construir_mapas(
    ids: Annotated[list[str] | None, typer.Argument(help="Mapas; sin ellos, todos.")] = None,
    out: Annotated[Path, typer.Option(help="Carpeta de destino.")] = Path("mapas"),
    anio: Annotated[int | None, opcion_anio("Año; sin él, el último.")] = None,
    rol: Annotated[Rol, typer.Option(help="Con los ojos de quién: publico o planificador.")] = Rol.PUBLICO,
) -> None:
    """Escribe mapas como páginas que se abren desde un disco, sin red.

    Ejemplo: observatorio maps build informalidad --out mapas --anio 2024
    """
    todos = _mapas()
    for desconocido in set(ids or ()) - set(todos):
        raise ErrorConsulta(f"No existe el mapa «{desconocido}».", f"Los que hay: {', '.join(todos)}.")
    exigir_carpeta(out)
    with motor() as engine, engine.connect() as conn:
        elegido = anio if anio is not None else _ultimo_anio(conn)
    _construir([todos[i] for i in ids or todos], out, elegido, rol)


def _mapas() -> dict[str, Mapa]:
    import maps.definitions
    from maps.contract import Mapa
    from observatorio import catalogo

    return catalogo.discover(maps.definitions, Mapa)


def _construir(elegidos: list[Mapa], out: Path, anio: int, rol: Rol) -> None:
    from maps.render import construir
    from observatorio.db.engine import crear_engine, transaccion
    from observatorio.db.queries.publicacion import hay_sinteticos

    engine = crear_engine(ajustes(), "api")
    try:
        for mapa in elegidos:
            with transaccion(engine, rol) as conn:
                sintetico = ajustes().sintetico or hay_sinteticos(conn)
                settings = ajustes().model_copy(update={"sintetico": sintetico})
                with escribiendo(out):
                    pagina = construir(conn, mapa, out, anio, rol, settings=settings)
            decir(f"{mapa.titulo}: {pagina}")
    finally:
        engine.dispose()
