"""Where industry and the services to mining stand close together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from observatorio.indicadores.medicion import EjemploMedicion, Medicion
from observatorio.indicadores.medir.territorio import perfiles, reunir_distritos

if TYPE_CHECKING:
    from observatorio.indicadores.espacial.distritos import Distritos


def _talleres() -> dict[int, Distritos]:
    """Two rings of workshops, of twenty and of sixteen, five kilometres apart, and one 50 km away."""
    from math import cos, pi, sin

    import polars as pl

    from observatorio.db.queries.espacial import EN_PUNTOS
    from observatorio.indicadores.espacial.distritos import agrupar

    este, norte = 507_000.0, 7_515_000.0
    grande = [(este + 50 * cos(2 * pi * i / 20), norte + 50 * sin(2 * pi * i / 20)) for i in range(20)]
    chico = [(este + 5_000 + 40 * cos(2 * pi * i / 16), norte + 40 * sin(2 * pi * i / 16)) for i in range(16)]
    lugares = [*grande, *chico, (este + 50_000, norte)]
    filas = [
        (f"e{i:02d}", x, y, "33" if i < 12 else "25", "formal" if i < 15 else "informal", 2)
        for i, (x, y) in enumerate(lugares)
    ]
    return {2024: agrupar(pl.DataFrame(filas, schema=dict(EN_PUNTOS), orient="row"))}


MEDICION = Medicion(
    id="distritos_industriales",
    nombre="Distritos industriales",
    descripcion="Dónde están juntos los establecimientos de la industria y de los servicios a la minería, y cómo son.",
    unidad="establecimientos",
    formula="HDBSCAN sobre los lugares (metros), con 15 establecimientos como mínimo y 10 vecinos",
    fuentes="Catastro; actividades de data/referencia/actividades_industriales.csv. Campello, Moulavi y Sander, 2013.",
    dimensiones=frozenset(),
    propias={"distrito": "Distrito"},
    detalles={
        "divisiones": "Divisiones más comunes (cuántos)",
        "empleo": "Empleo conocido",
        "formales": "Formales (%)",
        "cohesion": "Cohesión (0 a 1)",
        "area_km2": "Superficie (km²)",
        "lon": "Longitud del centro",
        "lat": "Latitud del centro",
    },
    notas=(
        "La densidad es relativa: halla los montones más apretados de cualquier conjunto. Si uno es un distrito se lee "
        "de su perfil.",
        "Solo entran los establecimientos activos cuyo lugar se conoce al menos por su calle.",
        "D1 es el más grande de su año: el nombre no sigue a un distrito de un año a otro.",
    ),
    reunir=reunir_distritos,
    medir=perfiles,
    ejemplo=EjemploMedicion(
        hechos=_talleres,
        anio=2024,
        cifras={("D1",): 20.0, ("D2",): 16.0},
        detalles={
            ("D1",): {"divisiones": "33 (12), 25 (8)", "empleo": 40, "formales": 75.0},
            ("D2",): {"divisiones": "25 (16)", "empleo": 32, "formales": 0.0},
        },
    ),
)
