"""How evenly employment is spread among the sections that have some."""

from observatorio.indicadores.definitions.empleo import INDICADOR as EMPLEO
from observatorio.indicadores.derivado import Derivado, EjemploDerivado, Grupo
from observatorio.indicadores.dimensiones import TODAS
from observatorio.indicadores.formulas import equidad

DERIVADO = Derivado(
    id="equidad",
    nombre="Equidad del empleo entre secciones",
    descripcion="Qué tan parejo es el reparto del empleo entre las secciones que lo tienen.",
    unidad="de 0 a 1",
    formula="H / ln S, con H la diversidad de Shannon y S el número de secciones con empleo",
    fuentes="Empleo del catastro. Pielou, 1966.",
    base=EMPLEO,
    calculo=equidad,
    sobre="seccion",
    dimensiones=TODAS - {"seccion", "division"},
    decimales=3,
    notas=(
        "Uno es un reparto igual; cerca de cero, casi todo está en una sección.",
        "Con una sola sección no hay reparto que medir: es «sin dato».",
    ),
    ejemplo=EjemploDerivado(
        # 1.5 ln 2 / ln 3 = 1.0397207708 / 1.0986122887.
        grupo=Grupo(ahora={"B": 50.0, "G": 25.0, "I": 25.0}),
        cifras={("", ""): 0.9463946304},
    ),
)
