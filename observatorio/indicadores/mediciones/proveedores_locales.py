"""How many local suppliers the tractoras have, directly and through others. Restricted."""

from observatorio.indicadores.medicion import EjemploMedicion, Medicion
from observatorio.indicadores.medir.proveedores import FUENTES, NOTAS, PROPIAS, locales, red, reunir

MEDICION = Medicion(
    id="proveedores_locales",
    nombre="Proveedores locales",
    descripcion="Empresas que venden a cada tractora, directamente o a través de otras, y son locales.",
    unidad="empresas",
    formula="empresas distintas de la red de cada tractora que cumplen el criterio; directas si le venden a ella",
    fuentes=FUENTES,
    dimensiones=frozenset(),
    propias=PROPIAS,
    componentes={"directos": "Directos", "indirectos": "Indirectos", "todos": "Directos e indirectos"},
    # The network names firms, one by one.
    columnas_restringidas=("catastro.nivel_proveedor.rut",),
    notas=NOTAS,
    reunir=reunir(con_montos=False),
    medir=locales,
    ejemplo=EjemploMedicion(
        # Firm 1 buys from 11, 12 and 13, and through them from 14. Local are 11 and 14; of 13 nobody knows.
        hechos=lambda: {
            2024: red(
                [(1, 11, 1), (1, 12, 1), (1, 13, 1), (1, 14, 2)],
                [(11, "N1", True), (12, "N1", False), (14, "N1", True)],
                [],
            )
        },
        anio=2024,
        cifras={
            ("1", "N1", "directos"): 1.0,
            ("1", "N1", "indirectos"): 1.0,
            ("1", "N1", "todos"): 2.0,
            ("todas", "N1", "directos"): 1.0,
            ("todas", "N1", "indirectos"): 1.0,
            ("todas", "N1", "todos"): 2.0,
        },
    ),
)
