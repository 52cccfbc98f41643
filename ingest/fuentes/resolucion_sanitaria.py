"""Sanitary resolutions of the SEREMI de Salud, for the activities that need one."""

from ingest.contract import Campo, Ejemplo, Fuente
from observatorio.vocabulario import Actor, Describe

FUENTE = Fuente(
    id="resolucion_sanitaria",
    nombre="SEREMI de Salud: resoluciones sanitarias",
    actor=Actor.SALUD,
    describe=Describe.ESTABLECIMIENTO,
    columnas={
        "id_fuente": Campo(patron="N. RESOLUCION", requerido=True, no_vacio=True),
        "desde": Campo(patron="FECHA", requerido=True),
        "rut": Campo(patron="RUT", requerido=True),
        "razon_social": Campo(patron="RAZON SOCIAL", requerido=True),
        "direccion_texto": "DIRECCION",
        "cut": "COMUNA",
        "giro_texto": "RUBRO",
        "senal_sanitaria": Campo(
            patron="VIGENCIA",
            requerido=True,
            equivalencias={"vigente": "si", "caducada|revocada": "no"},
            otros=False,
        ),
    },
    licencia="Convenio con la SEREMI de Salud",
    periodicidad="anual",
    ejemplo=Ejemplo(
        encabezado=(
            "N° RESOLUCIÓN",
            "FECHA",
            "RUT",
            "RAZÓN SOCIAL",
            "DIRECCIÓN",
            "COMUNA",
            "RUBRO",
            "VIGENCIA",
        ),
        filas=(
            (
                "R-1",
                "02-05-2023",
                "76.286.053-8",
                "VISTA LTDA",
                "RAMIREZ 1950",
                "CALAMA",
                "CASINO",
                "VIGENTE",
            ),
            ("R-2", "02-05-2018", "76.286.053-8", "VISTA LTDA", "LATORRE 10", "CALAMA", "CASINO", "CADUCADA"),
            ("R-3", "02-05-2018", "12.345.678-5", "PEREZ", "LATORRE 10", "CALAMA", "COCINA", "EN TRÁMITE"),
        ),
        espera=(
            {
                "id_fuente": "R-1",
                "rut": 76286053,
                "desde": "2023-05-02",
                "senal_sanitaria": "si",
                "cut": "02201",
            },
            {"id_fuente": "R-2", "senal_sanitaria": "no"},
            {"id_fuente": "R-3", "senal_sanitaria": None, "tipo_persona": "natural"},
        ),
        rechazos=((2, "categoria_desconocida"),),
    ),
)
