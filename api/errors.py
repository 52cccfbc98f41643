"""Every refusal as RFC 9457 `application/problem+json` in Spanish, or as a page for a browser.

One table says which error is which status. Nothing of the database's own words leaves the server.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import psycopg
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from psycopg import errors as pg
from sqlalchemy import exc as sa
from starlette.exceptions import HTTPException
from starlette.middleware.body_limit import MAX_BODY_SIZE_SCOPE_KEY

from api.cabeceras import CABECERAS
from api.formatos import a_json
from api.negativas import anotar_negativa
from observatorio.errors import (
    ErrorAcceso,
    ErrorArchivo,
    ErrorBase,
    ErrorCarga,
    ErrorCatalogo,
    ErrorConsulta,
    ErrorObservatorio,
)
from observatorio.indicadores.compute import ErrorRestringido
from observatorio.indicadores.dimensiones import ErrorPregunta
from observatorio.indicadores.publicado import ErrorNoPublicado

FALLAS: Final = logging.getLogger("observatorio.fallas")


class ErrorParametro(ErrorPregunta):
    """A parameter of the request that is unknown, repeated or badly written."""


class ErrorDibujo(ErrorParametro):
    """A polygon that was read and cannot be used."""


class NoEncontrado(ErrorConsulta):
    """There is no such thing under this address, or it does not exist for whoever asks."""


class SinPermiso(ErrorAcceso):
    """The key is good, and its role may not do this."""


class SesionTerminada(ErrorAcceso):
    """The session of a browser expired, or its key was revoked: its cookie is taken back."""


class Espera(ErrorAcceso):
    """Too much was asked; `segundos` is how long to wait."""

    def __init__(self, mensaje: str, segundos: int) -> None:
        super().__init__(mensaje, "Espere un segundo." if segundos == 1 else f"Espere {segundos} segundos.")
        self.segundos = segundos


class DemasiadosIntentos(Espera):
    """Too many wrong keys from one address."""

    def __init__(self, segundos: int) -> None:
        super().__init__("Hubo demasiados intentos con claves o fichas que no sirven.", segundos)


class DemasiadasPeticiones(Espera):
    """Too many requests of one key, or of an address without one."""

    def __init__(self, segundos: int) -> None:
        super().__init__("Se hicieron demasiadas consultas en poco tiempo.", segundos)


class SinEmisor(ErrorAcceso):
    """The issuer of the tokens cannot be asked for its keys."""


class Ocupado(ErrorObservatorio):
    """All places for a long piece of work are taken: come back in a moment."""


ESTADOS: Final[Mapping[type[ErrorObservatorio], HTTPStatus]] = {
    ErrorConsulta: HTTPStatus.BAD_REQUEST,
    ErrorDibujo: HTTPStatus.UNPROCESSABLE_ENTITY,
    ErrorNoPublicado: HTTPStatus.NOT_FOUND,
    ErrorRestringido: HTTPStatus.FORBIDDEN,
    NoEncontrado: HTTPStatus.NOT_FOUND,
    ErrorAcceso: HTTPStatus.UNAUTHORIZED,
    SinPermiso: HTTPStatus.FORBIDDEN,
    Espera: HTTPStatus.TOO_MANY_REQUESTS,
    SinEmisor: HTTPStatus.SERVICE_UNAVAILABLE,
    ErrorCarga: HTTPStatus.CONFLICT,
    ErrorArchivo: HTTPStatus.UNPROCESSABLE_ENTITY,
    ErrorBase: HTTPStatus.SERVICE_UNAVAILABLE,
    ErrorCatalogo: HTTPStatus.INTERNAL_SERVER_ERROR,
    Ocupado: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""The status of each refusal; a subclass that is not here has that of its nearest ancestor."""

TITULOS: Final[Mapping[int, str]] = {
    400: "La consulta no se entiende",
    401: "Hace falta una clave válida",
    403: "Su clave no permite esto",
    404: "No existe",
    405: "Este método no se usa aquí",
    409: "No se puede hacer ahora",
    413: "El envío es demasiado grande",
    422: "Los datos enviados no sirven",
    429: "Demasiadas consultas",
    500: "Falla del observatorio",
    503: "El servicio no está disponible por un momento",
    504: "La consulta tardó demasiado",
}
_SIN_BASE: Final = "La base de datos no responde en este momento."
_REINTENTE: Final = "Vuelva a intentarlo en unos segundos."
_REINTENTO_S: Final = "5"
PIDA_MENOS: Final = "Pida menos: un filtro, un año, una zona."
"""What to do about an answer that takes too long."""
_REGLAS: Final[Mapping[str, str]] = {
    "missing": "Falta este dato.",
    "int_parsing": "Escriba un número entero.",
    "float_parsing": "Escriba un número.",
    "bool_parsing": "Escriba true o false.",
    "string_too_long": "El texto es demasiado largo.",
    "string_too_short": "El texto es demasiado corto.",
    "string_pattern_mismatch": "El texto no tiene la forma esperada.",
    "greater_than_equal": "El número es demasiado chico.",
    "less_than_equal": "El número es demasiado grande.",
    "enum": "Use uno de los valores permitidos.",
    "literal_error": "Use uno de los valores permitidos.",
    "json_invalid": "El cuerpo no es JSON válido.",
    "union_tag_invalid": "Envíe un Polygon, un MultiPolygon, o un Feature con uno de ellos.",
    "union_tag_not_found": "Envíe un Polygon, un MultiPolygon, o un Feature con uno de ellos.",
    "model_attributes_type": "Envíe un objeto GeoJSON.",
    "list_type": "Aquí va una lista.",
    "float_type": "Escriba un número.",
    "finite_number": "Escriba un número.",
    "too_short": "La lista es demasiado corta: un anillo tiene cuatro vértices o más, y un vértice dos coordenadas.",
    "too_long": "La lista es demasiado larga: simplifique el polígono.",
}

