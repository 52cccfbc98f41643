"""An outside geocoder, answered by a real server that speaks like it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import polars as pl
import pytest

from observaciones_hechas import CUT, observaciones
from observatorio.catastro.lugares.geocodificador_externo import Direccion, Respuesta, consultar
from observatorio.catastro.lugares.ubicar import EXTERNAS, por_consultar, ubicar
from observatorio.errors import ErrorObservatorio


def _lugar(lat: str, lon: str, clase: str, tipo: str, caja: list[str], **direccion: str) -> list[dict[str, object]]:
    """An answer of Nominatim, as its server writes it."""
    return [
        {
            "lat": lat,
            "lon": lon,
            "class": clase,
            "type": tipo,
            "addresstype": "road" if clase == "highway" else tipo,
            "display_name": "Calama, Chile",
            "address": direccion,
            "boundingbox": caja,
        }
    ]


NOMINATIM = {
    "CASA 12": _lugar(
        "-22.46", "-68.93", "building", "house", ["-22.461", "-22.459", "-68.931", "-68.929"], house_number="12"
    ),
    "CORTA 7": _lugar(
        "-22.47", "-68.94", "highway", "residential", ["-22.4705", "-22.4695", "-68.9405", "-68.9395"], road="Corta"
    ),
    "LARGA 7": _lugar("-22.47", "-68.94", "highway", "primary", ["-22.50", "-22.44", "-68.95", "-68.93"], road="Larga"),
    "VILLA 7": _lugar("-22.48", "-68.95", "place", "suburb", ["-22.49", "-22.47", "-68.96", "-68.94"]),
    "CIUDAD 7": _lugar("-22.4624", "-68.9294", "place", "city", ["-22.5", "-22.4", "-69", "-68.9"]),
    "NADA 7": [],
}


def _photon(nombre: str) -> dict[str, object]:
    propiedades: dict[str, dict[str, object]] = {
        "CASA 12": {"type": "house", "housenumber": "12", "name": "Casa"},
        "CORTA 7": {"type": "street", "name": "Corta", "extent": [-68.9405, -22.4695, -68.9395, -22.4705]},
        "LARGA 7": {"type": "street", "name": "Larga", "extent": [-68.95, -22.44, -68.93, -22.50]},
        "VILLA 7": {"type": "district", "name": "Villa"},
        "CIUDAD 7": {"type": "city", "name": "Calama"},
    }
    if nombre not in propiedades:
        return {"type": "FeatureCollection", "features": []}
    lugar = NOMINATIM[nombre][0]
    punto = {"type": "Point", "coordinates": [float(str(lugar["lon"])), float(str(lugar["lat"]))]}
    return {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "geometry": punto, "properties": propiedades[nombre]}],
    }


class Servidor(ThreadingHTTPServer):
    """Speaks like Nominatim and Photon, and remembers what it was asked, and by whom."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Manejador)
        self.preguntas: list[tuple[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Manejador(BaseHTTPRequestHandler):
    server: Servidor

    def do_GET(self) -> None:
        partes = urlsplit(self.path)
        q = parse_qs(partes.query)["q"][0]
        self.server.preguntas.append((q, self.headers["User-Agent"]))
        nombre = q.split(",")[0]
        if nombre == "LENTA 1":
            time.sleep(0.8)
        estado = {"MUCHAS 1": 429, "PROHIBIDA 1": 403, "ROTA 1": 500, "CAIDA 1": 503}.get(nombre, 200)
        cuerpo = NOMINATIM.get(nombre, []) if partes.path.endswith("/search") else _photon(nombre)
        datos = json.dumps(cuerpo).encode()
        self.send_response(estado)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(datos)))
        self.end_headers()
        try:
            self.wfile.write(datos)
        except BrokenPipeError:
            return

    def log_message(self, format: str, *args: object) -> None:
        """Silence: the test's output is its own."""


@pytest.fixture
def servidor() -> Iterator[Servidor]:
    with Servidor() as s:
        hilo = threading.Thread(target=s.serve_forever, kwargs={"poll_interval": 0.02})
        hilo.start()
        yield s
        s.shutdown()
        hilo.join()


Preguntar = Callable[..., list[Respuesta]]


@pytest.fixture
def preguntar(servidor: Servidor) -> Preguntar:
    def hacer(*nombres: str, proveedor: str = "nominatim", **opciones: object) -> list[Respuesta]:
        direcciones = [Direccion(n, CUT, *n.rsplit(" ", 1)) for n in nombres]
        base: dict[str, object] = {"comuna": "Calama", "pausa": 0.0, "reintentos": 0}
        ruta = servidor.url if proveedor == "photon" else f"{servidor.url}/osm"
        return list(consultar(direcciones, proveedor, ruta, **(base | opciones)))  # type: ignore[arg-type]

    return hacer


