"""Commands that bring data in: sources, loads, zones.

The rooms that read, normalise and store are imported by the command that needs them: loading all takes a second.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from observatorio.cli.destino import escribiendo, exigir_archivo, exigir_terminacion
from observatorio.cli.opciones import argumento_id, opcion_anio, opcion_limite
from observatorio.cli.salida import BarraDeCarga, consola, decir, numero, tabla
from observatorio.cli.sesion import ajustes, motor
from observatorio.errors import ErrorObservatorio

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingest.contract import Fuente
    from ingest.resultado import Resultado

_FRESCURA = {"al_dia": "al día", "atrasada": "atrasada", "sin_carga": "sin carga"}
_ACTORES = {
    "sii": "SII",
    "notarias": "Notarías",
    "educacion": "Educación",
    "gore": "Gobierno Regional",
    "bienes_nacionales": "Bienes Nacionales",
    "tractora": "Empresas tractoras",
}
"""Those whose name is more than their word in the vocabulary with a capital letter."""
ANCHO_CON_NOMBRES = 140
"""Columns of a window in which the names of sources fit beside everything else."""
_DATOS_DE_CARGA = {
    "carga": "Carga",
    "fuente": "Fuente",
    "archivo": "Archivo",
    "anios": "Años",
    "estado": "Estado",
    "filas_leidas": "Filas leídas",
    "filas_aceptadas": "Filas aceptadas",
    "filas_rechazadas": "Filas rechazadas",
    "valores_rechazados": "Valores observados",
    "veredicto": "Veredicto",
    "usuario": "Usuario",
    "inicio": "Comenzó",
    "fin": "Terminó",
}

app = typer.Typer()
cargas_app = typer.Typer(help="Versiones de lo cargado.", no_args_is_help=True)
zonas_app = typer.Typer(help="Niveles territoriales.", no_args_is_help=True)


def fuente_por_id(identificador: str) -> Fuente:
    """A declared source. Raises `ErrorObservatorio` listing those that there are."""
    todas = _fuentes()
    if identificador not in todas:
        raise ErrorObservatorio(f"No existe la fuente «{identificador}».", f"Las que hay: {', '.join(todas)}.")
    return todas[identificador]


def _fuentes() -> dict[str, Fuente]:
    import ingest.fuentes
    from ingest.contract import Fuente
    from observatorio import catalogo

    return catalogo.discover(ingest.fuentes, Fuente)


@app.command("fuentes")
def listar_fuentes() -> None:
    """Fuentes declaradas: actor, licencia, última carga y si está al día.

    Ejemplo: observatorio fuentes
    """
    from observatorio.db.queries import fuentes as consultas

    with motor() as engine, engine.connect() as conn:
        ultimas = consultas.ultimas_cargas(conn)
    ahora = datetime.now(UTC)
    # In a narrow window the id has to tell what the name would.
    ancha = consola.width >= ANCHO_CON_NOMBRES
    filas = []
    for fuente in _fuentes().values():
        ultima = ultimas.get(fuente.id)
        filas.append(
            (
                fuente.id,
                *([fuente.nombre] if ancha else []),
                _ACTORES.get(fuente.actor, fuente.actor.capitalize()),
                fuente.licencia,
                fuente.periodicidad,
                "nunca" if ultima is None else f"{ultima.fin:%Y-%m-%d}",
                _FRESCURA[consultas.frescura(fuente.periodicidad, ultima, ahora)],
            )
        )
    tabla(
        ("Fuente", *(["Nombre"] if ancha else []), "Actor", "Licencia", "Período", "Última carga", "Estado"),
        filas,
        enteras=("Fuente", "Período", "Última carga", "Estado"),
    )


@app.command("ingest")
def ingestar(
    fuente: Annotated[str, typer.Argument(help="Id de la fuente; vea «observatorio fuentes».")],
    archivos: Annotated[list[Path], typer.Argument(help="Uno o más archivos, que entran juntos o ninguno.")],
    anio: Annotated[int | None, opcion_anio("Año de filas que no lo traen; si falta, el que diga el archivo.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Revisa todo y no guarda nada.")] = False,
    acepta_cambio: Annotated[
        bool, typer.Option("--acepta-cambio", help="Deja entrar muchas más o muchas menos filas que la vez anterior.")
    ] = False,
    report: Annotated[Path | None, typer.Option(help="Escribe el informe en .html o .json.")] = None,
) -> None:
    """Carga archivos de una fuente: todo o nada.

    Ejemplo: observatorio ingest sii_nomina PUB_EMPRESAS_PJ_2024.txt --report informe.html
    """
    from ingest.pipeline import cargar

    exigir_terminacion(report, "--report", (".html", ".json"))
    declarada = fuente_por_id(fuente)
    exigir_archivo(report)
    try:
        with motor() as engine, BarraDeCarga() as barra:
            resultados = cargar(
                engine,
                declarada,
                archivos,
                cut=ajustes().cut,
                anio=anio,
                simulacro=dry_run,
                acepta_cambio=acepta_cambio,
                progreso=barra,
            )
    except ErrorObservatorio as error:
        _informar(report, declarada, [_fallida(declarada, archivos, error)])
        raise
    for resultado in resultados:
        contar(resultado, dry_run)
    _informar(report, declarada, resultados)


def _informar(report: Path | None, declarada: Fuente, resultados: Sequence[Resultado]) -> None:
    """Write the report, if one was asked for, and say where it is."""
    from ingest.report import escribir_informe

    if report is None:
        return
    with escribiendo(report):
        escribir_informe(report, declarada, resultados)
    decir(f"Informe: {report}")


def _fallida(declarada: Fuente, archivos: Sequence[Path], error: ErrorObservatorio) -> Resultado:
    """What the report says of a refusal: with its counts and rejections where the rows were read at all."""
    from dataclasses import replace

    from ingest.resultado import CargaRechazada, Resultado
    from observatorio.vocabulario import EstadoCarga

    if isinstance(error, CargaRechazada):
        return replace(error.resultado, veredicto=str(error))
    nombres = ", ".join(archivo.name for archivo in archivos)
    return Resultado(declarada.id, nombres, None, EstadoCarga.FALLIDA, veredicto=str(error))


def contar(resultado: Resultado, simulacro: bool = False) -> None:
    """Say in one line what became of a file, and in another where its year comes from."""
    if resultado.sin_cambios:
        donde = "ya estaba cargado" if resultado.carga is None else f"ya estaba en la carga {resultado.carga}"
        decir(f"{resultado.archivo}: sin cambios ({donde}).")
    else:
        que = "se cargaría" if simulacro else f"carga {resultado.carga}"
        cuentas = (
            _cuantos(resultado.leidas, "fila leída", "filas leídas"),
            _cuantos(resultado.aceptadas, "aceptada", "aceptadas"),
            _cuantos(resultado.rechazadas, "rechazada", "rechazadas"),
            _cuantos(resultado.valores_rechazados, "valor observado", "valores observados"),
        )
        anios = f"{'año' if len(resultado.anios) == 1 else 'años'} {_anios(resultado.anios)}"
        decir(f"{resultado.archivo}: {que}; {', '.join(cuentas)}; {anios}.")
    if resultado.nota:
        decir(f"  {resultado.nota}")


def _cuantos(n: int, uno: str, varios: str) -> str:
    return f"{numero(n)} {uno if n == 1 else varios}"


def _anios(anios: Sequence[int]) -> str:
    if not anios:
        return "—"
    return str(anios[0]) if len(anios) == 1 else f"{min(anios)}-{max(anios)}"


@cargas_app.command("list")
def listar_cargas(limite: Annotated[int, opcion_limite("Cuántas, desde la más nueva.")] = 30) -> None:
    """Cargas, la más nueva primero.

    Ejemplo: observatorio cargas list --limite 10
    """
    from observatorio.db.queries import cargas

    with motor() as engine, engine.connect() as conn:
        filas = cargas.listar(conn, limite)
    tabla(
        ("Carga", "Fuente", "Archivo", "Años", "Estado", "Aceptadas", "Rechazadas", "Cuándo", "Veredicto"),
        (
            (
                f.carga,
                f.fuente,
                f.archivo,
                _anios(f.anios),
                f.estado,
                numero(f.filas_aceptadas),
                numero(f.filas_rechazadas),
                f"{f.inicio:%Y-%m-%d %H:%M}",
                f.veredicto,
            )
            for f in filas
        ),
        enteras=("Fuente", "Años", "Estado"),
    )


@cargas_app.command("show")
def mostrar_carga(
    carga: Annotated[int, argumento_id("Número de la carga.")],
    limite: Annotated[int, opcion_limite("Cuántos rechazos mostrar.")] = 50,
) -> None:
    """Una carga con sus rechazos: fila, columna, valor y qué escribir en su lugar.

    Ejemplo: observatorio cargas show 3
    """
    from observatorio.db.queries import cargas

    with motor() as engine, engine.connect() as conn:
        resumen = cargas.buscar(conn, carga)
        filas = cargas.rechazos(conn, carga, limite)
    tabla(("Dato", "Valor"), ((titulo, _dato(getattr(resumen, d))) for d, titulo in _DATOS_DE_CARGA.items()))
    if not filas:
        decir("Sin rechazos.")
        return
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


def _dato(valor: object) -> str | None:
    """A fact of a load as a person reads it."""
    match valor:
        case datetime():
            return f"{valor:%Y-%m-%d %H:%M}"
        case list() | tuple():
            return _anios(valor)
        case None | "":
            return None
    return str(valor)


@cargas_app.command("revert")
def revertir_carga(carga: Annotated[int, argumento_id("Número de la carga.")]) -> None:
    """Deshace una carga confirmada, devuelve la versión anterior y rehace lo que tocó.

    Ejemplo: observatorio cargas revert 3
    """
    from observatorio.cli.consolidacion import consolidar_todo
    from observatorio.db.queries import auditoria, cargas

    with motor() as engine:
        with engine.begin() as conn:
            anios = cargas.revertir(conn, carga)
            auditoria.anotar(conn, auditoria.INGESTA, "revertir_carga", {"carga": carga, "anios": anios})
        decir(f"Carga {carga} revertida; hablaba de {', '.join(map(str, anios))}.")
        consolidar_todo(engine, ajustes())


@zonas_app.command("load")
def cargar_nivel(
    archivo: Annotated[Path, typer.Argument(help="Capa de polígonos: GeoJSON, GeoPackage o Shapefile.")],
    nivel: Annotated[str, typer.Option(help="Nombre del nivel, por ejemplo zona_censal.")],
    codigo: Annotated[str, typer.Option(help="Columna con el código de la zona.")],
    nombre: Annotated[str | None, typer.Option(help="Columna con el nombre.")] = None,
    poblacion: Annotated[
        str | None, typer.Option(help="Columna con la población, o un CSV con código y población.")
    ] = None,
    anio: Annotated[int | None, opcion_anio("Año de la población.")] = None,
) -> None:
    """Carga o reemplaza un nivel territorial con su población.

    Ejemplo: observatorio zonas load zonas.geojson --nivel zona_censal --codigo geocodigo --poblacion censo.csv
    """
    from observatorio.catastro.zonas import cargar_zonas
    from observatorio.db.queries import auditoria
    from observatorio.db.queries.catastro import anios_consolidados
    from observatorio.indicadores.publicar import publicar

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
        # What was published by zones that are no more would stay until something else changed.
        anios = anios_consolidados(conn)
        publicar(conn, ajustes(), *anios, avisar=decir)
        auditoria.anotar(conn, auditoria.INGESTA, "cargar_zonas", {"nivel": nivel, "publicados": anios})
    decir(str(resumen))
    if anios:
        decir(f"Cifras publicadas otra vez con estas zonas: {', '.join(map(str, anios))}.")
