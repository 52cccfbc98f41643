"""How many of the people who work here live in the comuna."""

from sqlalchemy import func

from observatorio.db.tablas import establecimiento_anio as ea
from observatorio.indicadores.contract import Ejemplo, Indicador

INDICADOR = Indicador(
    id="empleo_local",
    nombre="Empleo local",
    descripcion="Personas que trabajan en los establecimientos activos y residen en la comuna.",
    unidad="personas",
    formula="suma del empleo local conocido de los establecimientos activos",
    fuentes="Encuestas y faenas de las tractoras: ningún registro anota dónde vive cada trabajador.",
    numerador=func.sum(ea.c.empleo_local),
    conocido=func.count(ea.c.empleo_local),
    notas=(
        "Lo que no se sabe no es cero: la cobertura dice de qué parte de los establecimientos se conoce.",
        "Local es quien tiene su residencia habitual en la comuna, sin importar dónde nació ni dónde lo contratan.",
    ),
    ejemplo=Ejemplo(
        filas=(
            {"formalidad": "formal", "empleo_local": 12},
            {"formalidad": "informal", "empleo_local": 0},
            {"formalidad": "formal", "empleo_local": None},
            {"formalidad": "en_proceso", "empleo_local": 3},
            {"formalidad": "inactivo", "empleo_local": 90},
        ),
        valor=15,
        n=3,
        cobertura=0.75,
    ),
)
