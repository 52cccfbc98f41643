"""Which share of the establishments of known formality is on its way to be formal."""

from observatorio.indicadores.formalidad import tasa_de
from observatorio.vocabulario import Formalidad

INDICADOR = tasa_de(
    Formalidad.EN_PROCESO,
    id="tasa_en_proceso",
    nombre="Tasa de formalización en proceso",
    cuales="tienen solo parte de lo que necesitan",
    notas=(
        "En proceso es el que tiene inicio de actividades o patente, y no todo lo que su actividad exige.",
        "Esta tasa y las otras dos de formalidad suman cien; los indeterminados van aparte.",
    ),
    ejemplo=25.0,
)
