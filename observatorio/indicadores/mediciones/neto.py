"""The whole account of a year: from who worked before to who works now."""

from observatorio.indicadores.medicion import EjemploMedicion, Medicion
from observatorio.indicadores.medir.demografia import FUENTES, NOTAS, POR, cuentas, reunir, vidas

_PARTES = {
    "antes": "Activos el año anterior",
    "nacimientos": "Nacimientos",
    "reactivaciones": "Reactivaciones",
    "llegadas": "Llegadas de otra comuna",
    "muertes": "Muertes",
    "salidas": "Salidas a otra comuna",
    "neto": "Cambio neto",
    "ahora": "Activos ahora",
}

MEDICION = Medicion(
    id="neto",
    nombre="Cambio neto de establecimientos",
    descripcion="La cuenta del año: los que había, los que entraron, los que salieron y los que hay.",
    unidad="establecimientos",
    formula="neto = nacimientos + reactivaciones + llegadas - muertes - salidas; antes + neto = ahora",
    fuentes=FUENTES,
    dimensiones=POR,
    notas=(
        *NOTAS,
        "Antes y ahora son los que siguen los registros: a quien solo vio una muestra no se lo cuenta.",
    ),
    componentes=_PARTES,
    reunir=reunir,
    medir=cuentas(*_PARTES),
    ejemplo=EjemploMedicion(
        # Two before; one dies, one comes back and two are born: four now.
        hechos=lambda: vidas({"vieja": "GGG", "pausa": "G.G", "nueva": "..G", "otra": "..C", "cierra": "CC."}, 2020),
        anio=2022,
        cifras={
            ("antes",): 2.0,
            ("nacimientos",): 2.0,
            ("reactivaciones",): 1.0,
            ("llegadas",): 0.0,
            ("muertes",): 1.0,
            ("salidas",): 0.0,
            ("neto",): 2.0,
            ("ahora",): 4.0,
        },
    ),
)
