"""Which share of the establishments of known formality is informal."""

from observatorio.indicadores.formalidad import tasa_de
from observatorio.vocabulario import Formalidad

INDICADOR = tasa_de(
    Formalidad.INFORMAL,
    id="tasa_informalidad",
    nombre="Tasa de informalidad",
    cuales="son informales",
    notas=(
        "Los indeterminados quedan fuera de la tasa; la cobertura dice qué parte de los activos no lo es.",
        "Informal es el que funciona sin inicio de actividades en el SII y sin patente; en proceso, el que tiene una "
        "parte de lo que necesita.",
        "Un año sin encuesta no tiene tasa: ningún registro anota a quien funciona sin inicio de actividades.",
        "En lo que se publica, una tasa de 0 % o de 100 % se reserva: diría de cada uno lo que es.",
    ),
    ejemplo=25.0,
)
