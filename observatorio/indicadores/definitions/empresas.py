"""How many firms have an active establishment here."""

from sqlalchemy import distinct, func

from observatorio.db.queries.indicadores import v_firma
from observatorio.indicadores.contract import Ejemplo, Indicador

INDICADOR = Indicador(
    id="empresas",
    nombre="Empresas",
    descripcion="Empresas con al menos un establecimiento activo en la comuna, cada una contada una vez.",
    unidad="empresas",
    formula="número de RUT distintos entre los establecimientos activos; el que no tiene RUT cuenta por sí mismo",
    fuentes="Catastro consolidado de todas las fuentes cargadas.",
    numerador=func.count(distinct(v_firma.c.firma)),
    unidas=(v_firma,),
    notas=(
        "No se suma: una empresa con locales en dos zonas o sectores se cuenta en cada uno, y una vez en el total.",
        "De los informales rara vez se conoce el RUT: cada local suyo cuenta como una empresa.",
    ),
    ejemplo=Ejemplo(
        filas=(
            {"formalidad": "formal", "rut": 76000001},
            {"formalidad": "formal", "rut": 76000001},
            {"formalidad": "en_proceso", "rut": 9},
            {"formalidad": "informal", "rut": None},
            {"formalidad": "informal", "rut": None},
            {"formalidad": "inactivo", "rut": 77000000},
        ),
        valor=4,
        n=5,
        cobertura=1.0,
    ),
)
