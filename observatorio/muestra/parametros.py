"""The stated assumptions of the synthetic city, read once from `data/muestra` into frozen records."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from observatorio import referencia
from observatorio.errors import ErrorArchivo

T = TypeVar("T")
Tasas = Mapping[str, float]


@dataclass(frozen=True)
class Tamanos:
    """Sizes by sales: counts of firms, share of legal persons, brackets and classes of dependent workers."""

    empresas: Mapping[str, int]
    juridicas: Tasas
    tramos: Mapping[str, Tasas]
    dependientes: Mapping[str, list[float]]


@dataclass(frozen=True)
class Historia:
    """Yearly rates over the active businesses (0..1); `crecimiento` is a standard deviation in logarithm."""

    existentes: float
    nacimientos: float
    muertes: Tasas
    muertes_informales: float
    pausas: float
    mudanzas: float
    sucesion: float
    convivencia: float
    crecimiento: float
    cambio_tramo: float
    lugar_anterior: float
    nombre_anterior: float


@dataclass(frozen=True)
class Formalidades:
    """Shares of the first year and yearly transitions between informal, in process and formal."""

    multiplicador: float
    solo_sii: float
    solo_permiso: float
    sin_sanitaria: float
    formaliza: float
    regulariza: float
    decae: float
    permiso_feria: float


@dataclass(frozen=True)
class Firmas:
    """Branches, head offices elsewhere, tax domiciles and the blocks of RUT numbers (first and last)."""

    sucursal: Tasas
    sucursales_max: Mapping[str, int]
    matriz_afuera: Tasas
    faena: float
    contador: float
    hogar: float
    contadores: int
    rut_natural: list[int]
    rut_juridica: list[int]


@dataclass(frozen=True)
class Empleos:
    """Shares of commuters (and of those of another region among them), foreigners and written contracts; shifts."""

    conmutante_pequeno: float
    interregional_turno: float
    interregional: float
    extranjeros: float
    contrato_formal: float
    contrato_informal: float
    familiares: float
    turnos: Tasas


@dataclass(frozen=True)
class Dineros:
    """The patente of DL 3.063 and the shares of sales that become capital and taxes."""

    tasa_patente: float
    patente_minima_utm: float
    patente_maxima_utm: float
    capital_sobre_ventas: float
    iva_sobre_ventas: float
    renta_sobre_ventas: float
    uf_por_defecto: float
    utm_por_defecto: float


@dataclass(frozen=True)
class Redes:
    """The supplier network of the tractoras."""

    directos: float
    indirectos: float
    afuera: float
    permanencia: float
    ciclos: float
    secciones: list[str]
    contratistas: float


@dataclass(frozen=True)
class Equipamientos:
    """Schools and health establishments of the public lists: scale, shares and blocks of codes (first and last)."""

    negocios: int
    minimo: int
    cerrados: float
    otras_comunas: float
    conmutante: float
    codigos: Mapping[str, list[int]]


@dataclass(frozen=True)
class Suciedades:
    """Rates of dirt: by file where the name is a mapping, of all rows otherwise."""

    nombre: Tasas
    direccion: Tasas
    coordenada: Tasas
    sin_dv: Tasas
    atrasada: Tasas
    cerrado_vigente: float
    corte_sii: int
    corte_planilla: int
    rut_comodin: float
    rut_ajeno: float
    sin_rut_gremio: float
    sin_rut_encuesta: float
    calle_basura: float
    socios_juntos: float
    fantasia: float
    sin_coordenada_patentes: float
    sin_coordenada_encuesta: float
    sin_coordenada_equipamiento: float
    error_gps: float
    senal_no_sabe: float
    senal_contraria: float
    dos_patentes: float
    sin_region_encuesta: float
    datum: list[float]
    datum_nombre: str
    comodines: list[str]


@dataclass(frozen=True)
class Palabras:
    """The words that names are made of, and how people abbreviate them."""

    hombres: list[str]
    mujeres: list[str]
    apellidos: list[str]
    propios: list[str]
    cualidades: list[str]
    sufijos: Tasas
    abreviaturas: Mapping[str, str]
    vias: Mapping[str, list[str]]


@dataclass(frozen=True)
class Parametros:
    """All of `parametros.toml`, and `nombres.toml` as `palabras`."""

    tamano: Tamanos
    historia: Historia
    formalidad: Formalidades
    empresas: Firmas
    empleo: Empleos
    dinero: Dineros
    proveedores: Redes
    cobertura: Tasas
    equipamiento: Equipamientos
    suciedad: Suciedades
    palabras: Palabras


def carpeta() -> Path:
    """The folder with the seeds and parameters of the city. Raises `ErrorArchivo` when it is empty."""
    ruta = referencia.datos_dir() / "muestra"
    if not (ruta / "parametros.toml").is_file():
        raise ErrorArchivo(
            "Faltan los parámetros de la ciudad sintética (data/muestra).", "Reinstale el programa completo."
        )
    return ruta


def tabla(nombre: str) -> list[dict[str, str]]:
    """The rows of `data/muestra/<nombre>.csv`, every cell as text."""
    with (carpeta() / f"{nombre}.csv").open(encoding="utf-8", newline="") as archivo:
        return list(csv.DictReader(archivo))


def leer_toml(nombre: str) -> dict[str, Any]:
    """The groups of `data/muestra/<nombre>.toml`."""
    return tomllib.loads((carpeta() / f"{nombre}.toml").read_text("utf-8"))


@cache
def parametros() -> Parametros:
    """Every parameter. Raises `ErrorArchivo` naming a key that is missing or unknown."""
    crudo, palabras = leer_toml("parametros"), leer_toml("nombres")
    return Parametros(
        tamano=grupo(Tamanos, crudo["tamano"]),
        historia=grupo(Historia, crudo["historia"]),
        formalidad=grupo(Formalidades, crudo["formalidad"]),
        empresas=grupo(Firmas, crudo["empresas"]),
        empleo=grupo(Empleos, crudo["empleo"]),
        dinero=grupo(Dineros, crudo["dinero"]),
        proveedores=grupo(Redes, crudo["proveedores"]),
        cobertura=crudo["cobertura"],
        equipamiento=grupo(Equipamientos, crudo["equipamiento"]),
        suciedad=grupo(Suciedades, crudo["suciedad"]),
        palabras=grupo(Palabras, palabras),
    )


def grupo(tipo: type[T], valores: Mapping[str, object]) -> T:
    """The record of a group of parameters. Raises `ErrorArchivo` naming a key that is missing or unknown."""
    esperadas = {campo.name for campo in fields(tipo)}  # type: ignore[arg-type]
    if esperadas != set(valores):
        extranas = ", ".join(sorted(esperadas ^ set(valores)))
        raise ErrorArchivo(f"data/muestra: faltan o sobran claves en {tipo.__name__}: {extranas}.")
    return tipo(**valores)
