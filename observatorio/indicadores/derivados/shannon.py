"""How diverse employment is among the sections."""

from observatorio.indicadores.definitions.empleo import INDICADOR as EMPLEO
from observatorio.indicadores.derivado import Derivado, EjemploDerivado, Grupo
from observatorio.indicadores.dimensiones import TODAS
from observatorio.indicadores.formulas import shannon

DERIVADO = Derivado(
    id="shannon",
    nombre="Diversidad del empleo (Shannon)",
    descripcion="Qué tan repartido está el empleo entre las secciones: cero si está todo en una.",
    unidad="nats",
    formula="H = -Σ p_i ln p_i, con p_i la parte del empleo en la sección i",
    fuentes="Empleo del catastro. Shannon, 1948.",
    base=EMPLEO,
    calculo=shannon,
    sobre="seccion",
    dimensiones=TODAS - {"seccion", "division"},
    decimales=3,
    notas=(
        "Va de 0 a ln S, con S el número de secciones con empleo: crece con más secciones y con un reparto más parejo.",
        "La equidad es la misma cifra sobre su máximo, y sirve para comparar zonas con distinto número de secciones.",
    ),
    ejemplo=EjemploDerivado(
        # -(½ ln ½ + ¼ ln ¼ + ¼ ln ¼) = 1.5 ln 2.
        grupo=Grupo(ahora={"B": 50.0, "G": 25.0, "I": 25.0}),
        cifras={("", ""): 1.0397207708},
    ),
)
