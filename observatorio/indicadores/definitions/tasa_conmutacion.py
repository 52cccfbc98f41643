"""Which share of the people who work here live in another comuna."""

from observatorio.db.tablas import establecimiento_anio as ea
from observatorio.indicadores.residencia import tasa_de

INDICADOR = tasa_de(
    ea.c.empleo_conmutante,
    id="tasa_conmutacion",
    nombre="Tasa de conmutación",
    donde="fuera de la comuna",
    ejemplo=25.0,
)
