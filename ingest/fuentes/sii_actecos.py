"""Activities that contributors declared to the SII: several rows per RUT."""

from ingest.contract import Campo, Ejemplo, Fuente
from observatorio.vocabulario import Actor, Describe

FUENTE = Fuente(
    id="sii_actecos",
    nombre="SII: actividades económicas por contribuyente",
    actor=Actor.SII,
    describe=Describe.EMPRESA,
    columnas={
        "rut": Campo(patron="RUT", requerido=True, no_vacio=True),
        "dv": Campo(patron="DV", requerido=True),
        "acteco": Campo(patron="CODIGO ACTIVIDAD", requerido=True, no_vacio=True),
        "giro_texto": r"DESC\.? ACTIVIDAD ECONOMICA",
        "desde": "FECHA",
    },
    historica=True,
    licencia="Nómina de actividades, Servicio de Impuestos Internos",
    periodicidad="anual",
    ejemplo=Ejemplo(
        encabezado=(
            "RUT",
            "DV",
            "CODIGO ACTIVIDAD",
            "DESC. ACTIVIDAD ECONOMICA",
            "FECHA",
            "AFECTA A IVA",
            "CATEGORIA TRIBUTARIA",
        ),
        filas=(
            ("76286053", "8", "040000", "EXTRACCIÓN Y PROCESAMIENTO DE COBRE", "02-05-2013", "SI", "1"),
            ("76286053", "8", "331202", "REPARACIÓN DE MAQUINARIA", "15-11-2018", "SI", "1"),
            ("76286053", "8", "ABC", "ACTIVIDAD SIN CÓDIGO", "15-11-2018", "SI", "1"),
        ),
        espera=(
            {"rut": 76286053, "dv": "8", "acteco": "040000", "desde": "2013-05-02"},
            {
                "rut": 76286053,
                "acteco": "331202",
                "desde": "2018-11-15",
                "giro_texto": "REPARACIÓN DE MAQUINARIA",
            },
        ),
        rechazos=((2, "acteco_formato"),),
    ),
)
