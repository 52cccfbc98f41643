"""Which share of those born one, two and three years ago still works."""

from observatorio.indicadores.medicion import EjemploMedicion, Medicion
from observatorio.indicadores.medir.demografia import FUENTES, NOTAS, PLAZOS, POR, reunir, sobrevivientes, vidas

MEDICION = Medicion(
    id="supervivencia",
    nombre="Supervivencia",
    descripcion="De cada cien establecimientos que nacieron uno, dos o tres años antes, cuántos siguen funcionando.",
    unidad="%",
    formula="100 × vivos en el año / nacidos k años antes, de los que se sabe; k = 1, 2, 3",
    fuentes=FUENTES,
    dimensiones=POR,
    componentes=PLAZOS,
    detalles={"nacidos": "Nacidos k años antes", "vivos": "De ellos, vivos"},
    decimales=1,
    notas=(
        *NOTAS,
        "El año es aquel en que se mira si viven; los nacidos en el primer año que se conoce no se siguen.",
        "Quien se fue a otra comuna no funciona aquí, y cuenta como que no siguió.",
    ),
    reunir=reunir,
    medir=sobrevivientes,
    ejemplo=EjemploMedicion(
        # Born in 2021: two, one of whom is left in 2023. Born in 2022: one, who is there. In 2020 nobody was born.
        hechos=lambda: vidas({"vieja": "GGGG", "una": ".GGG", "otra": ".GG.", "joven": "..GG"}, 2020),
        anio=2023,
        cifras={("1",): 100.0, ("2",): 50.0, ("3",): None},
        detalles={("2",): {"nacidos": 2, "vivos": 1}},
    ),
)
