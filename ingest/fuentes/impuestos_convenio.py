"""Taxes paid, by agreement with the SII: one row a tax, so a firm's year is the sum of its rows."""

from ingest.contract import Campo, Ejemplo, Fuente
from observatorio.vocabulario import Actor, Describe, Rol

FUENTE = Fuente(
    id="impuestos_convenio",
    nombre="Impuestos pagados (convenio)",
    actor=Actor.SII,
    describe=Describe.EMPRESA,
    columnas={
        "rut": Campo(patron="RUT", requerido=True, no_vacio=True),
        "anio": Campo(patron="A[nñ]o", requerido=True),
        "impuestos_clp": Campo(patron="MONTO", requerido=True, no_vacio=True),
    },
    visibilidad={"impuestos_clp": Rol.MUNICIPAL, "rut": Rol.MUNICIPAL},
    licencia="Convenio; uso restringido (Código Tributario, art. 35)",
    periodicidad="anual",
    ejemplo=Ejemplo(
        encabezado=("RUT", "AÑO", "IMPUESTO", "MONTO"),
        filas=(
            ("76286053-8", "2024", "IVA", "1234567"),
            ("76286053-8", "2024", "RENTA", "0"),
            ("76286053-8", "2024", "RENTA", "-5"),
        ),
        espera=(
            {"rut": 76286053, "anio": 2024, "impuestos_clp": 1234567},
            {"rut": 76286053, "impuestos_clp": 0},
        ),
        rechazos=((2, "dinero_rango"),),
    ),
)
