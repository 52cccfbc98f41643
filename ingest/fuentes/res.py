"""Companies constituted under the simplified regime (Registro de Empresas y Sociedades, Ley 20.659)."""

from ingest.contract import Campo, Ejemplo, Fuente
from observatorio.vocabulario import Actor, Describe

FUENTE = Fuente(
    id="res",
    nombre="Registro de Empresas y Sociedades: constituciones",
    actor=Actor.NOTARIAS,
    describe=Describe.EMPRESA,
    columnas={
        "id_fuente": "ID",
        "rut": Campo(patron=r"R\.?U\.?T\.?", requerido=True, no_vacio=True),
        "razon_social": Campo(patron="Razon Social", requerido=True),
        # The law dates an act by its first signature.
        "desde": r"Fecha de actuacion.*",
        "anio": Campo(patron="Anio|Año", requerido=True),
        # The tax domicile is where the firm says that it works; the social one is often empty.
        "cut": "Comuna Tributaria",
        "capital_clp": "Capital",
    },
    constantes={"tipo_persona": "juridica", "tipo_sitio": "domicilio"},
    # A file brings one month, or one region.
    acumula=True,
    licencia="CC-BY, Ministerio de Economía, Fomento y Turismo (datos.gob.cl)",
    periodicidad="mensual",
    ejemplo=Ejemplo(
        encabezado=(
            "ID",
            "RUT",
            "Razon Social",
            "Fecha de actuacion (1era firma)",
            "Anio",
            "Comuna Tributaria",
            "Capital",
            "Comuna Social",
        ),
        filas=(
            ("421", "76286053-8", "Vista TI Limitada", "02-05-2013", "2013", "EST CENTRAL", "2000000", ""),
            ("9", "76286059-8", "VEGA Y RUIZ Ltda.", "02-05-2013", "2013", "CALAMA", "1000000", "CALAMA"),
        ),
        espera=(
            {
                "id_fuente": "421",
                "rut": 76286053,
                "dv": "8",
                "razon_social": "Vista TI Limitada",
                "desde": "2013-05-02",
                "anio": 2013,
                "cut": "13106",
                "capital_clp": 2000000,
                "tipo_persona": "juridica",
            },
        ),
        rechazos=((1, "rut_digito"),),
    ),
)
