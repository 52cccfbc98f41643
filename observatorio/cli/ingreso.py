"""Commands that bring data in: sources, loads, zones."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

import ingest.fuentes
from ingest.contract import Fuente
from ingest.pipeline import Resultado, cargar
from ingest.report import escribir_informe
from observatorio import catalogo
from observatorio.catastro.zonas import cargar_zonas
from observatorio.cli.salida import BarraDeCarga, decir, numero, tabla
from observatorio.cli.sesion import ajustes, motor
from observatorio.db.queries import cargas
from observatorio.db.queries import fuentes as consultas_fuentes
from observatorio.errors import ErrorObservatorio

_FRESCURA = {"al_dia": "al día", "atrasada": "atrasada", "sin_carga": "sin carga"}

app = typer.Typer()
cargas_app = typer.Typer(help="Versiones de lo cargado.", no_args_is_help=True)
zonas_app = typer.Typer(help="Niveles territoriales.", no_args_is_help=True)


def fuente_por_id(identificador: str) -> Fuente:
    """A declared source. Raises `ErrorObservatorio` listing those that there are."""
    todas = catalogo.discover(ingest.fuentes, Fuente)
    if identificador not in todas:
        raise ErrorObservatorio(f"No existe la fuente «{identificador}».", f"Las que hay: {', '.join(todas)}.")
    return todas[identificador]


@app.command("fuentes")
def listar_fuentes() -> None:
    """Fuentes declaradas: actor, licencia, última carga y si está al día.

    Ejemplo: observatorio fuentes
    """
    with motor() as engine, engine.connect() as conn:
        ultimas = consultas_fuentes.ultimas_cargas(conn)
    ahora = datetime.now(UTC)
    filas = []
    for fuente in catalogo.discover(ingest.fuentes, Fuente).values():
        ultima = ultimas.get(fuente.id)
        filas.append(
            (
                fuente.id,
                fuente.nombre,
                fuente.actor,
                fuente.licencia,
                fuente.periodicidad,
                "nunca" if ultima is None else f"{ultima.fin:%Y-%m-%d}",
                _FRESCURA[consultas_fuentes.frescura(fuente.periodicidad, ultima, ahora)],
            )
        )
    tabla(("Fuente", "Nombre", "Actor", "Licencia", "Periodicidad", "Última carga", "Estado"), filas)


@app.command("ingest")
def ingestar(
    fuente: Annotated[str, typer.Argument(help="Id de la fuente; vea «observatorio fuentes».")],
    archivos: Annotated[list[Path], typer.Argument(help="Uno o más archivos, que entran juntos o ninguno.")],
    anio: Annotated[int | None, typer.Option(help="Año de los archivos cuyas filas no lo traen.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Revisa todo y no guarda nada.")] = False,
    report: Annotated[Path | None, typer.Option(help="Escribe el informe en .html o .json.")] = None,
) -> None:
    """Carga archivos de una fuente: todo o nada.

    Ejemplo: observatorio ingest sii_nomina PUB_EMPRESAS_PJ_2024.txt --report informe.html
    """
    declarada = fuente_por_id(fuente)
    if anio is None and "anio" not in declarada.columnas:
        decir(f"El archivo no dice su año: se registra con {date.today().year} (use --anio para otro).")
    with motor() as engine, BarraDeCarga() as barra:
        resultados = cargar(
            engine, declarada, archivos, cut=ajustes().cut, anio=anio, simulacro=dry_run, progreso=barra
        )
    for resultado in resultados:
        contar(resultado, dry_run)
    if report is not None:
        escribir_informe(report, declarada, resultados)
        decir(f"Informe: {report}")


def contar(resultado: Resultado, simulacro: bool = False) -> None:
    """Say in one line what became of a file."""
    if resultado.sin_cambios:
        decir(f"{resultado.archivo}: sin cambios (ya estaba en la carga {resultado.carga}).")
        return
    que = "se cargaría" if simulacro else f"carga {resultado.carga}"
    decir(
        f"{resultado.archivo}: {que}; {numero(resultado.leidas)} filas leídas, "
        f"{numero(resultado.aceptadas)} aceptadas, {numero(resultado.rechazadas)} rechazadas, "
        f"{numero(resultado.valores_rechazados)} valores observados; "
        f"años {_anios(resultado.anios)}."
    )


def _anios(anios: tuple[int, ...] | list[int]) -> str:
    if not anios:
        return "—"
    return str(anios[0]) if len(anios) == 1 else f"{min(anios)}-{max(anios)}"


@cargas_app.command("list")
def listar_cargas(limite: Annotated[int, typer.Option(help="Cuántas, desde la más nueva.")] = 30) -> None:
    """Cargas, la más nueva primero.

    Ejemplo: observatorio cargas list --limite 10
    """
    with motor() as engine, engine.connect() as conn:
        filas = cargas.listar(conn, limite)
    tabla(
        ("Carga", "Fuente", "Archivo", "Años", "Estado", "Aceptadas", "Rechazadas", "Cuándo", "Veredicto"),
        (
            (
                f.carga,
                f.fuente,
                f.archivo,
                _anios(list(f.anios)),
                f.estado,
                numero(f.filas_aceptadas),
                numero(f.filas_rechazadas),
                f"{f.inicio:%Y-%m-%d %H:%M}",
                f.veredicto,
            )
            for f in filas
        ),
    )


@cargas_app.command("show")
def mostrar_carga(
    carga: Annotated[int, typer.Argument(help="Número de la carga.")],
    limite: Annotated[int, typer.Option(help="Cuántos rechazos mostrar.")] = 50,
) -> None:
    """Una carga con sus rechazos: fila, columna, valor y qué escribir en su lugar.

    Ejemplo: observatorio cargas show 3
    """
    with motor() as engine, engine.connect() as conn:
        resumen = cargas.buscar(conn, carga)
        filas = cargas.rechazos(conn, carga, limite)
    tabla(("Dato", "Valor"), ((k, v) for k, v in vars(resumen).items()))
    tabla(
        ("Fila", "Columna", "Valor", "Regla", "Costó", "Qué hacer"),
        (
            (
                r["fila"],
                f"{r['letra'] or ''} {r['columna'] or ''}".strip(),
                r["valor"],
                r["regla"],
                r["gravedad"],
                r["consejo"],
            )
            for r in filas
        ),
    )


@cargas_app.command("revert")
def revertir_carga(carga: Annotated[int, typer.Argument(help="Número de la carga.")]) -> None:
    """Deshace una carga confirmada y devuelve la versión anterior.

    Ejemplo: observatorio cargas revert 3
    """
    with motor() as engine, engine.begin() as conn:
        anios = cargas.revertir(conn, carga)
    decir(f"Carga {carga} revertida. Rehaga los años {', '.join(map(str, anios))} con «observatorio consolidate».")


@zonas_app.command("load")
def cargar_nivel(
    archivo: Annotated[Path, typer.Argument(help="Capa de polígonos: GeoJSON, GeoPackage o Shapefile.")],
    nivel: Annotated[str, typer.Option(help="Nombre del nivel, por ejemplo zona_censal.")],
    codigo: Annotated[str, typer.Option(help="Columna con el código de la zona.")],
    nombre: Annotated[str | None, typer.Option(help="Columna con el nombre.")] = None,
    poblacion: Annotated[
        str | None, typer.Option(help="Columna con la población, o un CSV con código y población.")
    ] = None,
    anio: Annotated[int | None, typer.Option(help="Año de la población.")] = None,
) -> None:
    """Carga o reemplaza un nivel territorial con su población.

    Ejemplo: observatorio zonas load zonas.geojson --nivel zona_censal --codigo geocodigo --poblacion censo.csv
    """
    with motor() as engine, engine.begin() as conn:
        resumen = cargar_zonas(
            conn,
            archivo,
            nivel=nivel,
            codigo=codigo,
            nombre=nombre,
            poblacion=poblacion,
            anio_poblacion=anio,
            cut=ajustes().cut,
        )
    decir(str(resumen))
