"""Keys, sessions, manners: who gets in, what every answer carries, and what happens when the database goes away."""

from __future__ import annotations

import logging
import os
import stat
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from sqlalchemy import Engine, text, update

from observatorio.db import tablas as t
from observatorio.db.claves import crear_clave, revocar_clave
from observatorio.db.cluster import Cluster
from observatorio.db.engine import crear_engine
from observatorio.db.migrar import migrar
from observatorio.db.secretos import asegurar
from observatorio.settings import Settings
from observatorio.vocabulario import Rol

Llave = Callable[[Rol], dict[str, str]]
Servir = Callable[[Settings], AbstractContextManager[httpx.Client]]
FALSA = "obs_0123abcd_" + "A" * 43


@pytest.mark.parametrize(
    "cabeceras",
    [
        {"X-API-Key": FALSA},
        {"X-API-Key": ""},
        {"X-API-Key": "=cmd|' /C calc'!A0"},
        {"Authorization": f"Bearer {FALSA}"},
        {"Authorization": "Basic dXN1YXJpbzpjbGF2ZQ=="},
        {"Authorization": "Bearer"},
        {"Cookie": "obs_sesion=cualquiera"},
    ],
)
def test_una_credencial_mala_es_401_y_nunca_publico(lector: httpx.Client, cabeceras: dict[str, str]) -> None:
    """Whoever sends something that is not good is told so, on data that anybody may read."""
    respuesta = lector.get("/api/v1/conteos", headers=cabeceras)
    assert respuesta.status_code == 401
    assert respuesta.headers["content-type"] == "application/problem+json"
    assert respuesta.headers["www-authenticate"].startswith("Bearer")
    assert respuesta.headers["cache-control"] == "no-store"
    assert "datos" not in respuesta.json()


def test_las_dos_formas_de_enviar_una_clave(lector: httpx.Client, llave_comun: Llave) -> None:
    """`X-API-Key` and `Authorization: Bearer` are the same."""
    clave = llave_comun(Rol.PLANIFICADOR)["X-API-Key"]
    for cabeceras in ({"X-API-Key": clave}, {"Authorization": f"Bearer {clave}"}, {"Authorization": f"bearer {clave}"}):
        (total,) = lector.get("/api/v1/conteos", headers=cabeceras).json()["datos"]
        assert total["estado"] == "exacto"


def test_una_clave_vencida_o_revocada_deja_de_servir(cliente: httpx.Client, llave: Llave, motor: Engine) -> None:
    """At once: nothing remembers that it was good."""
    pedido = {"url": "/api/v1/conteos", "headers": llave(Rol.PLANIFICADOR)}
    assert cliente.get(**pedido).status_code == 200
    with motor.begin() as conn:
        conn.execute(update(t.clave).values(expira=text("now() - interval '1 second'")))
    assert cliente.get(**pedido).status_code == 401


def test_entrar_por_el_enlace_usar_la_sesion_y_salir(cliente: httpx.Client, llave: Llave) -> None:
    """The demo's link leaves a cookie that scripts cannot read, and no key in the address or in the cookie."""
    clave = llave(Rol.PLANIFICADOR)["X-API-Key"]
    entrada = cliente.get("/ingresar", params={"clave": clave})
    assert (entrada.status_code, entrada.headers["location"]) == (303, "/")
    galleta = entrada.headers["set-cookie"]
    assert "HttpOnly" in galleta
    assert "SameSite=lax" in galleta
    assert "Max-Age=43200" in galleta
    assert "Secure" not in galleta
    assert clave.split("_", 2)[2] not in galleta
    assert entrada.headers["cache-control"] == "no-store"
    assert cliente.get("/api/v1/conteos").json()["datos"][0]["estado"] == "exacto"

    assert cliente.post("/salir").headers["location"] == "/"
    assert cliente.get("/api/v1/conteos?anio=2023").json()["datos"][0]["estado"] == "publicado"


