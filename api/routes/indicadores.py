"""Figures: the catalogue of indicators, one indicator, counts."""

from __future__ import annotations

import difflib
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Request, Response

from api import esquemas_catalogo
from api.auth import Quien
from api.cuadros import cabeceras_de_cache, coincide, huella, responder
from api.documento import PUBLICA, respuestas
from api.errors import NoEncontrado
from api.formatos import a_json
from api.parametros import FORMATOS, Pedido, parametros_conocidos, pedido
from api.sesion import Ajustes, Conexion
from observatorio.db.queries import publicacion as consultas
from observatorio.indicadores.contract import Definicion
from observatorio.indicadores.dimensiones import DIMENSIONES
from observatorio.indicadores.lista import definiciones

router = APIRouter(prefix="/api/v1", tags=["cifras"], dependencies=[Depends(parametros_conocidos)])
_CIFRAS: Final = respuestas(
    esquemas_catalogo.CuadroDeCifras,
    "Las cifras, con lo que son",
    [f for f in FORMATOS if f != "json"],
    con_version=True,
)
ElPedido = Annotated[Pedido, Depends(pedido)]


@router.get(
    "/indicadores",
    openapi_extra=PUBLICA,
    summary="Qué indicadores hay, cómo se calculan y qué cuadros se publican",
    responses=respuestas(esquemas_catalogo.Indicadores, "El catálogo", con_version=True),
)
def listar(request: Request, conn: Conexion, quien: Quien, ajustes: Ajustes) -> Response:
    """The catalogue, each entry with the tables of the release that anybody may read."""
    cabeceras = cabeceras_de_cache(request, quien, huella(conn, ajustes.cut))
    if coincide(request, cabeceras["ETag"]):
        return Response(status_code=304, headers=cabeceras)
    tablas = consultas.tablas(conn, ajustes.cut)
    datos = [
        _ficha(indicador) | {"publicado": [t for t in tablas if t["indicador"] == indicador.id]}
        for indicador in definiciones().values()
    ]
    return Response(a_json({"datos": datos}), headers=cabeceras, media_type="application/json")


@router.get(
    "/indicadores/{id}",
    openapi_extra=PUBLICA,
    summary="Un indicador por sector, tamaño, formalidad, zona y año",
    responses=_CIFRAS,
)
def indicador(
    id: Annotated[str, Path(max_length=60, description="Su id en el catálogo", examples=["tasa_informalidad"])],
    request: Request,
    conn: Conexion,
    quien: Quien,
    ajustes: Ajustes,
    pedido: ElPedido,
) -> Response:
    """Exact for planners and the municipality; for everybody else the release, and 404 with the list of its tables for
    what is not in it."""
    hallado = definiciones().get(id)
    if hallado is None:
        parecidos = difflib.get_close_matches(id, definiciones(), 1)
        sugerencia = f"¿Quiso decir «{parecidos[0]}»? " if parecidos else ""
        raise NoEncontrado(f"No hay un indicador «{id}».", f"{sugerencia}Los que hay: {', '.join(definiciones())}.")
    return responder(request, conn, quien, ajustes, hallado, pedido)


@router.get(
    "/conteos",
    summary="Cuántos establecimientos activos hay, con los mismos filtros",
    openapi_extra=PUBLICA,
    responses=_CIFRAS,
)
def conteos(request: Request, conn: Conexion, quien: Quien, ajustes: Ajustes, pedido: ElPedido) -> Response:
    """The number of active establishments: the indicator `establecimientos` under its everyday name."""
    return responder(request, conn, quien, ajustes, definiciones()["establecimientos"], pedido)


def _ficha(indicador: Definicion) -> dict[str, object]:
    """What an indicator says about itself."""
    return {
        "id": indicador.id,
        "nombre": indicador.nombre,
        "descripcion": indicador.descripcion,
        "unidad": indicador.unidad,
        "formula": indicador.formula,
        "fuentes": indicador.fuentes,
        "dimensiones": [*(d for d in DIMENSIONES if d in indicador.dimensiones), "anio"],
        "exige": sorted(indicador.exige),
        "componentes": dict(indicador.componentes),
        "columnas": dict(indicador.propias) | dict(indicador.detalles),
        "restringido": bool(indicador.restringidas),
        "decimales": indicador.decimales,
        "notas": indicador.notas,
    }
