"""The releases: what of the register was published, when, out of which sources, and under which rule."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api import esquemas_catalogo
from api.auth import Quien
from api.cuadros import cabeceras_de_cache, coincide, huella
from api.documento import PUBLICA, respuestas
from api.formatos import a_json
from api.parametros import Anios, leer_anios, opciones, parametros_conocidos, uno_de
from api.sesion import Ajustes, Conexion
from observatorio.db.queries import publicacion as consultas
from observatorio.indicadores.publicado import NOTA

router = APIRouter(prefix="/api/v1", tags=["cifras"], dependencies=[Depends(parametros_conocidos)])


@router.get(
    "/publicaciones",
    openapi_extra=PUBLICA,
    summary="Las publicaciones vigentes, una por año, con sus fuentes, informe y cuadros",
    responses=respuestas(esquemas_catalogo.Publicaciones, "Del año más nuevo al más antiguo", con_version=True),
)
def publicaciones(
    request: Request,
    conn: Conexion,
    quien: Quien,
    ajustes: Ajustes,
    todas: Annotated[
        str, Query(max_length=2, description="«si» agrega las no vigentes", json_schema_extra=opciones("si"))
    ] = "",
    anio: Anios = "",
) -> Response:
    """One release for each year, newest first, with the list of its tables; those before it too, without theirs, for
    the figures that somebody downloaded then."""
    uno_de("todas", todas, ("", "si"))
    anios = leer_anios(anio)
    cabeceras = cabeceras_de_cache(request, quien, huella(conn, ajustes.cut))
    if coincide(request, cabeceras["ETag"]):
        return Response(status_code=304, headers=cabeceras)
    tablas = consultas.tablas(conn, ajustes.cut)
    datos = [
        dict(row._mapping) | {"tablas": [t for t in tablas if t["anio"] == row.anio] if row.vigente else []}
        for row in (consultas.todas(conn, ajustes.cut) if todas else consultas.vigentes(conn, ajustes.cut))
        if not anios or row.anio in anios
    ]
    return Response(a_json({"datos": datos, "nota": NOTA}), headers=cabeceras, media_type="application/json")
