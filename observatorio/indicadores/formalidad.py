"""What the rates of formality stand on: whom they know, and what a year must have for them to be known."""

from __future__ import annotations

from typing import Final

from sqlalchemy import ColumnElement, func, or_

from observatorio.db.tablas import establecimiento_anio as ea
from observatorio.indicadores.contract import Requisito
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
