"""Who is behind a credential: keys and sessions are asked of the database, tokens of their issuer's public keys."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from fastapi import Response
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import Engine

from api.credencial import COOKIE, Clase, Credencial
from api.errors import DemasiadasPeticiones, DemasiadosIntentos, SesionTerminada, SinEmisor, SinPermiso
from api.limite import Limite, compartido
from api.oidc import Emisor
from observatorio.db.claves import verificar_clave
from observatorio.db.engine import transaccion
from observatorio.db.queries.sesiones import clave_de_sesion, prefijo_de
from observatorio.db.secretos import asegurar
from observatorio.errors import ErrorAcceso
from observatorio.settings import Settings
from observatorio.vocabulario import Rol

ARCHIVO: Final = "sesion.secreto"
"""The file of the secret that signs sessions, in the folder of the settings' `state_dir`."""
_EXACTOS: Final = frozenset({Rol.PLANIFICADOR, Rol.MUNICIPAL})
_MAX_CLAVE: Final = 200
_MEMORIA_S: Final = 5.0
"""Seconds for which a good credential is not asked about again. Whatever reads data asks anyway, as it begins."""
_MAX_RECORDADAS: Final = 4096


@dataclass(frozen=True)
class Identidad:
    """A role and who has it: the number and public prefix of a key, or the name that an issuer gives its bearer; none
    of them for the public. `sesion`: it came in a cookie."""

    rol: Rol
    clave: int | None = None
    prefijo: str | None = None
    sujeto: str | None = None
    sesion: bool = False

    @property
    def anonima(self) -> bool:
        """Whether it is the public: every other role belongs to somebody."""
        return self.rol is Rol.PUBLICO

    @property
    def ve_exacto(self) -> bool:
        """Whether this role is answered with exact figures; the others read the release."""
        return self.rol in _EXACTOS


PUBLICO: Final = Identidad(Rol.PUBLICO)


