"""Which share of the establishments has each size."""

from observatorio.indicadores.definitions.establecimientos import INDICADOR as ESTABLECIMIENTOS
from observatorio.indicadores.derivado import Derivado, EjemploDerivado, Grupo
from observatorio.indicadores.formulas import proporcion

DERIVADO = Derivado(
    id="distribucion_tamano",
    nombre="Distribución por tamaño",
    descripcion="De cada cien establecimientos de tamaño conocido, cuántos son de cada tamaño.",
    unidad="%",
    formula="100 × establecimientos del tamaño / establecimientos de tamaño conocido",
    fuentes="Ventas según tramo del SII (Ley 20.416); donde faltan, trabajadores (Código del Trabajo, 505 bis).",
    base=ESTABLECIMIENTOS,
    calculo=proporcion,
    sobre="tamano",
    exige=frozenset({"tamano"}),
    decimales=1,
    notas=(
        "Los de tamaño desconocido no son micro: quedan fuera, y «establecimientos» por tamaño dice cuántos son.",
        "Con otra dimensión al lado, los tamaños suman cien dentro de cada uno de sus valores.",
    ),
    ejemplo=EjemploDerivado(
        # 6 of 8, and 2 of 8.
        grupo=Grupo(ahora={"micro": 6.0, "pequena": 2.0}),
        cifras={("micro", ""): 75.0, ("pequena", ""): 25.0},
    ),
)
