"""Where informality is high or low together with its surroundings."""

from observatorio.indicadores.definitions.tasa_informalidad import INDICADOR as INFORMALIDAD
from observatorio.indicadores.dimensiones import Pregunta
from observatorio.indicadores.medicion import EjemploMedicion, Medicion
from observatorio.indicadores.medir.espacial import NIVEL, NOTAS, cadena, puntos, reunir

MEDICION = Medicion(
    id="puntos_calientes",
    nombre="Puntos calientes de informalidad",
    descripcion="En qué zonas la informalidad, junto con la de sus vecinas, es más alta o más baja que al azar.",
    unidad="puntaje z",
    formula="z de G*: (Σj y_j - k·media) / (s·√((n·k - k²)/(n - 1))), sobre la zona y sus vecinas, k en total",
    fuentes="Tasa de informalidad del catastro. Ord y Getis, 1995; Benjamini y Hochberg, 1995.",
    dimensiones=INFORMALIDAD.dimensiones,
    nivel=NIVEL,
    detalles={
        "cifra": "Tasa de informalidad (%)",
        "g": "G*",
        "p": "p (dos colas)",
        "q": "q (corregido por muchas zonas)",
        "clase": "Lectura",
    },
    decimales=2,
    notas=(
        *NOTAS,
        "La lectura es «caliente» o «fria» solo si q no pasa de 0,05 (tasa de falsos hallazgos); si no, "
        "«no_significativa». «no_participa» es una zona sin dato o sin vecinas.",
    ),
    reunir=reunir(INFORMALIDAD),
    medir=puntos,
    ejemplo=EjemploMedicion(
        # Mean 25, s = √125. At an end k = 2: (30 - 50) / √(125·4/3); in between k = 3: (60 - 75) / √125.
        hechos=lambda: cadena({"a": 10.0, "b": 20.0, "c": 30.0, "d": 40.0}),
        anio=2024,
        pregunta=Pregunta(por=("zona",), nivel=NIVEL),
        cifras={
            ("a",): -20 / (500 / 3) ** 0.5,
            ("b",): -15 / 125**0.5,
            ("c",): 15 / 125**0.5,
            ("d",): 20 / (500 / 3) ** 0.5,
        },
        detalles={("a",): {"cifra": 10.0, "g": 0.3}, ("d",): {"cifra": 40.0, "g": 0.7, "clase": "no_significativa"}},
    ),
)
