"""The rates of residence: of the people who work here, who lives in the comuna and who comes from another."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Column, and_, func

from observatorio.db.tablas import establecimiento_anio as ea
from observatorio.indicadores.contract import Ejemplo, Indicador

_CONOCIDO: Final = and_(ea.c.empleo_local.is_not(None), ea.c.empleo_conmutante.is_not(None))
_FILAS: Final = (
    {"formalidad": "formal", "empleo_local": 6, "empleo_conmutante": 2},
    {"formalidad": "formal", "empleo_local": 9, "empleo_conmutante": 3},
    {"formalidad": "formal", "empleo_local": 50, "empleo_conmutante": None},
    {"formalidad": "informal", "empleo_local": None, "empleo_conmutante": None},
    {"formalidad": "inactivo", "empleo_local": 0, "empleo_conmutante": 90},
)


def tasa_de(
    parte: Column[Any], *, id: str, nombre: str, donde: str, ejemplo: float, notas: tuple[str, ...] = ()
) -> Indicador:
    """The share of one part of the workers of known residence, in %.

    `parte` is the column of those workers; `donde` ends the sentence "of each hundred, how many live …"; `ejemplo` is
    the rate of fifteen people who live here and five who do not.
    """
    return Indicador(
        id=id,
        nombre=nombre,
        descripcion=f"De cada cien personas de residencia conocida que trabajan aquí, cuántas residen {donde}.",
        unidad="%",
        formula=f"100 × {parte.name.removeprefix('empleo_')} / (local + conmutante)",
        fuentes="Encuestas y faenas de las tractoras: ningún registro anota dónde vive cada trabajador.",
        numerador=func.sum(parte).filter(_CONOCIDO),
        denominador=func.sum(ea.c.empleo_local + ea.c.empleo_conmutante),
        conocido=func.count().filter(_CONOCIDO),
        escala=100,
        decimales=1,
        notas=(
            "Solo cuenta establecimientos de los que se conocen las dos partes; la cobertura dice cuántos son.",
            "La residencia se conoce por encuestas: mire la cobertura antes de comparar sectores.",
            *notas,
        ),
        ejemplo=Ejemplo(filas=_FILAS, valor=ejemplo, n=2, cobertura=0.5),
    )
