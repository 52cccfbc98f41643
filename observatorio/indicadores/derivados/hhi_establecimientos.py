"""How concentrated the establishments are in few sections."""

from observatorio.indicadores.definitions.establecimientos import INDICADOR as ESTABLECIMIENTOS
from observatorio.indicadores.derivado import Derivado, EjemploDerivado, Grupo
from observatorio.indicadores.dimensiones import TODAS
from observatorio.indicadores.formulas import hhi

DERIVADO = Derivado(
    id="hhi_establecimientos",
    nombre="Concentración de los establecimientos (HHI)",
    descripcion="Índice de Herfindahl-Hirschman: qué tan concentrados están los establecimientos en pocas secciones.",
    unidad="puntos",
    formula="HHI = Σ s_i², con s_i el porcentaje de los establecimientos en la sección i (de 0 a 10.000)",
    fuentes="Catastro consolidado. Herfindahl, 1950; Hirschman, 1964.",
    base=ESTABLECIMIENTOS,
    calculo=hhi,
    sobre="seccion",
    dimensiones=TODAS - {"seccion", "division"},
    notas=(
        "Con todos en una sección es 10.000; repartidos por igual entre S secciones es 10.000 / S.",
        "Un almacén pesa lo mismo que una faena: compárelo con la concentración del empleo.",
    ),
    ejemplo=EjemploDerivado(
        # 80² + 20² = 6,400 + 400.
        grupo=Grupo(ahora={"G": 8.0, "I": 2.0}),
        cifras={("", ""): 6800.0},
    ),
)
