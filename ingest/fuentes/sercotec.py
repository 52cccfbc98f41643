"""Beneficiaries of Sercotec's programmes. Nothing identifies them, so equal rows are different people."""

from ingest.contract import Campo, Ejemplo, Fuente
from observatorio.vocabulario import Actor, Describe

FUENTE = Fuente(
    id="sercotec",
    nombre="Sercotec: beneficiarios de programas",
    actor=Actor.GORE,
    describe=Describe.BENEFICIARIO,
    columnas={
        "anio": Campo(patron="A[nñ]o", requerido=True),
        "cut": Campo(patron="Comuna_Beneficiario", requerido=True),
        "giro_texto": "Actividad_Economica_Postulante_Beneficiario",
        "tipo_persona": Campo(
            patron="Tipo Beneficiario",
            requerido=True,
            equivalencias={"persona natural": "natural", "empresa juridica|organizacion gremial": "juridica"},
        ),
    },
    licencia="Datos abiertos, Sercotec",
    periodicidad="anual",
    ejemplo=Ejemplo(
        encabezado=(
            "Año",
            "Instrumento",
            "Tipo Beneficiario",
            "Comuna_Beneficiario",
            "Actividad_Economica_Postulante_Beneficiario",
        ),
        filas=(
            ("2024", "Crece", "Persona Natural", "Calama", "7) Construcción."),
            ("2024", "Crece", "Persona Natural", "Calama", "7) Construcción."),
            ("2024", "Emprende", "Rut Extendido", "Otro lugar", "7) Construcción."),
            ("2024", "Emprende", "Empresa Jurídica", "No Informada", "7) Construcción."),
        ),
        espera=(
            {"anio": 2024, "cut": "02201", "tipo_persona": "natural", "giro_texto": "7) Construcción."},
            {"anio": 2024, "cut": "02201", "tipo_persona": "natural"},
            {"cut": None, "tipo_persona": None},
            {"cut": None, "tipo_persona": "juridica"},
        ),
        # «Otro lugar» is no comuna: the row enters without one, and says so.
        rechazos=((2, "comuna_desconocida"),),
    ),
)
