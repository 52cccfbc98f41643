"""Which share of the people who work here live in the comuna."""

from observatorio.db.tablas import establecimiento_anio as ea
from observatorio.indicadores.residencia import tasa_de

INDICADOR = tasa_de(
    ea.c.empleo_local,
    id="tasa_contratacion_local",
    nombre="Tasa de contratación local",
    donde="en la comuna",
    ejemplo=75.0,
    notas=("Es el complemento de la tasa de conmutación: suman cien.",),
)
