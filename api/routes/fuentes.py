"""Where the data come from: every declared source, its licence, and how fresh it is."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

from fastapi import APIRouter, Depends, Response

from api.auth import Quien
from api.formatos import a_json
from api.parametros import parametros_conocidos
from api.sesion import Conexion
from ingest import fuentes
from ingest.contract import Fuente
from observatorio import catalogo
from observatorio.db.queries.fuentes import UltimaCarga, frescura, ultimas_cargas

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


@router.get("/fuentes", summary="Las fuentes: actor, licencia, periodicidad, última carga y si está al día")
def listar(conn: Conexion, quien: Quien) -> Response:
    """`estado` is `al_dia`, `atrasada` or `sin_carga`. It depends on the date, so no copy of it is kept."""
    cuerpo = a_json({"datos": estado_fuentes(conn)})
    return Response(cuerpo, headers={"Cache-Control": "no-store"}, media_type="application/json")


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
