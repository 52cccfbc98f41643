"""Where the data come from: every declared source, its licence, and how fresh it is."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from functools import cache
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api import esquemas_catalogo
from api.auth import Quien
from api.cuadros import cabeceras_de_cache, coincide
from api.documento import PUBLICA, respuestas
from api.formatos import a_json
from api.parametros import opciones, parametros_conocidos, uno_de
from api.sesion import Conexion
from ingest import fuentes
from ingest.contract import Fuente
from observatorio import catalogo
from observatorio.db.queries.fuentes import ESTADOS, UltimaCarga, frescura, ultimas_cargas
from observatorio.vocabulario import Actor

router = APIRouter(prefix="/api/v1", tags=["fuentes"], dependencies=[Depends(parametros_conocidos)])


@cache
def declaradas() -> dict[str, Fuente]:
    """Every source, by id."""
    return catalogo.discover(fuentes, Fuente)


def estado_fuentes(conn: Conexion) -> list[dict[str, object]]:
    """Each source with its actor, licence, period and last load: what `/api/v1/fuentes` and the portal show."""
    ahora = datetime.now(UTC)
    ultimas = ultimas_cargas(conn)
    return [_ficha(f, ultimas.get(f.id), ahora) for f in declaradas().values()]


@router.get(
    "/fuentes",
    openapi_extra=PUBLICA,
    summary="Las fuentes: actor, licencia, periodicidad, última carga y si está al día",
    responses=respuestas(esquemas_catalogo.Fuentes, "Las fuentes declaradas", con_version=True),
)
def listar(
    request: Request,
    conn: Conexion,
    quien: Quien,
    actor: Annotated[
        str, Query(max_length=20, description="Solo las de un actor", json_schema_extra=opciones(*Actor))
    ] = "",
    estado: Annotated[
        str, Query(max_length=20, description="Solo las que están así", json_schema_extra=opciones(*ESTADOS))
    ] = "",
) -> Response:
    """`estado` is `al_dia`, `atrasada` or `sin_carga`. It depends on the date too, so that the version is the
    answer's own."""
    uno_de("actor", actor, ("", *Actor))
    uno_de("estado", estado, ("", *ESTADOS))
    datos = [f for f in estado_fuentes(conn) if actor in ("", f["actor"]) and estado in ("", f["estado"])]
    cuerpo = a_json({"datos": datos})
    cabeceras = cabeceras_de_cache(request, quien, hashlib.sha256(cuerpo).hexdigest())
    if coincide(request, cabeceras["ETag"]):
        return Response(status_code=304, headers=cabeceras)
    return Response(cuerpo, headers=cabeceras, media_type="application/json")


def _ficha(fuente: Fuente, ultima: UltimaCarga | None, ahora: datetime) -> dict[str, object]:
    """What is told about one source."""
    return {
        "id": fuente.id,
        "nombre": fuente.nombre,
        "actor": fuente.actor,
        "describe": fuente.describe,
        "cobertura": fuente.cobertura,
        "licencia": fuente.licencia,
        "periodicidad": fuente.periodicidad,
        "estado": frescura(fuente.periodicidad, ultima, ahora),
        "ultima_carga": ultima.fin if ultima else None,
        "anio": ultima.anio if ultima else None,
        "filas": ultima.filas if ultima else None,
    }
