"""Addresses that contributors declared to the SII, history included: legal domiciles and branches."""

from ingest.contract import Campo, Ejemplo, Fuente
from observatorio.vocabulario import Actor, Describe

FUENTE = Fuente(
    id="sii_direcciones",
    nombre="SII: direcciones (domicilio y sucursales)",
    actor=Actor.SII,
    describe=Describe.ESTABLECIMIENTO,
    columnas={
        "rut": Campo(patron="RUT", requerido=True, no_vacio=True),
        "dv": Campo(patron="DV", requerido=True),
        "desde": "FECHA",
        "tipo_sitio": Campo(
            patron="TIPO_DIRECCION",
            requerido=True,
            equivalencias={"domicilio": "domicilio", "sucursal.*": "sucursal", "casa matriz": "casa_matriz"},
            otros=False,
        ),
        # In force, it is what the firm declared and nobody saw; no longer in force, the firm left it.
        "estado": Campo(patron="VIGENCIA", equivalencias={"n": "cerrado"}),
        # One text, because people put parts of an address in the wrong box (a block and its lot in the street's).
        "direccion_texto": Campo(patron="CALLE|NUMERO|BLOQUE|DEPARTAMENTO|VILLA_POBLACION", unir=" ", requerido=True),
        "cut": Campo(patron="COMUNA", requerido=True),
    },
    historica=True,
    # Domiciles and branches come in two files.
    acumula=True,
    licencia="Nómina de direcciones, Servicio de Impuestos Internos",
    periodicidad="anual",
    ejemplo=Ejemplo(
        encabezado=(
            "RUT",
            "DV",
            "VIGENCIA",
            "FECHA",
            "TIPO_DIRECCION",
            "CALLE",
            "NUMERO",
            "BLOQUE",
            "DEPARTAMENTO",
            "VILLA_POBLACION",
            "CIUDAD",
            "COMUNA",
            "REGION",
        ),
        filas=(
            (
                "76286053",
                "8",
                "S",
                "2013-05-02",
                "DOMICILIO",
                "RAMIREZ",
                "1950",
                "",
                "OF 302",
                "",
                "",
                "CALAMA",
                "II",
            ),
            ("76286053", "8", "N", "2011-01-02", "SUCURSAL", "LATORRE", "10", "", "", "", "", "CALAMA", "II"),
            ("76286053", "9", "S", "2011-01-02", "SUCURSAL", "LATORRE", "10", "", "", "", "", "CALAMA", "II"),
        ),
        espera=(
            {
                "rut": 76286053,
                "desde": "2013-05-02",
                "tipo_sitio": "domicilio",
                "direccion_texto": "RAMIREZ 1950 OF 302",
                "calle": "RAMIREZ",
                "numero": "1950",
                "resto": "OFICINA 302",
                "cut": "02201",
                "estado": None,
            },
            {"tipo_sitio": "sucursal", "estado": "cerrado", "calle": "LATORRE", "resto": None},
        ),
        rechazos=((2, "rut_digito"),),
    ),
)
