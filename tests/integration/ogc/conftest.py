"""A small city behind the application on a port of this machine, with something for each role of `/ogc` to see."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, text

from observatorio.vocabulario import Rol
from orden_observatorio import en_marcha

CRS = "http://www.opengis.net/def/crs/EPSG/0/"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"

# Spread along a street, so that boxes tell them apart; one of a natural person, three schools, and names to search for.
_PREPARAR = (
    """
    UPDATE catastro.establecimiento_anio
       SET geom = ST_SetSRID(ST_MakePoint(-69 + 0.002 * right(id, 3)::int, -22.5 + 0.001 * right(id, 3)::int), 4326)
     WHERE geom IS NOT NULL
    """,
    "UPDATE catastro.establecimiento_anio SET nombre = 'Almacén Ñuñoa' WHERE right(id, 1) = '3'",
    "UPDATE catastro.establecimiento_anio SET publica = true WHERE seccion = 'P' OR id = 'e004'",
    """
    UPDATE catastro.establecimiento_anio SET tipo_persona = 'natural', nombre = 'Rosa Persona', rut = 12345678
     WHERE id = 'e001'
    """,
    "UPDATE catastro.establecimiento_anio SET impuestos_clp = 5000000000 WHERE id = 'e002'",
    "UPDATE territorio.zona SET poblacion = 100.5, area_km2 = 2.5 WHERE zona = '88a'",
    """
    UPDATE catastro.version v SET establecimientos =
        (SELECT count(*) FROM catastro.establecimiento_anio e WHERE e.cut = v.cut AND e.anio = v.anio)
    """,
)


@dataclass(frozen=True)
class Servicio:
    """The service, the owner's engine on its database, and a good key for each role."""

    cliente: httpx.Client
    motor: Engine
    claves: Mapping[Rol, str]

    @property
    def url(self) -> str:
        """The landing page's address."""
        return f"{str(self.cliente.base_url).rstrip('/')}/ogc"

    def url_de(self, rol: Rol) -> str:
        """The same, with the key of a role in it."""
        return self.url if rol is Rol.PUBLICO else f"{self.url}?api_key={self.claves[rol]}"

    def pedir(self, ruta: str, rol: Rol = Rol.PUBLICO, cabeceras: Mapping[str, str] = {}, **q: Any) -> httpx.Response:
        """A path under `/ogc` as a role; `_` in the name of a parameter stands for a hyphen where it has one."""
        propias = dict(cabeceras) if rol is Rol.PUBLICO else {**cabeceras, "X-API-Key": self.claves[rol]}
        parametros = {n.replace("_", "-") if n in _CON_GUION else n: v for n, v in q.items()}
        # Passing no parameters at all leaves those that the path brings.
        return self.cliente.get(f"/ogc{ruta}", headers=propias, params=parametros or None)

    def json(self, ruta: str, rol: Rol = Rol.PUBLICO, **q: Any) -> Any:
        """What a path answers, which must be 200."""
        respuesta = self.pedir(ruta, rol, **q)
        assert respuesta.status_code == 200, respuesta.text
        return respuesta.json()

    def todos(self, coleccion: str, rol: Rol = Rol.PUBLICO, **q: Any) -> list[dict[str, Any]]:
        """Every feature that matches, by following the links to the next page."""
        rasgos: list[dict[str, Any]] = []
        pagina = self.json(f"/collections/{coleccion}/items", rol, **q)
        while True:
            assert pagina["numberReturned"] == len(pagina["features"])
            rasgos += pagina["features"]
            siguiente = [e["href"] for e in pagina["links"] if e["rel"] == "next"]
            if not siguiente:
                return rasgos
            pagina = self.json(siguiente[0].removeprefix(self.url), rol)

    def ids(self, coleccion: str, rol: Rol = Rol.PUBLICO, **q: Any) -> set[str]:
        """The ids of every feature that matches; each comes once."""
        rasgos = [f["id"] for f in self.todos(coleccion, rol, **q)]
        assert len(rasgos) == len(set(rasgos))
        return set(rasgos)

    def sql(self, consulta: str, **q: Any) -> Any:
        """One value, asked of the database by its owner."""
        with self.motor.connect() as conn:
            return conn.scalar(text(consulta), q)

    def colecciones(self, rol: Rol = Rol.PUBLICO) -> list[str]:
        """The ids of the collections that a role sees."""
        return [c["id"] for c in self.json("/collections", rol)["collections"]]

    def cuantos(self, coleccion: str, donde: str = "true") -> int:
        """How many rows the database has behind a collection, where a condition holds."""
        familia, _, parte = coleccion.partition("_")
        if familia == "establecimientos":
            return int(
                self.sql(
                    f"SELECT count(*) FROM catastro.establecimiento_anio WHERE anio = :anio AND {donde}",
                    anio=int(parte or 2024),
                )
            )
        if familia == "puntos":
            return int(self.sql(f"SELECT count(*) FROM publicacion.v_punto_publico WHERE anio = 2024 AND {donde}"))
        return int(self.sql(f"SELECT count(*) FROM territorio.zona WHERE nivel = :n AND {donde}", n=parte))


_CON_GUION = {"bbox_crs", "filter_lang", "filter_crs"}


@pytest.fixture(scope="module")
def ogc(ciudad_comun: Any, lector: httpx.Client) -> Servicio:
    """The service over a city that the tests of a module share, and only read."""
    with ciudad_comun.motor.begin() as conn:
        for orden in _PREPARAR:
            conn.execute(text(orden))
    return Servicio(lector, ciudad_comun.motor, ciudad_comun.claves)


@pytest.fixture(scope="module")
def ogc_aparte(ogc: Servicio, ciudad_comun: Any) -> Iterator[Servicio]:
    """The same city served by a process of its own: pyogrio lets no other thread of this one run while it waits for an
    answer."""
    with (
        en_marcha(ciudad_comun.settings, termina=-signal.SIGTERM) as direccion,
        httpx.Client(base_url=direccion, timeout=20) as cliente,
    ):
        yield Servicio(cliente, ogc.motor, ogc.claves)


@pytest.fixture(scope="session")
def ogrinfo() -> str:
    """Debian's `ogrinfo`. Skips where it is missing, or fails with OBS_SIN_OMISIONES=1."""
    ruta = shutil.which("ogrinfo")
    if ruta is None:
        if os.environ.get("OBS_SIN_OMISIONES") == "1":
            pytest.fail("falta ogrinfo")
        pytest.skip("falta ogrinfo: apt-get install gdal-bin")
    return ruta
