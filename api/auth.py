"""Who is asking: a key in a header, or the session of a browser that signed in with one.

A key that was given and is not good is always refused (401): nobody becomes the public in silence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Request, Response, Security
from fastapi.security import APIKeyHeader, HTTPBearer
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import Engine

from api.errors import SesionTerminada, SinPermiso
from api.limite import LimiteFallos
from observatorio.db.claves import verificar_clave
from observatorio.db.engine import transaccion
from observatorio.db.queries.sesiones import clave_de_sesion, prefijo_de
from observatorio.db.secretos import asegurar
from observatorio.errors import ErrorAcceso
from observatorio.settings import Settings
from observatorio.vocabulario import Rol

COOKIE: Final = "obs_sesion"
ARCHIVO: Final = "sesion.secreto"
"""The file of the secret that signs sessions, in the folder of the settings' `state_dir`."""
_EXACTOS: Final = frozenset({Rol.PLANIFICADOR, Rol.MUNICIPAL})
_MAX_CLAVE: Final = 200


@dataclass(frozen=True)
class Identidad:
    """A role, and the number of the key behind it (None for the public)."""

    rol: Rol
    clave: int | None = None

    @property
    def ve_exacto(self) -> bool:
        """Whether this role is answered with exact figures; the others read the release."""
        return self.rol in _EXACTOS


PUBLICO: Final = Identidad(Rol.PUBLICO)


class Portero:
    """Checks keys and sessions against the database. One for each application."""

    def __init__(self, settings: Settings, engine: Engine, limite: LimiteFallos) -> None:
        self._engine = engine
        self._limite = limite
        self._segundos = settings.sesion_horas * 3600
        self._firma = URLSafeTimedSerializer(asegurar(settings.state_dir / ARCHIVO), salt="obs-sesion")

    def por_clave(self, texto: str, direccion: str) -> Identidad:
        """The identity behind a key. Raises `ErrorAcceso` when it is wrong, expired or revoked, and
        `DemasiadosIntentos` when it is and the address tried too many.

        A whole town hall may share one address: a good key is let in whatever its neighbours typed.
        """
        hallada = None
        if 0 < len(texto) <= _MAX_CLAVE and texto.isascii() and texto.isprintable():
            with transaccion(self._engine) as conn:
                hallada = verificar_clave(conn, texto)
        if hallada is None:
            self._limite.revisar(direccion)
            self._limite.anotar(direccion)
            raise ErrorAcceso("La clave no sirve: no existe, venció o fue revocada.", "Pida otra al observatorio.")
        clave, rol = hallada
        return Identidad(rol, clave)

    def por_sesion(self, galleta: str) -> Identidad:
        """The identity behind a session cookie. Raises `SesionTerminada` when it expired, was altered, or its key was
        revoked in the meantime."""
        try:
            clave, prefijo = self._firma.loads(galleta, max_age=self._segundos)
        except BadSignature as error:
            raise _terminada() from error
        with transaccion(self._engine) as conn:
            rol = clave_de_sesion(conn, clave, prefijo)
        if rol is None:
            raise _terminada()
        return Identidad(rol, clave)

    def entrar(self, texto: str, direccion: str) -> tuple[Identidad, str]:
        """The identity behind a key and the value of the cookie that stands for it: the key's number and public prefix,
        signed. The secret stays out of it."""
        quien = self.por_clave(texto, direccion)
        return quien, self._firma.dumps((quien.clave, prefijo_de(texto)))

    def poner(self, respuesta: Response, galleta: str, *, segura: bool) -> None:
        """Set the session cookie, which scripts cannot read and other sites do not send along."""
        respuesta.set_cookie(
            COOKIE, galleta, max_age=self._segundos, path="/", httponly=True, samesite="lax", secure=segura
        )


def salir(respuesta: Response) -> None:
    """Take the session cookie back."""
    respuesta.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")


def direccion(request: Request) -> str:
    """The address that a request comes from."""
    return request.client.host if request.client else "local"


def identidad(
    request: Request,
    _bearer: Annotated[object, Security(HTTPBearer(auto_error=False, description="Una clave del observatorio"))],
    _clave: Annotated[object, Security(APIKeyHeader(name="X-API-Key", auto_error=False))],
) -> Identidad:
    """The dependency: who is asking, also left in `request.state.identidad`. The two schemes are declared for the
    OpenAPI document only, because they let a header that they do not understand pass as none."""
    portero: Portero = request.app.state.portero
    texto = _clave_enviada(request)
    if texto is not None:
        quien = portero.por_clave(texto, direccion(request))
    elif galleta := request.cookies.get(COOKIE):
        quien = portero.por_sesion(galleta)
    else:
        quien = PUBLICO
    request.state.identidad = quien
    return quien


Quien = Annotated[Identidad, Depends(identidad)]


def exigir(quien: Identidad, *roles: Rol) -> None:
    """Raise `ErrorAcceso` without a key and `SinPermiso` with one whose role is not among `roles`."""
    if quien.rol in roles:
        return
    if quien.clave is None:
        raise ErrorAcceso("Esto se ve con una clave.", "Ingrese en /ingresar o envíela en la cabecera X-API-Key.")
    raise SinPermiso(f"Su clave es de {quien.rol.value}; esto es para {' o '.join(r.value for r in roles)}.")


def _clave_enviada(request: Request) -> str | None:
    """The key in the headers; an `Authorization` of another kind is a key that cannot be good. Clients of maps can send
    no header: under `/ogc` the key may come in the address, which is written down nowhere."""
    cabecera = request.headers.get("authorization")
    if cabecera is not None:
        esquema, _, texto = cabecera.partition(" ")
        return texto.strip() if esquema.lower() == "bearer" else ""
    clave = request.headers.get("x-api-key")
    if clave is None and request.url.path.startswith("/ogc"):
        return request.query_params.get("api_key")
    return clave


def _terminada() -> SesionTerminada:
    return SesionTerminada("Su sesión terminó.", "Ingrese otra vez con su clave.")
