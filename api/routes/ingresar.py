"""Signing in and out with a key, in a browser."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.auth import salir as cerrar
from api.credencial import direccion
from api.errors import DemasiadosIntentos, SinPermiso
from api.parametros import parametros_conocidos
from api.portal import pagina
from api.portero import Portero
from observatorio.errors import ErrorAcceso

router = APIRouter(tags=["portal"], include_in_schema=False)


@router.get("/ingresar", dependencies=[Depends(parametros_conocidos)])
def formulario(
    request: Request, clave: Annotated[str, Query()] = "", siguiente: Annotated[str, Query()] = ""
) -> Response:
    """The form; with `?clave=` (the link that the demo prints) it signs in and leaves the key out of the address."""
    if clave:
        return _entrar(request, clave, siguiente)
    return _sin_guardar(pagina(request, "ingresar.html", siguiente=_destino(siguiente)))


@router.post("/ingresar")
def ingresar(request: Request, clave: Annotated[str, Form()] = "", siguiente: Annotated[str, Form()] = "") -> Response:
    """Sign in with the form's key and go on to `siguiente`, a page of this site."""
    _mismo_sitio(request)
    return _entrar(request, clave, siguiente)


@router.post("/salir")
def salir(request: Request) -> Response:
    """End the session of this browser. The key itself goes on being good."""
    _mismo_sitio(request)
    respuesta = RedirectResponse("/", 303)
    cerrar(respuesta)
    return _sin_guardar(respuesta)


def _entrar(request: Request, clave: str, siguiente: str) -> Response:
    """Set the session cookie and redirect, or show the form again with what is wrong."""
    portero: Portero = request.app.state.portero
    destino = _destino(siguiente)
    try:
        _, galleta = portero.entrar(clave.strip(), direccion(request))
    except ErrorAcceso as error:
        status = 429 if isinstance(error, DemasiadosIntentos) else 401
        rechazo = pagina(request, "ingresar.html", status=status, error=str(error), siguiente=destino)
        if isinstance(error, DemasiadosIntentos):
            rechazo.headers["Retry-After"] = str(error.segundos)
        return _sin_guardar(rechazo)
    respuesta = RedirectResponse(destino, 303)
    portero.poner(respuesta, galleta, segura=request.url.scheme == "https")
    return _sin_guardar(respuesta)


def _destino(siguiente: str) -> str:
    """A path of this site to go on to; anything that a browser could read as another site is the home page."""
    limpio = siguiente.isprintable() and "\\" not in siguiente
    return siguiente if limpio and siguiente.startswith("/") and not siguiente.startswith("//") else "/"


def _mismo_sitio(request: Request) -> None:
    """Refuse a form that another site sent. Browsers say where a request comes from; programs need not."""
    sitio = request.headers.get("sec-fetch-site")
    origen = request.headers.get("origin")
    propio = f"{request.url.scheme}://{request.url.netloc}"
    if sitio not in (None, "same-origin", "none") or (sitio is None and origen not in (None, propio)):
        raise SinPermiso("Este formulario no vino del observatorio.", "Ingrese desde /ingresar.")


def _sin_guardar(respuesta: Response) -> Response:
    """Nothing about a key stays in any cache."""
    respuesta.headers["Cache-Control"] = "no-store"
    return respuesta
