"""Which source's word counts for each field: one declared rule a field.

A rule is an order of actors. `ambito` says where the word may come from: the records of this very premises, or any
record of its firm (a branch inherits its firm's name, never its firm's workers).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from observatorio.vocabulario import Actor


class Ambito(StrEnum):
    """Whose records may speak for a field."""

    ESTABLECIMIENTO = "establecimiento"
    EMPRESA = "empresa"


@dataclass(frozen=True)
class Regla:
    """The order in which actors are believed about a field; within one actor, the newest record first.

    `suma`: the winning source says it in several rows of a year (one a tax), which are added.
    """

    ambito: Ambito
    actores: Sequence[Actor]
    suma: bool = False


_OFICIAL_EMPRESA = Regla(
    Ambito.EMPRESA,
    (
        Actor.SII,
        Actor.NOTARIAS,
        Actor.MUNICIPALIDAD,
        Actor.SALUD,
        Actor.EDUCACION,
        Actor.BIENES_NACIONALES,
        Actor.GORE,
        Actor.GREMIO,
        Actor.TRACTORA,
        Actor.ACADEMIA,
    ),
)
_EN_TERRENO = Regla(
    Ambito.ESTABLECIMIENTO,
    (
        Actor.MUNICIPALIDAD,
        Actor.EDUCACION,
        Actor.SALUD,
        Actor.ACADEMIA,
        Actor.GREMIO,
        Actor.SII,
        Actor.BIENES_NACIONALES,
        Actor.GORE,
        Actor.NOTARIAS,
        Actor.TRACTORA,
    ),
)
_LUGAR = Regla(
    Ambito.ESTABLECIMIENTO,
    (
        Actor.ACADEMIA,
        Actor.EDUCACION,
        Actor.SALUD,
        Actor.MUNICIPALIDAD,
        Actor.GREMIO,
        Actor.BIENES_NACIONALES,
        Actor.SII,
        Actor.GORE,
        Actor.TRACTORA,
        Actor.NOTARIAS,
    ),
)
_ENCUESTA_PRIMERO = Regla(
    Ambito.ESTABLECIMIENTO,
    (Actor.ACADEMIA, Actor.MUNICIPALIDAD, Actor.GREMIO, Actor.SALUD, Actor.EDUCACION),
)
_ACTIVIDAD = Regla(
    Ambito.EMPRESA,
    (Actor.EDUCACION, Actor.SALUD, Actor.SII, Actor.MUNICIPALIDAD, Actor.ACADEMIA, Actor.GREMIO, Actor.GORE),
)
# A survey's answer never goes over a register's: it only fills what no register says.
_SENAL_EMPRESA = Regla(Ambito.EMPRESA, (Actor.SII, Actor.MUNICIPALIDAD, Actor.ACADEMIA))
_SENAL_LOCAL = Regla(Ambito.ESTABLECIMIENTO, (Actor.MUNICIPALIDAD, Actor.ACADEMIA))
_SENAL_SANITARIA = Regla(Ambito.ESTABLECIMIENTO, (Actor.SALUD, Actor.ACADEMIA))
_DINERO_EMPRESA = Regla(Ambito.EMPRESA, (Actor.SII, Actor.NOTARIAS, Actor.MUNICIPALIDAD))

REGLAS: Mapping[str, Regla] = {
    "razon_social": _OFICIAL_EMPRESA,
    "tipo_persona": _OFICIAL_EMPRESA,
    "tramo_ventas": Regla(Ambito.EMPRESA, (Actor.SII, Actor.ACADEMIA)),
    "trabajadores": Regla(Ambito.EMPRESA, (Actor.SII,)),
    "acteco": _ACTIVIDAD,
    "senal_sii": _SENAL_EMPRESA,
    "impuestos_clp": Regla(Ambito.EMPRESA, (Actor.SII,), suma=True),
    "capital_clp": _DINERO_EMPRESA,
    "nombre_fantasia": _EN_TERRENO,
    "giro_texto": _EN_TERRENO,
    "tipo_sitio": _EN_TERRENO,
    "direccion": _EN_TERRENO,
    "telefono": _EN_TERRENO,
    "correo": _EN_TERRENO,
    "punto": _LUGAR,
    "empleo_total": _ENCUESTA_PRIMERO,
    "empleo_local": _ENCUESTA_PRIMERO,
    "empleo_conmutante": _ENCUESTA_PRIMERO,
    "trabajadores_extranjeros": _ENCUESTA_PRIMERO,
    "trabajadores_con_contrato": _ENCUESTA_PRIMERO,
    "turno": _ENCUESTA_PRIMERO,
    "patente_clp": Regla(Ambito.ESTABLECIMIENTO, (Actor.MUNICIPALIDAD,)),
    "senal_patente": _SENAL_LOCAL,
    "senal_sanitaria": _SENAL_SANITARIA,
}
