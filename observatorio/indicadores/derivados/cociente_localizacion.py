"""How specialised the employment here is in each section, beside the region."""

from observatorio.indicadores.definitions.empleo import INDICADOR as EMPLEO
from observatorio.indicadores.derivado import Derivado, EjemploDerivado, Grupo
from observatorio.indicadores.dimensiones import TODAS
from observatorio.indicadores.formulas import cociente_localizacion

DERIVADO = Derivado(
    id="cociente_localizacion",
    nombre="Cociente de localización del empleo",
    descripcion="Cuánto pesa cada sección en el empleo de aquí, en relación con lo que pesa en la región.",
    unidad="veces",
    formula="LQ = (e_i / e) / (E_i / E): empleo de la sección y total, aquí (e) y en la región (E)",
    fuentes="Empleo del catastro. SII por región y rubro económico (trabajadores dependientes). Isard, 1960.",
    base=EMPLEO,
    calculo=cociente_localizacion,
    sobre="seccion",
    exige=frozenset({"seccion"}),
    dimensiones=TODAS - {"division"},
    region="trabajadores",
    decimales=2,
    notas=(
        "Sobre 1, la sección pesa más aquí que en la región; 2 es el doble. No dice si es grande o chica.",
        "El SII pone a los trabajadores en la región de la casa matriz, y el catastro donde trabajan: en minería y "
        "servicios a empresas la región queda corta y el cociente alto.",
        "Una sección que el SII reserva (*) no tiene cociente ni entra en los totales.",
    ),
    ejemplo=EjemploDerivado(
        # Here 60 of 100 and 40 of 100; in the region 300 of 1,000, 400 and 300 (which is not here).
        grupo=Grupo(ahora={"B": 60.0, "G": 40.0}, region={"B": 300.0, "C": 300.0, "G": 400.0}),
        cifras={("B", ""): 2.0, ("G", ""): 1.0},
    ),
)