def test_revocar_la_clave_termina_la_sesion(cliente: httpx.Client, llave: Llave, motor: Engine) -> None:
    """The next request is refused and its cookie taken back; the one after is the public's."""
    cliente.post("/ingresar", data={"clave": llave(Rol.MUNICIPAL)["X-API-Key"]})
    assert cliente.get("/api/v1/conteos").json()["datos"][0]["estado"] == "exacto"
    with motor.begin() as conn:
        for (numero,) in conn.execute(t.clave.select().with_only_columns(t.clave.c.clave)).all():
            revocar_clave(conn, numero)
    terminada = cliente.get("/api/v1/conteos")
    assert terminada.status_code == 401
    assert "Ingrese otra vez" in terminada.json()["consejo"]
    assert cliente.get("/api/v1/conteos?anio=2023").json()["datos"][0]["estado"] == "publicado"


def test_el_formulario_rechaza_claves_malas_y_formularios_ajenos(cliente: httpx.Client, llave: Llave) -> None:
    """A wrong key gets the form again; a form of another site is refused; no redirection leaves this site."""
    mala = cliente.post("/ingresar", data={"clave": FALSA})
    assert mala.status_code == 401
    assert "La clave no sirve" in mala.text
    assert FALSA not in mala.text
    buena = {"clave": llave(Rol.PLANIFICADOR)["X-API-Key"]}
    assert cliente.post("/ingresar", data=buena, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert cliente.post("/ingresar", data=buena, headers={"Origin": "https://otro.example"}).status_code == 403
    assert cliente.post("/ingresar", data={"clave": "x" * 70_000}).status_code == 413
    for ajena in ("https://otro.example", "//otro.example", "/\\otro.example", "/\tx", "javascript:alert(1)"):
        entrada = cliente.post("/ingresar", data={**buena, "siguiente": ajena})
        assert (entrada.status_code, entrada.headers["location"]) == (303, "/")
    assert cliente.post("/ingresar", data={**buena, "siguiente": "/mapas?anio=2024"}).headers["location"] == (
        "/mapas?anio=2024"
    )


def test_diez_claves_malas_hacen_esperar(cliente: httpx.Client, llave: Llave) -> None:
    """The eleventh wrong one waits, by whatever door; a good key of the same address is never refused for it."""
    for _ in range(10):
        assert cliente.get("/api/v1/conteos", headers={"X-API-Key": FALSA}).status_code == 401
    for respuesta in (
        cliente.get("/api/v1/conteos", headers={"X-API-Key": FALSA}),
        cliente.post("/ingresar", data={"clave": FALSA}),
    ):
        assert respuesta.status_code == 429
        assert 0 < int(respuesta.headers["retry-after"]) <= 300
    assert cliente.get("/api/v1/conteos", headers=llave(Rol.PLANIFICADOR)).status_code == 200
    assert cliente.post("/ingresar", data={"clave": llave(Rol.SOCIO)["X-API-Key"]}).status_code == 303
    cliente.cookies.clear()
    assert cliente.get("/api/v1/conteos").status_code == 200


def test_cabeceras_de_toda_respuesta(lector: httpx.Client) -> None:
    """Also of errors; nothing from another host may run."""
    for ruta in ("/salud", "/api/v1/conteos", "/api/v1/conteos?x=1", "/no-existe", "/ingresar"):
        cabeceras = lector.get(ruta).headers
        assert cabeceras["x-content-type-options"] == "nosniff"
        assert cabeceras["referrer-policy"] == "no-referrer"
        politica = cabeceras["content-security-policy"]
        assert "default-src 'self'" in politica
        assert "frame-ancestors 'self'" in politica
        assert "unsafe" not in politica
        assert len(cabeceras["x-request-id"]) == 32
        assert "access-control-allow-origin" not in cabeceras
    assert lector.get("/api/v1/openapi.json", headers={"Accept-Encoding": "gzip"}).headers["content-encoding"] == "gzip"


@pytest.mark.parametrize(
    ("ruta", "estado"),
    [
        ("/salud", 200),
        ("/", 200),
        ("/mapas/sectores", 200),
        ("/mapas/sectores/folium.js", 200),
        ("/estatico/portal.css", 200),
        ("/api/v1/conteos?por=seccion&formato=csv", 200),
        ("/api/v1/openapi.json", 200),
        ("/api/v1/establecimientos", 401),
        ("/api/v1/conteos?secion=G", 400),
        ("/no-existe", 404),
        ("/salir", 405),
    ],
)
def test_head_es_get_sin_cuerpo(lector: httpx.Client, ruta: str, estado: int) -> None:
    """The same status and the same headers, whether it went well or not."""
    propias = {"date", "x-request-id"}
    entera, sola = lector.get(ruta), lector.head(ruta)
    assert (entera.status_code, sola.status_code, sola.content) == (estado, estado, b"")
    assert {k: v for k, v in sola.headers.items() if k not in propias} == {
        k: v for k, v in entera.headers.items() if k not in propias
    }


def test_head_de_una_descarga_que_no_dice_su_largo(lector: httpx.Client, llave_comun: Llave) -> None:
    """A stream too: its headers, and the connection serves the next request."""
    pedido = {"url": "/api/v1/establecimientos?formato=csv", "headers": llave_comun(Rol.PLANIFICADOR)}
    respuesta = lector.head(**pedido)
    assert (respuesta.status_code, respuesta.content) == (200, b"")
    assert respuesta.headers["content-type"].startswith("text/csv")
    assert lector.get(**pedido).content.startswith(b"id,")


def test_lo_que_se_ve_con_clave_no_queda_en_el_navegador(lector: httpx.Client, llave_comun: Llave) -> None:
    """Pages and the data of maps are kept nowhere; answers of the API are asked about again."""
    for rol in (Rol.PLANIFICADOR, Rol.SOCIO):
        clave = llave_comun(rol)
        for ruta in ("/", "/indicadores", "/datos", "/mapas", "/mapas/sectores", "/mapas/informalidad/datos"):
            assert lector.get(ruta, headers=clave).headers["cache-control"] == "private, no-store", ruta
        assert lector.get("/no-existe", headers=clave | {"Accept": "text/html"}).headers["cache-control"] == "no-store"
        assert lector.get("/api/v1/conteos", headers=clave).headers["cache-control"] == "private, no-cache"
    assert "no-store" not in lector.get("/").headers["cache-control"]


def test_lo_que_no_existe_es_problema_para_programas_y_pagina_para_personas(lector: httpx.Client) -> None:
    """The same 404, in the form that each can read."""
    programa = lector.get("/no-existe")
    assert (programa.status_code, programa.headers["content-type"]) == (404, "application/problem+json")
    assert programa.json()["title"] == "No existe"
    persona = lector.get("/no-existe", headers={"Accept": "text/html,*/*"})
    assert persona.status_code == 404
    assert persona.headers["content-type"].startswith("text/html")
    assert "No hay nada en esta dirección." in persona.text
    assert lector.post("/salud").status_code == 405


def test_el_registro_de_accesos_no_guarda_datos_personales(
    lector: httpx.Client, llave_comun: Llave, caplog: pytest.LogCaptureFixture
) -> None:
    """One line of JSON with the route's pattern; no query, no key, no address."""
    caplog.set_level(logging.INFO, "observatorio.acceso")
    lector.get("/api/v1/indicadores/empleo?seccion=G", headers=llave_comun(Rol.PLANIFICADOR))
    # The line is written once the answer has left.
    limite = time.monotonic() + 10
    while not any(r.name == "observatorio.acceso" for r in caplog.records) and time.monotonic() < limite:
        time.sleep(0.01)
    linea = orjson.loads(caplog.records[-1].message)
    assert linea["ruta"] == "/api/v1/indicadores/{id}"
    assert (linea["estado"], linea["rol"], linea["metodo"]) == (200, "planificador", "GET")
    assert set(linea) == {"momento", "peticion", "metodo", "ruta", "estado", "ms", "rol"}


def test_el_secreto_es_uno_y_solo_de_su_duenio(tmp_path: Path) -> None:
    """Eight workers that start at once share one secret, which nobody else can read."""
    with ThreadPoolExecutor(8) as hilos:
        secretos = set(hilos.map(asegurar, [tmp_path / "estado" / "sesion.secreto"] * 8))
    (unico,) = secretos
    assert len(unico) == 32
    (archivo,) = (tmp_path / "estado").iterdir()
    assert stat.S_IMODE(archivo.stat().st_mode) == 0o600


def test_una_consulta_que_tarda_demasiado_se_corta(
    ciudad: Any, servidor_de: Servir, llave: Llave, motor: Engine
) -> None:
    """A table that another transaction holds: the request ends in 504, and the pool is whole afterwards."""
    ajustes = ciudad.settings.model_copy(update={"consulta_ms": 300, "pool": 1})
    with servidor_de(ajustes) as lento:
        with motor.begin() as conn:
            conn.execute(text("LOCK TABLE catastro.establecimiento_anio IN ACCESS EXCLUSIVE MODE"))
            respuesta = lento.get("/api/v1/conteos", headers=llave(Rol.PLANIFICADOR))
        assert respuesta.status_code == 504
        assert "establecimiento_anio" not in respuesta.text
        assert lento.get("/api/v1/conteos", headers=llave(Rol.PLANIFICADOR)).status_code == 200


def test_una_falla_nuestra_no_cuenta_nada_de_la_base(cliente: httpx.Client, motor: Engine) -> None:
    """A table that is not there: 500 with a number to report, and not one word of PostgreSQL's."""
    with motor.begin() as conn:
        conn.execute(text("DROP TABLE publicacion.celda"))
    respuesta = cliente.get("/api/v1/indicadores/empleo")
    assert respuesta.status_code == 500
    assert respuesta.headers["content-type"] == "application/problem+json"
    assert respuesta.headers["x-request-id"] in respuesta.json()["consejo"]
    assert "publicacion.celda" not in respuesta.text
    assert "relation" not in respuesta.text


def test_una_sesion_terminada_es_una_pagina_para_personas(lector: httpx.Client) -> None:
    """A browser gets a page that leads back to the sign-in, and loses the cookie that no longer serves."""
    cabeceras = {"Accept": "text/html", "Cookie": "obs_sesion=vieja"}
    respuesta = lector.get("/", headers=cabeceras)
    assert respuesta.status_code == 401
    assert 'href="/ingresar"' in respuesta.text
    assert respuesta.headers["set-cookie"].startswith('obs_sesion=""; ')
    assert "Max-Age=0" in respuesta.headers["set-cookie"]


def test_la_base_se_va_y_vuelve_sin_reiniciar(cluster: Cluster, servidor_de: Servir) -> None:
    """Stopped: 503 with `Retry-After` everywhere. Started again: the same process answers."""
    url = cluster.asegurar()
    ajustes = Settings(state_dir=cluster.state_dir)
    migrar(ajustes)
    motor = crear_engine(ajustes, "propietario")
    with motor.begin() as conn:
        clave = crear_clave(conn, Rol.PLANIFICADOR, "prueba")
    motor.dispose()
    with servidor_de(ajustes) as cliente:
        salud = cliente.get("/salud")
        assert (salud.status_code, salud.json()["estado"], salud.json()["base"]) == (200, "ok", "ok")
        assert cliente.get("/api/v1/niveles").status_code == 200

        cluster.detener()
        for ruta, cabeceras in (
            ("/salud", {}),
            ("/api/v1/niveles", {}),
            ("/api/v1/conteos", {"X-API-Key": clave}),
        ):
            caida = cliente.get(ruta, headers=cabeceras)
            assert caida.status_code == 503, caida.text
            assert int(caida.headers["retry-after"]) > 0
            assert os.fspath(cluster.state_dir) not in caida.text
            assert str(url.host) not in caida.text or url.host is None

        cluster.asegurar()
        assert cliente.get("/salud").status_code == 200
        assert cliente.get("/api/v1/niveles", headers={"X-API-Key": clave}).status_code == 200
