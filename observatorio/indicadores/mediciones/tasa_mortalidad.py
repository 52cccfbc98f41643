"""Which share of those that worked the year before died."""

from observatorio.indicadores.medicion import EjemploMedicion, Medicion
from observatorio.indicadores.medir.demografia import FUENTES, NOTAS, POR, cuentas, reunir, vidas

MEDICION = Medicion(
    id="tasa_mortalidad",
    nombre="Tasa de mortalidad",
    descripcion="De cada cien establecimientos que funcionaban el año anterior, cuántos dejaron de hacerlo.",
    unidad="%",
    formula="100 × muertes del año / activos que se siguen, en el año anterior",
    fuentes=FUENTES,
    dimensiones=POR,
    decimales=1,
    notas=(*NOTAS, "Después de un año sin cargar hay cuentas y no hay tasa: serían sucesos de varios años."),
    reunir=reunir,
    medir=cuentas("mortalidad"),
    ejemplo=EjemploMedicion(
        # Of four that worked in 2021 one is closed in 2022.
        hechos=lambda: vidas({"a": "GGG", "b": "GGG", "c": "GGG", "cierra": "CC.", "nueva": "..G"}, 2020),
        anio=2022,
        cifras={(): 25.0},
    ),
)
