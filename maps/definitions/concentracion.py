"""How many establishments there are in each cell: equal cells, so that the map is one of density."""

from maps.contract import Ejemplo, Mapa, Punto, TipoMapa

MAPA = Mapa(
    id="concentracion",
    titulo="Concentración de establecimientos",
    descripcion="Cuántos establecimientos hay en cada celda: dónde se junta la actividad de la comuna.",
    lectura=(
        "Mientras más oscura la celda, más establecimientos. Las celdas H3 son casi iguales entre sí, de modo que se "
        "pueden comparar. Sin clave, los conteos por celda están redondeados."
    ),
    tipo=TipoMapa.HEXAGONOS,
    indicador="establecimientos",
    nivel="h3_8",
    niveles=("h3_7", "h3_8", "h3_9"),
    clases="FisherJenks",
    paleta=("#e3f1f4", "#a8d5dd", "#5fb0bf", "#2a7f96", "#0d4a61"),
    zoom=13,
    ejemplo=Ejemplo(
        establecimientos=(
            Punto(-68.9294, -22.4624, "G"),
            Punto(-68.9293, -22.4624, "G", formalidad="informal"),
            Punto(-68.9292, -22.4623, "I", formalidad="en_proceso"),
            Punto(-68.8800, -22.4300, "B", formalidad="indeterminado"),
        ),
        zoom=12,
        figuras=2,
        total=4,
        valores=(1.0, 3.0),
    ),
)
