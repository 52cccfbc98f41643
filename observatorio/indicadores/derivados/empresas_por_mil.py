"""How many firms there are for each thousand people."""

from observatorio.indicadores.definitions.empresas import INDICADOR as EMPRESAS
from observatorio.indicadores.derivado import Derivado, Divisor, EjemploDerivado, Grupo
from observatorio.indicadores.formulas import por_territorio

DERIVADO = Derivado(
    id="empresas_por_mil",
    nombre="Empresas por mil habitantes",
    descripcion="Empresas con algún establecimiento activo, por cada mil personas que viven en la zona.",
    unidad="por mil habitantes",
    formula="1.000 × empresas / población",
    fuentes="Catastro consolidado. Población: Censo del INE, o la de las zonas que se cargaron.",
    base=EMPRESAS,
    calculo=por_territorio(1000),
    divisor=Divisor.POBLACION,
    decimales=1,
    notas=(
        "La población es la de quienes residen: en una zona de faenas o de oficinas viven pocos y la cifra se dispara.",
        "Una zona sin población conocida no tiene cifra; la de los hexágonos se estima por superficie.",
        "Los locales sin ubicación no están en ninguna zona: en el total de la comuna sí están.",
    ),
    ejemplo=EjemploDerivado(
        # 1,000 x 250 firms / 50,000 people.
        grupo=Grupo(ahora={"": 250.0}, territorio=50_000.0),
        cifras={("", ""): 5.0},
    ),
)
