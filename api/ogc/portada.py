"""The landing page, and the declaration of conformance."""

from __future__ import annotations

from typing import Any

from api.ogc import teselas_documentos
from api.ogc.conformidad import CLASES
from api.ogc.enlaces import HTML, JSON, OPENAPI, Enlaces
from observatorio.settings import Settings


def portada(settings: Settings, enlaces: Enlaces, formato: str) -> dict[str, Any]:
    """The first document, from which a client finds everything else."""
    return {
        "title": f"Observatorio económico de {settings.comuna}",
        "description": (
            "Capas para sistemas de información geográfica, por OGC API - Features y Tiles. Sin clave se ven las "
            "zonas, las cifras publicadas y los registros públicos por ley; con una, lo que su rol permite. La clave "
            "va en la cabecera X-API-Key, en Authorization: Bearer, o en el parámetro api_key."
        ),
        "links": [
            *enlaces.propios(formato, JSON),
            enlaces.a("/api", "service-desc", OPENAPI, "La definición de este servicio, en OpenAPI 3.0"),
            enlaces.a("/api", "service-doc", HTML, "Lo mismo, para leer", f="html"),
            enlaces.a("/conformance", "conformance", JSON, "Las clases de conformidad que cumple"),
            enlaces.a("/collections", "data", JSON, "Las colecciones"),
            enlaces.a("/tileMatrixSets", teselas_documentos.REL_ESQUEMAS, JSON, "Los sistemas de teselas"),
        ],
    }


def conformidad(enlaces: Enlaces, formato: str) -> dict[str, Any]:
    """The classes of the standards that this service conforms to."""
    return {"links": enlaces.propios(formato, JSON), "conformsTo": [*CLASES, *teselas_documentos.CONFORMIDAD]}