class Portero:
    """Says who is behind a credential, and how much each may ask. One for each application."""

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self._engine = engine
        self._segundos = settings.sesion_horas * 3600
        self._firma = URLSafeTimedSerializer(asegurar(settings.state_dir / ARCHIVO), salt="obs-sesion")
        self._emisor = None if settings.oidc_emisor is None else Emisor(settings.oidc_emisor, settings)
        self._fallos = Limite(settings.fallos_por_minuto, settings.fallos_seguidos, compartido("fallos"))
        self._peticiones = Limite(settings.peticiones_por_minuto, settings.peticiones_rafaga, compartido("peticiones"))
        self._memoria = _Memoria(_MEMORIA_S, _MAX_RECORDADAS)

    def recordar(self, credencial: Credencial) -> Identidad | None:
        """The identity behind a credential that was found good a moment ago. Asks nobody."""
        return self._memoria.leer(credencial)

    def reconocer(self, credencial: Credencial, direccion: str) -> Identidad:
        """The identity behind a credential. Raises `ErrorAcceso` and its kinds when it is not good."""
        if credencial.clase is Clase.FICHA and self._emisor is not None:
            # A token says by itself until when it is good: it is read every time, which asks nobody.
            return self._por_ficha(self._emisor, credencial.texto, direccion)
        if credencial.clase is Clase.SESION:
            hallada = self._por_sesion(credencial.texto)
        else:
            hallada = self._por_clave(credencial.texto, direccion)
        self._memoria.anotar(credencial, hallada)
        return hallada

    def olvidar(self, credencial: Credencial) -> None:
        """Ask about a credential again the next time."""
        self._memoria.quitar(credencial)

    def contar(self, quien: Identidad, direccion: str) -> None:
        """Count a request of a key or a token, or of the address of whoever has none. Raises `DemasiadasPeticiones`."""
        cliente = f"{quien.clave}|{quien.sujeto}" if not quien.anonima else direccion
        if espera := self._peticiones.tomar(cliente):
            raise DemasiadasPeticiones(espera)

    def entrar(self, texto: str, direccion: str) -> tuple[Identidad, str]:
        """The identity behind a key and the value of the cookie that stands for it: the key's number and public prefix,
        signed. The secret stays out of it."""
        quien = self._por_clave(texto, direccion)
        return quien, self._firma.dumps((quien.clave, quien.prefijo))

    def poner(self, respuesta: Response, galleta: str, *, segura: bool) -> None:
        """Set the session cookie, which scripts cannot read and other sites do not send along."""
        respuesta.set_cookie(
            COOKIE, galleta, max_age=self._segundos, path="/", httponly=True, samesite="lax", secure=segura
        )

    def _por_clave(self, texto: str, direccion: str) -> Identidad:
        """The identity behind a key. Raises `ErrorAcceso` when it is wrong, expired or revoked, and
        `DemasiadosIntentos` when it is and the address tried too many.

        A whole town hall may share one address: a good key is let in whatever its neighbours typed.
        """
        hallada = None
        if 0 < len(texto) <= _MAX_CLAVE and texto.isascii() and texto.isprintable():
            with transaccion(self._engine) as conn:
                hallada = verificar_clave(conn, texto)
        if hallada is None:
            if espera := self._fallos.tomar(direccion):
                raise DemasiadosIntentos(espera)
            raise clave_mala()
        clave, rol = hallada
        return Identidad(rol, clave, prefijo_de(texto))

    def _por_ficha(self, emisor: Emisor, texto: str, direccion: str) -> Identidad:
        """The identity behind a token. Raises as `Emisor.reconocer`, and `DemasiadosIntentos` as `_por_clave`."""
        try:
            rol, sujeto = emisor.reconocer(texto)
        except (SinPermiso, SinEmisor):
            raise
        except ErrorAcceso:
            if espera := self._fallos.tomar(direccion):
                raise DemasiadosIntentos(espera) from None
            raise
        return Identidad(rol, sujeto=sujeto)

    def _por_sesion(self, galleta: str) -> Identidad:
        """The identity behind a session cookie. Raises `SesionTerminada` when it expired, was altered, or its key was
        revoked in the meantime."""
        try:
            clave, prefijo = self._firma.loads(galleta, max_age=self._segundos)
        except BadSignature as error:
            raise sesion_terminada() from error
        with transaccion(self._engine) as conn:
            rol = clave_de_sesion(conn, clave, prefijo)
        if rol is None:
            raise sesion_terminada()
        return Identidad(rol, clave, prefijo, sesion=True)


def clave_mala() -> ErrorAcceso:
    """What is said of a key that does not exist, expired or was revoked: nobody learns which."""
    return ErrorAcceso("La clave no sirve: no existe, venció o fue revocada.", "Pida otra al observatorio.")


def sesion_terminada() -> SesionTerminada:
    """What is said of a session that expired, or whose key did."""
    return SesionTerminada("Su sesión terminó.", "Ingrese otra vez con su clave.")


class _Memoria:
    """Credentials that were found good, by their digest, for some seconds; of many, the latest."""

    def __init__(self, segundos: float, maximo: int, reloj: Callable[[], float] = time.monotonic) -> None:
        self._segundos = segundos
        self._maximo = maximo
        self._reloj = reloj
        self._halladas: OrderedDict[bytes, tuple[Identidad, float]] = OrderedDict()
        self._candado = threading.Lock()

    def leer(self, credencial: Credencial) -> Identidad | None:
        hallada = self._halladas.get(_resumen(credencial))
        return hallada[0] if hallada is not None and self._reloj() < hallada[1] else None

    def anotar(self, credencial: Credencial, quien: Identidad) -> None:
        with self._candado:
            self._halladas[_resumen(credencial)] = quien, self._reloj() + self._segundos
            while len(self._halladas) > self._maximo:
                self._halladas.popitem(last=False)

    def quitar(self, credencial: Credencial) -> None:
        with self._candado:
            self._halladas.pop(_resumen(credencial), None)


def _resumen(credencial: Credencial) -> bytes:
    """What is kept in place of a secret, and looked up without telling by its time how much of it was right."""
    return hashlib.sha256(f"{credencial.clase.value}{credencial.texto}".encode("utf-8", "surrogateescape")).digest()
