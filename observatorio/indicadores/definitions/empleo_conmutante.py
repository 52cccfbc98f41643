"""How many of the people who work here live in another comuna."""

from sqlalchemy import func

from observatorio.db.tablas import establecimiento_anio as ea
from observatorio.indicadores.contract import Ejemplo, Indicador

INDICADOR = Indicador(
    id="empleo_conmutante",
    nombre="Empleo conmutante",
    descripcion="Personas que trabajan en los establecimientos activos y residen fuera de la comuna.",
    unidad="personas",
    formula="suma del empleo conmutante conocido de los establecimientos activos",
    fuentes="Encuestas y faenas de las tractoras: ningún registro anota dónde vive cada trabajador.",
    numerador=func.sum(ea.c.empleo_conmutante),
    conocido=func.count(ea.c.empleo_conmutante),
    notas=(
        "Lo que no se sabe no es cero: la cobertura dice de qué parte de los establecimientos se conoce.",
        "Incluye a quien viaja a diario y a quien se aloja durante su turno: «por turno» los separa donde se sabe.",
    ),
    ejemplo=Ejemplo(
        filas=(
            {"formalidad": "formal", "empleo_conmutante": 12},
            {"formalidad": "informal", "empleo_conmutante": 0},
            {"formalidad": "formal", "empleo_conmutante": None},
            {"formalidad": "en_proceso", "empleo_conmutante": 3},
            {"formalidad": "inactivo", "empleo_conmutante": 90},
        ),
        valor=15,
        n=3,
        cobertura=0.75,
    ),
)
