"""How much the active establishments paid for their municipal licence. Restricted."""

from sqlalchemy import func

from observatorio.db.tablas import establecimiento_anio as ea
from observatorio.indicadores.contract import Ejemplo, Indicador

INDICADOR = Indicador(
    id="patente",
    nombre="Patentes pagadas",
    descripcion="Patentes municipales de los establecimientos activos en el año, en pesos corrientes.",
    unidad="pesos",
    formula="suma de los montos de patente conocidos de los establecimientos activos",
    fuentes="Rol de patentes de la municipalidad (Decreto Ley 3.063).",
    numerador=func.sum(ea.c.patente_clp),
    conocido=func.count(ea.c.patente_clp),
    columnas_restringidas=("patente_clp",),
    notas=(
        "Lo que no se sabe no es cero: la cobertura dice de qué parte de los establecimientos se conoce.",
        "De la patente se deduce el capital propio de quien la paga: por eso el monto es restringido.",
        "Solo la municipalidad lo calcula; nunca se muestra el de una empresa.",
    ),
    ejemplo=Ejemplo(
        filas=(
            {"formalidad": "formal", "patente_clp": 1200000},
            {"formalidad": "informal", "patente_clp": 0},
            {"formalidad": "formal", "patente_clp": None},
            {"formalidad": "en_proceso", "patente_clp": 350000},
            {"formalidad": "inactivo", "patente_clp": 90},
        ),
        valor=1550000,
        n=3,
        cobertura=0.75,
    ),
)
