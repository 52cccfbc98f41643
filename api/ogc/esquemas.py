"""What the paths of the OpenAPI document share: parameters, answers and the shapes of the documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from api.errors import PROBLEMA
from api.ogc.arbol import LARGO, LENGUAS
from api.ogc.contract import Tipo
from api.ogc.crs import SISTEMAS
from api.ogc.parametros import LIMITE, LIMITE_MAXIMO

TEXTO: Final[dict[str, Any]] = {"type": "string", "pattern": "^[^\\u0000-\\u001f\\u007f-\\u00a0]*$"}
"""Any text without control characters."""
ESQUEMAS: Final[Mapping[Tipo, dict[str, Any]]] = {
    Tipo.TEXTO: TEXTO,
    Tipo.ENTERO: {"type": "integer", "format": "int64", "minimum": -(10**18) + 1, "maximum": 10**18 - 1},
    Tipo.NUMERO: {"type": "number", "format": "double"},
    Tipo.SI_NO: {"type": "boolean"},
}


def _parametro(nombre: str, descripcion: str, esquema: Mapping[str, Any], **ademas: Any) -> dict[str, Any]:
    return {"name": nombre, "in": "query", "description": descripcion, "schema": dict(esquema), **ademas}


_LISTA: Final = {"style": "form", "explode": False}
_CRS: Final = {"type": "string", "format": "uri", "enum": list(SISTEMAS), "default": next(iter(SISTEMAS))}
_LIMIT: Final = {"type": "integer", "minimum": 1, "maximum": LIMITE_MAXIMO, "default": LIMITE}
_HORA: Final = r"T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]\d\d:\d\d)"
_DIA: Final = rf"[12]\d{{3}}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])({_HORA})?"
_FILTER: Final = {"type": "string", "maxLength": LARGO}
_PARAMETROS: Final = {
    "f": _parametro("f", "El formato; sin él decide la cabecera Accept", {"type": "string", "enum": ["json", "html"]}),
    "limit": _parametro("limit", f"Elementos por página; por sobre {LIMITE_MAXIMO} se envían esos", _LIMIT, **_LISTA),
    "cursor": _parametro("cursor", "Desde dónde seguir: lo trae el enlace «next»", TEXTO),
    "bbox": _parametro(
        "bbox",
        "Mínimos y máximos de un rectángulo, con los ejes en el orden de bbox-crs. Lo que no tiene lugar también pasa.",
        {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}},
        **_LISTA,
    ),
    "bbox-crs": _parametro("bbox-crs", "El sistema de coordenadas de bbox", _CRS),
    "crs": _parametro("crs", "El sistema de coordenadas de la respuesta", _CRS),
    "datetime": _parametro(
        "datetime",
        "Un momento o un intervalo; «..» deja abierto un extremo",
        {"type": "string", "pattern": f"^({_DIA}|({_DIA}|\\.\\.)?/({_DIA}|\\.\\.)?)$"},
        example="2023-01-01/..",
        **_LISTA,
    ),
    "filter": _parametro(
        "filter", "Un filtro en CQL2 sobre las propiedades de queryables", _FILTER, example="id <> ''"
    ),
    "filter-lang": _parametro(
        "filter-lang", "La lengua de filter", {"type": "string", "enum": list(LENGUAS), "default": LENGUAS[0]}
    ),
    "filter-crs": _parametro("filter-crs", "El sistema de coordenadas de las geometrías de filter", _CRS),
    "featureId": {
        "name": "featureId",
        "in": "path",
        "required": True,
        "description": "El id de un elemento",
        "schema": {"type": "string", "minLength": 1},
    },
}
COMPARTIDOS: Final = tuple(nombre for nombre in _PARAMETROS if nombre != "featureId")
"""The parameters of the items of every collection."""

_ENLACES: Final = {"type": "array", "items": {"$ref": "#/components/schemas/enlace"}}


def _objeto(propiedades: Mapping[str, Any], *obligatorias: str) -> dict[str, Any]:
    return {"type": "object", "required": list(obligatorias or propiedades), "properties": dict(propiedades)}


def _lista(de: str) -> dict[str, Any]:
    return {"type": "array", "items": {"$ref": f"#/components/schemas/{de}"}}


_TEXTO: Final = {"type": "string"}
_NUMERO: Final = {"type": "integer", "minimum": 0}
_ESQUEMAS: Final[dict[str, Any]] = {
    "objeto": {"type": "object"},
    "enlace": _objeto({"href": _TEXTO, "rel": _TEXTO, "type": _TEXTO, "title": _TEXTO}),
    "portada": _objeto({"title": _TEXTO, "description": _TEXTO, "links": _ENLACES}),
    "conformidad": _objeto({"links": _ENLACES, "conformsTo": {"type": "array", "items": _TEXTO}}),
    "extension": {
        "type": "object",
        "properties": {
            "spatial": _objeto(
                {
                    "bbox": {
                        "type": "array",
                        "minItems": 1,
                        "items": {"type": "array", "minItems": 4, "maxItems": 4, "items": {"type": "number"}},
                    },
                    "crs": _TEXTO,
                }
            ),
            "temporal": _objeto({"interval": {"type": "array", "items": {"type": "array", "items": _TEXTO}}}),
        },
    },
    "coleccion": _objeto(
        {
            "id": _TEXTO,
            "title": _TEXTO,
            "description": _TEXTO,
            "itemType": {"type": "string", "enum": ["feature"]},
            "extent": {"$ref": "#/components/schemas/extension"},
            "crs": {"type": "array", "items": _TEXTO},
            "storageCrs": _TEXTO,
            "links": _ENLACES,
        }
    ),
    "colecciones": _objeto({"links": _ENLACES, "collections": _lista("coleccion")}),
    "geometria": {
        "type": "object",
        "nullable": True,
        "required": ["type", "coordinates"],
        "properties": {
            "type": {"type": "string", "enum": ["Point", "MultiPolygon"]},
            "coordinates": {"type": "array", "items": {}},
        },
    },
    "rasgo": _objeto(
        {
            "type": {"type": "string", "enum": ["Feature"]},
            "id": _TEXTO,
            "geometry": {"$ref": "#/components/schemas/geometria"},
            "properties": {"type": "object"},
            "links": _ENLACES,
        },
        *("type", "id", "geometry", "properties"),
    ),
    "rasgos": _objeto(
        {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "numberMatched": _NUMERO,
            "numberReturned": _NUMERO,
            "links": _ENLACES,
            "features": _lista("rasgo"),
        },
        *("type", "numberReturned", "links", "features"),
    ),
}
COMPONENTES: Final[dict[str, Any]] = {
    "parameters": _PARAMETROS,
    "schemas": _ESQUEMAS,
    "responses": {"problema": PROBLEMA},
    "headers": {
        "ETag": {"description": "La versión de los datos; sirve para If-None-Match", "schema": _TEXTO},
        "Content-Crs": {"description": "El sistema de coordenadas de la respuesta, entre < y >", "schema": _TEXTO},
    },
    "securitySchemes": {
        "cabecera": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
        "bearer": {"type": "http", "scheme": "bearer"},
        "consulta": {"type": "apiKey", "in": "query", "name": "api_key"},
    },
}
