"""Which source's word counts for each field: one declared rule a field (those of employment: see `empleo`).

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

    `suma`: the winning source says it in several rows of a year (one a tax), which are added. `primera`: a list of the
    year goes before a history, and of a history the row that began first counts, not the last one. `afirma`: of the
    newest year, one record that says `si` is enough: who holds two patentes, one of them current, has a current one.
    `cercana`: how well the place is known goes before who says it: measured, then a parcel, then computed from the
    address of the premises, then a sector.
    """

    ambito: Ambito
    actores: Sequence[Actor]
    suma: bool = False
    primera: bool = False
    afirma: bool = False
    cercana: bool = False


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
    cercana=True,
)
_ACTIVIDAD_EMPRESA = Regla(
    Ambito.EMPRESA,
    (Actor.SII, Actor.MUNICIPALIDAD, Actor.ACADEMIA, Actor.GREMIO, Actor.GORE),
    primera=True,
)
# A survey's answer never goes over a register's: it only fills what no register says.
_SENAL_EMPRESA = Regla(Ambito.EMPRESA, (Actor.SII, Actor.MUNICIPALIDAD, Actor.ACADEMIA), afirma=True)
_SENAL_LOCAL = Regla(Ambito.ESTABLECIMIENTO, (Actor.MUNICIPALIDAD, Actor.ACADEMIA), afirma=True)
_SENAL_SANITARIA = Regla(Ambito.ESTABLECIMIENTO, (Actor.SALUD, Actor.ACADEMIA), afirma=True)
_DINERO_EMPRESA = Regla(Ambito.EMPRESA, (Actor.SII, Actor.NOTARIAS, Actor.MUNICIPALIDAD))

REGLAS: Mapping[str, Regla] = {
    "razon_social": _OFICIAL_EMPRESA,
    "tipo_persona": _OFICIAL_EMPRESA,
    "tramo_ventas": Regla(Ambito.EMPRESA, (Actor.SII, Actor.ACADEMIA)),
    "trabajadores": Regla(Ambito.EMPRESA, (Actor.SII,)),
    "acteco": _ACTIVIDAD_EMPRESA,
    # What a school or a health post does is told by its own register; its owner may run both.
    "acteco_propio": Regla(Ambito.ESTABLECIMIENTO, (Actor.EDUCACION, Actor.SALUD)),
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
    "turno": Regla(
        Ambito.ESTABLECIMIENTO,
        (Actor.ACADEMIA, Actor.TRACTORA, Actor.MUNICIPALIDAD, Actor.GREMIO, Actor.SALUD, Actor.EDUCACION),
    ),
    "patente_clp": Regla(Ambito.ESTABLECIMIENTO, (Actor.MUNICIPALIDAD,), suma=True),
    "senal_patente": _SENAL_LOCAL,
    "senal_sanitaria": _SENAL_SANITARIA,
}

DERIVADOS: Mapping[str, Sequence[str]] = {
    "nombre": ("nombre_fantasia", "razon_social"),
    "lon": ("punto",),
    "lat": ("punto",),
    "precision": ("punto",),
    "division": ("acteco",),
    "seccion": ("acteco",),
    "acteco_puntaje": ("acteco",),
    "tamano_ventas": ("tramo_ventas",),
    "tamano_trabajadores": ("trabajadores", "empleo_total"),
    "tamano": ("tramo_ventas", "tamano_ventas", "tamano_trabajadores", "trabajadores", "empleo_total"),
    "tamano_criterio": ("tramo_ventas", "tamano_ventas", "tamano_trabajadores", "trabajadores", "empleo_total"),
    "empleo_sin_dato": ("empleo_total",),
    "empleo_cuadra": ("empleo_total",),
    "senal_sii_fecha": ("senal_sii",),
    "senal_patente_fecha": ("senal_patente",),
    "senal_sanitaria_fecha": ("senal_sanitaria",),
    "sanitaria_exigida": ("acteco", "giro_texto"),
    "formalidad": ("estado", "senal_sii", "senal_patente", "senal_sanitaria", "acteco", "giro_texto"),
    "indeterminado_por": ("senal_sii", "senal_patente", "senal_sanitaria", "acteco", "giro_texto"),
}
"""Fields that follow from others -> those whose origins are theirs, the one that counts first."""