PROBLEMA: Final[dict[str, Any]] = {
    "description": "RFC 9457, en español: qué pasó y qué hacer",
    "content": {
        "application/problem+json": {
            "schema": {
                "type": "object",
                "required": ["type", "title", "status", "detail"],
                "properties": {
                    "type": {"type": "string"},
                    "title": {"type": "string"},
                    "status": {"type": "integer"},
                    "detail": {"type": "string"},
                    "consejo": {"type": "string"},
                    "instance": {"type": "string"},
                    "errores": {"type": "array", "items": {"type": "object"}},
                    "tablas": {"type": "array", "items": {"type": "object"}},
                },
            }
        }
    },
}
"""What the OpenAPI document says of every refusal."""


def registrar_manejadores(app: FastAPI) -> None:
    """Install the handlers: refusals, wrong input, HTTP errors, the database's troubles, and our own faults."""
    app.exception_handler(ErrorObservatorio)(_al_rechazar)
    app.exception_handler(RequestValidationError)(_al_validar)
    app.exception_handler(HTTPException)(_al_http)
    app.exception_handler(sa.SQLAlchemyError)(_al_fallar_base)
    app.exception_handler(psycopg.Error)(_al_fallar_base)
    app.exception_handler(Exception)(_al_fallar)


def problema(
    request: Request,
    estado: int,
    detalle: str,
    *,
    consejo: str = "",
    extra: Mapping[str, Any] | None = None,
    cabeceras: Mapping[str, str] | None = None,
) -> Response:
    """The answer to a request that is refused: `problem+json`, or the error page when a browser asks for a page."""
    headers = {**CABECERAS, "Cache-Control": "no-store", **(cabeceras or {})}
    titulo = TITULOS.get(estado) or HTTPStatus(estado).phrase
    pagina = _pagina(request, estado, titulo, detalle, consejo)
    if pagina is not None:
        pagina.headers.update(headers)
        return pagina
    cuerpo = {
        "type": f"urn:observatorio:error:{estado}",
        "title": titulo,
        "status": estado,
        "detail": detalle,
        **({"consejo": consejo} if consejo else {}),
        **(extra or {}),
        "instance": f"urn:observatorio:peticion:{request.scope.get('state', {}).get('peticion', '')}",
    }
    return Response(a_json(cuerpo), estado, headers, media_type="application/problem+json")


def _pagina(request: Request, estado: int, titulo: str, detalle: str, consejo: str) -> Response | None:
    """The error page of the portal, when a browser navigates to a page; None for programs and data paths."""
    ruta = request.url.path
    if ruta.startswith(("/api/", "/ogc", "/salud", "/metrics")) or "text/html" not in request.headers.get("accept", ""):
        return None
    # The portal imports the dependencies of this package, so it can only be named once both are loaded.
    from api.portal import pagina

    return pagina(request, "error.html", estado=estado, titulo=titulo, detalle=detalle, consejo=consejo, status=estado)


def _al_rechazar(request: Request, error: ErrorObservatorio) -> Response:
    """A refusal of ours: its own sentence and advice."""
    if isinstance(error, ErrorBase):
        # Its own sentence may name a socket or a server.
        FALLAS.error("%s", error)
        return _sin_base(request)
    estado = next(ESTADOS[c] for c in type(error).__mro__ if c in ESTADOS)
    extra: dict[str, Any] = {}
    cabeceras: dict[str, str] = {}
    if isinstance(error, ErrorPregunta):
        extra["errores"] = [
            {"campo": error.campo, "valor": error.valor, "regla": error.regla, "consejo": error.consejo}
        ]
    if isinstance(error, ErrorNoPublicado):
        extra["tablas"] = error.tablas
    if estado is HTTPStatus.FORBIDDEN:
        anotar_negativa(request)
    if isinstance(error, Espera):
        cabeceras["Retry-After"] = str(error.segundos)
    if isinstance(error, SinEmisor):
        cabeceras["Retry-After"] = _REINTENTO_S
    if isinstance(error, Ocupado):
        cabeceras["Retry-After"] = "30"
    if estado is HTTPStatus.UNAUTHORIZED:
        cabeceras["WWW-Authenticate"] = 'Bearer realm="observatorio"'
    respuesta = problema(request, estado, error.mensaje, consejo=error.consejo, extra=extra, cabeceras=cabeceras)
    if isinstance(error, SesionTerminada):
        respuesta.delete_cookie("obs_sesion", path="/", httponly=True, samesite="lax")
    return respuesta


