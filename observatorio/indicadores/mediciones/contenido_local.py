"""Which share of what the tractoras buy is local. Restricted."""

from observatorio.indicadores.medicion import EjemploMedicion, Medicion
from observatorio.indicadores.medir.proveedores import FUENTES, NOTAS, PROPIAS, contenido, red, reunir

MEDICION = Medicion(
    id="contenido_local",
    nombre="Contenido local",
    descripcion="Qué parte de los proveedores de cada tractora, y de lo que les paga, es local.",
    unidad="%",
    formula="100 × locales / proveedores de los que se sabe; por gasto, 100 × pesos pagados a locales / pesos pagados",
    fuentes=FUENTES,
    dimensiones=frozenset(),
    propias=PROPIAS,
    componentes={
        "proveedores": "De todos los proveedores",
        "directos": "De los directos",
        "gasto": "De lo pagado a los directos",
    },
    detalles={"local_clp": "Pagado a locales (pesos)", "sabido_clp": "Pagado a quienes se sabe si lo son (pesos)"},
    columnas_restringidas=("catastro.proveedor.monto_clp", "catastro.nivel_proveedor.rut"),
    decimales=1,
    notas=(*NOTAS, "Por gasto, n son los proveedores directos con todos sus montos declarados."),
    reunir=reunir(con_montos=True),
    medir=contenido,
    ejemplo=EjemploMedicion(
        # Known are 11, 12 and 14, of whom 11 and 14 are local. Of what was paid to 11 and 12, 300 of 900.
        hechos=lambda: {
            2024: red(
                [(1, 11, 1), (1, 12, 1), (1, 13, 1), (1, 14, 2)],
                [(11, "N1", True), (12, "N1", False), (14, "N1", True)],
                [(1, 11, 300), (1, 12, 600), (1, 13, 1000)],
            )
        },
        anio=2024,
        cifras={
            ("1", "N1", "proveedores"): 200 / 3,
            ("1", "N1", "directos"): 50.0,
            ("1", "N1", "gasto"): 100 / 3,
            ("todas", "N1", "proveedores"): 200 / 3,
            ("todas", "N1", "directos"): 50.0,
            ("todas", "N1", "gasto"): 100 / 3,
        },
        detalles={("1", "N1", "gasto"): {"local_clp": 300, "sabido_clp": 900}},
    ),
)
