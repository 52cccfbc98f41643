"""The canonical columns of every observation: what a source may say, and what each word means.

This list is the one place where a canonical column is declared. Sources map their headers to these names, the
normalisers are chosen by `tipo`, the staging tables are built from it, and the blank templates and the glossary
describe it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Tipo(StrEnum):
    """The kind of a canonical value: chooses its normaliser and its column type."""

    TEXTO = "texto"
    RUT = "rut"
    DV = "dv"
    ACTECO = "acteco"
    COMUNA = "comuna"
    FECHA = "fecha"
    ENTERO = "entero"
    NUMERO = "numero"
    DINERO = "dinero"
    LATITUD = "latitud"
    LONGITUD = "longitud"
    GEOPUNTO = "geopunto"
    DIRECCION = "direccion"
    CATEGORIA = "categoria"
    TELEFONO = "telefono"
    CORREO = "correo"


@dataclass(frozen=True)
class Columna:
    """A canonical column: its name, kind, meaning in Spanish, closed list of values if it has one, and
    whether the law restricts who may read it."""

    nombre: str
    tipo: Tipo
    descripcion: str
    valores: tuple[str, ...] = ()
    restringida: bool = False


_SENAL = ("si", "no")

REGISTRO: tuple[Columna, ...] = (
    Columna("id_fuente", Tipo.TEXTO, "Identificador del registro en su fuente (rol, RBD, _uuid)"),
    Columna("rut", Tipo.RUT, "RUT de la empresa, sin dígito verificador"),
    Columna("dv", Tipo.DV, "Dígito verificador del RUT; nunca se inventa"),
    Columna("razon_social", Tipo.TEXTO, "Nombre legal"),
    Columna("nombre_fantasia", Tipo.TEXTO, "Nombre con que el público conoce el local"),
    Columna("tipo_persona", Tipo.CATEGORIA, "Persona natural o jurídica", ("natural", "juridica")),
    Columna("grupo_empresarial", Tipo.TEXTO, "Grupo al que pertenece la empresa"),
    Columna("telefono", Tipo.TELEFONO, "Teléfono de contacto", restringida=True),
    Columna("correo", Tipo.CORREO, "Correo de contacto", restringida=True),
    Columna("acteco", Tipo.ACTECO, "Código de actividad económica (ACTECO, seis dígitos, texto)"),
    Columna("acteco_anio", Tipo.ENTERO, "Año de la lista de códigos con que se lee el ACTECO"),
    Columna("giro_texto", Tipo.TEXTO, "Giro o actividad en palabras de la fuente"),
    Columna(
        "tipo_sitio",
        Tipo.CATEGORIA,
        "Qué es el lugar: casa matriz, sucursal, faena, domicilio legal o predio",
        ("casa_matriz", "sucursal", "faena", "domicilio", "predio"),
    ),
    Columna("direccion_texto", Tipo.DIRECCION, "Dirección tal como viene en la fuente"),
    Columna("calle", Tipo.TEXTO, "Calle, o manzana donde no hay calles"),
    Columna("numero", Tipo.TEXTO, "Número, rango o sitio"),
    Columna("resto", Tipo.TEXTO, "Unidad dentro del edificio: local, oficina, departamento, bloque, villa"),
    Columna("cut", Tipo.COMUNA, "Código único territorial de la comuna"),
    Columna("lat", Tipo.LATITUD, "Latitud (EPSG:4326), ya corregida si hubo una falla reparable"),
    Columna("lon", Tipo.LONGITUD, "Longitud (EPSG:4326), ya corregida si hubo una falla reparable"),
    Columna(
        "precision",
        Tipo.CATEGORIA,
        "Con qué detalle se conoce el lugar",
        ("gps", "puerta", "tramo", "calle", "sector", "centroide", "sin_ubicacion"),
    ),
    Columna("anio", Tipo.ENTERO, "Año al que se refiere el registro"),
    Columna("desde", Tipo.FECHA, "Inicio: de actividades, de la patente, de la resolución"),
    Columna("hasta", Tipo.FECHA, "Término"),
    Columna("tramo_ventas", Tipo.ENTERO, "Tramo de ventas del SII, 1 a 13; 1 es sin información", restringida=True),
    Columna("trabajadores", Tipo.ENTERO, "Trabajadores de la empresa entera según la fuente"),
    Columna("trabajadores_extranjeros", Tipo.ENTERO, "Trabajadores de nacionalidad extranjera"),
    Columna("trabajadores_con_contrato", Tipo.ENTERO, "Trabajadores con contrato escrito"),
    Columna("empleo_total", Tipo.ENTERO, "Personas que trabajan en este establecimiento"),
    Columna("empleo_local", Tipo.ENTERO, "De ellas, las que residen en la comuna"),
    Columna("empleo_conmutante", Tipo.ENTERO, "De ellas, las que residen fuera de la comuna"),
    Columna("conmutante_intrarregional", Tipo.ENTERO, "De ellas, las que residen en otra comuna de la región"),
    Columna("conmutante_interregional", Tipo.ENTERO, "De ellas, las que residen en otra región"),
    Columna("turno", Tipo.TEXTO, "Jornada por turnos: 7x7, 10x10, 14x14"),
    Columna("impuestos_clp", Tipo.DINERO, "Impuestos pagados en el año, en pesos", restringida=True),
    Columna("patente_clp", Tipo.DINERO, "Patente municipal del año, en pesos", restringida=True),
    Columna("capital_clp", Tipo.DINERO, "Capital propio o de constitución, en pesos", restringida=True),
    Columna("senal_sii", Tipo.CATEGORIA, "Tiene inicio de actividades vigente en el SII", _SENAL),
    Columna("senal_patente", Tipo.CATEGORIA, "Tiene patente, MEF o permiso municipal al día", _SENAL),
    Columna("senal_sanitaria", Tipo.CATEGORIA, "Tiene resolución sanitaria vigente", _SENAL),
    Columna("estado", Tipo.CATEGORIA, "Si la fuente lo vio funcionando", ("activo", "cerrado", "receso")),
    Columna("ola", Tipo.TEXTO, "Ola o ronda de la encuesta"),
    Columna("factor_expansion", Tipo.NUMERO, "Cuántos establecimientos representa una fila de una muestra"),
)

VINCULO: tuple[Columna, ...] = (
    Columna("rut_comprador", Tipo.RUT, "RUT de quien compra"),
    Columna("rut_proveedor", Tipo.RUT, "RUT de quien provee"),
    Columna("razon_social_proveedor", Tipo.TEXTO, "Nombre legal del proveedor según el comprador"),
    Columna("cut_proveedor", Tipo.COMUNA, "Comuna del proveedor según el comprador"),
    Columna("anio", Tipo.ENTERO, "Año al que se refiere el vínculo"),
    Columna("desde", Tipo.FECHA, "Inicio del vínculo"),
    Columna("hasta", Tipo.FECHA, "Término del vínculo"),
    Columna("categoria", Tipo.TEXTO, "Categoría de lo comprado"),
    Columna("monto_clp", Tipo.DINERO, "Monto del año, en pesos", restringida=True),
    Columna("evidencia", Tipo.TEXTO, "Qué prueba el vínculo"),
)

SERIE: tuple[Columna, ...] = (
    Columna("anio", Tipo.ENTERO, "Año del agregado"),
    Columna("territorio", Tipo.TEXTO, "Región o comuna, como la nombra la fuente"),
    Columna("categoria", Tipo.TEXTO, "Tramo o rubro, como lo nombra la fuente"),
)
"""Keys of an aggregate; each measure that the source declares becomes one row with `medida`, `valor`, `estado`."""

AUXILIARES: tuple[Columna, ...] = (
    Columna("geopunto", Tipo.GEOPUNTO, "Latitud, longitud, altura y precisión en una sola celda"),
)
"""Columns that a source may map and that are taken apart into canonical ones."""
