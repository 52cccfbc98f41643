"""The service under strain: its measures, its limits, several processes, a database that goes away and comes back."""

from __future__ import annotations

import os
import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, text

from observatorio.db.claves import crear_clave
from observatorio.db.cluster import Cluster
from observatorio.db.engine import crear_engine
from observatorio.db.migrar import migrar
from observatorio.db.sellos import verificar
from observatorio.settings import Settings
from observatorio.vocabulario import Rol
from orden_observatorio import en_marcha, hasta

Llave = Callable[[Rol], dict[str, str]]
Servir = Callable[[Settings], AbstractContextManager[httpx.Client]]


def _valor(pagina: str, nombre: str) -> float:
    """The sum of a measure over its labels."""
    valores = re.findall(rf"^{nombre}(?:\{{[^}}]*\}})? (\S+)$", pagina, re.MULTILINE)
    assert valores, nombre
    return sum(map(float, valores))


def test_las_medidas_cuentan_por_patron_de_ruta(lector: httpx.Client, llave_comun: Llave) -> None:
    """How many, how long, and how fresh the data are; no address and no id."""
    for _ in range(3):
        lector.get("/api/v1/indicadores/empleo?seccion=G")
    lector.get("/api/v1/establecimientos/e001", headers=llave_comun(Rol.PLANIFICADOR))
    lector.request("RARO", "/no-existe-76123456")
    respuesta = lector.get("/metrics")
    assert respuesta.headers["content-type"].startswith("text/plain; version=")
    pagina = respuesta.text
    assert 'observatorio_peticiones_total{estado="200",metodo="GET",ruta="/api/v1/indicadores/{id}"} 3.0' in pagina
    assert 'observatorio_peticion_segundos_count{ruta="/api/v1/establecimientos/{identificador}"} 1.0' in pagina
    assert 'metodo="otro",ruta="(sin ruta)"' in pagina
    assert 'observatorio_version_publicada{anio="2024"} 2024.0' in pagina
    assert _valor(pagina, "observatorio_base") == 1
    assert _valor(pagina, "observatorio_conexiones_ocupadas") == 0
    assert "e001" not in pagina
    assert "76123456" not in pagina


def test_las_medidas_son_de_esta_maquina_o_del_administrador(lector: httpx.Client, llave_comun: Llave) -> None:
    """What was passed on for somebody else needs the administrator's key."""
    de_otro = {"X-Forwarded-For": "203.0.113.9"}
    assert lector.get("/metrics").status_code == 200
    assert lector.get("/metrics", headers=de_otro).status_code == 401
    for rol in Rol:
        if rol is not Rol.PUBLICO:
            estado = lector.get("/metrics", headers=de_otro | llave_comun(rol)).status_code
            assert estado == (200 if rol is Rol.ADMIN else 403), rol


def test_una_respuesta_que_no_empieza_a_tiempo_es_504(
    ciudad: Any, servidor_de: Servir, llave: Llave, motor: Engine
) -> None:
    """Whoever asked is told before the statement ends, and the service is whole afterwards."""
    ajustes = ciudad.settings.model_copy(update={"peticion_s": 0.3, "consulta_ms": 3_000, "pool": 1})
    with servidor_de(ajustes) as cliente:
        with motor.begin() as conn:
            conn.execute(text("LOCK TABLE catastro.establecimiento_anio IN ACCESS EXCLUSIVE MODE"))
            respuesta = cliente.get("/api/v1/conteos", headers=llave(Rol.PLANIFICADOR))
        assert respuesta.status_code == 504
        assert respuesta.headers["content-type"] == "application/problem+json"
        assert respuesta.headers["x-content-type-options"] == "nosniff"
        assert hasta(lambda: cliente.get("/api/v1/conteos", headers=llave(Rol.PLANIFICADOR)).status_code == 200)


@pytest.mark.parametrize(
    "enviado",
    [
        b"GET /api/v1/conteos?por=" + b"x" * 10_000_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /salud HTTP/1.1\r\nHost: x\r\nX-API-Key: " + b"k" * 10_000_000 + b"\r\n\r\n",
        b"GET /salud HTTP/1.1\r\n" + b"X-A: b\r\n" * 1_000_000 + b"\r\n",
    ],
)
def test_direcciones_y_cabeceras_sin_fin_se_cortan(lector: httpx.Client, enviado: bytes) -> None:
    """Refused or hung up on before they are read whole; the next request is served."""
    with socket.create_connection((lector.base_url.host, lector.base_url.port or 0), timeout=20) as conexion:
        try:
            conexion.sendall(enviado)
            recibido = conexion.recv(1000)
        except OSError:
            recibido = b""
    assert recibido == b"" or recibido.startswith(b"HTTP/1.1 4")
    assert lector.get("/salud").status_code == 200


