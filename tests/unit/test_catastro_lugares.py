"""Where each record stands in the end, and how that is measured; an outside geocoder answered by a real server."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from urllib.parse import parse_qs, urlsplit

import polars as pl
import pytest

from observatorio.catastro.lectura import COLUMNAS
from observatorio.catastro.lugares.geocodificador_externo import Direccion, Respuesta, consultar
from observatorio.catastro.lugares.medida_lugares import medir
from observatorio.catastro.lugares.ubicar import EXTERNAS, Ubicado, centroides, clave_externa, por_consultar, ubicar
from observatorio.errors import ErrorObservatorio
from observatorio.vocabulario import Precision

LON, LAT = -68.93, -22.46
METRO = 1 / 111_320


def observaciones(filas: list[dict[str, object]]) -> pl.DataFrame:
    """Records of the comuna; each row states what it knows, the rest is usual or null."""
    base: dict[str, object] = dict.fromkeys(COLUMNAS)
    base |= {
        "carga": 1,
        "parte": 0,
        "fuente": "patentes",
        "describe": "establecimiento",
        "publica": False,
        "historica": False,
        "sha256": "x",
        "observado": 2024,
        "cut": "02201",
    }
    llenas = []
    for k, fila in enumerate(filas):
        punto = {"precision": "puerta"} if fila.get("lon") is not None else {"precision": "sin_ubicacion"}
        llenas.append(base | {"fila": k, "rut": 76_000_000 + k} | punto | fila)
    return pl.DataFrame(llenas, schema=COLUMNAS)


def calle(nombre: str = "RAMIREZ", norte: float = 0.0) -> list[dict[str, object]]:
    return [
        {"calle": nombre, "numero": str(n), "lon": LON + n * METRO, "lat": LAT + norte * METRO}
        for n in range(1000, 2000, 50)
    ]


def ubicadas(filas: list[dict[str, object]], externas: pl.DataFrame | None = None) -> Ubicado:
    return ubicar(observaciones(filas), "02201", externas)


def ultimas(resultado: Ubicado, n: int) -> list[dict[str, object]]:
    return resultado.obs.tail(n).select("lon", "lat", "precision", "lugar_regla", "punto_propio").to_dicts()


def test_el_punto_propio_va_antes_que_la_direccion() -> None:
    """Even where its address says another place: the person was there."""
    propio, calculado = ultimas(
        ubicadas(
            [
                *calle(),
                {"calle": "RAMIREZ", "numero": "1500", "lon": LON, "lat": LAT + 0.01, "precision": "gps"},
                {"calle": "RAMIREZ", "numero": "1500"},
            ]
        ),
        2,
    )
    assert propio == {
        "lon": LON,
        "lat": LAT + 0.01,
        "precision": "gps",
        "lugar_regla": None,
        "punto_propio": True,
    }
    assert calculado["punto_propio"] is False
    assert calculado["lugar_regla"] == f"geocodificado:{calculado['precision']}"
    assert calculado["lon"] == pytest.approx(LON + 1500 * METRO, abs=5 * METRO)
    assert calculado["lat"] == pytest.approx(LAT, abs=5 * METRO)


def test_todas_las_filas_en_su_orden_con_su_precision() -> None:
    filas = [*calle(), {}, {"calle": "LOS ALAMOS", "numero": "3"}, {"cut": None}, {"lon": 0.0, "lat": 0.0}]
    resultado = ubicadas(filas)
    entrada = observaciones(filas)
    assert resultado.obs.select("carga", "fila", "parte").equals(entrada.select("carga", "fila", "parte"))
    assert resultado.obs.columns == [*COLUMNAS, "punto_propio", "lugar_regla"]
    assert set(resultado.obs["precision"]) <= {str(p) for p in Precision}
    assert (
        ultimas(resultado, 4)
        == [{"lon": None, "lat": None, "precision": "sin_ubicacion", "lugar_regla": None, "punto_propio": False}] * 4
    )
    assert resultado.resumen["filas"].sum() == len(filas) - 1


def test_solo_se_geocodifica_la_comuna() -> None:
    resultado = ubicadas([*calle(), {"calle": "RAMIREZ", "numero": "1500", "cut": "02101"}])
    assert ultimas(resultado, 1)[0]["lon"] is None
    ajena = ubicadas([*calle(), {"cut": "02101", "lon": -70.4, "lat": -23.65}])
    assert ultimas(ajena, 1)[0]["punto_propio"] is True


def test_un_centroide_no_es_un_lugar() -> None:
    """Four firms of different streets on one point: by their address where it is known, nowhere otherwise."""
    centro = {"lon": -68.9294, "lat": -22.4624}
    resultado = ubicadas(
        [
            *calle(),
            *calle("VARGAS", 300),
            *({"calle": c, "numero": n} | centro for c, n in (("RAMIREZ", "1500"), ("VARGAS", "1200"))),
            *({"calle": c, "numero": n} | centro for c, n in (("LOS ALAMOS", "1"), ("AYSEN", "2"))),
        ]
    )
    uno, otro, *perdidos = ultimas(resultado, 4)
    assert (uno["lugar_regla"], otro["lugar_regla"]) == ("geocodificado:puerta", "geocodificado:puerta")
    assert (
        perdidos
        == [{"lon": None, "lat": None, "precision": "centroide", "lugar_regla": "centroide", "punto_propio": False}] * 2
    )


@pytest.mark.parametrize(
    "direcciones",
    [
        [("RAMIREZ", "3310")] * 9,
        [("RAMIREZ", "3310")] * 6 + [("RAMIRZE", "3310"), ("RAMIRES", "3311"), ("VARGAS", "10")],
        [("AVENIDA PRAT", "1"), ("PRAT", "1"), ("AVENIDA PRTA", "1")],
        [("RAMIREZ", "1"), ("VARGAS", "2"), ("VARGAS", "2")],
    ],
)
def test_un_edificio_no_es_un_centroide(direcciones: list[tuple[str, str]]) -> None:
    """A tower, slips in its street, its name with and without its kind, a corner."""
    filas = [{"calle": c, "numero": n, "lon": LON, "lat": LAT} for c, n in direcciones]
    assert centroides(observaciones(filas)).is_empty()


def test_un_negocio_que_escribe_tres_calles_no_es_un_centroide() -> None:
    filas = [{"calle": c, "numero": "1", "lon": LON, "lat": LAT, "rut": 76_000_001} for c in ("A LOA", "TALCA", "INTI")]
    assert centroides(observaciones(filas)).is_empty()
    otros = [f | {"rut": 76_000_001 + k} for k, f in enumerate(filas)]
    assert centroides(observaciones(otros)).rows() == [(LON, LAT, 3, 3, 3)]


def test_registros_publicos_sin_direccion() -> None:
    def lista(n: int, describe: str) -> pl.DataFrame:
        filas = [{"rut": None, "id_fuente": str(k), "lon": LON, "lat": LAT, "describe": describe} for k in range(n)]
        return centroides(observaciones(filas))

    assert lista(3, "establecimiento").is_empty()
    assert lista(9, "establecimiento").height == 1
    assert lista(9, "predio").is_empty()


def test_la_carga_corrida_vuelve_a_su_sitio_y_lo_dice() -> None:
    """The file of parcels stands 184 m east and 374 m north of where everybody else sees them."""
    buenas = [{"lon": LON + k * 200 * METRO, "lat": LAT, "rut": 76_000_000 + k} for k in range(12)]
    grados = (184 * METRO / 0.924, 374 * METRO)
    malas = [
        {
            "carga": 2,
            "fuente": "predios",
            "sha256": "y",
            "describe": "predio",
            "precision": "sector",
            "rut": f["rut"],
            "lon": float(str(f["lon"])) + grados[0],
            "lat": LAT + grados[1],
        }
        for f in buenas
    ]
    resultado = ubicadas([*buenas, *malas])
    assert resultado.corrimientos.select("carga", "datum").rows() == [(2, "psad56")]
    for antes, fila in zip(buenas, ultimas(resultado, 12), strict=True):
        assert (fila["lugar_regla"], fila["precision"], fila["punto_propio"]) == ("datum:psad56", "sector", True)
        assert abs(float(str(fila["lon"])) - float(str(antes["lon"]))) < 8 * METRO
        assert abs(float(str(fila["lat"])) - LAT) < 8 * METRO


def _externas(lon: float, lat: float, precision: str = "puerta", calle_: str = "LOS ALAMOS") -> pl.DataFrame:
    clave = clave_externa(pl.DataFrame({"calle": [calle_], "numero": ["3"]}))[0]
    return pl.DataFrame([(clave, "02201", "nominatim", lon, lat, precision)], schema=EXTERNAS, orient="row")


def test_lo_que_se_supo_afuera() -> None:
    """Used where the gazetteer knows nothing, with or without a unit; never outside the comuna, never over a door."""
    filas = [*calle(), {"calle": "LOS ALAMOS", "numero": "3", "resto": "LOCAL 2"}]
    (fila,) = ultimas(ubicadas(filas, _externas(LON, LAT)), 1)
    assert fila == {
        "lon": LON,
        "lat": LAT,
        "precision": "puerta",
        "lugar_regla": "externo:nominatim",
        "punto_propio": False,
    }
    assert ultimas(ubicadas(filas, _externas(-70.4, -23.65)), 1)[0]["lon"] is None
    conocida = [*calle(), {"calle": "RAMIREZ", "numero": "3"}, *calle("LOS ALAMOS", 500)]
    conocida.append({"calle": "LOS ALAMOS", "numero": "1500"})
    assert ultimas(ubicadas(conocida, _externas(LON, LAT)), 1)[0]["lugar_regla"] == "geocodificado:puerta"


def test_que_vale_la_pena_preguntar() -> None:
    """Each unknown door once, without units; not what is known, what has no number or what was asked."""
    filas = [
        *calle(),
        {"calle": "LOS ALAMOS", "numero": "3", "resto": "LOCAL 1"},
        {"calle": "LOS ALAMOS", "numero": "3", "resto": "LOCAL 2"},
        {"calle": "LOS ALAMOS", "numero": "S/N"},
        {"calle": "RAMIREZ", "numero": "1500"},
        {"calle": "TALCA", "numero": "9", "cut": "02101"},
    ]
    resultado = ubicadas(filas)
    assert por_consultar(resultado, "02201").select("calle", "numero").rows() == [("LOS ALAMOS", "3")]
    vacia = _externas(LON, LAT).with_columns(lon=pl.lit(None, pl.Float64), lat=pl.lit(None, pl.Float64))
    assert por_consultar(ubicadas(filas, vacia), "02201", vacia).is_empty()


def test_no_depende_del_orden_ni_de_las_cargas() -> None:
    filas = [*calle(), *calle("RAMIRZE"), *({"calle": "RAMIREZ", "numero": str(n)} for n in range(900, 2100, 33))]
    obs = observaciones(filas)
    uno = ubicar(obs, "02201").obs
    otro = ubicar(obs.reverse().with_columns(carga=pl.lit(77, pl.Int64)), "02201").obs.reverse()
    assert uno.drop("carga").equals(otro.drop("carga"))


def test_sin_observaciones() -> None:
    resultado = ubicar(pl.DataFrame(schema=COLUMNAS), "02201")
    assert resultado.obs.is_empty()
    assert resultado.resumen.is_empty()


def test_medir() -> None:
    """One repaired, one repaired to the wrong place, one lost and found by its address, one earlier place."""
    claves = ["carga", "fila", "parte"]
    lejos = LAT + 0.01
    filas = [
        *calle(),
        {"lon": LON, "lat": LAT + 9 * METRO},
        {"lon": LON, "lat": lejos},
        {"calle": "RAMIREZ", "numero": "1500"},
        {"lon": LON, "lat": lejos + METRO},
    ]
    obs = ubicadas(filas).obs
    fallas = [""] * 20 + ["coord_signo", "nombre_errata;coord_signo", "coord_cero", "direccion_anterior;coord_signo"]
    registros = obs.select(*claves, id_establecimiento=pl.concat_str(pl.lit("L"), "fila")).with_columns(
        falla=pl.Series(fallas)
    )
    verdad = pl.DataFrame(
        {
            "anio": [2024] * 24,
            "id_establecimiento": [f"L{k}" for k in range(24)],
            "lon": [LON + n * METRO for n in range(1000, 2000, 50)] + [LON, LON, LON + 1500 * METRO, LON],
            "lat": [LAT] * 24,
        }
    )
    por_falla, por_precision = medir(obs, registros, verdad, "02201")
    assert por_falla.rows() == [("coord_signo", True, 3, 1, 1, 0, 1, 0), ("coord_cero", False, 1, 0, 0, 1, 0, 1)]
    assert por_precision.select("precision", "punto_propio", "filas").rows() == [
        ("puerta", True, 23),
        ("puerta", False, 1),
    ]
    assert por_precision["parte"].sum() == pytest.approx(1)
    assert por_precision["error_mediano_m"].to_list() == [0, pytest.approx(0, abs=1)]


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
    """Speaks like Nominatim and Photon, and remembers what it was asked, when, and by whom."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Manejador)
        self.preguntas: list[tuple[float, str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Manejador(BaseHTTPRequestHandler):
    server: Servidor

    def do_GET(self) -> None:
        partes = urlsplit(self.path)
        q = parse_qs(partes.query)["q"][0]
        self.server.preguntas.append((time.monotonic(), q, self.headers["User-Agent"]))
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
        direcciones = [Direccion(n, "02201", *n.rsplit(" ", 1)) for n in nombres]
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
    assert {(r.proveedor, r.cut) for r in respuestas} == {(proveedor, "02201")}


def test_pregunta_con_pausa_y_con_nombre(preguntar: Preguntar, servidor: Servidor) -> None:
    preguntar("CASA 12", "CORTA 7", "NADA 7", pausa=0.15)
    horas, textos, agentes = zip(*servidor.preguntas, strict=True)
    assert textos[0] == "CASA 12, Calama, Chile"
    assert set(agentes) == {"observatorio-economico"}
    assert all(b - a >= 0.12 for a, b in pairwise(horas))


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
    direcciones = [Direccion(n, "02201", *n.rsplit(" ", 1)) for n in ("CASA 12", "ROTA 1")]
    respuestas = consultar(direcciones, "photon", servidor.url, comuna="Calama", pausa=0, reintentos=0)
    assert next(respuestas).clave == "CASA 12"
    with pytest.raises(ErrorObservatorio):
        next(respuestas)


def test_reintenta(preguntar: Preguntar, servidor: Servidor) -> None:
    with pytest.raises(ErrorObservatorio):
        preguntar("ROTA 1", reintentos=2)
    assert len(servidor.preguntas) == 3


def test_sin_servidor() -> None:
    una = [Direccion("x", "02201", "CASA", "12")]
    with Servidor() as ocupado:
        libre = ocupado.url
    with pytest.raises(ErrorObservatorio, match="No se llega"):
        list(consultar(una, "nominatim", libre, comuna="Calama", pausa=0, reintentos=0))
    with pytest.raises(ErrorObservatorio, match="no es la dirección"):
        list(consultar(una, "photon", "localhost", comuna="Calama"))


def test_de_la_respuesta_al_lugar(preguntar: Preguntar) -> None:
    """What an outside geocoder answers is kept and read: the record stands there."""
    filas = [*calle(), {"calle": "CASA", "numero": "12"}]
    pedidas = por_consultar(ubicadas(filas), "02201")
    assert pedidas.select("calle", "numero").rows() == [("CASA", "12")]
    (respuesta,) = preguntar("CASA 12")
    cache = pl.DataFrame([respuesta], schema=EXTERNAS, orient="row").with_columns(clave=pedidas["clave"])
    assert ultimas(ubicadas(filas, cache), 1)[0]["lugar_regla"] == "externo:nominatim"
