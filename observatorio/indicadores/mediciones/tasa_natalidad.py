"""Which share of those that work was born in the year."""

from observatorio.indicadores.medicion import EjemploMedicion, Medicion
from observatorio.indicadores.medir.demografia import FUENTES, NOTAS, POR, cuentas, reunir, vidas

MEDICION = Medicion(
    id="tasa_natalidad",
    nombre="Tasa de natalidad",
    descripcion="De cada cien establecimientos que funcionan, cuántos nacieron en el año.",
    unidad="%",
    formula="100 × nacimientos / activos que se siguen, en el año",
    fuentes=FUENTES,
    dimensiones=POR,
    decimales=1,
    notas=(*NOTAS, "Después de un año sin cargar hay cuentas y no hay tasa: serían sucesos de varios años."),
    reunir=reunir,
    medir=cuentas("natalidad"),
    ejemplo=EjemploMedicion(
        # Of four that work in 2022 two were born in it.
        hechos=lambda: vidas({"vieja": "GGG", "pausa": "G.G", "nueva": "..G", "otra": "..C", "cierra": "CC."}, 2020),
        anio=2022,
        cifras={(): 50.0},
    ),
)
