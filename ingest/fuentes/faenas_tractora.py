"""The works of the industrias tractoras: one row per site (division) of each, by its own list.

Who is in it is a tractora; the suppliers' lists name buyers of every kind.
"""

from ingest.contract import Campo, Ejemplo, Fuente
from observatorio.vocabulario import Actor, Describe

FUENTE = Fuente(
    id="faenas_tractora",
    nombre="Faenas de las industrias tractoras",
    actor=Actor.TRACTORA,
    describe=Describe.ESTABLECIMIENTO,
    columnas={
        "rut": Campo(patron=r"R\.?U\.?T\.?", requerido=True, no_vacio=True),
        "razon_social": "RAZON SOCIAL",
        "nombre_fantasia": Campo(patron="FAENA|DIVISION", requerido=True, no_vacio=True),
        "cut": Campo(patron="COMUNA", requerido=True),
        "lat": "LATITUD",
        "lon": "LONGITUD",
        # Those of the contractors work here for other firms, which count them.
        "empleo_total": "TRABAJADORES PROPIOS",
    },
    constantes={"tipo_sitio": "faena", "precision": "puerta"},
    # Each tractora hands over its own file.
    acumula=True,
    licencia="Convenio con cada tractora",
    periodicidad="anual",
    ejemplo=Ejemplo(
        encabezado=(
            "RUT",
            "RAZON SOCIAL",
            "FAENA",
            "COMUNA",
            "LATITUD",
            "LONGITUD",
            "TRABAJADORES PROPIOS",
            "CONTRATISTAS",
        ),
        filas=(
            (
                *("61704000-K", "CORPORACION DEL COBRE", "DIVISION NORTE", "CALAMA"),
                *("-22,29000", "-68,90000", "4.800", "9.100"),
            ),
            ("61704000-K", "CORPORACION DEL COBRE", "", "CALAMA", "", "", "", ""),
            ("", "SIN RUT", "DIVISION SUR", "CALAMA", "", "", "", ""),
        ),
        espera=(
            {
                "id_fuente": None,
                "rut": 61704000,
                "razon_social": "CORPORACION DEL COBRE",
                "nombre_fantasia": "DIVISION NORTE",
                "tipo_sitio": "faena",
                "cut": "02201",
                "lat": -22.29,
                "lon": -68.9,
                "precision": "puerta",
                "empleo_total": 4800,
            },
        ),
        rechazos=((1, "requerido"), (2, "requerido")),
    ),
)
