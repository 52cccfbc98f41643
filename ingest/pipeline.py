"""One load: a file is read, normalised, copied into staging and, if it is within its tolerance, confirmed.

Everything happens in one transaction: whatever stops it (a refusal, `kill -9`, a power cut) leaves nothing behind.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Protocol

import polars as pl
import shapely
from sqlalchemy import Connection, Engine

from ingest import copia, supresion
from ingest.anios import anios_dichos, contradiccion, deducir
from ingest.canonizar import Canonizador
from ingest.contract import Fuente
from ingest.lectores import abrir
from ingest.lectores.contract import Lectura
from ingest.pareo import emparejar
from ingest.resultado import RECHAZOS_EN_MEMORIA, CargaRechazada, Resultado
from ingest.tolerancia import juzgar_cambio, juzgar_rechazo
from ingest.trabajo import ESQUEMA_RECHAZO, esquema
from observatorio.db.adelanto import adelantar
from observatorio.db.queries import auditoria, cargas, zonas
from observatorio.errors import ErrorArchivo, motivo
from observatorio.normalizar.contract import REGLAS
from observatorio.normalizar.coordenada import ZonasComuna, zonas_de_referencia
from observatorio.referencia import comunas
from observatorio.vocabulario import EstadoCarga, Gravedad

MARCA_SINTETICA = "DATOS_SINTETICOS.txt"
"""A file with this name beside or above another says that nothing in it is real."""


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


class _Simulacro(Exception):
    """Carries the outcome of a dry run out of the transaction that is undone."""

    def __init__(self, resultados: list[Resultado]) -> None:
        super().__init__()
        self.resultados = resultados


@dataclass(frozen=True)
class _Pedido:
    """What holds for every file of one call."""

    fuente: Fuente
    cut: str
    anio: int | None
    usuario: str
    progreso: Progreso
    secreto: bytes | None

    def abrir(self, ruta: Path) -> Lectura:
        """One of the files, read as the source says. Raises `ErrorArchivo` for one that is no such file."""
        requeridas = {n: re.compile(c.patron) for n, c in self.fuente.campos_requeridos.items()}
        return abrir(ruta, self.fuente.lector, requeridas)


@dataclass(frozen=True)
class _Entrada:
    """One file of the call: where it lies, what it is, the year of its rows that bring none (None where all bring
    theirs), and where that year was read."""

    ruta: Path
    archivo: cargas.Archivo
    anio: int | None = None
    nota: str = ""


def cargar(
    engine: Engine,
    fuente: Fuente,
    rutas: Sequence[Path],
    *,
    cut: str,
    anio: int | None = None,
    simulacro: bool = False,
    acepta_cambio: bool = False,
    progreso: Progreso | None = None,
    usuario: str = "cli",
    secreto: bytes | None = None,
) -> list[Resultado]:
    """Load files of one source, all of them or none; together they replace what counted for their years before.

    `cut` is the comuna that is counted here; `anio` the year of files whose rows bring none, by default the one that
    each file states (`ingest.anios`).
    `acepta_cambio` lets in a file whose number of rows is far from the vintage before. `secreto` is the one under which
    erasures are recorded, that of the settings by default. Returns one result a file.
    Raises `ErrorArchivo` when a file cannot be read or its year is not known, and `CargaRechazada` when a load is above
    its tolerance; the refused attempt is then listed, and nothing else is changed.
    """
    pedido = _Pedido(fuente, cut, anio, usuario, progreso or SinProgreso(), secreto)
    entradas = [_Entrada(ruta, describir(ruta)) for ruta in rutas]
    actual: _Entrada | None = None
    try:
        for indice, actual in enumerate(entradas):
            entradas[indice] = _con_anio(pedido, actual)
        with engine.begin() as conn:
            cargas.bloquear_fuente(conn, fuente.id)
            cargas.declarar_fuente(conn, fuente)
            resultados: list[Resultado] = []
            for actual, previo in _por_cargar(conn, pedido, entradas):
                resultados.append(previo or _cargar_archivo(conn, pedido, actual))
            _poner_en_vigencia(conn, fuente, resultados, acepta_cambio)
            _anotar_cargas(conn, pedido, resultados)
            if simulacro:
                raise _Simulacro(resultados)
            return resultados
    except _Simulacro as hecho:
        return [
            replace(r, carga=r.carga if r.sin_cambios else None, estado=EstadoCarga.LISTA) for r in hecho.resultados
        ]
    except CargaRechazada as error:
        if not simulacro:
            rehusadas = [e for e in entradas if e.ruta.name == error.resultado.archivo]
            _anotar_intento(engine, pedido, rehusadas, error.resultado)
        raise
    except ErrorArchivo as error:
        if actual is None:
            raise
        if not simulacro:
            vacio = Resultado(fuente.id, actual.ruta.name, None, EstadoCarga.FALLIDA, veredicto=error.mensaje)
            _anotar_intento(engine, pedido, [actual], vacio)
        raise ErrorArchivo(f"{actual.ruta.name}: {error.mensaje}", error.consejo) from error


def _con_anio(pedido: _Pedido, entrada: _Entrada) -> _Entrada:
    """The file with the year of its rows that bring none. Raises `ErrorArchivo` when nobody states it."""
    campo = pedido.fuente.campos.get("anio")
    if campo is not None and campo.requerido:
        return entrada
    if campo is not None or pedido.anio is not None:
        return replace(entrada, anio=pedido.anio)
    with pedido.abrir(entrada.ruta) as lectura:
        anio, nota = deducir(_dichos(lectura, entrada))
    return replace(entrada, anio=anio, nota=nota)


def _dichos(lectura: Lectura, entrada: _Entrada) -> dict[str, list[int]]:
    return anios_dichos(lectura, entrada.archivo.nombre, date.today().year)


def _por_cargar(
    conn: Connection, pedido: _Pedido, entradas: Sequence[_Entrada]
) -> list[tuple[_Entrada, Resultado | None]]:
    """Each file, with its result at once when it is in already for its year, or twice in this call.

    When only some files of a year are in already, they enter again: the set that they belonged to is replaced whole.
    """
    vivas = [cargas.carga_viva(conn, pedido.fuente.id, e.archivo.sha256, e.anio) for e in entradas]
    bastan = all(vivas) or pedido.fuente.acumula
    vistos: set[tuple[str, int | None]] = set()
    pendientes: list[tuple[_Entrada, Resultado | None]] = []
    for entrada, viva in zip(entradas, vivas, strict=True):
        llave = (entrada.archivo.sha256, entrada.anio)
        sobra = llave in vistos or (viva is not None and bastan)
        pendientes.append((entrada, _sin_cambios(pedido, entrada, viva) if sobra else None))
        vistos.add(llave)
    return pendientes


def _sin_cambios(pedido: _Pedido, entrada: _Entrada, viva: cargas.Viva | None) -> Resultado:
    return Resultado(
        pedido.fuente.id,
        entrada.ruta.name,
        viva.carga if viva else None,
        EstadoCarga.CONFIRMADA,
        sin_cambios=True,
        aceptadas=viva.filas_aceptadas if viva else 0,
        anios=tuple(viva.anios) if viva else (),
        nota=entrada.nota,
    )


def _cargar_archivo(conn: Connection, pedido: _Pedido, entrada: _Entrada) -> Resultado:
    fuente, ruta, archivo, nota = pedido.fuente, entrada.ruta, entrada.archivo, entrada.nota
    carga = cargas.abrir_carga(conn, fuente, archivo, entrada.anio, pedido.usuario)
    with pedido.abrir(ruta) as lectura:
        pareo = emparejar(lectura.columnas, fuente, lectura.letras)
        if entrada.anio is not None:
            nota = nota or contradiccion(entrada.anio, _dichos(lectura, entrada))
        canonizador = Canonizador(fuente, pareo, _comunas(conn), anio=entrada.anio, cut=pedido.cut)
        supresor = supresion.preparar(conn, fuente, archivo.sha256, pedido.secreto)
        pedido.progreso.empezar(ruta.name, lectura.total_bytes)
        try:
            resultado = _copiar(conn, fuente, ruta, carga, lectura, canonizador, supresor, pedido.progreso)
        finally:
            pedido.progreso.terminar()
        cargas.anotar_formato(conn, archivo.sha256, lectura.formato)
    resultado = replace(resultado, mapeo=pareo.columnas | pareo.medidas, nota=nota)
    juzgar_rechazo(fuente, resultado)
    filas = copia.volcar(conn, fuente.destino, carga, fuente.id)
    resultado = replace(resultado, anios=tuple(filas), filas_por_anio=filas)
    if pedido.anio is not None and set(filas) != {pedido.anio}:
        raise CargaRechazada(
            resultado,
            f"Se indicó el año {pedido.anio}, pero las filas de «{ruta.name}» traen {', '.join(map(str, filas))}.",
            "Quite --anio: el archivo dice su propio año.",
        )
    return resultado


def _poner_en_vigencia(conn: Connection, fuente: Fuente, resultados: Sequence[Resultado], acepta_cambio: bool) -> None:
    """Confirm the new loads as one set that speaks for its years, in place of what counted for them before."""
    nuevas = [r for r in resultados if not r.sin_cambios]
    if not nuevas:
        return
    conjunto = cargas.agrupar(conn, [r.carga for r in nuevas if r.carga is not None])
    filas: dict[int, int] = {}
    for resultado in nuevas:
        cargas.confirmar(conn, resultado)
        for anio, n in resultado.filas_por_anio.items():
            filas[anio] = filas.get(anio, 0) + n
    if not fuente.acumula and not acepta_cambio:
        juzgar_cambio(conn, fuente, nuevas[0], conjunto, filas)
    cargas.dar_vigencia(conn, fuente.id, conjunto, filas)
    if not fuente.acumula:
        cargas.reemplazar(conn, fuente.id, conjunto)


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
    supresor: supresion.Supresor,
    progreso: Progreso,
) -> Resultado:
    columnas: list[str] = []
    leidas = aceptadas = observaciones = valores = 0
    muestra: list[pl.DataFrame] = []
    guardados = 0
    partes = (supresor.aplicar(canonizador.canonizar(lote)) for lote in lectura.lotes())
    for parte in adelantar(partes, "normalizar"):
        if not columnas:
            columnas = parte.filas.columns
            copia.preparar(conn, {c: t for c, t in esquema(fuente.destino).items() if c in columnas})
        copia.copiar_filas(conn, parte.filas)
        copia.copiar_rechazos(conn, carga, parte.rechazos)
        leidas += parte.leidas
        # Batches share no row; a row of which one part entered was accepted.
        aceptadas += parte.filas["fila"].n_unique()
        observaciones += parte.filas.height
        valores += parte.rechazos.filter(pl.col("gravedad") == str(Gravedad.VALOR)).height
        if guardados < RECHAZOS_EN_MEMORIA and parte.rechazos.height:
            muestra.append(parte.rechazos.head(RECHAZOS_EN_MEMORIA - guardados))
            guardados += muestra[-1].height
        progreso.avanzar(lectura.leidos(), leidas)
    irregulares = supresor.callar(_irregulares(lectura))
    if irregulares.height:
        copia.copiar_rechazos(conn, carga, irregulares)
        leidas += irregulares.height
        muestra.append(irregulares.head(max(0, RECHAZOS_EN_MEMORIA - guardados)))
    return Resultado(
        fuente.id,
        ruta.name,
        carga,
        EstadoCarga.CONFIRMADA,
        leidas=leidas,
        aceptadas=aceptadas,
        rechazadas=leidas - aceptadas,
        valores_rechazados=valores,
        observaciones=observaciones,
        rechazos=pl.concat(muestra) if muestra else pl.DataFrame(schema=ESQUEMA_RECHAZO),
    )


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


def _anotar_cargas(conn: Connection, pedido: _Pedido, resultados: Sequence[Resultado]) -> None:
    """The line of the audit of each load that enters."""
    for resultado in resultados:
        if not resultado.sin_cambios:
            detalle = {"carga": resultado.carga, "fuente": resultado.fuente, "filas": resultado.aceptadas}
            auditoria.anotar(conn, auditoria.INGESTA, "cargar", {**detalle, "usuario": pedido.usuario})


def _anotar_intento(engine: Engine, pedido: _Pedido, entradas: Sequence[_Entrada], resultado: Resultado) -> None:
    """List a refused attempt, with its rejections, in a transaction of its own."""
    with engine.begin() as conn:
        cargas.declarar_fuente(conn, pedido.fuente)
        for entrada in entradas:
            carga = cargas.abrir_carga(conn, pedido.fuente, entrada.archivo, entrada.anio, pedido.usuario)
            cargas.dar_por_fallida(conn, carga, resultado)
            detalle = {"carga": carga, "fuente": pedido.fuente.id, "usuario": pedido.usuario}
            auditoria.anotar(conn, auditoria.INGESTA, "rechazar_carga", detalle)
            copia.copiar_rechazos(conn, carga, resultado.rechazos)


def describir(ruta: Path) -> cargas.Archivo:
    """Name, size and SHA-256 of a file, read in bounded memory, and whether it is of the synthetic city.

    Raises `ErrorArchivo` if it cannot be read.
    """
    try:
        with ruta.open("rb") as abierto:
            resumen = hashlib.file_digest(abierto, "sha256").hexdigest()
        sintetico = any((carpeta / MARCA_SINTETICA).is_file() for carpeta in ruta.resolve().parents[:3])
        # A name that is not UTF-8 would not enter the database.
        nombre = os.fsencode(ruta.name).decode("utf-8", "replace")
        return cargas.Archivo(resumen, nombre, ruta.stat().st_size, sintetico)
    except OSError as error:
        raise ErrorArchivo(
            f"No se puede leer «{ruta}»: {motivo(error)}.", "Revise la ruta y los permisos del archivo."
        ) from error
