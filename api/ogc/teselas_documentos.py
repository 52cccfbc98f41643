"""The documents about tiles: the tile matrix set, a layer's tilesets, TileJSON, and their part of the OpenAPI document.

OGC API - Tiles part 1 (20-057) and the 2D Tile Matrix Set standard 2.0 (17-083r4).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from api.ogc.contract import Coleccion, Propiedad
from api.ogc.enlaces import JSON, MVT, Enlace, Enlaces
from observatorio.db.queries.malla import ZOOM_MAXIMO, Caja, tesela_de

MATRIZ: Final = "WebMercatorQuad"
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

MUNDO: Final[Caja] = (-180.0, -85.0, 180.0, 85.0)
"""The box of a collection of which nobody knows where it lies."""

Documento = dict[str, Any]


def matrices(en: Enlaces) -> Documento:
    """The list of the tile matrix sets."""
    propia = en.a(f"/tileMatrixSets/{MATRIZ}", "self", JSON, MATRIZ)
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


def listado(en: Enlaces, una: Coleccion) -> Documento:
    """The tilesets of a collection: one."""
    return {
        "links": [en.a(f"/collections/{una.id}/tiles", "self", JSON, f"Teselas: {una.titulo}")],
        "tilesets": [{**_resumen(una), "links": _enlaces(en, una)}],
    }


def tileset(en: Enlaces, una: Coleccion) -> Documento:
    """The metadata of the tileset of a collection."""
    caja = una.caja() or MUNDO
    oeste, sur, este, norte = caja
    return {
        **_resumen(una),
        "links": _enlaces(en, una),
        "tileMatrixSetLimits": [
            {"tileMatrix": str(z), "minTileRow": 0, "maxTileRow": 2**z - 1, "minTileCol": 0, "maxTileCol": 2**z - 1}
            for z in range(ZOOM_MAXIMO + 1)
        ],
        "boundingBox": {"lowerLeft": [oeste, sur], "upperRight": [este, norte], "crs": _CRS84},
        "centerPoint": {"coordinates": _centro(caja), "crs": _CRS84, "tileMatrix": str(_zoom(caja))},
        "layers": [
            {
                "id": una.id,
                "title": una.titulo,
                "dataType": "vector",
                "geometryDimension": 0 if una.geometria == "Point" else 2,
                "minTileMatrix": "0",
                "maxTileMatrix": str(ZOOM_MAXIMO),
                "propertiesSchema": {
                    "type": "object",
                    "properties": {p.nombre: {"type": p.tipo.value, "title": p.titulo} for p in _campos(una)},
                },
            }
        ],
    }


def tilejson(en: Enlaces, una: Coleccion) -> Documento:
    """The same in TileJSON 3.0, which web maps read."""
    caja = una.caja() or MUNDO
    return {
        "tilejson": "3.0.0",
        "name": una.titulo,
        "scheme": "xyz",
        "tiles": [en.a(f"{_ruta_de(una)}/{{z}}/{{y}}/{{x}}", "item", MVT, una.titulo)["href"]],
        "minzoom": 0,
        "maxzoom": ZOOM_MAXIMO,
        "bounds": list(caja),
        "center": [*_centro(caja), _zoom(caja)],
        "vector_layers": [
            {
                "id": una.id,
                "description": una.titulo,
                "minzoom": 0,
                "maxzoom": ZOOM_MAXIMO,
                "fields": {p.nombre: p.titulo for p in _campos(una)},
            }
        ],
    }


def _campos(una: Coleccion) -> tuple[Propiedad, ...]:
    return () if una.teselas is None else una.teselas.campos


def _ruta_de(una: Coleccion) -> str:
    return f"/collections/{una.id}/tiles/{MATRIZ}"


def _resumen(una: Coleccion) -> Documento:
    """What the list and the metadata both say."""
    return {"title": una.titulo, "dataType": "vector", "crs": _MERCATOR, "tileMatrixSetURI": _URI}


def _enlaces(en: Enlaces, una: Coleccion) -> list[Enlace | Documento]:
    ruta = _ruta_de(una)
    plantilla = en.a(ruta + "/{tileMatrix}/{tileRow}/{tileCol}", "item", MVT, "Teselas vectoriales (MVT)")
    return [
        en.a(ruta, "self", JSON, una.titulo),
        en.a(ruta, "alternate", JSON, "TileJSON", f="tilejson"),
        en.a(f"/tileMatrixSets/{MATRIZ}", REL_ESQUEMA, JSON, MATRIZ),
        {**plantilla, "templated": True},
    ]


def _centro(caja: Caja) -> list[float]:
    oeste, sur, este, norte = caja
    return [(oeste + este) / 2, (sur + norte) / 2]


def _zoom(caja: Caja) -> int:
    """The greatest zoom at which one tile, or two beside each other, show the whole box."""
    oeste, sur, este, norte = caja

    def cabe(z: int) -> bool:
        a, b = tesela_de(oeste, norte, z), tesela_de(este, sur, z)
        return b.x - a.x <= 1 and b.y - a.y <= 1

    return max((z for z in range(ZOOM_MAXIMO + 1) if cabe(z)), default=0)


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
_FILTROS: Final = {
    "seccion": _parametro("seccion", {"type": "string"}, "Sección CIIU, o sin_dato"),
    "tamano": _parametro("tamano", {"type": "string"}, "Tamaño"),
    "formalidad": _parametro("formalidad", {"type": "string"}, "Sin ella, los activos"),
}


def rutas_openapi(colecciones: Iterable[Coleccion]) -> Documento:
    """The path items of these resources in OpenAPI 3.0, under the address of `/ogc`, for the collections given."""
    rutas = {
        "/tileMatrixSets": _ruta("getTileMatrixSetsList", "Los sistemas de teselas", [_FORMATO]),
        "/tileMatrixSets/{tileMatrixSetId}": _ruta("getTileMatrixSet", "Un sistema de teselas", [_MATRIZ, _FORMATO]),
    }
    for una in colecciones:
        if una.teselas is None:
            continue
        ruta = f"/collections/{una.id}/tiles"
        filtros = [_FILTROS[f] for f in una.teselas.filtros]
        rutas[ruta] = _ruta(f"{una.id}.getTileSetsList", "Sus teselas", [_FORMATO], una.id)
        rutas[f"{ruta}/{{tileMatrixSetId}}"] = _ruta(
            f"{una.id}.getTileSet", "Cómo son y dónde están sus teselas", [_MATRIZ, _FORMATOS], una.id
        )
        rutas[f"{ruta}/{{tileMatrixSetId}}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"] = _ruta(
            f"{una.id}.getTile", "Una tesela vectorial", [_MATRIZ, *_TESELA, _MVT, *filtros], una.id
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
