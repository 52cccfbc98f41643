"""What the OpenAPI document says of the answers, beside the refusals that every route shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import UnionType
from typing import Any, Final

from pydantic import BaseModel

from api.formatos import MEDIOS

Respuestas = dict[int | str, dict[str, Any]]

_BINARIO: Final = {"schema": {"type": "string", "format": "binary"}}
_TEXTO: Final = {"schema": {"type": "string"}}
_DE_FORMATO: Final[Mapping[str, Mapping[str, Any]]] = {
    "csv": _TEXTO,
    "geojson": {
        "schema": {
            "type": "object",
            "required": ["type", "features"],
            "properties": {
                "type": {"const": "FeatureCollection"},
                "features": {"type": "array", "items": {"type": "object"}},
            },
        }
    },
    "xlsx": _BINARIO,
    "gpkg": _BINARIO,
    "parquet": _BINARIO,
}
PUBLICA: Final[dict[str, Any]] = {"security": [{}]}
"""`openapi_extra` of a route that answers without a key too."""
_ETAG: Final = {"ETag": {"description": "La versión de los datos", "schema": {"type": "string"}}}


def respuestas(
    modelo: type[BaseModel] | UnionType,
    descripcion: str,
    formatos: Sequence[str] = (),
    ejemplo: object = None,
    *,
    con_version: bool = False,
) -> Respuestas:
    """The answer 200 as JSON of `modelo` and as files of other formats; `con_version`: with an ETag, hence 304."""
    contenido: dict[str, Any] = {MEDIOS[f].partition(";")[0]: _DE_FORMATO[f] for f in formatos}
    if ejemplo is not None:
        contenido["application/json"] = {"example": ejemplo}
    bien: dict[str, Any] = {"model": modelo, "description": descripcion, "content": contenido}
    if not con_version:
        return {200: bien}
    return {200: bien | {"headers": _ETAG}, 304: {"description": "Lo que ya tiene sigue vigente", "headers": _ETAG}}


def redirigible(otras: Respuestas) -> Respuestas:
    """The same, of a thing whose id may have passed to another one."""
    destino = {"Location": {"description": "Dónde está ahora", "schema": {"type": "string"}}}
    return {**otras, 308: {"description": "Ese identificador pasó a ser otro", "headers": destino}}
