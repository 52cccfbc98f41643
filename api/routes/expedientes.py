"""One establishment: its record, where each of its fields came from, and what happened to it over the years."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import RedirectResponse

from api import esquemas
from api.auth import Quien, exigir
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


class Expediente:
    """One establishment, for whoever may read records."""

    def __init__(self, request: Request, conn: Conexion, quien: Quien, ajustes: Ajustes, identificador: ElId) -> None:
        exigir(quien, Rol.PLANIFICADOR, Rol.MUNICIPAL)
        self._request = request
        self._quien = quien
        self.conn = conn
        self.rol = quien.rol
        self.cut = ajustes.cut
        self.id = identificador

    def entregar(self, accion: str, cuerpo: str | bytes | None, **ademas: object) -> Response:
        """The answer; the municipality's look is written down as `accion`, because it sees restricted columns. Without
        one, the way to the id that took the place of this. Raises `NoEncontrado` when none did."""
        if cuerpo is None:
            return self._en_otra_parte()
        if self.rol is Rol.MUNICIPAL:
            anotar(self.conn, self._quien, accion, self.cut, {"id": self.id, **ademas})
        return Response(cuerpo, headers=_PRIVADA, media_type=MEDIOS["json"])

    def _en_otra_parte(self) -> Response:
        nuevo = sucesor(self.conn, self.id)
        if nuevo is None:
            raise NoEncontrado(f"No existe el establecimiento «{self.id}».", "Búsquelo en /api/v1/establecimientos.")
        request = self._request
        destino = request.url_for(request.scope["route"].name, identificador=nuevo).path
        consulta = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(destino + consulta, status_code=HTTPStatus.PERMANENT_REDIRECT, headers=_PRIVADA)


ElExpediente = Annotated[Expediente, Depends()]


@router.get(
    "/establecimientos/{identificador}",
    name="establecimiento",
    summary="Un establecimiento, por defecto en su último año",
    responses=redirigible(respuestas(esquemas.EstablecimientoDelAnio, "Su registro")),
)
def mostrar(suyo: ElExpediente, anio: UnAnio = "") -> Response:
    """The record, as a search gives it, with its `anio`. An id that is gone answers 308 with the one that took its
    place, if there is one."""
    pedido = leer_anio(suyo.conn, suyo.cut, anio) if anio else None
    cuerpo = consultas.uno(suyo.conn, suyo.rol, suyo.cut, suyo.id, pedido)
    return suyo.entregar("ver_establecimientos", cuerpo, anio=pedido, formato="json")


@router.get(
    "/establecimientos/{identificador}/procedencia",
    name="procedencia",
    summary="De dónde salió cada campo: fuente, carga, fila, regla y momento",
    responses=redirigible(respuestas(esquemas.Procedencia, "Cada campo con su origen, y los registros que lo citan")),
)
def procedencia(suyo: ElExpediente) -> Response:
    """What `observatorio procedencia` prints, of the fields that the asker may read and of no other."""
    cuerpo = None
    if consultas.uno(suyo.conn, suyo.rol, suyo.cut, suyo.id, None) is not None:
        datos, registros = origenes(suyo.conn, suyo.id, suyo.rol), registros_de(suyo.conn, suyo.id)
        cuerpo = a_json({"id": suyo.id, "datos": datos, "registros": registros})
    return suyo.entregar("ver_procedencia", cuerpo)


@router.get(
    "/establecimientos/{identificador}/historia",
    name="historia",
    summary="Sus años, lo que le pasó y los identificadores que tuvo",
    responses=redirigible(respuestas(esquemas.Historia, "Sus años, del más nuevo al más antiguo")),
)
def historia(suyo: ElExpediente) -> Response:
    """The record of every year, the events between them, and the ids whose place it took."""
    cuerpo = None
    if anios := consultas.anios(suyo.conn, suyo.rol, suyo.cut, suyo.id):
        resto = {
            "sucesos": [dict(s._mapping) for s in de_establecimiento(suyo.conn, suyo.id)],
            "identificadores_anteriores": anteriores(suyo.conn, suyo.cut, suyo.id),
        }
        cuerpo = f'{a_json({"id": suyo.id}).decode()[:-1]},"datos":[{anios}],{a_json(resto).decode()[1:]}'
    return suyo.entregar("ver_historia", cuerpo)
