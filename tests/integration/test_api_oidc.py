"""Tokens of an outside issuer, which here is a real one on this machine."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from pydantic import ValidationError
from sqlalchemy import text

from api import oidc
from api.errors import SinEmisor
from emisor_local import AUDIENCIA, Emisor, emitir
from observatorio.errors import ErrorAcceso
from observatorio.settings import Settings
from observatorio.vocabulario import Rol

Servir = Callable[[Settings], AbstractContextManager[httpx.Client]]
ROLES = {"obs-muni": Rol.MUNICIPAL, "obs-plan": Rol.PLANIFICADOR, "obs-uni": Rol.SOCIO, "obs-jefe": Rol.ADMIN}


@pytest.fixture
def emisor() -> Iterator[Emisor]:
    """An issuer of this test's own."""
    with emitir() as hecho:
        yield hecho


def _con(settings: Settings, emisor: Emisor, **otros: Any) -> Settings:
    datos = {"oidc_emisor": emisor.url, "oidc_audiencia": AUDIENCIA, "oidc_roles": ROLES, **otros}
    return Settings.model_validate(settings.model_dump() | datos)


@pytest.fixture
def con_emisor(ciudad: Any, emisor: Emisor, servidor_de: Servir) -> Iterator[httpx.Client]:
    """The application over the small city, which takes the tokens of `emisor`."""
    with servidor_de(_con(ciudad.settings, emisor)) as abierto:
        yield abierto


def _estado(cliente: httpx.Client, ficha: str, ruta: str = "/api/v1/establecimientos?limite=1") -> int:
    return cliente.get(ruta, headers={"Authorization": f"Bearer {ficha}"}).status_code


def test_cada_rol_del_emisor_ve_lo_suyo(con_emisor: httpx.Client, emisor: Emisor) -> None:
    """As with a key of that role; of several roles the first of the settings; what is private stays private."""
    assert _estado(con_emisor, emisor.ficha(["obs-plan"])) == 200
    assert _estado(con_emisor, emisor.ficha(["otra", "obs-uni"])) == 403
    assert _estado(con_emisor, emisor.ficha("obs-muni")) == 200
    municipal = {"Authorization": f"Bearer {emisor.ficha(['obs-plan', 'obs-muni'])}"}
    assert "telefono" in con_emisor.get("/api/v1/establecimientos?limite=1", headers=municipal).json()["datos"][0]
    for ruta in ("/api/v1/conteos", "/", "/mapas/informalidad/datos"):
        assert con_emisor.get(ruta, headers=municipal).headers["cache-control"].startswith("private"), ruta
    assert emisor.pedidos == 1


@pytest.mark.parametrize("roles", [[], None, "otra", {"obs-muni": True}, 7, [["obs-muni"]]])
def test_sin_un_rol_de_aqui_no_se_entra(con_emisor: httpx.Client, emisor: Emisor, roles: object) -> None:
    """Whoever the issuer knows and nobody gave a role here is told so: not the public, not a fault."""
    assert _estado(con_emisor, emisor.ficha(roles), "/api/v1/niveles") == 403


