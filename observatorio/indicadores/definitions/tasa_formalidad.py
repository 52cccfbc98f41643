"""Which share of the establishments of known formality is formal."""

from observatorio.indicadores.formalidad import tasa_de
from observatorio.vocabulario import Formalidad

INDICADOR = tasa_de(
    Formalidad.FORMAL,
    id="tasa_formalidad",
    nombre="Tasa de formalidad",
    cuales="son formales",
    notas=(
        "Formal es el que tiene inicio de actividades, patente y, si su actividad la exige, resolución sanitaria.",
        "Esta tasa y las otras dos de formalidad suman cien; los indeterminados van aparte.",
    ),
    ejemplo=50.0,
)
