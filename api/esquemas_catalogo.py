"""The shape of the answers about figures, sources, releases and the territory, for the OpenAPI document alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from observatorio.vocabulario import EstadoValor


class TablaPublicada(BaseModel):
    """A table of the release that holds, as it can be asked for."""

    indicador: str
    anio: int
    por: str
    nivel: str
    celdas: int


class IndicadorDelCatalogo(BaseModel):
    """What an indicator says about itself, and what of it is published."""

    id: str
    nombre: str
    descripcion: str
    unidad: str
    formula: str
    fuentes: Any
    dimensiones: list[str]
    exige: list[str]
    componentes: dict[str, str]
    columnas: dict[str, str]
    restringido: bool
    decimales: int
    notas: list[str]
    publicado: list[TablaPublicada]


class Indicadores(BaseModel):
    """The catalogue."""

    datos: list[IndicadorDelCatalogo]


class Cifra(BaseModel):
    """One figure, with a member for each dimension that was asked for, and one with its name where codes have one."""

    model_config = ConfigDict(extra="allow")
    anio: int
    valor: float | None
    n: int | None = Field(description="Establecimientos con dato")
    cobertura: float | None
    estado: EstadoValor
    redondeo: int | None = Field(description="El valor es múltiplo de este número")


class PublicacionDeOrigen(BaseModel):
    """The releases that figures come from, and under which rule they were protected."""

    numeros: list[int]
    regla: str


class CuadroDeCifras(BaseModel):
    """Figures of an indicator, and what they are."""

    indicador: str
    nombre: str
    unidad: str
    formula: str
    dimensiones: list[str]
    nivel: str | None
    filtros: dict[str, str]
    anios: list[int]
    version: int
    publicacion: PublicacionDeOrigen | None
    redondeo: int | None
    avisos: list[str]
    nota: str
    datos: list[Cifra]


class FuenteDeclarada(BaseModel):
    """A source and how fresh it is."""

    id: str
    nombre: str
    actor: str
    describe: str
    cobertura: str
    licencia: str
    periodicidad: str
    estado: Literal["al_dia", "atrasada", "sin_carga"]
    ultima_carga: datetime | None
    anio: int | None
    filas: int | None


class Fuentes(BaseModel):
    """Every declared source."""

    datos: list[FuenteDeclarada]


class NivelDeZonas(BaseModel):
    """A partition of the territory."""

    nivel: str
    nombre: str
    origen: str
    incorporado: bool = Field(description="Viene con el sistema: nadie lo cargó")
    cargado: datetime
    zonas: int


class Niveles(BaseModel):
    """The levels that there are."""

    datos: list[NivelDeZonas]


class ZonaDelNivel(BaseModel):
    """A zone; its population may be estimated by area, or not known."""

    zona: str
    nombre: str | None
    cut: str | None
    poblacion: float | None
    poblacion_anio: int | None
    poblacion_estimada: bool
    area_km2: float | None


class Zonas(BaseModel):
    """The zones of a level."""

    nivel: str
    datos: list[ZonaDelNivel]


class PublicacionHecha(BaseModel):
    """A release: what was published, out of which sources, under which rule, and what protecting it cost."""

    publicacion: int
    anio: int
    version: int
    regla: str
    momento: datetime
    cut: str
    vigente: bool
    huella: str
    fuentes: Any
    informe: Any
    tablas: list[TablaPublicada]


class Publicaciones(BaseModel):
    """The releases, newest year first."""

    datos: list[PublicacionHecha]
    nota: str


class Salud(BaseModel):
    """How the service is."""

    estado: str
    base: str
    version: str
