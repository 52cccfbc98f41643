"""Which share of the establishments of known formality is on its way to be formal."""

from sqlalchemy import func

from observatorio.db.tablas import establecimiento_anio as ea
from observatorio.indicadores.contract import Ejemplo, Indicador, Receta
from observatorio.indicadores.dimensiones import TODAS
from observatorio.indicadores.formalidad import CONOCIDOS, DECIDIDAS, FUENTES, REQUISITO
from observatorio.vocabulario import Formalidad

INDICADOR = Indicador(
    id="tasa_en_proceso",
    nombre="Tasa de formalización en proceso",
    descripcion="De cada cien establecimientos de formalidad conocida, cuántos tienen solo parte de lo que necesitan.",
    unidad="%",
    formula="100 × en proceso / (formal + en proceso + informal)",
    fuentes=FUENTES,
    numerador=func.count().filter(ea.c.formalidad == Formalidad.EN_PROCESO),
    denominador=CONOCIDOS,
    conocido=CONOCIDOS,
    escala=100,
    dimensiones=TODAS - {"formalidad", "indeterminado_por"},
    decimales=1,
    receta=Receta(numerador=frozenset({Formalidad.EN_PROCESO.value}), denominador=DECIDIDAS),
    requisito=REQUISITO,
    notas=(
        "En proceso es el que tiene inicio de actividades o patente, y no todo lo que su actividad exige.",
        "Esta tasa y las otras dos de formalidad suman cien; los indeterminados van aparte.",
    ),
    ejemplo=Ejemplo(
        filas=(
            {"formalidad": "formal"},
            {"formalidad": "formal"},
            {"formalidad": "en_proceso"},
            {"formalidad": "informal"},
            {"formalidad": "indeterminado"},
            {"formalidad": "inactivo"},
        ),
        valor=25.0,
        n=4,
        cobertura=0.8,
    ),
)
