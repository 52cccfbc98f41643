"""An issuer of OpenID Connect tokens on this machine: discovery, public keys that rotate, and tokens of any kind."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from servidor_local import servir_asgi

AUDIENCIA = "observatorio"


class Emisor:
    """What it publishes can be changed while it serves."""

    def __init__(self) -> None:
        self.url = ""
        self.caido = False
        self.pedidos = 0
        self._privadas: dict[str, Any] = {}
        self.publicadas: list[dict[str, Any]] = []
        self.rotar("rsa-1")

    def rotar(self, kid: str, *, curva: bool = False) -> None:
        """A new key in the place of those before."""
        privada = ec.generate_private_key(ec.SECP256R1()) if curva else rsa.generate_private_key(65537, 2048)
        self._privadas[kid] = privada
        algoritmo: Any = jwt.algorithms.ECAlgorithm if curva else jwt.algorithms.RSAAlgorithm
        publica = json.loads(algoritmo.to_jwk(privada.public_key()))
        self.publicadas = [{**publica, "kid": kid, "use": "sig", "alg": "ES256" if curva else "RS256"}]

    def ficha(
        self, roles: object, *, kid: str = "rsa-1", algoritmo: str = "RS256", llave: Any = None, **otros: Any
    ) -> str:
        """A token of this issuer; `otros` replaces claims, and None takes one away."""
        ahora = int(time.time())
        reclamos = {
            "iss": self.url,
            "aud": AUDIENCIA,
            "sub": "persona-1",
            "iat": ahora,
            "exp": ahora + 300,
            "roles": roles,
            **otros,
        }
        vivos = {k: v for k, v in reclamos.items() if v is not None}
        return jwt.encode(vivos, llave or self._privadas[kid], algorithm=algoritmo, headers={"kid": kid})

    def sin_firma(self, roles: object) -> str:
        """A token that says that it needs no signature."""
        partes = self.ficha(roles).split(".")
        cabecera = base64.urlsafe_b64encode(json.dumps({"alg": "none", "kid": "rsa-1"}).encode()).rstrip(b"=")
        return f"{cabecera.decode()}.{partes[1]}."

    async def descubrir(self, _: Request) -> Response:
        """The discovery document."""
        self.pedidos += 1
        if self.caido:
            return Response(status_code=500)
        return JSONResponse({"issuer": self.url, "jwks_uri": f"{self.url}/llaves"})

    async def llaves(self, _: Request) -> Response:
        """The public keys."""
        return JSONResponse({"keys": self.publicadas})


@contextmanager
def emitir() -> Iterator[Emisor]:
    """An issuer on a free port of this machine."""
    emisor = Emisor()
    app = Starlette(
        routes=[
            Route("/.well-known/openid-configuration", emisor.descubrir),
            Route("/llaves", emisor.llaves),
        ]
    )
    with servir_asgi(app) as emisor.url:
        yield emisor