@pytest.mark.parametrize("proveedor", ["nominatim", "photon"])
def test_lo_que_responde_un_geocodificador(preguntar: Preguntar, proveedor: str) -> None:
    """A door only with the number asked for; short streets and quarters as such; a city, a long street: no place."""
    respuestas = preguntar(*NOMINATIM, "CASA 13", proveedor=proveedor)
    assert [(r.clave, r.precision, r.lon) for r in respuestas] == [
        ("CASA 12", "puerta", -68.93),
        ("CORTA 7", "calle", -68.94),
        ("LARGA 7", "sin_ubicacion", None),
        ("VILLA 7", "sector", -68.95),
        ("CIUDAD 7", "sin_ubicacion", None),
        ("NADA 7", "sin_ubicacion", None),
        ("CASA 13", "sin_ubicacion", None),
    ]
    assert {(r.proveedor, r.cut) for r in respuestas} == {(proveedor, CUT)}


def test_pregunta_con_nombre(preguntar: Preguntar, servidor: Servidor) -> None:
    preguntar("CASA 12", "CORTA 7", "NADA 7")
    textos, agentes = zip(*servidor.preguntas, strict=True)
    assert textos == ("CASA 12, Calama, Chile", "CORTA 7, Calama, Chile", "NADA 7, Calama, Chile")
    assert set(agentes) == {"observatorio-economico"}


def test_pregunta_con_pausa(preguntar: Preguntar, caplog: pytest.LogCaptureFixture) -> None:
    """The waits that geopy notes: one before each question but the first."""
    with caplog.at_level("DEBUG", logger="geopy"):
        preguntar("CASA 12", "CORTA 7", "NADA 7", pausa=0.4)
    esperas = [float(str(r.args[0])) for r in caplog.records if r.args and "sleep" in r.msg]
    assert len(esperas) == 2
    assert all(0 < espera <= 0.4 for espera in esperas)


@pytest.mark.parametrize(
    ("nombre", "dice"),
    [
        ("MUCHAS 1", "rechazó la consulta"),
        ("PROHIBIDA 1", "rechazó la consulta"),
        ("LENTA 1", "no respondió a tiempo"),
        ("CAIDA 1", "no respondió a tiempo"),
        ("ROTA 1", "respondió con un error"),
    ],
)
def test_los_errores_en_castellano(preguntar: Preguntar, nombre: str, dice: str) -> None:
    with pytest.raises(ErrorObservatorio, match=dice):
        preguntar(nombre, espera=0.3)


def test_lo_respondido_antes_de_un_error_no_se_pierde(servidor: Servidor) -> None:
    direcciones = [Direccion(n, CUT, *n.rsplit(" ", 1)) for n in ("CASA 12", "ROTA 1")]
    respuestas = consultar(direcciones, "photon", servidor.url, comuna="Calama", pausa=0, reintentos=0)
    assert next(respuestas).clave == "CASA 12"
    with pytest.raises(ErrorObservatorio):
        next(respuestas)


def test_reintenta(preguntar: Preguntar, servidor: Servidor) -> None:
    with pytest.raises(ErrorObservatorio):
        preguntar("ROTA 1", reintentos=2)
    assert len(servidor.preguntas) == 3


def test_sin_servidor() -> None:
    una = [Direccion("x", CUT, "CASA", "12")]
    with Servidor() as ocupado:
        libre = ocupado.url
    with pytest.raises(ErrorObservatorio, match="No se llega"):
        list(consultar(una, "nominatim", libre, comuna="Calama", pausa=0, reintentos=0))
    with pytest.raises(ErrorObservatorio, match="no es la dirección"):
        list(consultar(una, "photon", "localhost", comuna="Calama"))


def test_de_la_respuesta_al_lugar(preguntar: Preguntar) -> None:
    """What an outside geocoder answers is kept and read: the record stands there."""
    marco = observaciones({"calle": "CASA", "numero": "12", "precision": "sin_ubicacion"})
    pedidas = por_consultar(ubicar(marco, CUT), CUT)
    assert pedidas.select("calle", "numero").rows() == [("CASA", "12")]
    (respuesta,) = preguntar("CASA 12")
    cache = pl.DataFrame([respuesta], schema=EXTERNAS, orient="row").with_columns(clave=pedidas["clave"])
    (fila,) = ubicar(marco, CUT, cache).obs.select("lon", "lat", "lugar_regla").to_dicts()
    assert fila == {"lon": -68.93, "lat": -22.46, "lugar_regla": "externo:nominatim"}
