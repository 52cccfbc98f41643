"""How many establishments there are for each km²."""

from observatorio.indicadores.definitions.establecimientos import INDICADOR as ESTABLECIMIENTOS
from observatorio.indicadores.derivado import Derivado, Divisor, EjemploDerivado, Grupo
from observatorio.indicadores.formulas import por_territorio

DERIVADO = Derivado(
    id="densidad",
    nombre="Densidad de establecimientos",
    descripcion="Establecimientos activos por kilómetro cuadrado de la zona.",
    unidad="por km²",
    formula="establecimientos / superficie en km²",
    fuentes="Catastro consolidado. Superficie geodésica del polígono de cada zona.",
    base=ESTABLECIMIENTOS,
    calculo=por_territorio(1),
    divisor=Divisor.AREA_KM2,
    decimales=2,
    notas=(
        "En el total de la comuna pesa el desierto: la densidad dice algo por zona urbana o por hexágono.",
        "Las superficies se miden sobre el elipsoide y nunca en la proyección de los mapas web.",
    ),
    ejemplo=EjemploDerivado(
        # 30 establishments in 1.5 km².
        grupo=Grupo(ahora={"": 30.0}, territorio=1.5),
        cifras={("", ""): 20.0},
    ),
)
