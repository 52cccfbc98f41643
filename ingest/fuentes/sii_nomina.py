"""The SII's yearly list of legal persons: brackets of sales, workers, start and end of activities."""

from ingest.contract import Campo, Ejemplo, Fuente
from observatorio.vocabulario import Actor, Describe

FUENTE = Fuente(
    id="sii_nomina",
    nombre="SII: nómina de personas jurídicas",
    actor=Actor.SII,
    describe=Describe.EMPRESA,
    columnas={
        "anio": Campo(patron="A[nñ]o comercial", requerido=True),
        "rut": Campo(patron="RUT", requerido=True, no_vacio=True),
        "dv": Campo(patron="DV", requerido=True),
        "razon_social": Campo(patron="Razon social", requerido=True),
        "tramo_ventas": Campo(patron="Tramo segun ventas", requerido=True),
        "trabajadores": "Numero de trabajadores dependie.*",
        "desde": "Fecha inicio de actividades vige.*",
        "hasta": "Fecha termino de giro",
        "acteco": "Actividad economica",
        "giro_texto": "Actividad economica",
        "cut": "Comuna",
    },
    # To be listed is to have started activities; `hasta` says until when.
    constantes={"tipo_persona": "juridica", "tipo_sitio": "casa_matriz", "senal_sii": "si"},
    licencia="Nómina de empresas, Servicio de Impuestos Internos",
    periodicidad="anual",
    ejemplo=Ejemplo(
        encabezado=(
            "Año comercial",
            "RUT",
            "DV",
            "Razón social",
            "Tramo según ventas",
            "Número de trabajadores dependie",
            "Fecha inicio de actividades vige",
            "Fecha término de giro",
            "Comuna",
        ),
        filas=(
            ("2024", "76286053", "8", "VISTA TI LTDA", "4", "7", "2013-05-02", "", "Calama"),
            ("2024", "76000000", "0", "CERRADA SPA", "1", "", "2010-01-04", "2024-06-30", "Sin Información"),
            ("2024", "", "", "SIN RUT SPA", "1", "", "", "", "Calama"),
        ),
        espera=(
            {
                "anio": 2024,
                "rut": 76286053,
                "dv": "8",
                "tramo_ventas": 4,
                "trabajadores": 7,
                "desde": "2013-05-02",
                "hasta": None,
                "senal_sii": "si",
                "cut": "02201",
                "tipo_persona": "juridica",
            },
            {"rut": 76000000, "hasta": "2024-06-30", "senal_sii": "si", "cut": None},
        ),
        rechazos=((2, "requerido"),),
    ),
)
