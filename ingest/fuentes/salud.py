"""Health establishments of the Ministry of Health: public by law, with coordinates."""

from ingest.contract import Campo, Ejemplo, Fuente
from observatorio.vocabulario import Actor, Describe

_PUBLICA = "(servicio de salud|municipal|carabineros|gend.*|ejercito.*|fuerzas armadas.*)"
_PRIMARIA = "(centro (de salud|comunitario de salud) (familiar|mental)|posta|servicio de (atencion|urgencia)).*"

FUENTE = Fuente(
    id="salud",
    nombre="Establecimientos de salud",
    actor=Actor.SALUD,
    describe=Describe.ESTABLECIMIENTO,
    columnas={
        "id_fuente": Campo(patron="codigo_establecimiento", requerido=True, no_vacio=True),
        "nombre_fantasia": Campo(patron="nombre_establecimiento", requerido=True, no_vacio=True),
        "giro_texto": "tipo_establecimiento",
        # The list has no activity code: it follows from the type and the owner wherever they leave only one.
        "acteco": Campo(
            patron="tipo_establecimiento|dependencia_administrativa",
            unir=" | ",
            equivalencias={
                rf"hospital \| {_PUBLICA}": "861010",
                r"(hospital|clinica) \| privado": "861020",
                rf"{_PRIMARIA} \| {_PUBLICA}": "862010",
                rf"centro de especialidades \| {_PUBLICA}": "862010",
                r"centro de (salud privado|especialidades) \| .*": "862021",
                r"clinica dental \| .*": "862022",
                r"(laboratorio clinico|sala +externa de toma de muestras.*) \| .*": "869010",
                r"(centro de dialisis|vacunatorio) \| .*": "869091",
            },
        ),
        # A private surgery may belong to a person; the rest are services of the State or of a municipality.
        "tipo_persona": Campo(patron="dependencia_administrativa", equivalencias={_PUBLICA: "juridica"}),
        "cut": Campo(patron="codigo_comuna", requerido=True),
        "lat": "latitud",
        "lon": "longitud",
        "estado": Campo(
            patron="estado_funcionamiento",
            equivalencias={"vigente.*": "activo", "cerrado.*": "cerrado"},
            otros=False,
        ),
    },
    constantes={"precision": "puerta"},
    publica=True,
    licencia="Datos abiertos, Ministerio de Salud",
    periodicidad="mensual",
    ejemplo=Ejemplo(
        encabezado=(
            "codigo_establecimiento",
            "nombre_establecimiento",
            "tipo_establecimiento",
            "dependencia_administrativa",
            "codigo_comuna",
            "latitud",
            "longitud",
            "estado_funcionamiento",
        ),
        filas=(
            (
                "1",
                "Hospital de prueba",
                "Hospital",
                "Servicio de Salud",
                "02201",
                "-22.45",
                "-68.92",
                "Vigente en X",
            ),
            ("2", "Posta", "Posta de Salud Rural (PSR)", "Municipal", "02201", "", "", "Cerrado"),
            ("3", "", "Vacunatorio", "Privado", "02201", "", "", "Vigente"),
        ),
        espera=(
            {
                "nombre_fantasia": "Hospital de prueba",
                "acteco": "861010",
                "cut": "02201",
                "lat": -22.45,
                "lon": -68.92,
                "estado": "activo",
                "tipo_persona": "juridica",
                "precision": "puerta",
            },
            {"acteco": "862010", "estado": "cerrado", "lat": None},
        ),
        rechazos=((2, "requerido"),),
    ),
)
