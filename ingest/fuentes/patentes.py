"""The municipal roll of patentes: an Excel made by hand, with titles above and subtotals below."""

from ingest.contract import Campo, Ejemplo, Fuente, Tolerancia
from observatorio.vocabulario import Actor, Describe

_AL_DIA = "definitiva|provisoria|permiso.*|vigente"

FUENTE = Fuente(
    id="patentes",
    nombre="Rol de patentes municipales",
    actor=Actor.MUNICIPALIDAD,
    describe=Describe.ESTABLECIMIENTO,
    columnas={
        # A subtotal has either no number or no name: so it falls, and is listed.
        "id_fuente": Campo(patron="ROL PATENTE", requerido=True, no_vacio=True),
        "rut": Campo(patron=r"R\.?U\.?T\.?", requerido=True),
        "razon_social": Campo(patron="NOMBRE O RAZON SOCIAL", requerido=True, no_vacio=True),
        "giro_texto": "GIRO",
        "direccion_texto": Campo(patron="DIRECCION COMERCIAL", requerido=True),
        "capital_clp": "CAPITAL PROPIO",
        "patente_clp": "MONTO PATENTE",
        "desde": "FECHA INICIO",
        # MEF and street-market permits are patentes too; a debt or a removal means that it is not current.
        "senal_patente": Campo(patron="ESTADO", equivalencias={_AL_DIA: "si", "morosa|eliminada": "no"}),
        # The municipality demands the start of activities before a definitive patente, but not of a permit.
        "senal_sii": Campo(
            patron="TIPO PATENTE|ESTADO",
            unir=" | ",
            equivalencias={r"(comercial|industrial|profesional|alcoholes|mef).* \| definitiva": "si"},
        ),
        # To pay the patente of the year proves that the business lives; not to pay it proves nothing.
        "estado": Campo(patron="ESTADO", equivalencias={_AL_DIA: "activo"}),
        "empleo_total": "N. TRABAJADORES",
        "lon": r"COORD\.? X",
        "lat": r"COORD\.? Y",
    },
    constantes={"precision": "puerta"},
    licencia="Municipalidad; uso restringido (Ley 20.285 y Ley 21.719)",
    periodicidad="semestral",
    tolerancia=Tolerancia(rechazo=0.05),
    ejemplo=Ejemplo(
        encabezado=(
            "ROL PATENTE",
            "TIPO PATENTE",
            "R.U.T.",
            "NOMBRE O RAZÓN SOCIAL",
            "GIRO",
            "DIRECCIÓN COMERCIAL",
            "CAPITAL PROPIO",
            "MONTO PATENTE",
            "FECHA INICIO",
            "ESTADO",
            "Nº TRABAJADORES",
        ),
        filas=(
            (
                *("2-001", "COMERCIAL", "76.286.053-8", "VISTA TI LTDA", "VENTA DE SOFTWARE", "RAMIREZ 1950"),
                *("$ 2.000.000", "$ 67.294", "02-05-2013", "DEFINITIVA", "4"),
            ),
            ("5-010", "PERMISO", "12.345.678-5", "PEREZ JUAN", "FERIA", "S/N", "", "", "", "DEFINITIVA", "1"),
            ("2-002", "COMERCIAL", "", "BAZAR", "BAZAR", "LATORRE 1", "", "$ 1.234.567", "", "MOROSA", ""),
            ("", "", "", "SUBTOTAL COMERCIAL", "", "", "", "$ 1.301.861", "", "", ""),
        ),
        espera=(
            {
                "id_fuente": "2-001",
                "rut": 76286053,
                "capital_clp": 2000000,
                "patente_clp": 67294,
                "desde": "2013-05-02",
                "senal_patente": "si",
                "senal_sii": "si",
                "estado": "activo",
                "empleo_total": 4,
            },
            {"rut": 12345678, "senal_patente": "si", "senal_sii": None, "tipo_persona": "natural"},
            {"rut": None, "senal_patente": "no", "senal_sii": None, "estado": None, "patente_clp": 1234567},
        ),
        rechazos=((3, "requerido"),),
    ),
)