def test_varios_procesos_son_un_solo_servicio(ciudad: Any, llave: Llave, motor: Engine) -> None:
    """Sessions of one are good in the other, quotas and measures are common, the audit is sealed once, and a key
    that is revoked is revoked in all."""
    variables = {"OBS_PETICIONES_POR_MINUTO": "1", "OBS_PETICIONES_RAFAGA": "40", "OBS_SELLO_S": "1"}
    with en_marcha(ciudad.settings, "--workers", "2", **variables) as direccion:
        entrada = httpx.post(f"{direccion}/ingresar", data={"clave": llave(Rol.MUNICIPAL)["X-API-Key"]})
        galletas = {"Cookie": entrada.headers["set-cookie"].partition(";")[0]}
        # A connection of its own for each request, so that both processes get some.
        estados = [httpx.get(f"{direccion}/api/v1/niveles", headers=galletas).status_code for _ in range(45)]
        assert Counter(estados) == {200: 40, 429: 5}
        planificador = llave(Rol.PLANIFICADOR)
        assert httpx.get(f"{direccion}/api/v1/establecimientos", headers=llave(Rol.SOCIO)).status_code == 403

        def contadas() -> float:
            # The line of a request is written once its answer has left.
            return _valor(httpx.get(f"{direccion}/metrics").text, "observatorio_peticiones_total")

        assert hasta(lambda: contadas() >= 47)
        assert 'ruta="/api/v1/niveles"} 40.0' in httpx.get(f"{direccion}/metrics").text
        vistas = [httpx.get(f"{direccion}/api/v1/niveles", headers=planificador).status_code for _ in range(8)]
        assert set(vistas) == {200}
        with motor.begin() as conn:
            conn.execute(text("UPDATE auditoria.clave SET revocada = now() WHERE rol = 'planificador'"))
        vistas = [httpx.get(f"{direccion}/api/v1/niveles", headers=planificador).status_code for _ in range(8)]
        assert set(vistas) == {401}
        assert hasta(lambda: verificar(motor).pendientes == 0)
    assert verificar(motor).fallas == []


class _Carga:
    """Threads that ask without a pause, each on a connection of its own, and count what they are answered."""

    def __init__(self, url: httpx.URL, pedidos: list[tuple[str, dict[str, str]]]) -> None:
        self.vistos: Counter[int] = Counter()
        self.rotos: list[str] = []
        self._fin = threading.Event()
        self._hilos = [threading.Thread(target=self._pedir, args=(url, *p)) for p in pedidos]

    def _pedir(self, url: httpx.URL, ruta: str, cabeceras: dict[str, str]) -> None:
        with httpx.Client(base_url=url, timeout=20, headers=cabeceras) as cliente:
            while not self._fin.is_set():
                respuesta = cliente.get(ruta)
                self.vistos[respuesta.status_code] += 1
                if respuesta.status_code == 503 and int(respuesta.headers.get("retry-after", 0)) < 1:
                    self.rotos.append("503 sin Retry-After")
                if os.fspath(Path("pg") / "socket") in respuesta.text or "psycopg" in respuesta.text:
                    self.rotos.append(respuesta.text)
                time.sleep(0.01)

    def __enter__(self) -> _Carga:
        for hilo in self._hilos:
            hilo.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._fin.set()
        for hilo in self._hilos:
            hilo.join()


def test_la_base_se_va_y_vuelve_con_gente_adentro(cluster: Cluster, servidor_de: Servir) -> None:
    """Keys, sessions and the public: 503s while it is away and nothing else, then 200s, with the pool free again."""
    ajustes = Settings(state_dir=cluster.state_dir, pool=4, sello_s=1)
    cluster.asegurar()
    migrar(ajustes)
    motor = crear_engine(ajustes, "propietario", pool_size=1)
    with motor.begin() as conn:
        clave = crear_clave(conn, Rol.PLANIFICADOR, "prueba")
    motor.dispose()
    with servidor_de(ajustes) as cliente:
        entrada = cliente.post("/ingresar", data={"clave": clave})
        sesion = {"Cookie": entrada.headers["set-cookie"].partition(";")[0]}
        cliente.cookies.clear()
        pedidos = [("/api/v1/niveles", c) for c in ({}, {"X-API-Key": clave}, sesion)] + [("/salud", {})]
        with _Carga(cliente.base_url, pedidos * 2) as carga:
            for _ in range(2):
                assert hasta(lambda: carga.vistos[200] > 20)
                cluster.detener()
                antes = carga.vistos[503]
                assert hasta(lambda antes=antes: carga.vistos[503] > antes + 20)
                cluster.asegurar()
                carga.vistos[200] = 0
                assert hasta(lambda: carga.vistos[200] > 20)
        assert set(carga.vistos) == {200, 503}
        assert carga.rotos == []
        for ruta, cabeceras in pedidos:
            assert cliente.get(ruta, headers=cabeceras).status_code == 200
        assert _valor(cliente.get("/metrics").text, "observatorio_conexiones_ocupadas") == 0
