"""Aggregates of the SII by region and size, of sales or of workers; `*` is a secret, never zero."""

from ingest.contract import Campo, Ejemplo, Fuente
from observatorio.vocabulario import Actor, Describe, Destino

_HONORARIOS = "Numero de trabajadores a honorarios"
_PAGADOS = "Honorarios pagados informados"

FUENTE = Fuente(
    id="sii_estadisticas",
    nombre="SII: estadísticas de empresas por región y tamaño",
    actor=Actor.SII,
    describe=Describe.EMPRESA,
    destino=Destino.SERIE,
    columnas={
        "anio": Campo(patron="A[nñ]o comercial", requerido=True),
        "territorio": Campo(patron="(Region|Comuna) del domicilio.*", requerido=True, no_vacio=True),
        "categoria": Campo(patron="Tramo segun (ventas|trabajadores).*|Rubro economico", requerido=True, no_vacio=True),
    },
    medidas={
        "empresas": "Numero de empresas",
        "ventas_uf": "Ventas anuales en UF",
        "trabajadores": "Numero de trabajadores dependientes informados",
        "renta_uf": "Renta neta informada en UF",
        "trabajadores_ponderados": "Trabajadores ponderados por meses trabajados",
        "mujeres": "Numero de trabajadores dependientes de genero femenino informados",
        # The SII left out half of this title: with the men's, these figures add up to the whole net income.
        "renta_mujeres_uf": "(Renta neta informada en UF, )?trabajadores de genero femenino",
        "mujeres_ponderadas": "Trabajadores de genero femenino ponderados por meses trabajados",
        "hombres": "Numero de trabajadores dependientes de genero masculino informados",
        "renta_hombres_uf": "Renta neta informada en UF, trabajadores de genero masculino",
        "hombres_ponderados": "Trabajadores de genero masculino ponderados por meses trabajados",
        "honorarios": f"{_HONORARIOS} informados",
        "honorarios_uf": f"{_PAGADOS} en UF",
        "honorarios_ponderados": "Trabajadores a honorarios ponderados por meses trabajados",
        "honorarios_mujeres": f"{_HONORARIOS} de genero femenino informados",
        "honorarios_mujeres_uf": f"{_PAGADOS} a trabajadores de genero femenino en UF",
        "honorarios_mujeres_ponderadas": "Trabajadores a honorarios de genero femenino ponderados.*",
        "honorarios_hombres": f"{_HONORARIOS} de genero masculino informados",
        "honorarios_hombres_uf": f"{_PAGADOS} a trabajadores de genero masculino en UF",
        "honorarios_hombres_ponderados": "Trabajadores a honorarios de genero masculino ponderados.*",
    },
    # Two tables of the same years complement each other: one by sales, one by workers.
    acumula=True,
    licencia="Estadísticas de empresas, Servicio de Impuestos Internos",
    periodicidad="anual",
    ejemplo=Ejemplo(
        encabezado=(
            "Año Comercial",
            "Región del domicilio o casa matriz",
            "Tramo según trabajadores dependientes informados",
            "Número de empresas",
            "Ventas anuales en UF",
        ),
        filas=(
            ("2005", "Región de Antofagasta", "2) 10 a 49 trabajadores", "13", "*"),
            ("2005", "Sin Información", "1) 1 a 9 trabajadores", "260", "62.36"),
        ),
        espera=(
            {"anio": 2005, "categoria": "2) 10 a 49 trabajadores", "medida": "empresas", "valor": 13.0},
            {"medida": "ventas_uf", "valor": None, "estado": "reservado"},
            {"medida": "empresas", "valor": 260.0, "estado": "publicado"},
            {"medida": "ventas_uf", "valor": 62.36, "estado": "publicado"},
        ),
    ),
)
