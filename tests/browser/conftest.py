"""A real server on a free port over a seeded database, and a real browser that reports every wrong thing it sees."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import h3
import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from pydantic import SecretStr
from sqlalchemy import URL, Connection, Engine, create_engine, text

from api.app import create_app
from maps import definitions
from maps.contract import Mapa
from maps.render import construir
from observatorio import referencia
from observatorio.catalogo import discover
from observatorio.db.claves import crear_clave
from observatorio.db.engine import crear_engine
from observatorio.indicadores.publicar import publicar
from observatorio.settings import Settings
from observatorio.vocabulario import Rol
from servidor_local import servir_asgi

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTOS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
LON, LAT = -68.9294, -22.4624
MALICIA = "<img src=x onerror=document.title='roto'> ${7*7} {{7*7}} </script><b>x</b>"


@dataclass
class Sitio:
    """Where the portal answers, and the key of a planner."""

    url: str
    clave: str


@dataclass
class Visita:
    """A page of the browser, and what went wrong in it: script errors, refused content, requests to other hosts."""

    pagina: Page
    sitio: Sitio
    faltas: list[str] = field(default_factory=list)

    def ir(self, ruta: str) -> None:
        """Go to a path of the site and wait until nothing moves."""
        self.pagina.goto(self.sitio.url + ruta)
        self.pagina.wait_for_load_state("networkidle")

    def ingresar(self) -> None:
        """Sign in as a planner, by the form."""
        self.ir("/ingresar")
        self.pagina.get_by_label("Clave", exact=True).fill(self.sitio.clave)
        self.pagina.get_by_role("main").get_by_role("button", name="Ingresar").click()
        self.pagina.wait_for_url(self.sitio.url + "/")


@pytest.fixture(scope="module")
def navegador() -> Iterator[Browser]:
    """Debian's Chromium. Skips where it is missing, or fails with OBS_SIN_OMISIONES=1."""
    if not CHROMIUM.exists():
        if os.environ.get("OBS_SIN_OMISIONES") == "1":
            pytest.fail(f"falta {CHROMIUM}")
        pytest.skip(f"falta {CHROMIUM}: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTOS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def base_comun(_servidor: URL, _plantilla: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings whose `database_url` is a copy of the migrated template that the tests of a module only read."""
    nombre = f"obs_navegador_{os.getpid()}"
    motor = create_engine(_servidor, isolation_level="AUTOCOMMIT")
    with motor.connect() as conn:
        conn.exec_driver_sql(f"CREATE DATABASE {nombre} TEMPLATE {_plantilla}")
    url = _servidor.set(database=nombre).render_as_string(hide_password=False)
    yield Settings(database_url=SecretStr(url), state_dir=tmp_path_factory.mktemp("estado"))
    with motor.connect() as conn:
        conn.exec_driver_sql(f"DROP DATABASE {nombre} WITH (FORCE)")
    motor.dispose()


@pytest.fixture(scope="module")
def sitio(base_comun: Settings) -> Iterator[Sitio]:
    """A server that runs in a thread of this process, on the seeded database of this module."""
    base, motor = base_comun, crear_engine(base_comun, "propietario")
    with motor.begin() as conn:
        sembrar(conn)
        publicar(conn, base, 2024)
        clave = crear_clave(conn, Rol.PLANIFICADOR, "prueba")
    with servir_asgi(create_app(base.model_copy(update={"sintetico": True}))) as url:
        yield Sitio(url, clave)
    motor.dispose()


@pytest.fixture
def disco(base: Settings, motor: Engine, tmp_path: Path) -> Path:
    """A folder with the static page of every map, written under the planner's role."""
    with motor.begin() as conn:
        sembrar(conn)
        conn.execute(text("SELECT set_config('role', 'obs_planificador', true)"))
        for mapa in discover(definitions, Mapa).values():
            construir(conn, mapa, tmp_path, 2024, Rol.PLANIFICADOR, settings=base)
    return tmp_path


@pytest.fixture
def visita(navegador: Browser, sitio: Sitio) -> Iterator[Visita]:
    """A fresh browser window. At the end, whatever it complained about fails the test."""
    contexto = navegador.new_context(viewport={"width": 1280, "height": 900}, locale="es-CL")
    quien = Visita(contexto.new_page(), sitio)
    contexto.on("request", lambda r: _ajeno(quien, r.url))
    contexto.on("weberror", lambda e: quien.faltas.append(str(e.error)))
    contexto.on("console", lambda m: quien.faltas.append(m.text) if m.type in ("error", "warning") else None)
    yield quien
    contexto.close()
    assert quien.faltas == []


def _ajeno(visita: Visita, url: str) -> None:
    if not url.startswith((visita.sitio.url + "/", "data:")):
        visita.faltas.append(f"pidió {url}")


def sembrar(conn: Connection) -> None:
    """300 establishments in four groups of H3 cells, each a barrio that somebody loaded, in 2024: of them 6 public,
    2 without a place, 1 closed, and one legal person in the middle of the map whose name is an attack."""
    conn.execute(text("SELECT catastro.asegurar_anio(2024)"))
    conn.execute(
        text(
            """INSERT INTO catastro.version (cut, anio, version, huella, establecimientos)
               VALUES ('02201', 2024, 1, '', 300)"""
        )
    )
    for nivel in ("comuna", "h3_7", "h3_8", "h3_9"):
        conn.execute(
            text("INSERT INTO territorio.nivel VALUES (:n, :n, 'p', true) ON CONFLICT DO NOTHING"), {"n": nivel}
        )
    conn.execute(text("INSERT INTO territorio.nivel VALUES ('barrio', 'Barrios', 'p', false)"))
    filas, zonas = [], []
    for i in range(300):
        lon = LON + (i % 4) * 0.012 + (i // 60) * 0.0002
        lat = LAT + (i % 7) * 0.0012
        seccion = "PQ"[i % 2] if i < 6 else "GGIHFCMSB"[i % 9]
        fila = {"id": f"e{i:04d}", "nombre": f"Comercial {i}", "lon": lon, "lat": lat, "seccion": seccion}
        fila |= {"formalidad": ("formal", "formal", "informal", "en_proceso", "indeterminado")[i % 5], "publica": i < 6}
        if i == 100:
            fila |= {"nombre": MALICIA, "lon": LON, "lat": LAT - 0.01}
        if i in (110, 111):
            fila |= {"lon": None, "lat": None}
        if i == 120:
            fila |= {"formalidad": "inactivo"}
        fila["division"] = next(d.division for d in referencia.divisiones() if d.seccion == seccion)
        filas.append(fila)
        if fila["lon"] is not None:
            zonas += [
                {"id": fila["id"], "nivel": f"h3_{r}", "zona": h3.latlng_to_cell(fila["lat"], fila["lon"], r)}
                for r in (7, 8, 9)
            ] + [{"id": fila["id"], "nivel": "barrio", "zona": f"b{i % 4}"}]
    conn.execute(
        text(
            """INSERT INTO catastro.establecimiento_anio (cut, anio, id, nombre, tipo_persona, geom, precision,
                seccion, division, tamano_ventas, tamano_trabajadores, tamano, formalidad, publica, empleo_total,
                procedencia)
            VALUES ('02201', 2024, :id, :nombre, 'juridica', ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), 'gps',
                :seccion, :division, 'micro', 'micro', 'micro', :formalidad, :publica, 3, '{}')"""
        ),
        filas,
    )
    conn.execute(
        text(
            "INSERT INTO territorio.zona (nivel, zona, cut, geom)"
            " VALUES (:nivel, :zona, '02201', ST_Multi(ST_GeomFromGeoJSON(:geom))) ON CONFLICT DO NOTHING"
        ),
        [z | {"geom": _barrio(z["zona"]) if z["nivel"] == "barrio" else _hexagono(z["zona"])} for z in zonas],
    )
    conn.execute(text("INSERT INTO catastro.establecimiento_zona VALUES ('02201', 2024, :nivel, :id, :zona)"), zonas)


def _hexagono(zona: str) -> str:
    borde = [[x, y] for y, x in h3.cell_to_boundary(zona)]
    return json.dumps({"type": "Polygon", "coordinates": [[*borde, borde[0]]]})


def _barrio(zona: str) -> str:
    oeste = LON + int(zona[1:]) * 0.012 - 0.005
    lados = [[oeste, LAT - 0.011], [oeste + 0.011, LAT - 0.011], [oeste + 0.011, LAT + 0.01], [oeste, LAT + 0.01]]
    return json.dumps({"type": "Polygon", "coordinates": [[*lados, lados[0]]]})
