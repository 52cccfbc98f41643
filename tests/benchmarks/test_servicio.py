"""What the service answers in a second, beside TiPg over the same rows on the same PostgreSQL, in the same run.

TiPg lives in a virtual environment of its own (`OBS_TIPG`, by default a temporary one that is made with pip), and is
served by its own uvicorn. It draws at most 10,000 features of a tile and leaves the rest out; the observatory counts
all of them.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, insert, text

from observatorio.db.claves import crear_clave
from observatorio.db.engine import crear_engine
from observatorio.db.queries.establecimientos import COLUMNAS
from observatorio.db.queries.malla import tesela_de
from observatorio.db.tablas import version
from observatorio.settings import Settings
from observatorio.vocabulario import Rol

pytestmark = pytest.mark.bench

PUNTOS = int(os.environ.get("OBS_PUNTOS", "1000000"))
SEGUNDOS = float(os.environ.get("OBS_SEGUNDOS", "6"))
"""How long each question is asked of each server."""
PETICIONES, CLIENTES, TRABAJADORES = 400, 4, 1
MAXIMO = 300_000
"""Bytes that no tile may exceed."""
# A city of some 12 by 11 km, the denser the nearer its middle, and a twentieth over the whole comuna.
GENERAR = """
    INSERT INTO catastro.establecimiento_anio
           (cut, anio, id, rut, precision, tamano_ventas, tamano_trabajadores, tamano, formalidad, seccion, division,
            empleo_total, nombre, direccion, tipo_persona, procedencia, geom)
    SELECT '02201', 2024, md5(i::text)::char(16), 60000000 + i / 2, 'puerta', t, t, t,
           (ARRAY['formal', 'formal', 'formal', 'en_proceso', 'informal', 'indeterminado'])
               [1 + floor(6 * random())::int],
           chr(65 + floor(21 * random() * random())::int), to_char(i * 31 % 99, 'FM00'),
           CASE WHEN i % 3 > 0 THEN i % 40 END,
           'Local número ' || i, 'Calle ' || i % 900 || ' ' || i % 4000, 'juridica',
           jsonb_build_object('nombre', jsonb_build_array(1, i)),
           ST_SetSRID(CASE WHEN i % 20 > 0
                THEN ST_MakePoint(-68.93 + 0.06 * (random() + random() - 1), -22.46 + 0.05 * (random() + random() - 1))
                ELSE ST_MakePoint(-69.19 + 1.27 * random(), -23.14 + 2.0 * random()) END, 4326)
      FROM generate_series(1, :cuantos) AS i,
           LATERAL (SELECT (ARRAY['micro', 'micro', 'pequena', 'mediana', 'sin_dato'])[1 + i % 997 % 5]) AS x (t)
