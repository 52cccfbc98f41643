"""Every premises with a known place, by its sector."""

from maps.contract import Ejemplo, Mapa, Punto, TipoMapa

MAPA = Mapa(
    id="sectores",
    titulo="Establecimientos por sector",
    descripcion="Dónde están los establecimientos de la comuna y a qué se dedican.",
    lectura=(
        "Cada círculo reúne los establecimientos cercanos: el número dice cuántos son y el anillo cómo se reparten "
        "entre sectores. Al acercarse se separan, hasta verse uno por uno."
    ),
    tipo=TipoMapa.PUNTOS,
    zoom=13,
    ejemplo=Ejemplo(
        establecimientos=(
            Punto(-68.9294, -22.4624, "G"),
            Punto(-68.9293, -22.4624, "G"),
            Punto(-68.9292, -22.4623, "I", formalidad="informal"),
            Punto(-68.8800, -22.4300, "B", tamano="grande"),
        ),
        zoom=12,
        figuras=2,
        total=4,
    ),
)
