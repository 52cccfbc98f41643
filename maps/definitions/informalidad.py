"""The informality rate by zone."""

from maps.contract import Ejemplo, Mapa, Punto, TipoMapa

MAPA = Mapa(
    id="informalidad",
    titulo="Informalidad por zona",
    descripcion="Qué parte de los establecimientos de cada zona trabaja sin inicio de actividades ni patente.",
    lectura=(
        "Mientras más oscura la zona, mayor la tasa de informalidad. Las zonas con trama son reservadas: su cifra "
        "diría de alguien lo que es, o dejaría deducir otra que lo diría."
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
