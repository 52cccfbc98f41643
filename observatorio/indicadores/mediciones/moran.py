"""Whether informality gathers in space."""

from observatorio.indicadores.definitions.tasa_informalidad import INDICADOR as INFORMALIDAD
from observatorio.indicadores.medicion import EjemploMedicion, Medicion
from observatorio.indicadores.medir.espacial import NIVEL, NOTAS, cadena, indice_de_moran, reunir

MEDICION = Medicion(
    id="moran",
    nombre="Índice de Moran de la informalidad",
    descripcion="Si las zonas de informalidad parecida están juntas: hacia 1 lo están, cerca de 0 es al azar.",
    unidad="índice",
    formula="I = Σi Σj w_ij z_i z_j / Σi z_i², con w_ij = 1/vecinas de i; z, la tasa menos su media",
    fuentes="Tasa de informalidad del catastro. Moran, 1950; Cliff y Ord, 1981; permutaciones de Anselin, 1995.",
    dimensiones=INFORMALIDAD.dimensiones,
    nivel=NIVEL,
    fundidas=frozenset({"zona"}),
    detalles={
        "esperado": "Esperado sin patrón",
        "z": "Puntaje z",
        "p": "p (dos colas)",
        "zonas": "Zonas que participan",
    },
    decimales=3,
    notas=(*NOTAS, "Con p sobre 0,05 el agrupamiento no se distingue del azar."),
    reunir=reunir(INFORMALIDAD),
    medir=indice_de_moran,
    ejemplo=EjemploMedicion(
        # Deviations -15, -5, 5, 15; means of the neighbours -5, -5, 5, 5: (75 + 25 + 25 + 75) / 500.
        hechos=lambda: cadena({"a": 10.0, "b": 20.0, "c": 30.0, "d": 40.0}),
        anio=2024,
        cifras={(): 0.4},
        detalles={(): {"esperado": -1 / 3, "zonas": 4}},
    ),
)
