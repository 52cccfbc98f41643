"""The informality rate by hexagon."""

from maps.contract import Ejemplo, Mapa, Punto, TipoMapa

MAPA = Mapa(
    id="informalidad",
    titulo="Informalidad por celda H3",
    descripcion="Qué parte de los establecimientos de cada zona trabaja sin inicio de actividades ni patente.",
    lectura=(
        "Mientras más oscuro el hexágono, mayor la tasa de informalidad. Los hexágonos con trama son reservados: "
        "los informales o los demás son tan pocos que la cifra diría de alguno lo que es."
    ),
    tipo=TipoMapa.HEXAGONOS,
    indicador="tasa_informalidad",
    nivel="h3_8",
    niveles=("h3_7", "h3_8", "h3_9"),
    clases="FisherJenks",
    paleta=("#fff3c4", "#fed07a", "#f79a3e", "#d15c12", "#8a2f04"),
    filtros=("seccion", "tamano"),
    zoom=13,
    ejemplo=Ejemplo(
        establecimientos=(
            Punto(-68.9294, -22.4624, "G"),
            Punto(-68.9293, -22.4624, "G", formalidad="informal"),
            Punto(-68.9292, -22.4623, "I", formalidad="en_proceso"),
            Punto(-68.9291, -22.4623, "I", formalidad="formal"),
            Punto(-68.8800, -22.4300, "B", formalidad="informal"),
        ),
        zoom=12,
        figuras=2,
        total=5,
        valores=(25.0, 100.0),
    ),
)
