"""Which share of the establishments of known formality is informal."""

from sqlalchemy import func

from observatorio.db.tablas import establecimiento_anio as ea
from observatorio.indicadores.contract import Ejemplo, Indicador, Receta
from observatorio.indicadores.dimensiones import TODAS
from observatorio.indicadores.formalidad import CONOCIDOS, DECIDIDAS, FUENTES, REQUISITO
from observatorio.vocabulario import Formalidad

INDICADOR = Indicador(
    id="tasa_informalidad",
    nombre="Tasa de informalidad",
    descripcion="De cada cien establecimientos de formalidad conocida, cuántos son informales.",
    unidad="%",
    formula="100 × informal / (formal + en proceso + informal)",
    fuentes=FUENTES,
    numerador=func.count().filter(ea.c.formalidad == Formalidad.INFORMAL),
    denominador=CONOCIDOS,
    conocido=CONOCIDOS,
    escala=100,
    dimensiones=TODAS - {"formalidad", "indeterminado_por"},
    decimales=1,
    receta=Receta(numerador=frozenset({Formalidad.INFORMAL.value}), denominador=DECIDIDAS),
    requisito=REQUISITO,
    notas=(
        "Los indeterminados quedan fuera de la tasa; la cobertura dice qué parte de los activos no lo es.",
        "Informal es el que funciona sin inicio de actividades en el SII y sin patente; en proceso, el que tiene una "
        "parte de lo que necesita.",
        "Un año sin encuesta no tiene tasa: ningún registro anota a quien funciona sin inicio de actividades.",
        "En lo que se publica, una tasa de 0 % o de 100 % se reserva: diría de cada uno lo que es.",
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
