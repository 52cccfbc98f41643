"""Measuring the catastro against a known truth: synthetic cities that are written, loaded, consolidated, compared.

Each city lives in a private PostGIS of its own, which is removed afterwards. The report is the one in docs/enlace.md.
"""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from sqlalchemy import Connection

from observatorio.catastro import lectura
from observatorio.catastro.consolidar import consolidar, ubicar_todas
from observatorio.catastro.evaluacion import (
    Enlazados,
    Formalidades,
    medir_enlace,
    medir_formalidad,
)
from observatorio.catastro.lugares.medida_lugares import medir
from observatorio.cli.ciudad import cargar_ciudad
from observatorio.cli.salida import decir
from observatorio.db.cluster import Cluster
from observatorio.db.copia import leer
from observatorio.db.engine import crear_engine
from observatorio.db.migrar import migrar
from observatorio.errors import ErrorConsulta
from observatorio.muestra import generar
from observatorio.settings import Settings

_CLAVES = ("carga", "fila", "parte")
CIUDADES: tuple[tuple[str, int], ...] = (
    ("base", 20231201),
    ("base", 101),
    ("base", 202),
    ("base", 303),
    ("ciega", 20231201),
)
"""The cities of docs/enlace.md: rules were tuned on the first alone, and the last has dirt of another hand."""

_DESDE, _HASTA = "<!-- cifras: observatorio evaluar -->", "<!-- fin de las cifras -->"


@dataclass(frozen=True)
class Evaluada:
    """What was measured in one city; `fallas` and `precisiones` as `medida_lugares.medir` gives them."""

    semilla: int
    perfil: str
    enlace: Enlazados
    formalidad: Formalidades
    fallas: pl.DataFrame
    precisiones: pl.DataFrame
    dudas: int
    segundos: float


def evaluar(settings: Settings, semilla: int, tamano: int, perfil: str) -> Evaluada:
    """Write a city, load it, consolidate it and compare it with its truth. Leaves nothing behind.

    Raises `ErrorConsulta` when the settings name a database: a city that is thrown away is never put there.
    """
    if settings.database_url is not None:
        raise ErrorConsulta(
            "La evaluación usa un PostGIS propio que después borra, y OBS_DATABASE_URL nombra otro.",
            "Quite OBS_DATABASE_URL y repita.",
        )
    with _estado(settings, f"evaluacion-{perfil}-{semilla}") as propio:
        archivos = propio.state_dir / "archivos"
        generar(archivos, semilla=semilla, tamano=tamano, perfil=perfil)
        migrar(propio)
        engine = crear_engine(propio, "ingesta")
        try:
            cargar_ciudad(engine, propio, archivos)
            inicio = time.monotonic()
            with engine.begin() as conn:
                dudas = consolidar(conn, propio.cut).dudas
            segundos = time.monotonic() - inicio
            with engine.connect() as conn:
                return _comparar(conn, propio.cut, archivos, semilla, perfil, dudas, segundos)
        finally:
            engine.dispose()


@contextmanager
def _estado(settings: Settings, nombre: str) -> Iterator[Settings]:
    carpeta = settings.state_dir / nombre
    shutil.rmtree(carpeta, ignore_errors=True)
    try:
        yield settings.model_copy(update={"state_dir": carpeta})
    finally:
        Cluster(carpeta).detener()
        shutil.rmtree(carpeta, ignore_errors=True)


def _comparar(
    conn: Connection, cut: str, archivos: Path, semilla: int, perfil: str, dudas: int, segundos: float
) -> Evaluada:
    observaciones = lectura.leer_observaciones(conn)
    verdad = _verdad(conn, archivos)
    dados = leer(
        conn, "SELECT carga, fila, parte, id FROM catastro.identidad", {},
        {"carga": pl.Int64, "fila": pl.Int64, "parte": pl.Int16, "id": pl.Utf8},
    )  # fmt: skip
    registros = (
        observaciones.filter(pl.col("cut") == cut)
        .join(verdad.filter(pl.col("verdad") != "").select(*_CLAVES, "verdad"), on=_CLAVES, how="inner")
        .join(dados, on=_CLAVES, how="left")
    )
    reales = pl.read_csv(archivos / "verdad/establecimientos.csv", schema_overrides={"cut": pl.Utf8, "numero": pl.Utf8})
    catastro = leer(
        conn, "SELECT anio, id, formalidad FROM catastro.establecimiento_anio", {},
        {"anio": pl.Int64, "id": pl.Utf8, "formalidad": pl.Utf8},
    )  # fmt: skip
    ubicado = ubicar_todas(conn, cut, observaciones)
    fallas, precisiones = medir(ubicado.obs, verdad, reales, cut)
    return Evaluada(
        semilla,
        perfil,
        medir_enlace(registros),
        medir_formalidad(catastro, registros, reales.filter(pl.col("cut") == cut)),
        fallas,
        precisiones,
        dudas,
        segundos,
    )


