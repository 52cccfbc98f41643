"""A layer of address points or of streets: it teaches the gazetteer where doors stand, and makes no premises."""

from ingest.contract import Campo, Capa, Ejemplo, Fuente
from observatorio.vocabulario import Actor, Describe

FUENTE = Fuente(
    id="callejero",
    nombre="Callejero: direcciones y calles",
    actor=Actor.MUNICIPALIDAD,
    describe=Describe.DIRECCION,
    # A file that does not state its system comes from the offices' plans, in metres.
    lector=Capa(epsg=32719),
    columnas={
        "id_fuente": "id|fid|objectid|gid|codigo",
        "calle": Campo(
            patron=r"calle|nombre_calle|nom_calle|nombre_via|via|street|addr:street", requerido=True, no_vacio=True
        ),
        # Lines of streets have none: they say that the street exists, and where.
        "numero": r"numero|numeracion|num|nro|altura|addr:housenumber",
        "resto": r"villa|poblacion|sector|villa_poblacion|barrio",
        "cut": r"comuna|nom_comuna|cut|codigo_comuna",
    },
    constantes={"precision": "puerta"},
    # Parts of a city come in layers of their own.
    acumula=True,
    licencia="Dirección de Obras Municipales",
    periodicidad="anual",
    ejemplo=Ejemplo(
        encabezado=("ID", "CALLE", "NUMERO", "VILLA", "COMUNA"),
        filas=(
            ("1", "Ramírez", "1950", "", "Calama"),
            ("2", "Av. Balmaceda", "", "", ""),
            ("3", "", "12", "Villa Ayquina", "Calama"),
        ),
        espera=(
            {"calle": "Ramírez", "numero": "1950", "cut": "02201", "lat": -22.4624, "precision": "puerta", "rut": None},
            {"calle": "Av. Balmaceda", "numero": None, "cut": None, "lon": -68.9294},
        ),
        rechazos=((2, "requerido"),),
    ),
)
