"""The releases: what of the register was published, when, out of which sources, and under which rule."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api.auth import Quien
from api.cuadros import cabeceras_de_cache, coincide, huella
from api.errors import ErrorParametro
from api.formatos import a_json
from api.parametros import parametros_conocidos
from api.sesion import Ajustes, Conexion
from observatorio.db.queries import publicacion as consultas
from observatorio.indicadores.publicado import NOTA

router = APIRouter(prefix="/api/v1", tags=["cifras"], dependencies=[Depends(parametros_conocidos)])


@router.get("/publicaciones", summary="Las publicaciones vigentes, una por año, con sus fuentes, informe y cuadros")
def publicaciones(
    request: Request,
    conn: Conexion,
    quien: Quien,
    ajustes: Ajustes,
    todas: Annotated[str, Query(max_length=2, description="«si» agrega las que ya no están vigentes")] = "",
) -> Response:
    """One release for each year, newest first, with the list of its tables; those before it too, without theirs, for
    the figures that somebody downloaded then."""
    if todas not in ("", "si"):
        raise ErrorParametro("todas", todas, "valor_desconocido", f"«{todas}» no sirve para todas.", "Use todas=si.")
    cabeceras = cabeceras_de_cache(request, quien, huella(conn, ajustes.cut))
    if coincide(request, cabeceras["ETag"]):
        return Response(status_code=304, headers=cabeceras)
    tablas = consultas.tablas(conn, ajustes.cut)
    datos = [
        dict(row._mapping) | {"tablas": [t for t in tablas if t["anio"] == row.anio] if row.vigente else []}
        for row in (consultas.todas(conn, ajustes.cut) if todas else consultas.vigentes(conn, ajustes.cut))
    ]
    return Response(a_json({"datos": datos, "nota": NOTA}), headers=cabeceras, media_type="application/json")
