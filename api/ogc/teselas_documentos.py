"""The documents about tiles: the tile matrix set, a layer's tilesets, TileJSON, and their part of the OpenAPI document.

OGC API - Tiles part 1 (20-057) and the 2D Tile Matrix Set standard 2.0 (17-083r4).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from api.ogc.teselas_capas import CapaTeselas
from observatorio.db.queries.malla import ZOOM_MAXIMO, Caja, tesela_de

MATRIZ: Final = "WebMercatorQuad"
MVT: Final = "application/vnd.mapbox-vector-tile"
JSON: Final = "application/json"
CONFORMIDAD: Final = (
    *(
        f"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/{clase}"
        for clase in ("core", "tileset", "tilesets-list", "geodata-tilesets", "mvt", "oas30")
    ),
    *(
        f"http://www.opengis.net/spec/tms/2.0/conf/{clase}"
        for clase in ("tilematrixset", "json-tilematrixset", "tilesetmetadata", "json-tilesetmetadata")
    ),
)
"""The conformance classes that these resources meet."""
REL_TESELAS: Final = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"
"""The relation under which a collection links its tilesets."""
REL_ESQUEMAS: Final = "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes"
"""The relation under which the landing page links the tile matrix sets."""
REL_ESQUEMA: Final = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"
_URI: Final = f"http://www.opengis.net/def/tilematrixset/OGC/1.0/{MATRIZ}"
_MERCATOR: Final = "http://www.opengis.net/def/crs/EPSG/0/3857"
_CRS84: Final = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_ESCALA: Final = 559_082_264.028_717_9
_CELDA: Final = 156_543.033_928_041
_BORDE: Final = 20_037_508.342_789_2
_MATRICES: Final = 25
"""The registered tile matrix set goes to 24; tiles are served up to `ZOOM_MAXIMO`."""

Documento = dict[str, Any]


@dataclass(frozen=True)
class Direcciones:
    """Makes absolute addresses under `base`, that of `/ogc`. A key that came in the address goes on in them, because
    whoever follows one may have no other way to send it."""

    base: str
    clave: str | None = None

    def a(self, ruta: str, **parametros: str) -> str:
        """The address of a path, which may be a template."""
        todos = {**parametros, **({"api_key": self.clave} if self.clave else {})}
        return f"{self.base}{ruta}" + (f"?{urlencode(todos)}" if todos else "")


def enlace(href: str, rel: str, tipo: str, titulo: str) -> Documento:
    """A link: absolute, with its type."""
    return {"href": href, "rel": rel, "type": tipo, "title": titulo}


def matrices(en: Direcciones) -> Documento:
    """The list of the tile matrix sets."""
    propia = enlace(en.a(f"/tileMatrixSets/{MATRIZ}"), "self", JSON, MATRIZ)
    return {"tileMatrixSets": [{"id": MATRIZ, "uri": _URI, "title": "Web Mercator", "links": [propia]}]}


def matriz() -> Documento:
    """The definition of WebMercatorQuad as OGC registered it."""
    return {
        "id": MATRIZ,
        "title": "Google Maps Compatible for the World",
        "uri": _URI,
        "crs": _MERCATOR,
        "orderedAxes": ["E", "N"],
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "tileMatrices": [
            {
                "id": str(z),
                "scaleDenominator": _ESCALA / 2**z,
                "cellSize": _CELDA / 2**z,
                "cornerOfOrigin": "topLeft",
                "pointOfOrigin": [-_BORDE, _BORDE],
                "tileWidth": 256,
                "tileHeight": 256,
                "matrixWidth": 2**z,
                "matrixHeight": 2**z,
            }
            for z in range(_MATRICES)
        ],
    }


def listado(en: Direcciones, capa: CapaTeselas) -> Documento:
    """The tilesets of a layer: one."""
    return {
        "links": [enlace(en.a(f"/collections/{capa.id}/tiles"), "self", JSON, f"Teselas: {capa.titulo}")],
        "tilesets": [{**_resumen(capa), "links": _enlaces(en, capa)}],
    }


def tileset(en: Direcciones, capa: CapaTeselas) -> Documento:
    """The metadata of the tileset of a layer."""
    caja = capa.caja()
    oeste, sur, este, norte = caja
    centro = [(oeste + este) / 2, (sur + norte) / 2]
    return {
        **_resumen(capa),
        "links": _enlaces(en, capa),
        "tileMatrixSetLimits": [
            {
                "tileMatrix": str(z),
                "minTileRow": 0,
                "maxTileRow": 2**z - 1,
                "minTileCol": 0,
                "maxTileCol": 2**z - 1,
            }
            for z in range(ZOOM_MAXIMO + 1)
        ],
        "boundingBox": {"lowerLeft": [oeste, sur], "upperRight": [este, norte], "crs": _CRS84},
        "centerPoint": {
            "coordinates": centro,
            "crs": _CRS84,
            "tileMatrix": _zoom(caja),
        },
        "layers": [
            {
                "id": capa.id,
                "title": capa.titulo,
                "dataType": "vector",
                "geometryDimension": capa.dimension,
                "minTileMatrix": "0",
                "maxTileMatrix": str(ZOOM_MAXIMO),
                "propertiesSchema": {
                    "type": "object",
                    "properties": {n: {"type": tipo, "title": titulo} for n, (tipo, titulo) in capa.campos.items()},
                },
            }
        ],
    }


def tilejson(en: Direcciones, capa: CapaTeselas) -> Documento:
    """The same in TileJSON 3.0, which web maps read."""
    caja = capa.caja()
    oeste, sur, este, norte = caja
    return {
        "tilejson": "3.0.0",
        "name": capa.titulo,
        "scheme": "xyz",
        "tiles": [en.a(f"{_ruta_de(capa)}/{{z}}/{{y}}/{{x}}")],
        "minzoom": 0,
        "maxzoom": ZOOM_MAXIMO,
        "bounds": [oeste, sur, este, norte],
        "center": [(oeste + este) / 2, (sur + norte) / 2, int(_zoom(caja))],
        "vector_layers": [
            {
                "id": capa.id,
                "description": capa.titulo,
                "minzoom": 0,
                "maxzoom": ZOOM_MAXIMO,
                "fields": {n: titulo for n, (_, titulo) in capa.campos.items()},
            }
        ],
    }


def _ruta_de(capa: CapaTeselas) -> str:
    return f"/collections/{capa.id}/tiles/{MATRIZ}"


def _resumen(capa: CapaTeselas) -> Documento:
    """What the list and the metadata both say."""
    return {"title": capa.titulo, "dataType": "vector", "crs": _MERCATOR, "tileMatrixSetURI": _URI}


def _enlaces(en: Direcciones, capa: CapaTeselas) -> list[Documento]:
    ruta = _ruta_de(capa)
    plantilla = enlace(en.a(ruta + "/{tileMatrix}/{tileRow}/{tileCol}"), "item", MVT, "Teselas vectoriales (MVT)")
    return [
        enlace(en.a(ruta), "self", JSON, capa.titulo),
        enlace(en.a(ruta, f="tilejson"), "alternate", JSON, "TileJSON"),
        enlace(en.a(f"/tileMatrixSets/{MATRIZ}"), REL_ESQUEMA, JSON, MATRIZ),
        {**plantilla, "templated": True},
    ]


def _zoom(caja: Caja) -> str:
    """The greatest zoom at which one tile, or two beside each other, show the whole box."""
    oeste, sur, este, norte = caja

    def cabe(z: int) -> bool:
        a, b = tesela_de(oeste, norte, z), tesela_de(este, sur, z)
        return b.x - a.x <= 1 and b.y - a.y <= 1

    return str(max((z for z in range(ZOOM_MAXIMO + 1) if cabe(z)), default=0))


def _parametro(nombre: str, esquema: Documento, descripcion: str, donde: str = "query") -> Documento:
    return {"name": nombre, "in": donde, "required": donde == "path", "description": descripcion, "schema": esquema}


_MATRIZ: Final = _parametro("tileMatrixSetId", {"type": "string", "enum": [MATRIZ]}, "El sistema de teselas", "path")
_FORMATO: Final = _parametro("f", {"type": "string", "enum": ["json"]}, "Formato")
_FORMATOS: Final = _parametro("f", {"type": "string", "enum": ["json", "tilejson"]}, "Metadatos OGC o TileJSON")
_MVT: Final = _parametro("f", {"type": "string", "enum": ["mvt"]}, "Formato")
_TESELA: Final = [
    _parametro("tileMatrix", {"type": "integer", "minimum": 0, "maximum": ZOOM_MAXIMO}, "Zoom", "path"),
    _parametro("tileRow", {"type": "integer", "minimum": 0}, "Fila, desde el norte", "path"),
    _parametro("tileCol", {"type": "integer", "minimum": 0}, "Columna, desde el oeste", "path"),
]
_FILTROS: Final = [
    _parametro("seccion", {"type": "string"}, "Sección CIIU, o sin_dato (establecimientos)"),
    _parametro("tamano", {"type": "string"}, "Tamaño (establecimientos)"),
    _parametro("formalidad", {"type": "string"}, "Sin ella, los activos (establecimientos)"),
]


def rutas_openapi(colecciones: Iterable[str]) -> Documento:
    """The path items of these resources in OpenAPI 3.0, under the address of `/ogc`, for the collections named."""
    rutas = {
        "/tileMatrixSets": _ruta("getTileMatrixSetsList", "Los sistemas de teselas", [_FORMATO]),
        "/tileMatrixSets/{tileMatrixSetId}": _ruta("getTileMatrixSet", "Un sistema de teselas", [_MATRIZ, _FORMATO]),
    }
    for id_ in colecciones:
        capa = f"/collections/{id_}/tiles"
        filtros = _FILTROS if id_.startswith("establecimientos") else []
        rutas[capa] = _ruta(f"{id_}.getTileSetsList", "Sus teselas", [_FORMATO], id_)
        rutas[f"{capa}/{{tileMatrixSetId}}"] = _ruta(
            f"{id_}.getTileSet", "Cómo son y dónde están sus teselas", [_MATRIZ, _FORMATOS], id_
        )
        rutas[f"{capa}/{{tileMatrixSetId}}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"] = _ruta(
            f"{id_}.getTile", "Una tesela vectorial", [_MATRIZ, *_TESELA, _MVT, *filtros], id_
        )
    return rutas


def _ruta(id_: str, resumen: str, parametros: list[Documento], tag: str = "Teselas") -> Documento:
    """A GET with its answers."""
    es_tesela, con_camino = id_.endswith("getTile"), any(p["in"] == "path" for p in parametros)
    medio = MVT if es_tesela else JSON
    esquema = {"type": "string", "format": "binary"} if es_tesela else {"type": "object"}
    respuestas: Documento = {
        "200": {"description": "La respuesta", "content": {medio: {"schema": esquema}}},
        **({"204": {"description": "En esa tesela no hay nada"}} if es_tesela else {}),
        "304": {"description": "Lo que usted tiene sigue igual"},
        **{codigo: _falla(texto) for codigo, texto in _FALLAS.items() if con_camino or codigo != "404"},
    }
    return {
        "get": {
            "tags": [tag],
            "operationId": id_,
            "summary": resumen,
            "parameters": parametros,
            "responses": respuestas,
        }
    }


_FALLAS: Final = {
    "400": "Un parámetro que no existe o que está mal escrito",
    "401": "La clave no sirve",
    "404": "No existe, o no para quien pregunta",
    "429": "Demasiados intentos",
    "500": "Falla del observatorio",
    "503": "La base de datos no responde: vuelva a intentar",
}


def _falla(texto: str) -> Documento:
    return {"description": texto, "content": {"application/problem+json": {"schema": {"type": "object"}}}}
