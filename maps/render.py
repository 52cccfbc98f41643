"""The Folium page of a map, taken apart so that nothing in it is inline, and the same page as a folder on a disk.

Folium renders every fragment twice as a Jinja template, so no text that came from a file may pass through it: names and
figures reach the browser as data. See docs/decisiones/0007-mapas.md.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import folium
import orjson
import sqlalchemy as sa
from branca.element import Element, Figure, MacroElement
from folium.map import CustomPane
from folium.template import Template
from jinja2 import Environment, FileSystemLoader, select_autoescape
from xstatic.pkg import leaflet as xstatic_leaflet

from maps import celdas, layers
from maps.contract import Mapa, TipoMapa
from maps.escritura import numero, palabra, porcentaje
from observatorio.db.queries import indicadores as territorio
from observatorio.db.queries import mapas as consultas
from observatorio.settings import Settings
from observatorio.vocabulario import Rol

LEAFLET: Final = Path(xstatic_leaflet.BASE_DIR)
PROPIOS: Final = Path(__file__).parent / "static"
EXACTOS: Final = frozenset({Rol.PLANIFICADOR, Rol.MUNICIPAL})
"""The roles that read the register; all others see what is published."""

ZOOM_MINIMO: Final = 8
ZOOM_MAXIMO: Final = 19
_ESTILOS: Final = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_GUIONES: Final = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_PLANTILLAS: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(),
    trim_blocks=True,
    lstrip_blocks=True,
)


_JS_SERVIDO: Final = [("leaflet", "/estatico/leaflet/leaflet.js"), ("mapa", "/estatico/mapas/mapa.js")]
_CSS_SERVIDO: Final = [("leaflet_css", "/estatico/leaflet/leaflet.css"), ("mapa_css", "/estatico/mapas/mapa.css")]
_JS_EN_DISCO: Final = [("leaflet", "leaflet/leaflet.js"), ("datos", "datos.js"), ("mapa", "mapa.js")]
_CSS_EN_DISCO: Final = [("leaflet_css", "leaflet/leaflet.css"), ("mapa_css", "mapa.css")]


class MapaServido(folium.Map):
    """A Folium map whose assets come from this server and from nowhere else."""

    default_js = _JS_SERVIDO
    default_css = _CSS_SERVIDO


class MapaEnDisco(folium.Map):
    """A Folium map whose assets lie beside its page."""

    default_js = _JS_EN_DISCO
    default_css = _CSS_EN_DISCO


class Datos(MacroElement):
    """The call that hands the Leaflet map over to `mapa.js`, which draws the data."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            observatorioMapa({{ this._parent.get_name() }}, {{ this.config|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__()
        self._name = "Datos"
        self.config = config


@dataclass(frozen=True)
class _Partes:
    """Folium's page taken apart: links to assets, the body, and what stood inline in it."""

    enlaces: str
    cuerpo: str
    js: str
    css: str


@dataclass(frozen=True)
class PaginaFolium:
    """A Folium page in three parts that refer to each other: the document, its script and its style."""

    html: str
    js: str
    css: str


def servida(conn: sa.Connection, mapa: Mapa, settings: Settings) -> PaginaFolium:
    """The page that the server embeds: equal for every asker, year and filter, which are read from its address."""
    ficha = f"/mapas/{mapa.id}"
    partes = _partes(MapaServido, mapa, _centro(settings), _base(conn, settings), f"{ficha}/datos")
    return _ensamblar("folium.html", partes, {"mapa": mapa, "settings": settings, "ficha": ficha, "raiz": f"{ficha}/"})


