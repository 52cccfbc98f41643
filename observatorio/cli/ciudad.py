"""What `observatorio demo` does: a synthetic Calama, from nothing to a served page.

The city is written as the files that each office would send, and enters through the same jobs as real files. It lives
in a database of its own, so that it never mixes with what a municipality has loaded.
"""

from __future__ import annotations

import time
from pathlib import Path

from sqlalchemy import Engine

from ingest.pipeline import cargar
from observatorio.catastro.lectura import anios_observados
from observatorio.catastro.zonas import cargar_zonas
from observatorio.cli.consolidacion import consolidar_todo
from observatorio.cli.ingreso import contar, fuente_por_id
from observatorio.cli.salida import BarraDeCarga, decir
from observatorio.cli.servicio import atender
from observatorio.cli.sesion import ajustes
from observatorio.db import claves
from observatorio.db.engine import crear_engine
from observatorio.db.migrar import migrar
from observatorio.db.queries import cargas, catastro
from observatorio.db.queries.zonas import niveles_cargados
from observatorio.errors import ErrorCarga
from observatorio.muestra import ANIOS, generar
from observatorio.settings import Settings
from observatorio.vocabulario import Rol

ARCHIVOS: tuple[tuple[str, str], ...] = (
    ("sii_nomina", "sii/PUB_EMPRESAS_PJ_{anio}.txt"),
    ("sii_direcciones", "sii/PUB_NOM_*.txt"),
    ("sii_actecos", "sii/PUB_NOM_ACTECOS.txt"),
    ("patentes", "municipalidad/patentes_{anio}.xlsx"),
    ("gremio", "gremio/socios_{anio}.xlsx"),
    ("gore", "gore/beneficiarios_{anio}.csv"),
    ("bienes_nacionales", "bienes_nacionales/predios_{anio}.zip"),
    ("resolucion_sanitaria", "seremi_salud/resoluciones_{anio}.xlsx"),
    ("impuestos_convenio", "sii_convenio/impuestos_{anio}.csv"),
    ("proveedores_tractora", "tractoras/proveedores_{anio}.csv"),
    ("faenas_tractora", "tractoras/faenas_{anio}.csv"),
    ("encuesta_establecimientos", "academia/encuesta_{anio}.xlsx"),
    ("educacion", "educacion/establecimientos_educacionales_{anio}.json"),
    ("salud", "salud/establecimientos_salud_{anio}.json"),
)
"""Which source reads which file of the synthetic city; those without a year hold the whole history."""

NIVELES: tuple[tuple[str, str, str | None], ...] = (
    ("barrio", "territorio/barrios.geojson", "poblacion"),
    ("distrito_industrial", "territorio/distritos_industriales.geojson", None),
)


def preparar(size: int, seed: int, port: int, servir: bool) -> None:
    """Write the city, load it, consolidate it, print a way in and, if `servir`, serve it until interrupted."""
    settings = ajustes_de_demo(size, seed)
    inicio = time.monotonic()
    migrar(settings)
    rehusar_datos_reales(settings)
    archivos = settings.state_dir / "archivos"
    if not (archivos / "DATOS_SINTETICOS.txt").exists():
        decir(f"Escribiendo los archivos de una ciudad sintética de {size} negocios…")
        generar(archivos, semilla=seed, tamano=size)
    engine = crear_engine(settings, "ingesta")
    try:
        if cargar_ciudad(engine, settings, archivos):
            consolidar_todo(engine, settings)
    finally:
        engine.dispose()
    enlace = enlace_de_planificador(settings, port)
    decir(f"Listo en {time.monotonic() - inicio:.0f} s. Los datos son sintéticos: esta ciudad no existe.")
    decir(f"Ingreso de planificador: {enlace}")
    if servir:
        atender(settings, "127.0.0.1", port)


def ajustes_de_demo(size: int, seed: int) -> Settings:
    """The settings of a synthetic city: its own state folder, named after what makes it differ from the usual one."""
    nombre = "demo" if (size, seed) == (12_000, 20231201) else f"demo-{size}-{seed}"
    return ajustes().model_copy(update={"state_dir": ajustes().state_dir / nombre})


def rehusar_datos_reales(settings: Settings) -> None:
    """The city never goes where somebody has loaded real files, as in a database that was named by its address."""
    engine = crear_engine(settings, "ingesta")
    try:
        with engine.connect() as conn:
            if cargas.hay_reales(conn):
                raise ErrorCarga(
                    "Esta base tiene datos reales: la ciudad sintética no se mezcla con ellos.",
                    "Quite OBS_DATABASE_URL, y la demostración usará una base propia.",
                )
    finally:
        engine.dispose()


def cargar_ciudad(engine: Engine, settings: Settings, archivos: Path) -> bool:
    """Load every file of the city through its source; say whether anything changed."""
    cambios = False
    with BarraDeCarga() as barra:
        for fuente, patron in ARCHIVOS:
            for anio in ANIOS if "{anio}" in patron else (max(ANIOS),):
                rutas = sorted(archivos.glob(patron.format(anio=anio)))
                rutas = [r for r in rutas if fuente == "sii_actecos" or r.name != "PUB_NOM_ACTECOS.txt"]
                declarada = fuente_por_id(fuente)
                for resultado in cargar(
                    engine, declarada, rutas, cut=settings.cut, anio=anio, progreso=barra, usuario="demo"
                ):
                    if not resultado.sin_cambios:
                        contar(resultado)
                        cambios = True
    with engine.begin() as conn:
        hay = set(niveles_cargados(conn))
        for nivel, archivo, poblacion in NIVELES:
            if cambios or nivel not in hay:
                resumen = cargar_zonas(
                    conn,
                    archivos / archivo,
                    nivel=nivel,
                    codigo="codigo",
                    nombre="nombre",
                    poblacion=poblacion,
                    cut=settings.cut,
                )
                decir(str(resumen))
        # A run that was interrupted may have loaded everything and consolidated nothing.
        return cambios or set(anios_observados(conn)) != set(catastro.anios_consolidados(conn))


def enlace_de_planificador(settings: Settings, port: int) -> str:
    """A new sign-in link for a planner; the one that an earlier run printed stops working."""
    engine = crear_engine(settings, "propietario", pool_size=1)
    try:
        with engine.begin() as conn:
            for clave in claves.listar_claves(conn):
                if clave.nombre == "demo" and clave.revocada is None:
                    claves.revocar_clave(conn, clave.clave)
            texto = claves.crear_clave(conn, Rol.PLANIFICADOR, "demo", dias=30)
    finally:
        engine.dispose()
    return f"http://127.0.0.1:{port}/ingresar?clave={texto}"
