"""Which share of the active establishments has a formality that nobody can tell from what was loaded."""

from sqlalchemy import func

from observatorio.db.tablas import establecimiento_anio as ea
from observatorio.indicadores.contract import Ejemplo, Indicador, Receta
from observatorio.indicadores.dimensiones import TODAS
from observatorio.indicadores.formalidad import FUENTES
from observatorio.vocabulario import Formalidad

INDICADOR = Indicador(
    id="tasa_indeterminacion",
    nombre="Formalidad sin decidir",
    descripcion="De cada cien establecimientos activos, de cuántos no se sabe si son formales.",
    unidad="%",
    formula="100 × indeterminado / activos",
    fuentes=FUENTES,
    numerador=func.count().filter(ea.c.formalidad == Formalidad.INDETERMINADO),
    denominador=func.count(),
    escala=100,
    dimensiones=TODAS - {"formalidad", "indeterminado_por"},
    decimales=1,
    receta=Receta(numerador=frozenset({Formalidad.INDETERMINADO.value})),
    notas=(
        "Es indeterminado aquel del que falta una señal que podría cambiar la respuesta: SII, patente o resolución "
        "sanitaria.",
        "Por qué, se ve en «establecimientos» por señal que falta (indeterminado_por): sii, patente, sanitaria o "
        "varias de ellas.",
    ),
    ejemplo=Ejemplo(
        filas=(
            {"formalidad": "formal"},
            {"formalidad": "informal"},
            {"formalidad": "indeterminado", "indeterminado_por": "patente"},
            {"formalidad": "indeterminado", "indeterminado_por": "sii+patente"},
            {"formalidad": "inactivo"},
        ),
        valor=50.0,
        n=4,
        cobertura=1.0,
    ),
)
