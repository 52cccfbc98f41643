"""The territory: zone levels and their zones."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api.auth import Quien
from api.cuadros import cabeceras_de_cache, coincide
from api.errors import ErrorParametro
from api.formatos import MEDIOS, a_json
from api.parametros import parametros_conocidos
from api.sesion import Conexion
from observatorio.db.queries import indicadores as consultas

router = APIRouter(prefix="/api/v1", tags=["territorio"], dependencies=[Depends(parametros_conocidos)])


@router.get("/niveles", summary="Los niveles de zonas que hay")
def niveles(request: Request, conn: Conexion, quien: Quien) -> Response:
    """Each level with its name, origin, and number of zones."""
    cabeceras = cabeceras_de_cache(request, quien, consultas.zonas_cargadas(conn))
    if coincide(request, cabeceras["ETag"]):
        return Response(status_code=304, headers=cabeceras)
    cuerpo = a_json({"datos": consultas.detalle_niveles(conn)})
    return Response(cuerpo, headers=cabeceras, media_type="application/json")


@router.get("/zonas", summary="Las zonas de un nivel, con su población y superficie")
def zonas(
    request: Request,
    conn: Conexion,
    quien: Quien,
    nivel: Annotated[str, Query(max_length=60, description="Un nivel de /api/v1/niveles")] = "",
    formato: Annotated[str, Query(max_length=20, description="json o geojson")] = "json",
) -> Response:
    """The zones, with their polygons when `formato=geojson` (EPSG:4326). A zone may have people and no polygon."""
    if nivel not in consultas.niveles(conn):
        hay = ", ".join(consultas.niveles(conn))
        raise ErrorParametro("nivel", nivel, "nivel_desconocido", f"No hay un nivel «{nivel}».", f"Use uno de: {hay}.")
    if formato not in ("json", "geojson"):
        raise ErrorParametro("formato", formato, "valor_desconocido", "Ese formato no está.", "Use json o geojson.")
    cabeceras = cabeceras_de_cache(request, quien, consultas.zonas_cargadas(conn))
    if coincide(request, cabeceras["ETag"]):
        return Response(status_code=304, headers=cabeceras)
    if formato == "geojson":
        return Response(consultas.zonas_geojson(conn, nivel), headers=cabeceras, media_type=MEDIOS["geojson"])
    cuerpo = a_json({"nivel": nivel, "datos": consultas.zonas(conn, nivel)})
    return Response(cuerpo, headers=cabeceras, media_type="application/json")
