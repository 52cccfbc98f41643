"""The territory: zone levels and their zones."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api import esquemas_catalogo
from api.auth import Quien
from api.cuadros import cabeceras_de_cache, coincide
from api.documento import PUBLICA, respuestas
from api.errors import ErrorParametro
from api.formatos import MEDIOS, a_json
from api.parametros import parametros_conocidos, uno_de
from api.sesion import Conexion
from observatorio.db.queries import indicadores as consultas

router = APIRouter(prefix="/api/v1", tags=["territorio"], dependencies=[Depends(parametros_conocidos)])


@router.get(
    "/niveles",
    openapi_extra=PUBLICA,
    summary="Los niveles de zonas que hay",
    responses=respuestas(esquemas_catalogo.Niveles, "Los niveles", con_version=True),
)
def niveles(request: Request, conn: Conexion, quien: Quien) -> Response:
    """Each level with its name, origin, and number of zones."""
    cabeceras = cabeceras_de_cache(request, quien, consultas.zonas_cargadas(conn))
    if coincide(request, cabeceras["ETag"]):
        return Response(status_code=304, headers=cabeceras)
    cuerpo = a_json({"datos": consultas.detalle_niveles(conn)})
    return Response(cuerpo, headers=cabeceras, media_type="application/json")


@router.get(
    "/zonas",
    openapi_extra=PUBLICA,
    summary="Las zonas de un nivel, con su población y superficie",
    responses=respuestas(esquemas_catalogo.Zonas, "Las zonas del nivel", ["geojson"], con_version=True),
)
def zonas(
    request: Request,
    conn: Conexion,
    quien: Quien,
    nivel: Annotated[str, Query(max_length=60, description="Un nivel de /api/v1/niveles", examples=["comuna"])] = "",
    zona: Annotated[str, Query(max_length=60, description="El código de una sola")] = "",
    formato: Annotated[
        str, Query(max_length=20, description="El de la respuesta", json_schema_extra={"enum": ["json", "geojson"]})
    ] = "json",
) -> Response:
    """The zones, with their polygons when `formato=geojson` (EPSG:4326). A zone may have people and no polygon."""
    if nivel not in consultas.niveles(conn):
        hay = ", ".join(consultas.niveles(conn))
        raise ErrorParametro("nivel", nivel, "nivel_desconocido", f"No hay un nivel «{nivel}».", f"Use uno de: {hay}.")
    uno_de("formato", formato, ("json", "geojson"))
    if zona and not consultas.existe_zona(conn, nivel, zona):
        raise ErrorParametro(
            "zona",
            zona,
            "zona_desconocida",
            f"El nivel {nivel} no tiene una zona «{zona}».",
            "Pídalas todas sin «zona».",
        )
    cabeceras = cabeceras_de_cache(request, quien, consultas.zonas_cargadas(conn))
    if coincide(request, cabeceras["ETag"]):
        return Response(status_code=304, headers=cabeceras)
    if formato == "geojson":
        return Response(consultas.zonas_geojson(conn, nivel, zona), headers=cabeceras, media_type=MEDIOS["geojson"])
    cuerpo = a_json({"nivel": nivel, "datos": consultas.zonas(conn, nivel, zona)})
    return Response(cuerpo, headers=cabeceras, media_type="application/json")
