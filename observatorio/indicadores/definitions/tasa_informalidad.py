"""Which share of the establishments of known formality is informal."""

from sqlalchemy import func, or_

from observatorio.db.tablas import establecimiento_anio as ea
from observatorio.indicadores.contract import Ejemplo, Indicador, Receta, Requisito
from observatorio.indicadores.dimensiones import TODAS
from observatorio.vocabulario import Formalidad, Senal

_CONOCIDOS = func.count().filter(ea.c.formalidad.in_([Formalidad.FORMAL, Formalidad.EN_PROCESO, Formalidad.INFORMAL]))

INDICADOR = Indicador(
    id="tasa_informalidad",
    nombre="Tasa de informalidad",
    descripcion="De cada cien establecimientos de formalidad conocida, cuántos son informales.",
    unidad="%",
    formula="100 × informal / (formal + en proceso + informal)",
    numerador=func.count().filter(ea.c.formalidad == Formalidad.INFORMAL),
    denominador=_CONOCIDOS,
    conocido=_CONOCIDOS,
    escala=100,
    dimensiones=TODAS - {"formalidad", "indeterminado_por"},
    decimales=1,
    receta=Receta(
        numerador=frozenset({Formalidad.INFORMAL.value}),
        denominador=frozenset({Formalidad.FORMAL.value, Formalidad.EN_PROCESO.value, Formalidad.INFORMAL.value}),
    ),
    requisito=Requisito(
        # No register lists who has not started activities and works all the same: only who went and asked can tell.
        prueba=or_(ea.c.formalidad == Formalidad.INFORMAL, ea.c.senal_sii == Senal.NO, ea.c.encuesta_sii.is_not(None)),
        motivo="sin dato. Ese año no hay ninguna fuente que pueda mostrar que alguien funciona sin inicio de "
        "actividades, y sin ella todos parecerían formales.",
        consejo="Cargue una encuesta de establecimientos de ese año («observatorio ingest encuesta_establecimientos») "
        "y ejecute «observatorio consolidate».",
    ),
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
