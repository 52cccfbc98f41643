"""How many people work in the active establishments."""

from sqlalchemy import func

from observatorio.db.tablas import establecimiento_anio as ea
from observatorio.indicadores.contract import Ejemplo, Indicador, Receta

INDICADOR = Indicador(
    id="empleo",
    nombre="Empleo",
    descripcion="Personas que trabajan en los establecimientos activos de los que se sabe cuántas son.",
    unidad="personas",
    formula="suma del empleo total conocido de los establecimientos activos",
    fuentes="Encuestas, faenas de las tractoras, patentes y listas; donde nadie lo dice, la nómina del SII repartida.",
    numerador=func.sum(ea.c.empleo_total),
    conocido=func.count(ea.c.empleo_total),
    receta=Receta(medida="empleo"),
    notas=(
        "Lo que no se sabe no es cero: la cobertura dice de qué parte de los establecimientos se conoce el empleo.",
        "No se corrige por la cobertura: dos cuadros con coberturas distintas no se comparan sin mirarla.",
    ),
    ejemplo=Ejemplo(
        filas=(
            {"formalidad": "formal", "empleo_total": 12},
            {"formalidad": "informal", "empleo_total": 0},
            {"formalidad": "formal", "empleo_total": None},
            {"formalidad": "en_proceso", "empleo_total": 3},
            {"formalidad": "inactivo", "empleo_total": 90},
        ),
        valor=15,
        n=3,
        cobertura=0.75,
    ),
)