def test_fichas_que_no_sirven(con_emisor: httpx.Client, emisor: Emisor) -> None:
    """Altered, expired, early, of another issuer, for another service, unsigned, incomplete, or rubbish."""
    ahora = int(time.time())
    ajena = Emisor()
    ajena.url = emisor.url
    buena = emisor.ficha(["obs-muni"])
    cuerpo = jwt.utils.base64url_encode(b'{"roles":["obs-muni"]}').decode()
    secreto = jwt.encode(
        {"iss": emisor.url, "aud": AUDIENCIA, "sub": "x", "exp": ahora + 300, "roles": ["obs-muni"]},
        "un secreto que alguien adivina, y es bien largo para que sirva",
        algorithm="HS256",
        headers={"kid": "rsa-1"},
    )
    malas = {
        "alterada": ".".join([buena.split(".")[0], cuerpo, buena.split(".")[2]]),
        "vencida": emisor.ficha(["obs-muni"], exp=ahora - 120),
        "todavía no": emisor.ficha(["obs-muni"], nbf=ahora + 600),
        "de otro emisor": emisor.ficha(["obs-muni"], iss="https://otro.example"),
        "para otro servicio": emisor.ficha(["obs-muni"], aud="contabilidad"),
        "sin vencimiento": emisor.ficha(["obs-muni"], exp=None),
        "sin audiencia": emisor.ficha(["obs-muni"], aud=None),
        "sin sujeto": emisor.ficha(["obs-muni"], sub=None),
        "sin firma": emisor.sin_firma(["obs-muni"]),
        "con secreto": secreto,
        "de otra llave del mismo nombre": ajena.ficha(["obs-muni"]),
        "de una llave que nadie publicó": emisor.ficha(["obs-muni"], kid="rsa-1", llave=ajena._privadas["rsa-1"]),
        "basura": "a.b.c",
        "vacía": "..",
        "larga": "x" * 9000 + ".y.z",
    }
    for numero, (nombre, ficha) in enumerate(malas.items()):
        respuesta = con_emisor.get("/api/v1/niveles", headers={"Authorization": f"Bearer {ficha}"})
        assert respuesta.status_code == (401 if numero < 10 else 429), nombre
        assert ficha not in respuesta.text
    # By the address they all come from, they ran out: what each is refused for is asked of the gate itself.
    portero = oidc.Emisor(emisor.url, _con(Settings(), emisor))
    for nombre, ficha in malas.items():
        with pytest.raises(ErrorAcceso) as rechazo:
            portero.reconocer(ficha)
        assert type(rechazo.value) is ErrorAcceso, nombre
    assert _estado(con_emisor, emisor.ficha(["obs-muni"], exp=ahora - 30)) == 200, "the clocks may differ a little"
    assert _estado(con_emisor, buena) == 200


def test_las_llaves_se_renuevan_y_el_emisor_puede_faltar(emisor: Emisor, tmp_path: Path) -> None:
    """A new key is fetched when its first token comes, after a pause; old keys hold while it is away."""
    ahora = 1000.0
    ajustes = _con(Settings(state_dir=tmp_path), emisor)
    portero = oidc.Emisor(emisor.url, ajustes, lambda: ahora)

    emisor.caido = True
    with pytest.raises(SinEmisor):
        portero.reconocer(emisor.ficha("obs-plan"))
    with pytest.raises(SinEmisor):
        portero.reconocer(emisor.ficha("obs-plan"))
    assert emisor.pedidos == 1, "while it is away it is not asked for every token"
    emisor.caido = False
    ahora += 11
    vieja = emisor.ficha("obs-plan")
    assert portero.reconocer(vieja) == (Rol.PLANIFICADOR, "persona-1")

    emisor.rotar("ec-2", curva=True)
    nueva = emisor.ficha("obs-muni", kid="ec-2", algoritmo="ES256")
    with pytest.raises(ErrorAcceso):
        portero.reconocer(nueva)
    ahora += 11
    assert portero.reconocer(nueva)[0] is Rol.MUNICIPAL
    with pytest.raises(ErrorAcceso):
        portero.reconocer(vieja)

    emisor.caido = True
    ahora += 2 * 3600
    assert portero.reconocer(nueva)[0] is Rol.MUNICIPAL, "an hour later, with the issuer away"
    ahora += 24 * 3600
    with pytest.raises(SinEmisor):
        portero.reconocer(nueva)


def test_el_emisor_ausente_es_503_con_consejo(con_emisor: httpx.Client, emisor: Emisor, llave: Any) -> None:
    """Not a fault of ours, and keys go on working."""
    emisor.caido = True
    respuesta = con_emisor.get("/api/v1/niveles", headers={"Authorization": f"Bearer {emisor.ficha('obs-plan')}"})
    assert respuesta.status_code == 503
    assert int(respuesta.headers["retry-after"]) > 0
    assert "use una clave" in respuesta.json()["consejo"]
    assert emisor.url not in respuesta.text
    assert con_emisor.get("/api/v1/niveles", headers=llave(Rol.PLANIFICADOR)).status_code == 200


