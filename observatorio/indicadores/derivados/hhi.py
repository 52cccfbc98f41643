"""How concentrated employment is in few sections."""

from observatorio.indicadores.definitions.empleo import INDICADOR as EMPLEO
from observatorio.indicadores.derivado import Derivado, EjemploDerivado, Grupo
from observatorio.indicadores.dimensiones import TODAS
from observatorio.indicadores.formulas import hhi

DERIVADO = Derivado(
    id="hhi",
    nombre="Concentración del empleo (HHI)",
    descripcion="Índice de Herfindahl-Hirschman: qué tan concentrado está el empleo en pocas secciones.",
    unidad="puntos",
    formula="HHI = Σ s_i², con s_i el porcentaje del empleo en la sección i (de 0 a 10.000)",
    fuentes="Empleo del catastro. Herfindahl, 1950; Hirschman, 1964.",
    base=EMPLEO,
    calculo=hhi,
    sobre="seccion",
    dimensiones=TODAS - {"seccion", "division"},
    notas=(
        "Con todo en una sección es 10.000; repartido por igual entre S secciones es 10.000 / S.",
        "Mide la concentración entre sectores, no entre empresas: no dice nada de la competencia en un mercado.",
        "El empleo de sección desconocida queda fuera; la cobertura lo dice.",
    ),
    ejemplo=EjemploDerivado(
        # 50² + 30² + 20² = 2,500 + 900 + 400.
        grupo=Grupo(ahora={"B": 50.0, "G": 30.0, "I": 20.0}),
        cifras={("", ""): 3800.0},
    ),
)