def construir(
    conn: sa.Connection, mapa: Mapa, destino: Path, anio: int, rol: Rol, *, settings: Settings, nivel: str = ""
) -> Path:
    """Write `destino/<id>/index.html` and everything that it needs; it opens from a disk without network.

    The connection must already act under the PostgreSQL role of `rol`. Returns the path of the page. Raises
    `ErrorConsulta` when the year is not there, or not published, for that role.
    """
    exacta = rol in EXACTOS
    nivel = nivel or layers.preferido(mapa, layers.niveles(conn, mapa, settings.cut, anio, exacta))
    vista = layers.Vista(cut=settings.cut, anio=anio, nivel=nivel, exacta=exacta, lat=settings.centro_lat)
    datos = _datos_en_disco(conn, mapa, vista)
    contexto = {"mapa": mapa, "settings": settings, "anio": anio, "rol": rol.value, "raiz": ""}
    contexto |= _tabla_en_disco(conn, mapa, vista)
    partes = _partes(MapaEnDisco, mapa, _centro(settings), _base(conn, settings), "")
    pagina = _ensamblar("estatica.html", partes, contexto)
    carpeta = destino / mapa.id
    (carpeta / "leaflet").mkdir(parents=True, exist_ok=True)
    for nombre in ("leaflet.js", "leaflet.css"):
        shutil.copyfile(LEAFLET / nombre, carpeta / "leaflet" / nombre)
    shutil.copytree(LEAFLET / "images", carpeta / "leaflet" / "images", dirs_exist_ok=True)
    for nombre in ("mapa.js", "mapa.css"):
        shutil.copyfile(PROPIOS / nombre, carpeta / nombre)
    textos = {"index.html": pagina.html, "folium.js": pagina.js, "folium.css": pagina.css, "datos.js": datos}
    for nombre, texto in textos.items():
        (carpeta / nombre).write_text(texto, encoding="utf-8")
    return carpeta / "index.html"


def _centro(settings: Settings) -> tuple[float, float]:
    return settings.centro_lat, settings.centro_lon


def _base(conn: sa.Connection, settings: Settings) -> tuple[tuple[str, str], ...]:
    return tuple(consultas.base(conn, settings.cut))


@lru_cache(maxsize=16)
def _partes(
    clase: type[folium.Map], mapa: Mapa, centro: tuple[float, float], base: tuple[tuple[str, str], ...], datos: str
) -> _Partes:
    """Build the map with Folium and take its page apart. A page is asked for in three requests, hence the cache."""
    figura = Figure()
    lienzo = clase(
        location=list(centro),
        zoom_start=mapa.zoom,
        tiles=None,
        prefer_canvas=True,
        zoom_control=False,
    )
    lienzo.add_to(figura)
    # Folium hands its own min_zoom and max_zoom to a tile layer, and there is none.
    lienzo.options |= {"min_zoom": ZOOM_MINIMO, "max_zoom": ZOOM_MAXIMO}
    CustomPane("base", z_index=150, pointer_events=False).add_to(lienzo)
    for nivel, geometrias in _por_nivel(base):
        _fondo(nivel, geometrias).add_to(lienzo)
    Datos({"id": mapa.id, "titulo": mapa.titulo, "tipo": mapa.tipo.value, "datos": datos}).add_to(lienzo)
    for orden, elemento in enumerate(_elementos(lienzo)):
        # Folium's ids are random; a page that is the same must also be the same bytes, or no cache recognises it.
        elemento._id = f"{mapa.id}_{orden}"
    lienzo.render()
    cabecera = "\n".join(e.render() for e in figura.header._children.values())
    sin_estilos = _GUIONES.sub("", _ESTILOS.sub("", cabecera))
    enlaces = re.findall(r'<(?:script src|link rel="stylesheet" href)="[^"]+"\s*/?>(?:</script>)?', sin_estilos)
    return _Partes(
        enlaces="\n".join(enlaces),
        cuerpo=figura.html.render(),
        js="\n".join([*_GUIONES.findall(cabecera), figura.script.render()]),
        css="\n".join(_ESTILOS.findall(cabecera)),
    )


def _ensamblar(plantilla: str, partes: _Partes, contexto: dict[str, Any]) -> PaginaFolium:
    html = _PLANTILLAS.get_template(plantilla).render(enlaces=partes.enlaces, cuerpo=partes.cuerpo, **contexto)
    return PaginaFolium(html=html, js=partes.js, css=partes.css)


