"""Beneficiaries of the regional government's programmes and investment."""

from ingest.contract import Campo, Ejemplo, Fuente
from observatorio.vocabulario import Actor, Describe

FUENTE = Fuente(
    id="gore",
    nombre="Gobierno Regional: beneficiarios de programas",
    actor=Actor.GORE,
    describe=Describe.BENEFICIARIO,
    columnas={
        "anio": Campo(patron="A[nñ]o", requerido=True),
        "rut": Campo(patron="RUT BENEFICIARIO", requerido=True),
        "razon_social": Campo(patron="NOMBRE BENEFICIARIO", requerido=True, no_vacio=True),
        "cut": "COMUNA",
        "giro_texto": "ACTIVIDAD",
    },
    licencia="Datos abiertos, Gobierno Regional de Antofagasta",
    periodicidad="anual",
    ejemplo=Ejemplo(
        encabezado=(
            "AÑO",
            "PROGRAMA",
            "RUT BENEFICIARIO",
            "NOMBRE BENEFICIARIO",
            "COMUNA",
            "ACTIVIDAD",
            "MONTO ($)",
            "FECHA RESOLUCIÓN",
        ),
        filas=(
            ("2024", "FNDR", "76286053-8", "VISTA TI LTDA", "CALAMA", "SOFTWARE", "1.234.567", "15/03/2024"),
            ("2024", "FNDR", "76286053-8", "", "CALAMA", "SOFTWARE", "1.234.567", "15/03/2024"),
        ),
        espera=({"anio": 2024, "rut": 76286053, "razon_social": "VISTA TI LTDA", "cut": "02201"},),
        rechazos=((1, "requerido"),),
    ),
)
