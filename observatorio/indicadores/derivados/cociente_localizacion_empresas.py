"""How specialised the firms here are in each section, beside the region."""

from observatorio.indicadores.definitions.empresas import INDICADOR as EMPRESAS
from observatorio.indicadores.derivado import Derivado, EjemploDerivado, Grupo
from observatorio.indicadores.dimensiones import TODAS
from observatorio.indicadores.formulas import cociente_localizacion

DERIVADO = Derivado(
    id="cociente_localizacion_empresas",
    nombre="Cociente de localización de las empresas",
    descripcion="Cuánto pesa cada sección entre las empresas de aquí, en relación con lo que pesa en la región.",
    unidad="veces",
    formula="LQ = (f_i / f) / (F_i / F): empresas de la sección y total, aquí (f) y en la región (F)",
    fuentes="Empresas del catastro. SII por región y rubro económico (número de empresas). Isard, 1960.",
    base=EMPRESAS,
    calculo=cociente_localizacion,
    sobre="seccion",
    exige=frozenset({"seccion"}),
    dimensiones=TODAS - {"division"},
    region="empresas",
    decimales=2,
    notas=(
        "Sobre 1, la sección pesa más aquí que en la región; 2 es el doble. No dice si es grande o chica.",
        "El SII cuenta a quien declara, y el catastro también a los informales y a las sucursales de firmas de afuera.",
        "Una empresa con locales en dos secciones cuenta en las dos.",
    ),
    ejemplo=EjemploDerivado(
        # Here 30 of 40 and 10 of 40; in the region 500 of 1,000 each.
        grupo=Grupo(ahora={"G": 30.0, "I": 10.0}, region={"G": 500.0, "I": 500.0}),
        cifras={("G", ""): 1.5, ("I", ""): 0.5},
    ),
)
