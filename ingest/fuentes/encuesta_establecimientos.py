"""A survey of premises by academia: a KoBo export, headed by XML names or by the questions themselves."""

from ingest.contract import Campo, Ejemplo, Fuente
from observatorio.vocabulario import Actor, Cobertura, Describe


def _pregunta(nombre: str, rotulo: str = "") -> str:
    """A pattern for the XML name, with its group or without, or for words of the question."""
    return rf"(.*/)?{nombre}" + (f"|{rotulo}" if rotulo else "")


# Not to know is an answer too: it gives no value, and is no fault.
_RESPUESTA = {"si": "si", "no": "no", "no_sabe|no sabe.*|no responde": ""}

FUENTE = Fuente(
    id="encuesta_establecimientos",
    nombre="Encuesta a establecimientos",
    actor=Actor.ACADEMIA,
    describe=Describe.ESTABLECIMIENTO,
    cobertura=Cobertura.MUESTRA,
    columnas={
        "id_fuente": "_uuid",
        "nombre_fantasia": Campo(
            patron=_pregunta("nombre_local", ".*nombre del (local|negocio).*"), requerido=True, no_vacio=True
        ),
        "rut": _pregunta("rut", ".*rut (del|de la) .*"),
        "direccion_texto": _pregunta("direccion", "direccion .*"),
        "giro_texto": _pregunta("giro", ".*(a que se dedica|giro del).*"),
        "cut": _pregunta("comuna"),
        "estado": Campo(
            patron=_pregunta("funcionando", ".*(esta|sigue) funcionando.*"),
            requerido=True,
            equivalencias={"si": "activo", "no": "receso", "cerrado.*": "cerrado"},
            otros=False,
        ),
        "senal_sii": Campo(
            patron=_pregunta("inicio_sii", ".*inicio de actividades.*"), equivalencias=_RESPUESTA, otros=False
        ),
        "senal_patente": Campo(
            patron=_pregunta("patente", ".*patente municipal.*"), equivalencias=_RESPUESTA, otros=False
        ),
        "senal_sanitaria": Campo(
            patron=_pregunta("resolucion_sanitaria", ".*resolucion sanitaria.*"), equivalencias=_RESPUESTA, otros=False
        ),
        "empleo_total": _pregunta("trab_total", ".*cuantas personas trabajan.*"),
        "empleo_local": _pregunta("trab_local", ".*(viven|residen) en la comuna.*"),
        "empleo_conmutante": _pregunta("trab_conmutante", ".*(viven|residen) fuera de la comuna.*"),
        "conmutante_intrarregional": _pregunta(
            "trab_conmutante_region", ".*(viven|residen) en otra comuna de la region.*"
        ),
        "conmutante_interregional": _pregunta("trab_conmutante_fuera", ".*(viven|residen) en otra region.*"),
        "trabajadores_extranjeros": _pregunta("trab_extranjero", ".*personas extranjeras.*"),
        "trabajadores_con_contrato": _pregunta("trab_contrato", ".*contrato escrito.*"),
        "turno": _pregunta("turno", ".*por turnos.*"),
        "tramo_ventas": _pregunta("ventas_tramo", ".*tramo de ventas.*"),
        "geopunto": _pregunta("ubicacion", "ubicacion .*"),
        "lat": "_.*_latitude",
        "lon": "_.*_longitude",
        # Weights are computed by statistical packages, which write 11.364 for eleven and a bit.
        "factor_expansion": Campo(patron=_pregunta("factor_expansion"), punto_decimal=True),
        "ola": _pregunta("ola"),
    },
    constantes={"precision": "gps"},
    licencia="Convenio con la universidad; respuestas protegidas por la Ley 21.719",
    periodicidad="anual",
    ejemplo=Ejemplo(
        encabezado=(
            "nombre_local",
            "rut",
            "comuna",
            "funcionando",
            "inicio_sii",
            "patente",
            "trab_total",
            "trab_local",
            "trab_conmutante",
            "trab_conmutante_region",
            "trab_conmutante_fuera",
            "turno",
            "_ubicacion_latitude",
            "_ubicacion_longitude",
            "factor_expansion",
            "ola",
            "_uuid",
        ),
        filas=(
            (
                *("Almacén Doña Rosa", "", "Calama", "si", "no", "no_sabe", "5", "2", "3", "2", "1", "", "-22.45"),
                *("-68.92", "3,5", "1", "u-1"),
            ),
            (
                "Taller",
                "76286053-8",
                "Calama",
                "cerrado",
                "si",
                "si",
                "",
                "",
                "",
                "",
                "",
                "7x7",
                "",
                "",
                "2",
                "1",
                "u-2",
            ),
            ("", "", "Calama", "si", *("",) * 11, "1", "u-3"),
        ),
        espera=(
            {
                "id_fuente": "u-1",
                "nombre_fantasia": "Almacén Doña Rosa",
                "cut": "02201",
                "estado": "activo",
                "senal_sii": "no",
                "senal_patente": None,
                "empleo_total": 5,
                "empleo_conmutante": 3,
                "conmutante_intrarregional": 2,
                "conmutante_interregional": 1,
                "lat": -22.45,
                "lon": -68.92,
                "precision": "gps",
                "factor_expansion": 3.5,
            },
            {"rut": 76286053, "estado": "cerrado", "senal_patente": "si", "turno": "7x7", "lat": None},
        ),
        rechazos=((2, "requerido"),),
    ),
)
