"""The catastro of a comuna, made from the live observations in one run for all years; what did not change stays.

The outcome depends on the observations and on what people decided, never on the order of loading nor on the runs
before: a load that is reverted leaves the catastro as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
import shapely
from psycopg import sql
from sqlalchemy import Connection

from observatorio.catastro import lectura
from observatorio.catastro.actividad import leer_giros
from observatorio.catastro.eleccion import ESTABLECIMIENTO_ANIO, elegir
from observatorio.catastro.empresas import actividades, empresas
from observatorio.catastro.enlace.enlazar import Enlace, enlazar
from observatorio.catastro.enlace.perfiles import CLAVES
from observatorio.catastro.enlace.ruts import con_clave
from observatorio.catastro.giros import dudas_de_giro
from observatorio.catastro.huella import huella_de, huella_del_programa, version_de
from observatorio.catastro.lugares.ubicar import Ubicado, ubicar
from observatorio.catastro.muestras import rehacer_estimaciones
from observatorio.catastro.proveedores import presencias, rehacer_niveles
from observatorio.catastro.senales import con_terminos
from observatorio.catastro.sucesos import rehacer_sucesos
from observatorio.db.adelanto import adelantar
from observatorio.db.copia import copiar, crear_etapa
from observatorio.db.queries import catastro as consultas
from observatorio.db.queries import enlace as consultas_enlace
from observatorio.db.queries import relevos, revision
from observatorio.db.queries import zonas as consultas_zonas
from observatorio.normalizar.texto import plegar
from observatorio.normalizar.zonas_comuna import ZonasComuna
from observatorio.referencia import comunas
from observatorio.vocabulario import Describe, TipoSitio

Aviso = Callable[[str], None]


@dataclass(frozen=True)
class Consolidado:
    """A year: its establishments, observations read, version and fingerprint; `rehecho` where it was written."""

    anio: int
    establecimientos: int
    observaciones: int
    version: int
    huella: str
    rehecho: bool


@dataclass(frozen=True)
class Consolidacion:
    """What a run made: each year that some load speaks of, those withdrawn, and the doubts left for a person."""

    anios: tuple[Consolidado, ...]
    retirados: tuple[int, ...]
    dudas: int


def consolidar(conn: Connection, cut: str, anio: int | None = None, avisar: Aviso = lambda _: None) -> Consolidacion:
    """Bring `catastro` to what the live observations say, in the caller's transaction.

    Years whose content would be the same are left alone, but for `anio`, which is written anew whatever happens.
    `avisar` is told what is being done.
    """
    consultas.bloquear(conn)
    avisar("Leyendo las observaciones vigentes")
    crudas = lectura.leer_observaciones(conn)
    avisar("Buscando el lugar de cada registro")
    ubicado = ubicar_todas(conn, cut, crudas)
    avisar("Enlazando los registros de un mismo negocio")
    obs = con_clave(ubicado.obs)
    enlace = enlazar(obs, cut, revision.decisiones(conn), consultas_enlace.recordar(conn, cut))
    relevos.apartar_idos(conn, cut, enlace.identidad["id"])
    consultas_enlace.guardar_identidad(conn, cut, enlace.identidad, enlace.dudas)
    consultas_enlace.guardar_memoria(conn, cut, enlace.memoria)
    consultas_enlace.guardar_corrimientos(conn, cut, ubicado.corrimientos)
    obs = _con_identidad(obs, enlace)
    giros = leer_giros(obs, revision.decisiones_giro(conn))
    hechos, retirados = _rehacer_anios(conn, cut, anio, obs, giros, avisar)
    if retirados or any(hecho.rehecho for hecho in hechos):
        identificados = enlace.identidad.select("id", "rut", clave_lugar="semilla").unique("id", keep="first")
        consultas.reponer_establecimientos(conn, cut, identificados)
    usados = consultas_enlace.giros_sin_codigo(conn, cut)
    usos = usados.select("id", giro=plegar(usados["giro_texto"]))
    consultas_enlace.guardar_dudas_de_giro(conn, cut, dudas_de_giro(giros, usos))
    avisar("Siguiendo a los negocios por los años")
    consultas.reponer_empresas(conn, empresas(obs))
    # Nobody gathers statistics inside this transaction, and without them a query may take minutes instead of a second.
    consultas.analizar(conn, "empresa", "establecimiento", "identidad", "mosaico")
    relevos.relevar(conn, cut)
    rehacer_sucesos(conn, cut, obs)
    for uno in consultas.anios_de_proveedores(conn):
        consultas.rehacer_proveedores(conn, uno)
        rehacer_niveles(conn, cut, uno, presencias(lectura.vigentes_en(obs, uno), uno))
    for uno in (*(hecho.anio for hecho in hechos), *retirados):
        rehacer_estimaciones(conn, cut, uno)
    return Consolidacion(tuple(hechos), retirados, enlace.dudas.height)


def ubicar_todas(conn: Connection, cut: str, observaciones: pl.DataFrame) -> Ubicado:
    """Give the observations their places, with the polygons and the outside answers that this database holds."""
    oficiales = {c: shapely.from_wkb(forma) for c, forma in consultas_zonas.comunas_oficiales(conn).items()}
    return ubicar(
        observaciones,
        cut,
        consultas_enlace.geocodificadas(conn, cut),
        sectores=consultas_zonas.sectores(conn, cut),
        zonas=ZonasComuna(comunas(), oficiales) if oficiales else None,
    )


def _con_identidad(observaciones: pl.DataFrame, enlace: Enlace) -> pl.DataFrame:
    """Every observation with its establishment (`id`, null where none) and that one's RUT (`enlazado`).

    A RUT that is not to be believed is left out: such a record speaks for no firm but that of its establishment.
    """
    suyas = enlace.identidad.select(*CLAVES, "id", enlazado="rut")
    return observaciones.with_columns(enlace.rut.alias("rut")).join(suyas, on=CLAVES, how="left", maintain_order="left")


@dataclass(frozen=True)
class _Anio:
    """What a year is made from, by its fingerprint, and what it holds; without `filas` it is what it was before."""

    anio: int
    huella: str
    observaciones: int
    establecimientos: int
    filas: pl.DataFrame | None = None
    actividades: pl.DataFrame | None = None


def _rehacer_anios(
    conn: Connection, cut: str, forzado: int | None, obs: pl.DataFrame, giros: pl.DataFrame, avisar: Aviso
) -> tuple[list[Consolidado], tuple[int, ...]]:
    """Write the years whose content changed, and empty those of which no load speaks any more."""
    antes = consultas_enlace.leer_versiones(conn, cut)
    anios = lectura.anios_observados(conn)
    sin_cambio = {uno: v for uno, v in antes.items() if uno != forzado}
    hechos: list[Consolidado] = []
    for uno in adelantar(_elegir_anios(cut, anios, obs, giros, sin_cambio), "elegir"):
        if uno.filas is not None and uno.actividades is not None:
            avisar(f"Escribiendo {uno.anio}")
            _escribir(conn, cut, uno.anio, uno.filas)
            consultas.reponer_actividades(conn, uno.anio, uno.actividades)
        version = version_de(uno.huella)
        rehecho = uno.filas is not None
        hechos.append(Consolidado(uno.anio, uno.establecimientos, uno.observaciones, version, uno.huella, rehecho))
    retirados = tuple(sorted(set(antes) - set(anios)))
    for ido in retirados:
        consultas.vaciar_anio(conn, cut, ido)
        consultas.reponer_actividades(conn, ido, actividades(obs.clear(), ido))
    consultas_enlace.guardar_versiones(
        conn,
        cut,
        [
            {"anio": h.anio, "version": h.version, "huella": h.huella, "establecimientos": h.establecimientos}
            for h in hechos
        ],
    )
    return hechos, retirados


def _elegir_anios(
    cut: str, anios: Sequence[int], obs: pl.DataFrame, giros: pl.DataFrame, antes: Mapping[int, Mapping[str, Any]]
) -> Iterator[_Anio]:
    """Each year with what holds in it; without, where `antes` has the same fingerprint."""
    comun = huella_de(giros, mas=f"{huella_del_programa()}|{cut}")
    for uno in anios:
        del_anio = con_terminos(_con_fundamento(lectura.vigentes_en(obs, uno)), obs, uno)
        huella = huella_de(del_anio, mas=f"{comun}|{uno}")
        viejo = antes.get(uno)
        if viejo is not None and viejo["huella"] == huella:
            yield _Anio(uno, huella, del_anio.height, viejo["establecimientos"])
        else:
            filas = elegir(del_anio, giros, cut, uno)
            yield _Anio(uno, huella, del_anio.height, filas.height, filas, actividades(del_anio, uno))


def _con_fundamento(del_anio: pl.DataFrame) -> pl.DataFrame:
    """Without the `id` of establishments that no record of the year proves: an address or a parcel alone does not."""
    prueba = (pl.col("describe") == str(Describe.EMPRESA)) | (
        (pl.col("describe") == str(Describe.ESTABLECIMIENTO))
        & (pl.col("tipo_sitio").fill_null("") != str(TipoSitio.DOMICILIO))
    )
    return del_anio.with_columns(id=pl.when(prueba.any().over("id")).then("id"))


def _escribir(conn: Connection, cut: str, anio: int, filas: pl.DataFrame) -> None:
    consultas.preparar_anio(conn, anio)
    consultas.vaciar_anio(conn, cut, anio)
    crear_etapa(conn, "establecimientos", ESTABLECIMIENTO_ANIO, tipos={"procedencia": "jsonb"})
    copiar(conn, sql.SQL("pg_temp.establecimientos"), filas, jsonb={"procedencia"})
    consultas.volcar_establecimientos(conn, cut, anio)
    consultas.analizar(conn, f"establecimiento_anio_{anio}")
    consultas.rehacer_mosaico(conn, cut, anio)