def _al_validar(request: Request, error: RequestValidationError) -> Response:
    """Input that FastAPI refused: each fault with its field, the value and an advice in Spanish. A body that does not
    hold what it should is 422, a badly written address 400."""
    errores = [
        {
            "campo": ".".join(str(p) for p in e["loc"][1:]),
            "valor": _recorte(e.get("input")),
            "regla": e["type"],
            "consejo": _REGLAS.get(e["type"], "Revise este dato en la documentación de la API."),
        }
        for e in error.errors()
    ]
    del_cuerpo = any(e["loc"][0] == "body" for e in error.errors())
    consejo = " ".join(f"«{e['campo']}»: {e['consejo']}" for e in errores)
    return problema(
        request,
        422 if del_cuerpo else 400,
        "Uno o más datos no son válidos.",
        consejo=consejo,
        extra={"errores": errores},
    )


def _al_http(request: Request, error: HTTPException) -> Response:
    """What Starlette itself refuses: unknown paths, methods, too large a body."""
    return rechazo(request, error.status_code, dict(error.headers or {}))


def rechazo(request: Request, estado: int, cabeceras: dict[str, str]) -> Response:
    """The answer to what no route of ours refused but the machinery around them, which says no more than `estado`."""
    detalles = {
        404: ("No hay nada en esta dirección.", "Las direcciones de la API están en /api/v1/openapi.json."),
        405: ("Esta dirección no admite ese método.", ""),
        413: ("El cuerpo del envío supera el máximo de esta dirección.", _que_quepa(request)),
    }
    detalle, consejo = detalles.get(estado, (TITULOS.get(estado, "No se pudo atender."), ""))
    if estado == HTTPStatus.METHOD_NOT_ALLOWED and (metodos := _metodos(request)):
        cabeceras["Allow"] = ", ".join(metodos)
    return problema(request, estado, detalle, consejo=consejo, cabeceras=cabeceras)


def _que_quepa(request: Request) -> str:
    """What to do about too large a body, as long as the bound that it met is known."""
    maximo = request.scope.get(MAX_BODY_SIZE_SCOPE_KEY)
    cuanto = "" if maximo is None else f"Aquí se reciben hasta {maximo // 1024} kB. "
    return f"{cuanto}Envíe menos: un polígono con menos vértices, por ejemplo."


def _metodos(request: Request) -> list[str]:
    """The methods of an address that the document names: the router alone knows those of one route, and an address may
    have several."""
    ruta = getattr(request.scope.get("route"), "path", "")
    return [metodo.upper() for metodo in request.app.openapi()["paths"].get(ruta, {})]


def _al_fallar_base(request: Request, error: sa.SQLAlchemyError | psycopg.Error) -> Response:
    """The database's troubles, by kind: away or full (503), too slow (504), not allowed (403), ours (500). What comes
    by COPY fails as psycopg says it, all else as SQLAlchemy does."""
    original = error if isinstance(error, psycopg.Error) else getattr(error, "orig", None)
    FALLAS.error("%s %s", type(error).__name__, type(original).__name__)
    if isinstance(original, pg.QueryCanceled):
        return problema(request, 504, "La consulta tardó más de lo permitido.", consejo=PIDA_MENOS)
    if isinstance(original, pg.InsufficientPrivilege):
        anotar_negativa(request)
        return problema(request, 403, "Su clave no permite leer esos datos.")
    if isinstance(original, pg.DataError):
        return problema(request, 400, "Un valor de la consulta no se puede leer.", consejo="Revise los parámetros.")
    if isinstance(error, sa.TimeoutError | sa.OperationalError | sa.InterfaceError | psycopg.OperationalError):
        return _sin_base(request)
    return _al_fallar(request, error)


def _sin_base(request: Request) -> Response:
    """The database is away: come back in a moment."""
    return problema(request, 503, _SIN_BASE, consejo=_REINTENTE, cabeceras={"Retry-After": _REINTENTO_S})


def _al_fallar(request: Request, error: Exception) -> Response:
    """A fault of ours: logged whole, told in one sentence."""
    peticion = request.scope.get("state", {}).get("peticion", "")
    FALLAS.error("petición %s", peticion, exc_info=error)
    return problema(
        request, 500, "Algo falló en el observatorio.", consejo=f"Avise indicando el número de petición {peticion}."
    )


def _recorte(valor: object) -> str:
    """A value as it may be sent back: text of bounded length."""
    return "" if valor is None else str(valor)[:80]