def test_sin_emisor_en_los_ajustes_no_se_pregunta_a_nadie(lector: httpx.Client, emisor: Emisor) -> None:
    """A token is then a key that cannot be good, whoever it says that issued it."""
    assert _estado(lector, emisor.ficha("obs-muni"), "/api/v1/niveles") == 401
    assert emisor.pedidos == 0


def test_un_emisor_que_dice_ser_otro_no_se_cree(emisor: Emisor, tmp_path: Path) -> None:
    """The discovery document must name the issuer that was asked; nor are shared secrets taken for public keys."""
    con_barra = oidc.Emisor(f"{emisor.url}/", _con(Settings(state_dir=tmp_path), emisor))
    with pytest.raises(SinEmisor):
        con_barra.reconocer(emisor.ficha("obs-plan"))
    emisor.publicadas = [{"kty": "oct", "kid": "rsa-1", "k": "c2VjcmV0bw", "alg": "HS256"}]
    with pytest.raises(ErrorAcceso):
        oidc.Emisor(emisor.url, _con(Settings(state_dir=tmp_path), emisor)).reconocer(emisor.ficha("obs-plan"))


def test_el_reclamo_puede_estar_adentro_de_otro(emisor: Emisor, tmp_path: Path) -> None:
    """As Keycloak has it, and with points in its name."""
    adentro = _con(Settings(state_dir=tmp_path), emisor, oidc_reclamo="realm_access.roles")
    ficha = emisor.ficha(None, realm_access={"roles": ["obs-uni"]})
    assert oidc.Emisor(emisor.url, adentro).reconocer(ficha)[0] is Rol.SOCIO
    con_puntos = _con(Settings(state_dir=tmp_path), emisor, oidc_reclamo="https://muni.example/rol")
    ficha = emisor.ficha(None, **{"https://muni.example/rol": "obs-jefe"})
    assert oidc.Emisor(emisor.url, con_puntos).reconocer(ficha)[0] is Rol.ADMIN


def test_la_auditoria_nombra_a_quien_trae_una_ficha(con_emisor: httpx.Client, emisor: Emisor, motor: Any) -> None:
    """It has no key: the name that its issuer gives it stands in its line."""
    assert _estado(con_emisor, emisor.ficha("obs-muni")) == 200
    with motor.begin() as conn:
        linea = conn.execute(text("SELECT rol, clave, sujeto FROM auditoria.registro ORDER BY registro DESC")).first()
    assert tuple(linea) == ("municipal", None, "persona-1")


@pytest.mark.parametrize(
    ("otros", "regla"),
    [
        ({"oidc_emisor": "http://emisor.example"}, "https"),
        ({"oidc_emisor": "ftp://127.0.0.1"}, "https"),
        ({"oidc_audiencia": None}, "oidc_audiencia"),
        ({"oidc_roles": {}}, "oidc_roles"),
        ({"oidc_roles": {"todos": "publico"}}, "publico"),
        ({"oidc_algoritmos": ["none"]}, "oidc_algoritmos"),
        ({"oidc_algoritmos": ["HS256"]}, "oidc_algoritmos"),
        ({"oidc_algoritmos": []}, "oidc_algoritmos"),
        ({"cors_origenes": ["*"]}, "origen"),
        ({"cors_origenes": ["https://a.example/b"]}, "origen"),
    ],
)
def test_ajustes_que_no_protegerian_se_rechazan(otros: dict[str, Any], regla: str, tmp_path: Path) -> None:
    """At start, with what is missing."""
    buenos = {
        "state_dir": tmp_path,
        "oidc_emisor": "https://emisor.example",
        "oidc_audiencia": AUDIENCIA,
        "oidc_roles": ROLES,
    }
    assert Settings.model_validate(buenos).oidc_emisor
    with pytest.raises(ValidationError, match=regla):
        Settings.model_validate(buenos | otros)
