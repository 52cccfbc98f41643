"""How many establishments were active in the year."""

from sqlalchemy import func

from observatorio.indicadores.contract import Ejemplo, Indicador, Receta

INDICADOR = Indicador(
    id="establecimientos",
    nombre="Establecimientos",
    descripcion="Establecimientos activos en el año: locales, sucursales y faenas con alguna señal de vida.",
    unidad="establecimientos",
    formula="número de establecimientos cuya formalidad no es «inactivo»",
    fuentes="Catastro consolidado de todas las fuentes cargadas.",
    numerador=func.count(),
    receta=Receta(),
    notas=(
        "Cuenta lugares, no empresas: una cadena con cuatro locales son cuatro establecimientos.",
        "Los indeterminados en formalidad se cuentan: están activos, solo falta una señal.",
    ),
    ejemplo=Ejemplo(
        filas=(
            {"formalidad": "formal"},
            {"formalidad": "informal"},
            {"formalidad": "indeterminado"},
            {"formalidad": "inactivo"},
        ),
        valor=3,
        n=3,
        cobertura=1.0,
    ),
)