"""


@dataclass(frozen=True)
class Medida:
    """What came of asking for a while: requests in a second, milliseconds of the slowest in twenty, bytes of the
    largest answer as it came (compressed or not), and how many came; 0 where the server has no such thing."""

    por_segundo: float
    p95: float
    mayor: int
    cuantas: int


@pytest.fixture
def millon(base: Settings) -> Iterator[Engine]:
    """The points, with their tiles and their statistics, as the consolidation leaves them; and TiPg's view of them."""
    engine = crear_engine(base, "propietario")
    with engine.begin() as conn:
        conn.execute(text("SELECT setseed(0.5), catastro.asegurar_anio(2024)"))
        conn.execute(text(GENERAR), {"cuantos": PUNTOS})
        conn.execute(insert(version).values(cut="02201", anio=2024, version=1, huella="", establecimientos=PUNTOS))
        inicio = time.perf_counter()
        conn.execute(text("SELECT catastro.rehacer_mosaico('02201', 2024)"))
        print(f"\nmosaico: {1e6 * (time.perf_counter() - inicio) / PUNTOS:.1f} microsegundos por establecimiento")
        conn.execute(text("CREATE SCHEMA par"))
        conn.execute(
            text(f"CREATE VIEW par.puntos AS SELECT {', '.join(COLUMNAS)}, geom FROM catastro.v_establecimiento")
        )
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.execute(text("VACUUM ANALYZE catastro.establecimiento_anio, catastro.mosaico"))
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def tipg(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment that has TiPg."""
    if dado := os.environ.get("OBS_TIPG"):
        return Path(dado)
    carpeta = tmp_path_factory.mktemp("tipg")
    venv.create(carpeta, with_pip=True)
    python = carpeta / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "tipg", "uvicorn"], check=True)
    return python


def test_servicio_junto_a_tipg(millon: Engine, base: Settings, tipg: Path) -> None:
    with millon.begin() as conn:
        clave = crear_clave(conn, Rol.PLANIFICADOR, "medición")
    propio = [sys.executable, "-m", "observatorio.cli", "serve", "--workers", str(TRABAJADORES)]
    ajeno = [str(tipg), "-m", "uvicorn", "tipg.main:app", "--log-level", "warning", "--workers", str(TRABAJADORES)]
    assert base.database_url is not None
    entorno = {"OBS_DATABASE_URL": base.database_url.get_secret_value(), "OBS_STATE_DIR": str(base.state_dir)}
    del_par = {"DATABASE_URL": _dsn(millon), "TIPG_DB_SCHEMAS": '["par"]', "TIPG_DB_SPATIAL_EXTENT": "false"}
    cuadro = Table(
        "Qué",
        "/s",
        "p95 ms",
        "KB",
        "TiPg: /s",
        "p95 ms",
        "KB",
        "Razón",
        title=f"{PUNTOS:,} puntos, {CLIENTES} clientes",
    )
    nuestras: dict[str, Medida] = {}
    with _servidor(propio, entorno, "/salud") as nuestro, _servidor(ajeno, del_par, "/healthz") as suyo:
        for nombre, rutas in _preguntas().items():
            mias = [f"{nuestro}/ogc/collections/establecimientos{r}" for r in rutas]
            otras = [f"{suyo}/collections/par.puntos{_en_xyz(r)}" for r in rutas]
            medidas = _medir(mias, {"X-API-Key": clave}), _medir(otras, {})
            _anotar(cuadro, nombre, *medidas)
            nuestras[nombre] = medidas[0]
    Console(width=110).print(cuadro)
    assert all(m.cuantas > 0 for m in nuestras.values()), "a question was not answered"
    assert all(m.mayor < MAXIMO for nombre, m in nuestras.items() if nombre.startswith("tesela"))


def _preguntas() -> Mapping[str, Sequence[str]]:
    """What is asked -> the paths by which it is asked in turn, under a collection, in our order of row and column."""
    # Around the middle of the city, where most lie.
    lugares = [(-68.93 + 0.012 * i, -22.46 + 0.01 * j) for i in (-2, -1, 0, 1, 2) for j in (-2, -1, 0, 1, 2)]
    preguntas = {}
    for z in (8, 11, 14, 16):
        vistas = dict.fromkeys(tesela_de(lon, lat, z) for lon, lat in lugares)
        preguntas[f"tesela, zoom {z}"] = [f"/tiles/WebMercatorQuad/{t.z}/{t.y}/{t.x}" for t in vistas]
    for limite in (10, 100, 1000):
        preguntas[f"items, {limite}"] = [f"/items?limit={limite}"]
    cajas = [f"{lon},{lat},{lon + 0.002},{lat + 0.002}" for lon, lat in lugares]
    preguntas["items por bbox, 100"] = [f"/items?limit=100&bbox={c}" for c in cajas]
    filtro = quote("seccion = 'G' AND empleo_total > 20")
    preguntas["items por CQL2, 100"] = [f"/items?limit=100&filter-lang=cql2-text&filter={filtro}"]
    return preguntas


def _en_xyz(ruta: str) -> str:
    """The path as TiPg writes it: column before row."""
    if "/tiles/" not in ruta:
        return ruta
    *inicio, fila, columna = ruta.split("/")
    return "/".join([*inicio, columna, fila])


def _medir(urls: Sequence[str], cabeceras: Mapping[str, str]) -> Medida:
    """Ask for the addresses in turn, from several clients at once, for a while."""
    with httpx.Client(headers=cabeceras, timeout=60) as cliente:
        primeras = [cliente.get(u) for u in urls]
        if any(r.status_code != 200 for r in primeras):
            return Medida(0, 0, 0, 0)

        def preguntar(url: str) -> tuple[float, int]:
            inicio = time.perf_counter()
            if inicio > limite:
                return 0.0, 0
            respuesta = cliente.get(url)
            assert respuesta.status_code == 200, url
            return 1000 * (time.perf_counter() - inicio), respuesta.num_bytes_downloaded

        inicio = time.perf_counter()
        limite = inicio + SEGUNDOS
        with ThreadPoolExecutor(CLIENTES) as hilos:
            hechas = [h for h in hilos.map(preguntar, islice(cycle(urls), PETICIONES)) if h[1]]
        pasaron = time.perf_counter() - inicio
    tiempos = sorted(t for t, _ in hechas)
    mayor = max(len(r.content) for r in primeras)
    return Medida(len(hechas) / pasaron, tiempos[int(0.95 * (len(tiempos) - 1))], mayor, len(hechas))


def _anotar(cuadro: Table, nombre: str, nuestra: Medida, suya: Medida) -> None:
    cifras = [c for m in (nuestra, suya) for c in (f"{m.por_segundo:.1f}", f"{m.p95:.0f}", f"{m.mayor / 1000:.1f}")]
    razon = f"{nuestra.por_segundo / suya.por_segundo:.1f}" if suya.cuantas and nuestra.cuantas else "sin respuesta"
    cuadro.add_row(nombre, *cifras, razon)


@contextmanager
def _servidor(orden: Sequence[str], entorno: Mapping[str, str], vida: str) -> Iterator[str]:
    """A server of its own process on a free port of this machine: its address."""
    with socket.socket() as libre:
        libre.bind(("127.0.0.1", 0))
        puerto = libre.getsockname()[1]
    proceso = subprocess.Popen(
        [*orden, "--host", "127.0.0.1", "--port", str(puerto)],
        env={**os.environ, **entorno},
        stdout=subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{puerto}"
        _esperar(lambda: httpx.get(url + vida, timeout=5).status_code == 200, proceso)
        yield url
    finally:
        proceso.terminate()
        proceso.wait(20)


def _esperar(listo: Callable[[], bool], proceso: subprocess.Popen[bytes]) -> None:
    """Until a server answers, for at most two minutes."""
    limite = time.monotonic() + 120
    while proceso.poll() is None and time.monotonic() < limite:
        try:
            if listo():
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise AssertionError("the server did not start")


def _dsn(engine: Engine) -> str:
    """The address of the database as asyncpg reads it: the folder of a socket takes the place of the host."""
    url = engine.url
    host = url.query.get("host") or url.host
    clave = f":{quote(str(url.password), safe='')}" if url.password else ""
    puerto = url.query.get("port") or url.port or 5432
    quien = f"{quote(url.username or '', safe='')}{clave}"
    return f"postgresql://{quien}@{quote(str(host), safe='')}:{puerto}/{url.database}"
