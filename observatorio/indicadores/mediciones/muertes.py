"""How many establishments died in the year."""

from observatorio.indicadores.medicion import EjemploMedicion, Medicion
from observatorio.indicadores.medir.demografia import FUENTES, NOTAS, POR, cuentas, reunir, vidas

MEDICION = Medicion(
    id="muertes",
    nombre="Muertes",
    descripcion="Establecimientos que funcionaban el año anterior y dejaron de hacerlo, sin irse a otra comuna.",
    unidad="establecimientos",
    formula="activos en el año anterior que ya no lo están, sin contar los que se fueron a otra comuna",
    fuentes=FUENTES,
    dimensiones=POR,
    notas=NOTAS,
    reunir=reunir,
    medir=cuentas("muertes"),
    ejemplo=EjemploMedicion(
        # One closes for good and one pauses: both went out of the stock in 2021.
        hechos=lambda: vidas({"vieja": "GGG", "pausa": "G.G", "cierra": "C.."}, 2020),
        anio=2021,
        cifras={(): 2.0},
    ),
)
