"""Schools with an RBD number, of the Ministry of Education: public by law, with coordinates."""

from ingest.contract import Campo, Ejemplo, Fuente
from observatorio.vocabulario import Actor, Describe

FUENTE = Fuente(
    id="educacion",
    nombre="Establecimientos educacionales",
    actor=Actor.EDUCACION,
    describe=Describe.ESTABLECIMIENTO,
    columnas={
        "id_fuente": Campo(patron="rbd", requerido=True, no_vacio=True),
        "nombre_fantasia": Campo(patron="nombre_establecimiento", requerido=True, no_vacio=True),
        # Every RBD is a school; the owner tells the public code of the SII from the private one.
        "acteco": Campo(
            patron="dependencia_administrativa",
            equivalencias={
                r"municipal|servicio local.*|corporacion de administracion delegada": "850012",
                "particular.*": "850022",
            },
        ),
        "cut": Campo(patron="codigo_comuna", requerido=True),
        "lat": "latitud",
        "lon": "longitud",
        "estado": Campo(
            patron="estado_funcionamiento",
            equivalencias={
                "vigente|funcionando": "activo",
                "receso|autorizado sin matricula": "receso",
                "cerrado.*": "cerrado",
            },
            otros=False,
        ),
    },
    # The law lets only legal persons run a recognised school.
    constantes={
        "precision": "puerta",
        "tipo_persona": "juridica",
        "giro_texto": "Establecimiento educacional",
    },
    publica=True,
    licencia="Datos abiertos, Ministerio de Educación",
    periodicidad="anual",
    ejemplo=Ejemplo(
        encabezado=(
            "rbd",
            "dv_rbd",
            "nombre_establecimiento",
            "codigo_comuna",
            "dependencia_administrativa",
            "latitud",
            "longitud",
            "estado_funcionamiento",
        ),
        filas=(
            (
                "10956",
                "8",
                "ESCUELA A",
                "02201",
                "Particular Subvencionado",
                "-22.439745",
                "-68.92215",
                "Vigente",
            ),
            ("10967", "3", "LICEO B", "02201", "Municipal", "", "", "Autorizado sin matrícula"),
            ("10968", "1", "LICEO C", "02101", "Municipal", "-23.589291", "-70.384232", "Demolido"),
        ),
        espera=(
            {"id_fuente": "10956", "acteco": "850022", "lat": -22.439745, "estado": "activo", "cut": "02201"},
            {"acteco": "850012", "estado": "receso", "lat": None, "tipo_persona": "juridica"},
            {"id_fuente": "10968", "cut": "02101", "estado": None},
        ),
        rechazos=((2, "categoria_desconocida"),),
    ),
)
