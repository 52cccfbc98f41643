"""Fiscal parcels given in concession or lease: a zipped Shapefile of polygons in UTM 19 South."""

from ingest.contract import Campo, Capa, Ejemplo, Fuente
from observatorio.vocabulario import Actor, Describe

FUENTE = Fuente(
    id="bienes_nacionales",
    nombre="Bienes Nacionales: predios fiscales en concesión o arriendo",
    actor=Actor.BIENES_NACIONALES,
    describe=Describe.PREDIO,
    lector=Capa(epsg=32719),
    columnas={
        "id_fuente": Campo(patron="EXPEDIENTE", requerido=True, no_vacio=True),
        "rut": Campo(patron="RUT", requerido=True),
        "razon_social": "TITULAR",
        "giro_texto": "USO",
        "cut": "COMUNA",
        "desde": "FECHA_ACTO",
        "hasta": "FECHA_TERM",
    },
    # The point stands somewhere inside a parcel that may be large.
    constantes={"tipo_sitio": "predio", "precision": "sector"},
    licencia="Ministerio de Bienes Nacionales",
    periodicidad="anual",
    ejemplo=Ejemplo(
        encabezado=("EXPEDIENTE", "RUT", "TITULAR", "TIPO_ACTO", "USO", "COMUNA", "FECHA_ACTO", "FECHA_TERM"),
        filas=(
            (
                "2CO123",
                "76286053-8",
                "VISTA TI LTDA",
                "CONCESION",
                "ACOPIO",
                "CALAMA",
                "2019-03-01",
                "2029-03-01",
            ),
            ("", "76286053-8", "VISTA TI LTDA", "ARRIENDO", "BODEGA", "CALAMA", "2020-03-01", ""),
        ),
        espera=(
            {
                "id_fuente": "2CO123",
                "rut": 76286053,
                "giro_texto": "ACOPIO",
                "cut": "02201",
                "desde": "2019-03-01",
                "hasta": "2029-03-01",
                "tipo_sitio": "predio",
            },
        ),
        rechazos=((1, "requerido"),),
    ),
)
