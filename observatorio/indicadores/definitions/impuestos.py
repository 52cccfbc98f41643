"""How much tax the active establishments paid. Restricted."""

from sqlalchemy import func

from observatorio.db.tablas import establecimiento_anio as ea
from observatorio.indicadores.contract import Ejemplo, Indicador, Receta

INDICADOR = Indicador(
    id="impuestos",
    nombre="Impuestos pagados",
    descripcion="Impuestos pagados en el año por los establecimientos activos, en pesos corrientes.",
    unidad="pesos",
    formula="suma de los impuestos conocidos de los establecimientos activos",
    fuentes="SII o Tesorería, por convenio (uso restringido, Código Tributario, artículo 35).",
    numerador=func.sum(ea.c.impuestos_clp),
    conocido=func.count(ea.c.impuestos_clp),
    columnas_restringidas=("impuestos_clp",),
    receta=Receta(medida="impuestos"),
    notas=(
        "Lo que no se sabe no es cero: la cobertura dice de qué parte de los establecimientos se conoce.",
        "Lo que paga una empresa se reparte por partes iguales entre sus locales abiertos en la comuna.",
        "Solo la municipalidad lo calcula; lo que se publica va en miles de pesos y nunca muestra el de una empresa.",
    ),
    ejemplo=Ejemplo(
        filas=(
            {"formalidad": "formal", "impuestos_clp": 1200000},
            {"formalidad": "informal", "impuestos_clp": 0},
            {"formalidad": "formal", "impuestos_clp": None},
            {"formalidad": "en_proceso", "impuestos_clp": 350000},
            {"formalidad": "inactivo", "impuestos_clp": 90},
        ),
        valor=1550000,
        n=3,
        cobertura=0.75,
    ),
)
