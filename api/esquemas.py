"""The shape of each JSON answer, for the OpenAPI document alone: most answers are text that PostgreSQL wrote."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from observatorio.vocabulario import Formalidad, Precision, Suceso, Tamano, TipoPersona, TipoSitio


class Establecimiento(BaseModel):
    """A premises in a year. Name and RUT of natural persons are the municipality's alone, and so are the restricted
    columns, which other keys do not get at all."""

    id: str
    rut: int | None
    nombre: str | None
    razon_social: str | None
    nombre_fantasia: str | None
    tipo_persona: TipoPersona | None
    tipo_sitio: TipoSitio | None
    direccion: str | None
    acteco: str | None
    giro_texto: str | None
    division: str | None
    seccion: str | None
    tamano: Tamano
    tamano_criterio: str | None
    formalidad: Formalidad
    trabajadores: int | None
    empleo_total: int | None
    empleo_local: int | None
    empleo_conmutante: int | None
    empleo_sin_dato: int | None
    precision: Precision
    publica: bool
    lon: float | None
    lat: float | None
    tramo_ventas: int | None = Field(default=None, description="Solo con clave municipal, como los que siguen")
    impuestos_clp: int | None = None
    patente_clp: int | None = None
    capital_clp: int | None = None
    telefono: str | None = None
    correo: str | None = None


class EstablecimientoDelAnio(Establecimiento):
    """The same, with its year."""

    anio: int


class PaginaEstablecimientos(BaseModel):
    """A page. `siguiente` is the cursor of the next one; `coincidencia` says how `q` was met."""

    anio: int
    coincidencia: str | None = Field(description="«literal», «parecida» o «rut»; nada sin «q»")
    siguiente: str | None
    datos: list[Establecimiento]


class Conteo(BaseModel):
    """How many, with one member for each dimension that was asked for."""

    model_config = ConfigDict(extra="allow")
    valor: int


class ConteoDibujado(BaseModel):
    """Establishments within a polygon."""

    anio: int
    dimensiones: list[str]
    total: int
    estado: str
    datos: list[Conteo]
    nota: str


class CampoConOrigen(BaseModel):
    """A field of a year with the load and the row that it came from; nobody's word has none."""

    anio: int
    campo: str
    valor: Any
    fuente: str | None
    carga: int | None
    archivo: str | None
    fila: int | None
    regla: str
    momento: datetime | None


class RegistroPropio(BaseModel):
    """A record that speaks of the establishment, and why it is taken for its own."""

    anio: int
    fuente: str
    carga: int
    archivo: str
    fila: int
    regla: str
    peso: float | None


class Procedencia(BaseModel):
    """Where every field came from."""

    id: str
    datos: list[CampoConOrigen]
    registros: list[RegistroPropio]


class SucesoDelAnio(BaseModel):
    """What happened between the year before and this one."""

    anio: int
    tipo: Suceso
    provisorio: bool


class Historia(BaseModel):
    """The years of an establishment, newest first, its events, and the ids that it had before."""

    id: str
    datos: list[EstablecimientoDelAnio]
    sucesos: list[SucesoDelAnio]
    identificadores_anteriores: list[str]


class Cuentas(BaseModel):
    """Suppliers: who sells directly, who through others, and distinct firms in all."""

    directos: int
    indirectos: int
    distintos: int


class Tractora(Cuentas):
    """A firm that buys from many, by its RUT."""

    id: str
    nombre: str | None


class Tractoras(BaseModel):
    """The suppliers of each tractora; over all of them together each firm counts once."""

    anio: int
    criterio: str | None
    nivel_max: int | None
    estado: str
    datos: list[Tractora]
    todas: Cuentas
    nota: str


class Proveedor(BaseModel):
    """A supplier: how many steps away, and in which of the four senses it is local."""

    rut: int
    nombre: str | None
    nivel: int
    n1: bool
    n2: bool
    n3: bool
    n4: bool


class PaginaProveedores(BaseModel):
    """A page of the suppliers of a tractora, by RUT."""

    id: str
    nombre: str | None
    anio: int
    criterio: str | None
    nivel_max: int | None
    siguiente: str | None
    datos: list[Proveedor]
    nota: str
