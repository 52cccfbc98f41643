"""The rates of formality: whom they know, and what a year must have for them to be known."""

from __future__ import annotations

from typing import Final

from sqlalchemy import ColumnElement, func, or_

from observatorio.db.tablas import establecimiento_anio as ea
from observatorio.indicadores.contract import Ejemplo, Indicador, Receta, Requisito
from observatorio.indicadores.dimensiones import TODAS
from observatorio.vocabulario import Formalidad, Senal

DECIDIDAS: Final = frozenset(f.value for f in (Formalidad.FORMAL, Formalidad.EN_PROCESO, Formalidad.INFORMAL))

CONOCIDOS: Final[ColumnElement[int]] = func.count().filter(ea.c.formalidad.in_(sorted(DECIDIDAS)))
"""The establishments of known formality: the undecided are in no rate."""

REQUISITO: Final = Requisito(
    # No register lists who has not started activities and works all the same: only who went and asked can tell.
    prueba=or_(ea.c.formalidad == Formalidad.INFORMAL, ea.c.senal_sii == Senal.NO, ea.c.encuesta_sii.is_not(None)),
    motivo="sin dato. Ese año no hay ninguna fuente que pueda mostrar que alguien funciona sin inicio de "
    "actividades, y sin ella todos parecerían formales.",
    consejo="Cargue una encuesta de establecimientos de ese año («observatorio ingest encuesta_establecimientos») "
    "y ejecute «observatorio consolidate».",
)

FUENTES: Final = (
    "Señales del SII, de la municipalidad y de la autoridad sanitaria, y encuestas de establecimientos donde faltan."
)

_FILAS: Final = tuple(
    {"formalidad": f} for f in ("formal", "formal", "en_proceso", "informal", "indeterminado", "inactivo")
)


def tasa_de(
    formalidad: Formalidad, *, id: str, nombre: str, cuales: str, notas: tuple[str, ...], ejemplo: float
) -> Indicador:
    """The share of one formality among the establishments of known formality, in %.

    `cuales` ends the sentence "of each hundred, how many …"; `ejemplo` is the rate of two formal establishments, one
    on its way, one informal, one undecided and one closed.
    """
    return Indicador(
        id=id,
        nombre=nombre,
        descripcion=f"De cada cien establecimientos de formalidad conocida, cuántos {cuales}.",
        unidad="%",
        formula=f"100 × {formalidad.value.replace('_', ' ')} / (formal + en proceso + informal)",
        fuentes=FUENTES,
        numerador=func.count().filter(ea.c.formalidad == formalidad),
        denominador=CONOCIDOS,
        conocido=CONOCIDOS,
        escala=100,
        dimensiones=TODAS - {"formalidad", "indeterminado_por"},
        decimales=1,
        receta=Receta(numerador=frozenset({formalidad.value}), denominador=DECIDIDAS),
        requisito=REQUISITO,
        notas=notas,
        ejemplo=Ejemplo(filas=_FILAS, valor=ejemplo, n=4, cobertura=0.8),
    )