def _verdad(conn: Connection, archivos: Path) -> pl.DataFrame:
    """Of which establishment each record truly speaks: `carga fila parte verdad falla`; empty where of none."""
    verdad = pl.read_csv(
        archivos / "verdad/registros.csv",
        schema_overrides={"fila": pl.Int64, "parte": pl.Int16},
    ).with_columns(pl.col("id_establecimiento", "falla").fill_null(""))
    resumenes = {
        ruta: hashlib.sha256((archivos / ruta).read_bytes()).hexdigest() for ruta in verdad["archivo"].unique()
    }
    cargas = leer(conn, "SELECT DISTINCT carga, sha256 FROM ingreso.v_viva", {}, {"carga": pl.Int64, "sha256": pl.Utf8})
    return (
        verdad.with_columns(sha256=pl.col("archivo").replace_strict(resumenes, return_dtype=pl.Utf8))
        .join(cargas, on="sha256", how="inner")
        .select(*_CLAVES, "falla", "id_establecimiento", verdad="id_establecimiento")
    )


def informe(evaluadas: Sequence[Evaluada]) -> str:
    """The figures of several cities as the tables of docs/enlace.md."""
    return "\n\n".join([_tabla_de_enlace(evaluadas), *(_detalle(e) for e in evaluadas)])


def _tabla_de_enlace(evaluadas: Sequence[Evaluada]) -> str:
    titulo = (
        "| ciudad | registros | precisión | recuperación | precisión sin RUT | recuperación sin RUT "
        "| recuperación por igualdad exacta (sin RUT) | pares en revisión | segundos |"
    )
    filas = [
        f"| {e.perfil} {e.semilla} | {_n(e.enlace.registros)} | {_p(e.enlace.todos.precision)} | "
        f"{_p(e.enlace.todos.recall)} | {_p(e.enlace.sin_rut.precision)} | {_p(e.enlace.sin_rut.recall)} | "
        f"{_p(e.enlace.exactos.recall)} ({_p(e.enlace.exactos_sin_rut.recall)}) | {_n(e.dudas)} | {e.segundos:.0f} |"
        for e in evaluadas
    ]
    return "\n".join([titulo, "| --- |" + " ---: |" * 8, *filas])


def _detalle(e: Evaluada) -> str:
    f = e.formalidad
    matriz = f.matriz.pivot("dada", index="real", values="n").fill_null(0).sort("real")
    matriz = matriz.select("real", *sorted(c for c in matriz.columns if c != "real"))
    return "\n\n".join(
        [
            f"### {e.perfil} {e.semilla}",
            _markdown(e.fallas),
            _markdown(e.precisiones),
            f"Formalidad: {_n(f.encontradas)} de {_n(f.reales)} establecimientos activos por año están en el catastro "
            f"({_p(f.encontradas / f.reales)}); sobran {_n(f.sobran)}. Decididos: {_p(f.cobertura)}; de ellos, con su "
            f"formalidad real: {_p(f.exactitud)}. Filas: la real; columnas: la dada.",
            _markdown(matriz),
        ]
    )


def _markdown(marco: pl.DataFrame) -> str:
    filas = ["| " + " | ".join("" if v is None else _celda(v) for v in fila) + " |" for fila in marco.iter_rows()]
    return "\n".join(["| " + " | ".join(marco.columns) + " |", "|" + " --- |" * marco.width, *filas])


def _celda(valor: object) -> str:
    match valor:
        case bool():
            return "sí" if valor else "no"
        case float():
            return f"{valor:.3f}".replace(".", ",") if valor < 1 else f"{valor:.1f}".replace(".", ",")
        case int():
            return _n(valor)
    return str(valor)


def _n(valor: int) -> str:
    return f"{valor:,}".replace(",", ".")


def _p(parte: float) -> str:
    return f"{parte:.3f}".replace(".", ",")


def escribir(documento: Path, texto: str) -> None:
    """Put the figures between the marks of a document. Raises `ErrorConsulta` where it has no such marks."""
    actual = documento.read_text(encoding="utf-8") if documento.is_file() else ""
    antes, marca, resto = actual.partition(_DESDE)
    _, fin, despues = resto.partition(_HASTA)
    if not marca or not fin:
        raise ErrorConsulta(
            f"«{documento}» no tiene las marcas entre las que van las cifras.",
            f"Escriba en él una línea «{_DESDE}» y después otra «{_HASTA}».",
        )
    documento.write_text(f"{antes}{_DESDE}\n\n{texto}\n\n{_HASTA}{despues}", encoding="utf-8")
    decir(f"Cifras escritas en {documento}.")
