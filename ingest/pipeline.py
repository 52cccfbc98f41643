"""One load: a file is read, normalised, copied into staging and, if it is within its tolerance, confirmed.

Everything happens in one transaction: whatever stops it (a refusal, `kill -9`, a power cut) leaves nothing behind.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from queue import Queue
from threading import Event, Thread
from typing import Protocol

import polars as pl
import shapely
from sqlalchemy import Connection, Engine

from ingest import copia
from ingest.canonizar import Canonizador
from ingest.contract import Fuente
from ingest.lectores import abrir
from ingest.lectores.contract import Lectura
from ingest.pareo import emparejar
from ingest.trabajo import ESQUEMA_RECHAZO, Canonizado, esquema
from observatorio.db.queries import cargas, zonas
from observatorio.errors import ErrorArchivo, ErrorCarga
from observatorio.normalizar.contract import REGLAS
from observatorio.normalizar.coordenada import ZonasComuna, zonas_de_referencia
from observatorio.referencia import comunas
from observatorio.vocabulario import EstadoCarga, Gravedad

RECHAZOS_EN_MEMORIA = 10_000
"""Rejections that a refused load keeps to show: the rest of them say the same."""

DESVIOS_POR_AZAR = 3.0
"""Standard deviations of the difference of two counts (Poisson: the root of their sum) that chance explains."""

MARCA_SINTETICA = "DATOS_SINTETICOS.txt"
"""A file with this name beside or above another says that nothing in it is real."""

LOTES_EN_ESPERA = 2
"""Normalised batches that may wait for the database, so that memory stays bounded."""


class Progreso(Protocol):
    """Who watches a load: a progress bar, a log, or nobody."""

    def empezar(self, nombre: str, total_bytes: int) -> None: ...
    def avanzar(self, bytes_leidos: int, filas: int) -> None: ...
    def terminar(self) -> None: ...


class SinProgreso:
    """Nobody watches."""

    def empezar(self, nombre: str, total_bytes: int) -> None: ...
    def avanzar(self, bytes_leidos: int, filas: int) -> None: ...
    def terminar(self) -> None: ...


@dataclass(frozen=True)
class Resultado:
    """What became of one file. `estado` is `confirmada`, `lista` (a dry run that would enter) or `fallida`;
    `sin_cambios` means that the same file was already in. `rechazos` holds at most `RECHAZOS_EN_MEMORIA` rows."""

    fuente: str
    archivo: str
    carga: int | None
    estado: EstadoCarga
    sin_cambios: bool = False
    leidas: int = 0
    aceptadas: int = 0
    rechazadas: int = 0
    valores_rechazados: int = 0
    observaciones: int = 0
    anios: tuple[int, ...] = ()
    veredicto: str = ""
    mapeo: dict[str, str] = field(default_factory=dict)
    rechazos: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=ESQUEMA_RECHAZO))


class _CargaNegada(Exception):
    """Carries the outcome of a load out of the transaction that must be undone."""

    def __init__(self, resultado: Resultado, error: ErrorCarga | None = None) -> None:
        super().__init__(resultado.veredicto)
        self.resultado = resultado
        self.error = error


def cargar(
    engine: Engine,
    fuente: Fuente,
    rutas: Sequence[Path],
    *,
    cut: str,
    anio: int | None = None,
    simulacro: bool = False,
    progreso: Progreso | None = None,
    usuario: str = "cli",
) -> list[Resultado]:
    """Load files of one source, all of them or none; together they replace the loads of the same years before.

    `cut` is the comuna that is counted here; `anio` the year of files whose rows bring none (this year by default).
    Returns one result a file. Raises `ErrorArchivo` when a file cannot be read and `ErrorCarga` when a load is above
    its tolerance; the refused attempt is then listed, and nothing else is changed.
    """
    progreso = progreso or SinProgreso()
    try:
        with engine.begin() as conn:
            cargas.bloquear_fuente(conn, fuente.id)
            cargas.declarar_fuente(conn, fuente)
            resultados = [
                _cargar_archivo(conn, fuente, ruta, cut=cut, anio=anio, progreso=progreso, usuario=usuario)
                for ruta in rutas
            ]
            nuevas = [r for r in resultados if not r.sin_cambios]
            if nuevas:
                conjunto = cargas.agrupar(conn, [r.carga for r in nuevas if r.carga is not None])
                if not fuente.acumula:
                    _juzgar_cambio(conn, fuente, resultados, conjunto)
                    _reemplazar(conn, fuente, resultados, conjunto)
            for resultado in nuevas:
                cargas.confirmar(conn, resultado)
            if simulacro:
                raise _CargaNegada(resultados[0])
            return resultados
    except _CargaNegada as negada:
        if simulacro and negada.error is None:
            return [replace(r, carga=None, estado=EstadoCarga.LISTA) for r in resultados]
        if not simulacro:
            _anotar_intento(engine, fuente, rutas, anio, usuario, negada.resultado)
        raise negada.error or ErrorCarga(negada.resultado.veredicto) from None
    except ErrorArchivo as error:
        if not simulacro:
            vacio = Resultado(fuente.id, "", None, EstadoCarga.FALLIDA, veredicto=error.mensaje)
            _anotar_intento(engine, fuente, rutas, anio, usuario, vacio)
        raise


def _cargar_archivo(
    conn: Connection,
    fuente: Fuente,
    ruta: Path,
    *,
    cut: str,
    anio: int | None,
    progreso: Progreso,
    usuario: str,
) -> Resultado:
    archivo = describir(ruta)
    con_anio_propio = "anio" in fuente.columnas
    anio_archivo = anio if anio is not None or con_anio_propio else date.today().year
    if viva := cargas.carga_viva(conn, fuente.id, archivo.sha256, anio_archivo):
        return Resultado(
            fuente.id,
            ruta.name,
            viva.carga,
            EstadoCarga.CONFIRMADA,
            sin_cambios=True,
            aceptadas=viva.filas_aceptadas,
            anios=tuple(viva.anios),
        )
    carga = cargas.abrir_carga(conn, fuente, archivo, anio_archivo, usuario)
    requeridas = {n: re.compile(c.patron) for n, c in fuente.campos_requeridos.items()}
    with abrir(ruta, fuente.lector, requeridas) as lectura:
        pareo = emparejar(lectura.columnas, fuente, lectura.letras)
        canonizador = Canonizador(fuente, pareo, _comunas(conn), anio=anio_archivo, cut=cut)
        progreso.empezar(ruta.name, lectura.total_bytes)
        try:
            resultado = _copiar(conn, fuente, ruta, carga, lectura, canonizador, progreso)
        finally:
            progreso.terminar()
        cargas.anotar_formato(conn, archivo.sha256, lectura.formato)
    resultado = replace(resultado, mapeo=pareo.columnas | pareo.medidas)
    _juzgar_rechazo(fuente, resultado)
    anios = copia.volcar(conn, fuente.destino, carga, fuente.id)
    return replace(resultado, anios=tuple(anios))


def _comunas(conn: Connection) -> ZonasComuna:
    """The polygons against which coordinates are judged: an official one that was loaded goes before ours."""
    oficiales = zonas.comunas_oficiales(conn)
    if not oficiales:
        return zonas_de_referencia()
    return ZonasComuna(comunas(), {cut: shapely.from_wkb(forma) for cut, forma in oficiales.items()})


def _copiar(
    conn: Connection,
    fuente: Fuente,
    ruta: Path,
    carga: int,
    lectura: Lectura,
    canonizador: Canonizador,
    progreso: Progreso,
) -> Resultado:
    columnas: list[str] = []
    leidas = observaciones = valores = 0
    caidas: set[int] = set()
    muestra: list[pl.DataFrame] = []
    guardados = 0
    for parte in _adelantar(canonizador.canonizar(lote) for lote in lectura.lotes()):
        if not columnas:
            columnas = parte.filas.columns
            copia.preparar(conn, {c: t for c, t in esquema(fuente.destino).items() if c in columnas})
        copia.copiar_filas(conn, parte.filas)
        copia.copiar_rechazos(conn, carga, parte.rechazos)
        leidas += parte.leidas
        observaciones += parte.filas.height
        graves = parte.rechazos.filter(pl.col("gravedad") == str(Gravedad.FILA))["fila"]
        caidas.update(graves.to_list())
        valores += parte.rechazos.height - graves.len()
        if guardados < RECHAZOS_EN_MEMORIA and parte.rechazos.height:
            muestra.append(parte.rechazos.head(RECHAZOS_EN_MEMORIA - guardados))
            guardados += muestra[-1].height
        progreso.avanzar(lectura.leidos(), leidas)
    irregulares = _irregulares(lectura)
    if irregulares.height:
        copia.copiar_rechazos(conn, carga, irregulares)
        caidas.update(irregulares["fila"].to_list())
        leidas += irregulares.height
        muestra.append(irregulares.head(max(0, RECHAZOS_EN_MEMORIA - guardados)))
    return Resultado(
        fuente.id,
        ruta.name,
        carga,
        EstadoCarga.CONFIRMADA,
        leidas=leidas,
        aceptadas=leidas - len(caidas),
        rechazadas=len(caidas),
        valores_rechazados=valores,
        observaciones=observaciones,
        rechazos=pl.concat(muestra) if muestra else pl.DataFrame(schema=ESQUEMA_RECHAZO),
    )


def _adelantar(partes: Iterator[Canonizado]) -> Iterator[Canonizado]:
    """Normalise the next batches in a thread of their own while the database takes the present one."""
    cola: Queue[Canonizado | BaseException | None] = Queue(maxsize=LOTES_EN_ESPERA)
    alto = Event()

    def producir() -> None:
        try:
            for parte in partes:
                cola.put(parte)
                if alto.is_set():
                    return
            cola.put(None)
        except BaseException as error:
            cola.put(error)

    hilo = Thread(target=producir, name="normalizar", daemon=True)
    hilo.start()
    try:
        while (siguiente := cola.get()) is not None:
            if isinstance(siguiente, BaseException):
                raise siguiente
            yield siguiente
    finally:
        alto.set()
        while hilo.is_alive():
            while not cola.empty():
                cola.get_nowait()
            hilo.join(timeout=0.05)


def _irregulares(lectura: Lectura) -> pl.DataFrame:
    regla = REGLAS["fila_irregular"]
    filas = [
        {
            "fila": i.fila,
            "valor": i.texto,
            "regla": regla.id,
            "gravedad": str(regla.gravedad),
            "consejo": f"{regla.mensaje} {regla.consejo}",
        }
        for i in lectura.irregulares
    ]
    return pl.DataFrame(filas, schema=ESQUEMA_RECHAZO)


def _juzgar_rechazo(fuente: Fuente, resultado: Resultado) -> None:
    if resultado.leidas == 0:
        _negar(
            resultado,
            "El archivo tiene encabezado pero ninguna fila.",
            "Revise que la hoja correcta tenga datos.",
        )
    proporcion = resultado.rechazadas / resultado.leidas
    if proporcion > fuente.tolerancia.rechazo:
        peores = (
            resultado.rechazos.filter(pl.col("gravedad") == str(Gravedad.FILA))
            .group_by("campo", "consejo")
            .len()
            .sort("len", descending=True)
            .head(1)
            .rows()
        )
        causa = (
            f" La causa más frecuente ({peores[0][2]} filas, columna «{peores[0][0]}»): {peores[0][1]}"
            if peores
            else ""
        )
        _negar(
            resultado,
            f"Se rechazaron {resultado.rechazadas} de {resultado.leidas} filas ({proporcion:.1%}); la fuente "
            f"«{fuente.id}» admite hasta {fuente.tolerancia.rechazo:.1%}. No entró ninguna.",
            f"Corrija el archivo y vuelva a cargarlo.{causa}",
        )


def _juzgar_cambio(conn: Connection, fuente: Fuente, resultados: Sequence[Resultado], conjunto: int) -> None:
    """Refuse a set of files whose number of accepted rows a year is far from that of the vintage before."""
    nuevas = sum(r.aceptadas for r in resultados)
    anios = sorted({a for r in resultados for a in r.anios})
    antes = cargas.filas_de_referencia(conn, fuente.id, anios, conjunto)
    if not antes:
        return
    por_anio = nuevas / max(1, len(anios))
    cambio = abs(por_anio - antes) / antes
    # A list of a dozen rows varies by a third by mere chance: that much is no sign of a hole.
    azar = DESVIOS_POR_AZAR * math.sqrt(por_anio + antes)
    if cambio > fuente.tolerancia.cambio and abs(por_anio - antes) > azar:
        _negar(
            next(r for r in resultados if not r.sin_cambios),
            f"El archivo trae {nuevas} filas válidas y la carga anterior de «{fuente.id}» traía {antes:.0f} "
            f"(cambio de {cambio:.0%}; se admite {fuente.tolerancia.cambio:.0%}). No entró ninguna.",
            "Revise que el archivo esté completo; si el cambio es real, amplíe la tolerancia de la fuente.",
        )


def _negar(resultado: Resultado, mensaje: str, consejo: str) -> None:
    raise _CargaNegada(
        replace(resultado, carga=None, estado=EstadoCarga.FALLIDA, veredicto=mensaje),
        ErrorCarga(mensaje, consejo),
    )


def _reemplazar(conn: Connection, fuente: Fuente, resultados: Sequence[Resultado], conjunto: int) -> None:
    """Retire the loads that these files make obsolete: those that speak of no year that the new ones lack."""
    propias = [r.carga for r in resultados if r.carga is not None]
    anios = {a for r in resultados for a in r.anios}
    nuevas = {a for r in resultados if not r.sin_cambios for a in r.anios}
    for vieja in cargas.cargas_vivas(conn, fuente.id):
        if vieja.carga in propias or not nuevas & set(vieja.anios):
            continue
        sobran = sorted(set(vieja.anios) - anios)
        if sobran:
            _negar(
                next(r for r in resultados if not r.sin_cambios),
                f"El archivo repite años de la carga {vieja.carga}, que además trae {', '.join(map(str, sobran))}.",
                f"Revierta primero esa carga («observatorio cargas revert {vieja.carga}») o cargue juntos sus años.",
            )
        cargas.reemplazar(conn, vieja.carga, conjunto)


def _anotar_intento(
    engine: Engine,
    fuente: Fuente,
    rutas: Sequence[Path],
    anio: int | None,
    usuario: str,
    resultado: Resultado,
) -> None:
    """List a refused attempt, with its rejections, in a transaction of its own."""
    with engine.begin() as conn:
        cargas.declarar_fuente(conn, fuente)
        for ruta in rutas:
            if not ruta.is_file() or resultado.archivo not in ("", ruta.name):
                continue
            carga = cargas.abrir_carga(conn, fuente, describir(ruta), anio, usuario)
            cargas.dar_por_fallida(conn, carga, resultado)
            copia.copiar_rechazos(conn, carga, resultado.rechazos)


def describir(ruta: Path) -> cargas.Archivo:
    """Name, size and SHA-256 of a file, read in bounded memory, and whether it is of the synthetic city.

    Raises `ErrorArchivo` if it cannot be read.
    """
    try:
        with ruta.open("rb") as abierto:
            resumen = hashlib.file_digest(abierto, "sha256").hexdigest()
        sintetico = any((carpeta / MARCA_SINTETICA).is_file() for carpeta in ruta.resolve().parents[:3])
        return cargas.Archivo(resumen, ruta.name, ruta.stat().st_size, sintetico)
    except OSError as error:
        raise ErrorArchivo(
            f"No se puede leer «{ruta}»: {error.strerror}.", "Revise la ruta y los permisos del archivo."
        ) from error
