"""Which share of the people who work here live in the comuna."""

from sqlalchemy import and_, func

from observatorio.db.tablas import establecimiento_anio as ea
from observatorio.indicadores.contract import Ejemplo, Indicador

_CONOCIDO = and_(ea.c.empleo_local.is_not(None), ea.c.empleo_conmutante.is_not(None))

INDICADOR = Indicador(
    id="tasa_contratacion_local",
    nombre="Tasa de contratación local",
    descripcion="De cada cien personas de residencia conocida que trabajan aquí, cuántas residen en la comuna.",
    unidad="%",
    formula="100 × local / (local + conmutante)",
    fuentes="Encuestas y faenas de las tractoras: ningún registro anota dónde vive cada trabajador.",
    numerador=func.sum(ea.c.empleo_local).filter(_CONOCIDO),
    denominador=func.sum(ea.c.empleo_local + ea.c.empleo_conmutante),
    conocido=func.count().filter(_CONOCIDO),
    escala=100,
    decimales=1,
    notas=(
        "Solo cuenta establecimientos de los que se conocen las dos partes; la cobertura dice cuántos son.",
        "La residencia se conoce por encuestas: mire la cobertura antes de comparar sectores.",
        "Es el complemento de la tasa de conmutación: suman cien.",
    ),
    ejemplo=Ejemplo(
        filas=(
            {"formalidad": "formal", "empleo_local": 6, "empleo_conmutante": 2},
            {"formalidad": "formal", "empleo_local": 9, "empleo_conmutante": 3},
            {"formalidad": "formal", "empleo_local": 50, "empleo_conmutante": None},
            {"formalidad": "informal", "empleo_local": None, "empleo_conmutante": None},
            {"formalidad": "inactivo", "empleo_local": 0, "empleo_conmutante": 90},
        ),
        valor=75.0,
        n=2,
        cobertura=0.5,
    ),
)
