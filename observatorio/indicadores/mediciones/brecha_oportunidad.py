"""How many establishments of a sector a zone lacks beside what its people would have elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from observatorio.indicadores.dimensiones import Pregunta
from observatorio.indicadores.medicion import EjemploMedicion, Medicion
from observatorio.indicadores.medir.espacial import NIVEL
from observatorio.indicadores.medir.territorio import brechas, reunir_brechas

if TYPE_CHECKING:
    from observatorio.indicadores.oportunidad import Oportunidad


def _tres_zonas() -> dict[int, Oportunidad]:
    """A hundred shops for ten thousand people: one for each hundred."""
    import polars as pl

    from observatorio.indicadores.oportunidad import comparar

    conteos = pl.DataFrame(
        {"zona": ["norte", "sur", "centro"], "seccion": "G", "establecimientos": [1, 9, 90]},
        schema={"zona": pl.String, "seccion": pl.String, "establecimientos": pl.Int64},
    )
    return {2024: comparar(conteos, {"norte": 1_000, "sur": 3_000, "centro": 6_000})}


MEDICION = Medicion(
    id="brecha_oportunidad",
    nombre="Brecha de oportunidad",
    descripcion="Cuántos establecimientos de un sector le faltan a una zona, para la gente que vive en ella. Negativa, "
    "le sobran.",
    unidad="establecimientos",
    formula="D·(1 - E[θ]), con D = P_z·(F_i/P); θ, la razón existentes/D suavizada por Bayes empírico",
    fuentes="Catastro y población de las zonas. Marshall, 1991; Clayton y Kaldor, 1987.",
    dimensiones=frozenset({"seccion", "zona"}),
    siempre=frozenset({"seccion"}),
    nivel=NIVEL,
    detalles={
        "poblacion": "Población",
        "existentes": "Existentes",
        "esperados": "Esperados",
        "brecha": "Brecha sin suavizar",
        "desde": "Desde (95 %)",
        "hasta": "Hasta (95 %)",
        "lectura": "Lectura",
    },
    decimales=1,
    notas=(
        "Supone que la demanda es de quien vive en la zona, y que todos piden lo mismo: sirve para lo que se vende a "
        "vecinos, y no dice nada de la minería ni de lo que se le vende.",
        "Las zonas se comparan con todas ellas juntas: sin suavizar, las brechas de cada sección suman cero.",
        "La lectura es «faltan» o «sobran» solo si el intervalo de 95 % no contiene el cero.",
        "Sin nivel, es por hexágonos h3_8. n son los existentes, y la cobertura la parte que tiene zona.",
    ),
    reunir=reunir_brechas,
    medir=brechas,
    ejemplo=EjemploMedicion(
        # m = 1; A = (10·0.9² + 30·0.7² + 60·0.5²)/100 - 1/(100/3) = 0.348; a = b = 1/0.348, and so in the north
        # θ = (1/0.348 + 1)/(1/0.348 + 10) = 1.348/4.48, in the south 4.132/11.44, in the centre 32.32/21.88.
        hechos=_tres_zonas,
        anio=2024,
        pregunta=Pregunta(por=("seccion", "zona"), nivel=NIVEL),
        cifras={
            ("G", "norte"): 10 * (1 - 1.348 / 4.48),
            ("G", "sur"): 30 * (1 - 4.132 / 11.44),
            ("G", "centro"): 60 * (1 - 32.32 / 21.88),
        },
        detalles={("G", "norte"): {"existentes": 1, "esperados": 10.0, "brecha": 9.0, "lectura": "faltan"}},
    ),
)
