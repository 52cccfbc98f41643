"""Tokens of an outside issuer (OpenID Connect): whose they are and which role their bearer has here.

The issuer is asked for its public keys, and for nothing else, when a token comes whose key is not known yet. Nobody is
asked where the settings name no issuer.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from http.client import HTTPException
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, Request, build_opener

import jwt

from api.errors import SinEmisor, SinPermiso
from observatorio.errors import ErrorAcceso
from observatorio.settings import Settings
from observatorio.vocabulario import Rol

_ESPERA: Final = 3.0
"""Seconds that the issuer has to answer."""
_FRESCAS: Final = 3600.0
"""Seconds after which its keys are asked for again."""
_ULTIMAS: Final = 24 * 3600.0
"""Seconds for which they are good while the issuer is away."""
_PAUSA: Final = 10.0
"""Seconds between two questions, whatever tokens come: unknown keys must not make us flood the issuer."""
_MAX_RESPUESTA: Final = 1 << 20
_MAX_SUJETO: Final = 200


class Emisor:
    """Checks tokens against the issuer of the settings. One for each process; several threads may ask at once."""

    def __init__(self, emisor: str, settings: Settings, reloj: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._llaves = _Llaves(emisor, reloj)

    def reconocer(self, ficha: str) -> tuple[Rol, str]:
        """The role of a token's bearer and the name by which the issuer knows them.

        Raises `ErrorAcceso` when it is not good (altered, expired, of another issuer, for another service),
        `SinPermiso` when its bearer has no role here, `SinEmisor` when the issuer had to be asked and did not answer.
        """
        try:
            cabecera = jwt.get_unverified_header(ficha)
            # Whatever the token says, only a signature that the settings take is looked at.
            if cabecera.get("alg") not in self._settings.oidc_algoritmos:
                raise jwt.InvalidAlgorithmError
            reclamos = jwt.decode(
                ficha,
                self._llaves.buscar(cabecera.get("kid"), cabecera["alg"]),
                algorithms=self._settings.oidc_algoritmos,
                audience=self._settings.oidc_audiencia,
                issuer=self._settings.oidc_emisor,
                leeway=self._settings.oidc_desfase_s,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except jwt.PyJWTError as error:
            raise ErrorAcceso(_razon(error), "Ingrese de nuevo con su proveedor de identidad.") from error
        return self._rol(reclamos), str(reclamos["sub"])[:_MAX_SUJETO]

    def _rol(self, reclamos: Mapping[str, Any]) -> Rol:
        """The first role of the settings that the claim names."""
        dichos = _leer(reclamos, self._settings.oidc_reclamo)
        suyos = [dichos] if isinstance(dichos, str) else dichos if isinstance(dichos, list) else []
        for nombre, rol in self._settings.oidc_roles.items():
            if nombre in suyos:
                return rol
        raise SinPermiso("Su cuenta no tiene un rol en el observatorio.", "Pídalo a quien administra las cuentas.")


class _Llaves:
    """The public keys of an issuer, kept and renewed."""

    def __init__(self, emisor: str, reloj: Callable[[], float]) -> None:
        self._emisor = emisor
        self._reloj = reloj
        self._candado = threading.Lock()
        self._llaves: list[dict[str, Any]] = []
        self._leidas = float("-inf")
        self._preguntado = float("-inf")

    def buscar(self, kid: object, algoritmo: str) -> jwt.PyJWK:
        """The key with which a token says that it was signed. Raises `jwt.PyJWTError` when there is none."""
        llave = self._elegir(kid, algoritmo) if self._edad() < _FRESCAS else None
        if llave is None:
            self._renovar(faltaba=self._edad() < _FRESCAS)
            llave = self._elegir(kid, algoritmo)
        if llave is None:
            raise jwt.InvalidKeyError
        return jwt.PyJWK(llave, algoritmo)

    def _edad(self) -> float:
        return self._reloj() - self._leidas

    def _elegir(self, kid: object, algoritmo: str) -> dict[str, Any] | None:
        """The key of that name that may sign so; a token without a name is good where there is but one key."""
        posibles = [
            ll for ll in self._llaves if ll.get("use", "sig") == "sig" and ll.get("alg", algoritmo) == algoritmo
        ]
        if kid is None:
            return posibles[0] if len(posibles) == 1 else None
        return next((ll for ll in posibles if ll.get("kid") == kid), None)

    def _renovar(self, *, faltaba: bool) -> None:
        """Ask the issuer, unless it was asked just now. Raises `SinEmisor` when no good keys are left."""
        with self._candado:
            if self._reloj() - self._preguntado >= _PAUSA:
                self._preguntado = self._reloj()
                try:
                    self._llaves = _publicadas(self._emisor)
                    self._leidas = self._reloj()
                except (URLError, HTTPException, OSError, ValueError) as error:
                    if faltaba or self._edad() >= _ULTIMAS:
                        raise _ausente() from error
            elif self._edad() >= _ULTIMAS:
                raise _ausente()


class _SinDesvios(HTTPRedirectHandler):
    """Follows no redirection: the issuer that was named is the one that answers."""

    def redirect_request(self, *_: object, **__: object) -> None:
        """Nowhere."""


def _publicadas(emisor: str) -> list[dict[str, Any]]:
    """The keys that the issuer publishes. Raises `ValueError` when what it says is not what the standard asks."""
    cliente = build_opener(_SinDesvios)
    ficha = _leer_json(cliente, f"{emisor.rstrip('/')}/.well-known/openid-configuration")
    if ficha.get("issuer") != emisor:
        raise ValueError("the discovery document is another issuer's")
    direccion = str(ficha.get("jwks_uri"))
    esquemas = {"https", urlsplit(emisor).scheme}
    if urlsplit(direccion).scheme not in esquemas:
        raise ValueError("the keys are not served safely")
    llaves = _leer_json(cliente, direccion).get("keys")
    if not isinstance(llaves, list):
        raise ValueError("no list of keys")
    # A secret that two share signs for both of them: it is no public key.
    return [ll for ll in llaves if isinstance(ll, dict) and ll.get("kty") in ("RSA", "EC", "OKP")]


def _leer_json(cliente: OpenerDirector, direccion: str) -> dict[str, Any]:
    """A JSON object of bounded size."""
    pedido = Request(direccion, headers={"Accept": "application/json"})  # noqa: S310 - the scheme was checked
    try:
        with cliente.open(pedido, timeout=_ESPERA) as respuesta:
            leido = json.loads(respuesta.read(_MAX_RESPUESTA))
    except HTTPError as error:
        # A refusal is an open connection too.
        with error:
            raise ValueError(f"status {error.code}") from error
    if not isinstance(leido, dict):
        raise ValueError("not an object")
    return leido


def _leer(reclamos: Mapping[str, Any], nombre: str) -> Any:
    """A claim by its whole name, or by a path of names."""
    if nombre in reclamos:
        return reclamos[nombre]
    valor: Any = reclamos
    for parte in nombre.split("."):
        valor = valor.get(parte) if isinstance(valor, dict) else None
    return valor


def _razon(error: jwt.PyJWTError) -> str:
    """Why a token is refused, as far as it helps its bearer."""
    if isinstance(error, jwt.ExpiredSignatureError):
        return "Su identificación venció."
    if isinstance(error, jwt.InvalidAudienceError):
        return "Su identificación es para otro servicio."
    return "Su identificación no sirve: no es de este emisor, fue alterada o le falta algo."


def _ausente() -> SinEmisor:
    return SinEmisor("No se pudo consultar al proveedor de identidad.", "Vuelva a intentarlo, o use una clave.")
