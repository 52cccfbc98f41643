"""How many foreigners work in the active establishments."""

from sqlalchemy import func

from observatorio.db.tablas import establecimiento_anio as ea
from observatorio.indicadores.contract import Ejemplo, Indicador

INDICADOR = Indicador(
    id="trabajadores_extranjeros",
    nombre="Trabajadores extranjeros",
    descripcion="Personas extranjeras que trabajan en los establecimientos activos.",
    unidad="personas",
    formula="suma de los trabajadores extranjeros conocidos de los establecimientos activos",
    fuentes="Encuestas de establecimientos y faenas de las tractoras.",
    numerador=func.sum(ea.c.trabajadores_extranjeros),
    conocido=func.count(ea.c.trabajadores_extranjeros),
    notas=(
        "Lo que no se sabe no es cero: la cobertura dice de qué parte de los establecimientos se conoce.",
        "No dice nada de la situación migratoria de nadie, que este observatorio no conoce.",
    ),
    ejemplo=Ejemplo(
        filas=(
            {"formalidad": "formal", "trabajadores_extranjeros": 12},
            {"formalidad": "informal", "trabajadores_extranjeros": 0},
            {"formalidad": "formal", "trabajadores_extranjeros": None},
            {"formalidad": "en_proceso", "trabajadores_extranjeros": 3},
            {"formalidad": "inactivo", "trabajadores_extranjeros": 90},
        ),
        valor=15,
        n=3,
        cobertura=0.75,
    ),
)
