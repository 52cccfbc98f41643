"""Which collections there are for whoever asks, and what is told of them: their description and their queryables."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from api.errors import NoEncontrado
from api.ogc import familias
from api.ogc.contract import Coleccion, Familia, Mundo
from api.ogc.crs import CRS84, SISTEMAS
from api.ogc.enlaces import ESQUEMA, GEOJSON, HTML, JSON, Enlaces
from api.ogc.filtro import GEOMETRIA
from api.ogc.teselas_documentos import REL_TESELAS
from observatorio import catalogo

_REL_CONSULTABLES: Final = "http://www.opengis.net/def/rel/ogc/1.0/queryables"


@cache
def declaradas() -> dict[str, Familia]:
    """Every family, by id."""
    return catalogo.discover(familias, Familia)


def todas(mundo: Mundo) -> Iterator[Coleccion]:
    """The collections that exist for the role that asks."""
    for familia in declaradas().values():
        if mundo.rol in familia.roles:
            yield from familia.colecciones(mundo)


def buscar(mundo: Mundo, id_: str) -> Coleccion:
    """One collection. Raises `NoEncontrado`, the same for one that there is not and for one of another role."""
    for familia in declaradas().values():
        if mundo.rol in familia.roles and (id_ == familia.id or id_.startswith(f"{familia.id}_")):
            for coleccion in familia.colecciones(mundo):
                if coleccion.id == id_:
                    return coleccion
    raise NoEncontrado("No hay una colección con ese nombre.", "Las que usted puede ver están en /ogc/collections.")


def describir(coleccion: Coleccion, enlaces: Enlaces) -> dict[str, Any]:
    """A collection as the standard describes one, without the links to itself."""
    ruta = f"/collections/{coleccion.id}"
    caja, anio = coleccion.caja(), coleccion.anio
    extension: dict[str, Any] = {}
    if caja is not None:
        extension["spatial"] = {"bbox": [[round(x, 6) for x in caja]], "crs": CRS84.uri}
    if anio is not None:
        extension["temporal"] = {"interval": [[f"{anio}-01-01T00:00:00Z", f"{anio}-12-31T23:59:59Z"]]}
    return {
        "id": coleccion.id,
        "title": coleccion.titulo,
        "description": coleccion.descripcion,
        "itemType": "feature",
        "extent": extension,
        "crs": list(SISTEMAS),
        "storageCrs": CRS84.uri,
        "links": [
            enlaces.a(f"{ruta}/items", "items", GEOJSON, "Los elementos, en GeoJSON"),
            enlaces.a(f"{ruta}/items", "items", HTML, "Los elementos, en una página", f="html"),
            enlaces.a(f"{ruta}/queryables", _REL_CONSULTABLES, ESQUEMA, "Por qué se puede filtrar"),
            *([enlaces.a(f"{ruta}/tiles", REL_TESELAS, JSON, "Sus teselas vectoriales")] if coleccion.teselas else []),
        ],
    }


def propia(coleccion: Coleccion, enlaces: Enlaces, formato: str) -> dict[str, Any]:
    """The same, as the document of the collection."""
    documento = describir(coleccion, enlaces)
    return {**documento, "links": [*enlaces.propios(formato, JSON), *documento["links"]]}


def listado(mundo: Mundo, enlaces: Enlaces, formato: str) -> dict[str, Any]:
    """All of them, each with a link to its own document."""
    descritas = []
    for coleccion in todas(mundo):
        documento = describir(coleccion, enlaces)
        suyo = enlaces.a(f"/collections/{coleccion.id}", "self", JSON, "Esta colección")
        descritas.append({**documento, "links": [suyo, *documento["links"]]})
    return {"links": enlaces.propios(formato, JSON), "collections": descritas}


def consultables(coleccion: Coleccion, enlaces: Enlaces) -> dict[str, Any]:
    """What features may be filtered by, as a JSON Schema."""
    propiedades: dict[str, Any] = {"id": {"title": "Identificador", "type": "string", "x-ogc-role": "id"}}
    for p in coleccion.propiedades:
        propiedades[p.nombre] = {"title": p.titulo, "type": p.tipo.value, **({"enum": p.valores} if p.valores else {})}
    propiedades[GEOMETRIA] = {
        "title": "Geometría",
        "x-ogc-role": "primary-geometry",
        "format": f"geometry-{coleccion.geometria.lower()}",
    }
    return {
        "$schema": "https://json-schema.org/draft/2019-09/schema",
        "$id": f"{enlaces.base}/collections/{coleccion.id}/queryables",
        "type": "object",
        "title": coleccion.titulo,
        "description": coleccion.descripcion,
        "properties": propiedades,
        "additionalProperties": False,
    }
