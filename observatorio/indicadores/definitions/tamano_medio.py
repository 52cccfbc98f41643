"""How many people work in an establishment, on average."""

from sqlalchemy import func

from observatorio.db.tablas import establecimiento_anio as ea
from observatorio.indicadores.contract import Ejemplo, Indicador

INDICADOR = Indicador(
    id="tamano_medio",
    nombre="Tamaño medio",
    descripcion="Cuántas personas trabajan en promedio en un establecimiento.",
    unidad="personas por establecimiento",
    formula="empleo total / establecimientos de empleo conocido",
    fuentes="Encuestas, faenas de las tractoras, patentes y listas; donde nadie lo dice, la nómina del SII repartida.",
    numerador=func.sum(ea.c.empleo_total),
    denominador=func.count(ea.c.empleo_total),
    conocido=func.count(ea.c.empleo_total),
    decimales=1,
    notas=(
        "Es un promedio: unas pocas faenas grandes lo suben mucho. La distribución por tamaño dice cuántas son.",
        "Los establecimientos de empleo desconocido no entran ni arriba ni abajo.",
    ),
    ejemplo=Ejemplo(
        filas=(
            {"formalidad": "formal", "empleo_total": 12},
            {"formalidad": "informal", "empleo_total": 1},
            {"formalidad": "formal", "empleo_total": None},
            {"formalidad": "en_proceso", "empleo_total": 2},
            {"formalidad": "inactivo", "empleo_total": 90},
        ),
        valor=5.0,
        n=3,
        cobertura=0.75,
    ),
)
