"""Why employment changed since the year before: the region, the mix of sections, or this place itself."""

from observatorio.indicadores.definitions.empleo import INDICADOR as EMPLEO
from observatorio.indicadores.derivado import Derivado, EjemploDerivado, Grupo
from observatorio.indicadores.dimensiones import TODAS
from observatorio.indicadores.formulas import COMPONENTES, IM, NS, RS, shift_share

DERIVADO = Derivado(
    id="shift_share",
    nombre="Cambio y participación (shift-share)",
    descripcion="Cuánto cambió el empleo desde el año anterior: lo que se debe a la región, a la mezcla de sectores y "
    "al lugar.",
    unidad="personas",
    formula="NS = e0·g; IM = e0·(g_i - g); RS = e0·(g_ir - g_i); NS + IM + RS = cambio del empleo",
    fuentes="Empleo del catastro. SII por región y rubro económico (trabajadores dependientes). Dunn, 1960.",
    base=EMPLEO,
    calculo=shift_share,
    sobre="seccion",
    dimensiones=TODAS - {"division"},
    region="trabajadores",
    con_antes=True,
    componentes=COMPONENTES,
    decimales=1,
    notas=(
        "NS es lo que habría cambiado si todo creciera como la región; IM, lo que agrega tener más de los sectores que "
        "crecen; RS, lo que el lugar hizo mejor o peor que esos sectores en la región.",
        "Solo entran las secciones conocidas aquí y en la región en los dos años: la suma es el cambio de ellas.",
        "Si la cobertura del empleo cambió de un año al otro, parte del cambio es de lo que se sabe, no de lo que hay.",
    ),
    ejemplo=EjemploDerivado(
        # Region: 1,000 -> 1,100, so g = 0.1; B 500 -> 600 (0.2), G 500 -> 500 (0). Here B 100 -> 130, G 50 -> 45.
        grupo=Grupo(
            ahora={"B": 130.0, "G": 45.0},
            antes={"B": 100.0, "G": 50.0},
            region={"B": 600.0, "G": 500.0},
            region_antes={"B": 500.0, "G": 500.0},
        ),
        cifras={
            ("B", NS): 10.0,
            ("B", IM): 10.0,
            ("B", RS): 10.0,
            ("G", NS): 5.0,
            ("G", IM): -5.0,
            ("G", RS): -5.0,
        },
    ),
)
