"""The OpenAPI 3.0 document of `/ogc`, made out of the collections that the caller may see.

FastAPI writes 3.1, which GIS clients do not read. They find the page size in the `limit` of the items' path, so each
collection has its own paths, and what they share is referred to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from api import VERSION
from api.ogc.contract import Coleccion
from api.ogc.enlaces import ESQUEMA, GEOJSON, HTML, JSON, OPENAPI, Enlaces
from api.ogc.esquemas import COMPARTIDOS, COMPONENTES, ESQUEMAS, TEXTO
from api.ogc.teselas_documentos import rutas_openapi
from observatorio.settings import Settings


def documento_api(settings: Settings, enlaces: Enlaces, colecciones: Sequence[Coleccion]) -> dict[str, Any]:
    """The whole document."""
    paths = {
        "/": _lectura("portada", "Portada", "La portada del servicio", JSON, "portada"),
        "/api": _lectura("definicion", "Definición", "Este documento", OPENAPI, "objeto"),
        "/conformance": _lectura("conformidad", "Conformidad", "Las clases de conformidad", JSON, "conformidad"),
        "/collections": _lectura("colecciones", "Colecciones", "Las colecciones", JSON, "colecciones"),
    }
    for coleccion in colecciones:
        paths |= dict(_de_coleccion(coleccion))
    return {
        "openapi": "3.0.3",
        "info": {
            "title": f"Observatorio económico de {settings.comuna}: OGC API - Features y Tiles",
            "description": "Capas para sistemas de información geográfica. Muestra las colecciones de quien lo pide.",
            "version": VERSION,
        },
        "servers": [{"url": enlaces.base}],
        "security": [{}, {"cabecera": []}, {"bearer": []}, {"consulta": []}],
        "tags": [
            {"name": "Servicio"},
            {"name": "Teselas"},
            *({"name": c.id, "description": c.titulo} for c in colecciones),
        ],
        "paths": paths | rutas_openapi(colecciones),
        "components": COMPONENTES,
    }


def _de_coleccion(c: Coleccion) -> Iterator[tuple[str, dict[str, Any]]]:
    """The four paths of a collection."""
    ruta = f"/collections/{c.id}"
    yield ruta, _lectura(c.id, c.titulo, c.descripcion, JSON, "coleccion", c.id)
    que = f"Por qué se puede filtrar «{c.titulo}»"
    yield f"{ruta}/queryables", _lectura(f"{c.id}.queryables", que, c.descripcion, ESQUEMA, "objeto", c.id)
    items = _lectura(f"{c.id}.items", f"Elementos de «{c.titulo}»", c.descripcion, GEOJSON, "rasgos", c.id)
    yield f"{ruta}/items", _con(items, *map(_referencia, COMPARTIDOS), _subconjunto(c), *_iguales(c))
    uno = _lectura(f"{c.id}.item", f"Un elemento de «{c.titulo}»", c.descripcion, GEOJSON, "rasgo", c.id)
    yield f"{ruta}/items/{{featureId}}", _con(uno, *map(_referencia, ("featureId", "f", "crs")), _subconjunto(c))


def _lectura(operacion: str, resumen: str, descripcion: str, medio: str, esquema: str, tag: str = "Servicio") -> Any:
    """A path that is only read, as JSON or as a page."""
    contenido = {
        medio: {"schema": {"$ref": f"#/components/schemas/{esquema}"}},
        HTML: {"schema": {"type": "string"}},
    }
    bien = {"description": "Lo pedido", "headers": _HEADERS, "content": contenido}
    return {
        "get": {
            "operationId": operacion,
            "tags": [tag],
            "summary": resumen,
            "description": descripcion,
            "parameters": [_referencia("f")],
            "responses": {"200": bien, **_RESPUESTAS},
        }
    }


def _con(camino: Any, *parametros: dict[str, Any]) -> dict[str, Any]:
    """The same path with other parameters, whose answers say in which CRS they are."""
    camino["get"]["parameters"] = list(parametros)
    bien = camino["get"]["responses"]["200"]
    bien["headers"] = {**bien["headers"], "Content-Crs": {"$ref": "#/components/headers/Content-Crs"}}
    return dict(camino)


_HEADERS: Final = {"ETag": {"$ref": "#/components/headers/ETag"}}
_RESPUESTAS: Final = {
    "304": {"description": "No ha cambiado desde la copia de If-None-Match"},
    "4XX": {"$ref": "#/components/responses/problema"},
    "5XX": {"$ref": "#/components/responses/problema"},
}


def _referencia(parametro: str) -> dict[str, str]:
    return {"$ref": f"#/components/parameters/{parametro}"}


def _subconjunto(c: Coleccion) -> dict[str, Any]:
    """Which properties to send."""
    return {
        "name": "properties",
        "in": "query",
        "description": "Las propiedades que se envían, separadas por coma; sin él, todas",
        "schema": {"type": "array", "items": {"type": "string", "enum": list(c.por_nombre)}},
        "style": "form",
        "explode": False,
    }


def _iguales(c: Coleccion) -> Iterator[dict[str, Any]]:
    """A parameter for each property: the features in which it has that value."""
    yield {"name": "id", "in": "query", "description": "Identificador", "schema": TEXTO}
    for p in c.propiedades:
        esquema: dict[str, Any] = {"type": p.tipo.value, "enum": list(p.valores)} if p.valores else ESQUEMAS[p.tipo]
        yield {"name": p.nombre, "in": "query", "description": p.titulo, "schema": esquema}
