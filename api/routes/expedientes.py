"""One establishment: its record, where each of its fields came from, and what happened to it over the years."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from api import esquemas
from api.auth import Identidad, Quien, exigir
from api.busqueda import anotar, leer_anio
from api.documento import redirigible, respuestas
from api.errors import NoEncontrado
from api.formatos import MEDIOS, a_json
from api.parametros import UnAnio, parametros_conocidos
from api.sesion import Ajustes, Conexion
from observatorio.catastro.origenes import origenes
from observatorio.db.queries import establecimientos as consultas
from observatorio.db.queries.catastro import registros_de
from observatorio.db.queries.relevos import anteriores, sucesor
from observatorio.db.queries.sucesos import de_establecimiento
from observatorio.vocabulario import Rol

router = APIRouter(prefix="/api/v1", tags=["establecimientos"], dependencies=[Depends(parametros_conocidos)])
_PRIVADA: Final = {"Cache-Control": "private, no-store"}
ElId = Annotated[str, Path(max_length=40, description="Su id", examples=["3f2a9c0d1e5b7a86"])]


@router.get(
    "/establecimientos/{identificador}",
    name="establecimiento",
    summary="Un establecimiento, por defecto en su último año",
    responses=redirigible(respuestas(esquemas.EstablecimientoDelAnio, "Su registro")),
)
def mostrar(
    request: Request,
    conn: Conexion,
    quien: Quien,
    ajustes: Ajustes,
    identificador: ElId,
    anio: UnAnio = "",
) -> Response:
    """The record, as a search gives it, with its `anio`. An id that is gone answers 308 with the one that took its
    place, if there is one."""
    exigir(quien, Rol.PLANIFICADOR, Rol.MUNICIPAL)
    pedido = leer_anio(conn, ajustes.cut, anio) if anio else None
    cuerpo = consultas.uno(conn, quien.rol, ajustes.cut, identificador, pedido)
    if cuerpo is None:
        return _en_otra_parte(request, conn, identificador)
    _anotar(conn, quien, ajustes.cut, "ver_establecimientos", {"id": identificador, "anio": pedido, "formato": "json"})
    return Response(cuerpo, headers=_PRIVADA, media_type=MEDIOS["json"])


@router.get(
    "/establecimientos/{identificador}/procedencia",
    name="procedencia",
    summary="De dónde salió cada campo: fuente, carga, fila, regla y momento",
    responses=redirigible(respuestas(esquemas.Procedencia, "Cada campo con su origen, y los registros que lo citan")),
)
def procedencia(request: Request, conn: Conexion, quien: Quien, ajustes: Ajustes, identificador: ElId) -> Response:
    """What `observatorio procedencia` prints, of the fields that the asker may read and of no other."""
    exigir(quien, Rol.PLANIFICADOR, Rol.MUNICIPAL)
    if consultas.uno(conn, quien.rol, ajustes.cut, identificador, None) is None:
        return _en_otra_parte(request, conn, identificador)
    datos = origenes(conn, identificador, quien.rol)
    _anotar(conn, quien, ajustes.cut, "ver_procedencia", {"id": identificador})
    cuerpo = {"id": identificador, "datos": datos, "registros": registros_de(conn, identificador)}
    return Response(a_json(cuerpo), headers=_PRIVADA, media_type=MEDIOS["json"])


@router.get(
    "/establecimientos/{identificador}/historia",
    name="historia",
    summary="Sus años, lo que le pasó y los identificadores que tuvo",
    responses=redirigible(respuestas(esquemas.Historia, "Sus años, del más nuevo al más antiguo")),
)
def historia(request: Request, conn: Conexion, quien: Quien, ajustes: Ajustes, identificador: ElId) -> Response:
    """The record of every year, the events between them, and the ids whose place it took."""
    exigir(quien, Rol.PLANIFICADOR, Rol.MUNICIPAL)
    anios = consultas.anios(conn, quien.rol, ajustes.cut, identificador)
    if not anios:
        return _en_otra_parte(request, conn, identificador)
    _anotar(conn, quien, ajustes.cut, "ver_historia", {"id": identificador})
    resto = {
        "sucesos": [dict(s._mapping) for s in de_establecimiento(conn, identificador)],
        "identificadores_anteriores": anteriores(conn, ajustes.cut, identificador),
    }
    inicio = a_json({"id": identificador}).decode()[:-1]
    cuerpo = f'{inicio},"datos":[{anios}],{a_json(resto).decode()[1:]}'
    return Response(cuerpo, headers=_PRIVADA, media_type=MEDIOS["json"])


def _en_otra_parte(request: Request, conn: Connection, identificador: str) -> Response:
    """The same address with the id that took the place of one that is gone. Raises `NoEncontrado` when none did."""
    nuevo = sucesor(conn, identificador)
    if nuevo is None:
        raise NoEncontrado(f"No existe el establecimiento «{identificador}».", "Búsquelo en /api/v1/establecimientos.")
    destino = request.url_for(request.scope["route"].name, identificador=nuevo).path
    consulta = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(destino + consulta, status_code=HTTPStatus.PERMANENT_REDIRECT, headers=_PRIVADA)


def _anotar(conn: Connection, quien: Identidad, cut: str, accion: str, pedido: dict[str, object]) -> None:
    """Write the municipality's looks at restricted columns down."""
    if quien.rol is Rol.MUNICIPAL:
        anotar(conn, quien, accion, cut, pedido)
