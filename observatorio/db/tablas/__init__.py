"""The tables as SQLAlchemy Core objects. The database is made by the migrations; a test proves that both agree.

There is a module for each schema; every name is read from here. A name is the table's own; `auditoria_registro` has its
schema before it because `registro` is taken, and `publicacion` is the table, not the module that declares it.
"""

from __future__ import annotations

from observatorio.db.tablas.auditoria import auditoria_registro, clave, eslabon, relevo, sello
from observatorio.db.tablas.base import metadata
from observatorio.db.tablas.catastro import (
    actividad,
    corrimiento,
    decision,
    decision_giro,
    duda,
    duda_giro,
    empresa,
    establecimiento,
    establecimiento_anio,
    establecimiento_zona,
    identidad,
    mosaico,
    nivel_proveedor,
    par,
    perfil,
    proveedor,
    suceso,
    version,
)
from observatorio.db.tablas.ingreso import archivo, carga, fuente, rechazo, supresion, vigencia
from observatorio.db.tablas.observacion import registro, serie, vinculo
from observatorio.db.tablas.publicacion import alternativa, celda, estimacion, publicacion
from observatorio.db.tablas.ref import (
    aplicado,
    comuna,
    division,
    poblacion,
    seccion,
    tramo_trabajadores,
    tramo_ventas,
    unidad,
)
from observatorio.db.tablas.territorio import geocodificado, nivel, zona

__all__ = [
    "actividad",
    "alternativa",
    "aplicado",
    "archivo",
    "auditoria_registro",
    "carga",
    "celda",
    "clave",
    "comuna",
    "corrimiento",
    "decision",
    "decision_giro",
    "division",
    "duda",
    "duda_giro",
    "empresa",
    "eslabon",
    "establecimiento",
    "establecimiento_anio",
    "establecimiento_zona",
    "estimacion",
    "fuente",
    "geocodificado",
    "identidad",
    "metadata",
    "mosaico",
    "nivel",
    "nivel_proveedor",
    "par",
    "perfil",
    "poblacion",
    "proveedor",
    "publicacion",
    "rechazo",
    "registro",
    "relevo",
    "seccion",
    "sello",
    "serie",
    "suceso",
    "supresion",
    "tramo_trabajadores",
    "tramo_ventas",
    "unidad",
    "version",
    "vigencia",
    "vinculo",
    "zona",
]