def _elementos(raiz: Element) -> Iterator[Element]:
    yield raiz
    for hijo in raiz._children.values():
        yield from _elementos(hijo)


def _por_nivel(base: tuple[tuple[str, str], ...]) -> list[tuple[str, list[str]]]:
    niveles: dict[str, list[str]] = {}
    for nivel, geometria in base:
        niveles.setdefault(nivel, []).append(geometria)
    # The outline of the comuna is drawn last, over the finer lines.
    return sorted(niveles.items(), key=lambda par: par[0] == "comuna")


def _fondo(nivel: str, geometrias: list[str]) -> folium.GeoJson:
    """The outlines of a level, beneath the data and deaf to the mouse. Nothing but geometry goes through Folium."""
    rasgos = [
        {"type": "Feature", "id": str(i), "properties": {}, "geometry": orjson.loads(g)}
        for i, g in enumerate(geometrias)
    ]
    estilo = {"color": "#a9b6bb", "weight": 1, "fillColor": "#ffffff", "fillOpacity": 0.6}
    if nivel == "comuna":
        estilo = {"color": "#5f7078", "weight": 1.5, "fill": False, "dashArray": "6 4"}
    elif "industrial" in nivel:
        estilo = {"color": "#a6541a", "weight": 1.5, "fillColor": "#a6541a", "fillOpacity": 0.08}
    return folium.GeoJson(
        {"type": "FeatureCollection", "features": rasgos},
        style_function=lambda _: estilo,
        pane="base",
        interactive=False,
        control=False,
    )


def _datos_en_disco(conn: sa.Connection, mapa: Mapa, vista: layers.Vista) -> str:
    """The answers that a server would give, as one script: `fetch` does not work in a page opened from a disk."""
    if mapa.tipo is TipoMapa.HEXAGONOS:
        cuerpo = layers.datos(conn, mapa, vista)
    else:
        zooms = [*range(ZOOM_MINIMO, mapa.zoom_puntos)]
        if consultas.cuenta(conn, vista.seleccion()) <= layers.MAXIMO_PUNTOS * 4:
            zooms.append(mapa.zoom_puntos)
        respuestas = (f'"{z}":{layers.datos(conn, mapa, vista, zoom=z)}' for z in zooms)
        cuerpo = '{"zooms":{' + ",".join(respuestas) + "}}"
    return f'"use strict";\nwindow.OBSERVATORIO_DATOS = {cuerpo};\n'


def _tabla_en_disco(conn: sa.Connection, mapa: Mapa, vista: layers.Vista) -> dict[str, Any]:
    """The equal table of the page on a disk: `columnas` and `filas` of text."""
    if mapa.tipo is TipoMapa.PUNTOS:
        nombres = layers.secciones()
        secciones = layers.tabla_sectores(conn, vista).secciones
        return {
            "columnas": ["Sector", "En el mapa", "Sin ubicación"],
            "filas": [[nombres.get(s, s), numero(con), numero(sin)] for s, con, sin in secciones],
        }
    if not vista.nivel:
        return {"columnas": ["Zona"], "filas": [[celdas.NOTA_SIN_NIVEL]]}
    cifras = layers.cifras(conn, mapa, vista)
    nombres = territorio.nombres_zonas(conn, vista.nivel)
    return {
        "columnas": ["Zona", cifras.indicador.nombre, "Establecimientos con dato", "Cobertura"],
        "filas": [
            [_zona(f.dimensiones["zona"], nombres), cifras.texto(f), numero(f.n), porcentaje(f.cobertura)]
            for f in (*cifras.celdas, *cifras.sin_celda)
        ],
    }


def _zona(zona: str, nombres: Mapping[str, str]) -> str:
    """What a zone is called in a table: its name, the word for none, or its code."""
    return nombres.get(zona, palabra(zona))
