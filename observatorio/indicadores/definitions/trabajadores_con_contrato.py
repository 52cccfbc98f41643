"""How many people work in the active establishments under a contract."""

from sqlalchemy import func

from observatorio.db.tablas import establecimiento_anio as ea
from observatorio.indicadores.contract import Ejemplo, Indicador

INDICADOR = Indicador(
    id="trabajadores_con_contrato",
    nombre="Trabajadores con contrato",
    descripcion="Personas que trabajan con contrato en los establecimientos activos.",
    unidad="personas",
    formula="suma de los trabajadores con contrato conocidos de los establecimientos activos",
    fuentes="Encuestas de establecimientos y faenas de las tractoras.",
    numerador=func.sum(ea.c.trabajadores_con_contrato),
    conocido=func.count(ea.c.trabajadores_con_contrato),
    notas=(
        "Lo que no se sabe no es cero: la cobertura dice de qué parte de los establecimientos se conoce.",
        "Quien trabaja a honorarios o por cuenta propia no tiene contrato y tampoco es por eso informal.",
    ),
    ejemplo=Ejemplo(
        filas=(
            {"formalidad": "formal", "trabajadores_con_contrato": 12},
            {"formalidad": "informal", "trabajadores_con_contrato": 0},
            {"formalidad": "formal", "trabajadores_con_contrato": None},
            {"formalidad": "en_proceso", "trabajadores_con_contrato": 3},
            {"formalidad": "inactivo", "trabajadores_con_contrato": 90},
        ),
        valor=15,
        n=3,
        cobertura=0.75,
    ),
)
