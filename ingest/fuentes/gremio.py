"""Member lists of the trade bodies: an Excel with several members in one cell and phones in three styles."""

from ingest.contract import Campo, Ejemplo, Fuente, Tolerancia
from observatorio.vocabulario import Actor, Describe, Rol

_NOMBRES = r"\s+/\s+|\s*\n\s*"
_RUTS = r"\s*/\s*|\s*\n\s*"

FUENTE = Fuente(
    id="gremio",
    nombre="Socios de los gremios",
    actor=Actor.GREMIO,
    describe=Describe.ESTABLECIMIENTO,
    columnas={
        "razon_social": Campo(
            patron=r"Socio|Socio\s*/\s*Razon Social|Razon Social",
            requerido=True,
            no_vacio=True,
            separador=_RUTS,
        ),
        "rut": Campo(patron=r"R\.?U\.?T\.?", separador=_RUTS),
        "giro_texto": Campo(patron="Rubro|Giro", requerido=True),
        "direccion_texto": "Direccion.*",
        "telefono": "Fono|Telefono.*",
        "correo": "E-?mail|Correo.*",
    },
    visibilidad={"razon_social": Rol.PLANIFICADOR},
    licencia="Convenio con el gremio",
    periodicidad="anual",
    tolerancia=Tolerancia(rechazo=0.05),
    ejemplo=Ejemplo(
        encabezado=("N°", "Socio / Razón Social", "RUT", "Rubro", "Dirección", "E-mail", "Observaciones"),
        filas=(
            ("1", "Vista TI Ltda.", "76.286.053-8", "Informática", "Ramírez 1950", "hola@vista.cl", ""),
            ("2", "Uno Spa / Dos Ltda.", "/ 76.000.000-0", "Arriendos", "Mz 10 St 11", "", "socios juntos"),
            ("3", "", "", "", "", "", "vacante"),
        ),
        espera=(
            {"razon_social": "Vista TI Ltda.", "rut": 76286053, "correo": "hola@vista.cl"},
            {"razon_social": "Uno Spa", "rut": None, "giro_texto": "Arriendos"},
            {"razon_social": "Dos Ltda.", "rut": 76000000, "giro_texto": "Arriendos"},
        ),
        rechazos=((2, "requerido"),),
    ),
)
