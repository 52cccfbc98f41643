"""Which share of the establishments of known formality is formal."""

from sqlalchemy import func

from observatorio.db.tablas import establecimiento_anio as ea
from observatorio.indicadores.contract import Ejemplo, Indicador, Receta
from observatorio.indicadores.dimensiones import TODAS
from observatorio.indicadores.formalidad import CONOCIDOS, DECIDIDAS, FUENTES, REQUISITO
from observatorio.vocabulario import Formalidad

INDICADOR = Indicador(
    id="tasa_formalidad",
    nombre="Tasa de formalidad",
    descripcion="De cada cien establecimientos de formalidad conocida, cuántos son formales.",
    unidad="%",
    formula="100 × formal / (formal + en proceso + informal)",
    fuentes=FUENTES,
    numerador=func.count().filter(ea.c.formalidad == Formalidad.FORMAL),
    denominador=CONOCIDOS,
    conocido=CONOCIDOS,
    escala=100,
    dimensiones=TODAS - {"formalidad", "indeterminado_por"},
    decimales=1,
    receta=Receta(numerador=frozenset({Formalidad.FORMAL.value}), denominador=DECIDIDAS),
    requisito=REQUISITO,
    notas=(
        "Formal es el que tiene inicio de actividades, patente y, si su actividad la exige, resolución sanitaria.",
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
        valor=50.0,
        n=4,
        cobertura=0.8,
    ),
)
