"""Supplier lists of the industrias tractoras: who sold what to whom."""

from ingest.contract import Campo, Ejemplo, Fuente
from observatorio.vocabulario import Actor, Describe, Destino

FUENTE = Fuente(
    id="proveedores_tractora",
    nombre="Proveedores de las industrias tractoras",
    actor=Actor.TRACTORA,
    describe=Describe.EMPRESA,
    destino=Destino.VINCULO,
    columnas={
        "rut_comprador": Campo(patron="RUT COMPRADOR", requerido=True, no_vacio=True),
        "rut_proveedor": Campo(patron="RUT PROVEEDOR", requerido=True, no_vacio=True),
        "razon_social_proveedor": "RAZON SOCIAL( PROVEEDOR)?",
        "anio": Campo(patron="A[nñ]o", requerido=True),
        "categoria": "CATEGORIA",
        "monto_clp": "MONTO",
        "cut_proveedor": "COMUNA",
    },
    constantes={"evidencia": "Lista de proveedores del comprador"},
    # Each tractora hands over its own file.
    acumula=True,
    licencia="Convenio con cada tractora; los montos son reservados",
    periodicidad="anual",
    ejemplo=Ejemplo(
        encabezado=(
            "RUT COMPRADOR",
            "RUT PROVEEDOR",
            "RAZON SOCIAL PROVEEDOR",
            "AÑO",
            "CATEGORIA",
            "MONTO",
            "REGION",
            "COMUNA",
        ),
        filas=(
            ("61704000-K", "76286053-8", "VISTA TI LTDA", "2024", "TI", "12000000", "II", "CALAMA"),
            ("61704000-K", "", "SIN RUT", "2024", "TI", "1", "II", "CALAMA"),
        ),
        espera=(
            {
                "rut_comprador": 61704000,
                "rut_proveedor": 76286053,
                "anio": 2024,
                "monto_clp": 12000000,
                "cut_proveedor": "02201",
                "evidencia": "Lista de proveedores del comprador",
            },
        ),
        rechazos=((1, "requerido"),),
    ),
)
