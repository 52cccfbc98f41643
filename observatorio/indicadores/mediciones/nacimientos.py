"""How many establishments were born in the year."""

from observatorio.indicadores.medicion import EjemploMedicion, Medicion
from observatorio.indicadores.medir.demografia import FUENTES, NOTAS, POR, cuentas, reunir, vidas

MEDICION = Medicion(
    id="nacimientos",
    nombre="Nacimientos",
    descripcion="Establecimientos que empezaron a funcionar en el año.",
    unidad="establecimientos",
    formula="activos en el año que no lo estaban en el anterior, ni llegaron de otra comuna ni volvieron de una pausa",
    fuentes=FUENTES,
    dimensiones=POR,
    notas=NOTAS,
    reunir=reunir,
    medir=cuentas("nacimientos"),
    ejemplo=EjemploMedicion(
        # In 2022 two are new; the one that paused is back after a year, and was not born again.
        hechos=lambda: vidas({"vieja": "GGG", "pausa": "G.G", "nueva": "..G", "otra": "..C"}, 2020),
        anio=2022,
        cifras={(): 2.0},
    ),
)
