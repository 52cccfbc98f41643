"""A city full enough for its tiles to count, the application over it, and GDAL to read what it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import httpx
import pyogrio
import pytest
from sqlalchemy import Engine, text

from observatorio.db.engine import crear_engine
from observatorio.db.queries.malla import Tesela
from observatorio.vocabulario import Rol
from teselas_pedidas import ANIO, CUT, MERCATOR

# Two thirds crowd into a few blocks, with several at one door; the rest lies over the comuna. Some are public by law.
SEMBRAR = text(
    """
    INSERT INTO catastro.establecimiento_anio
           (cut, anio, id, precision, tamano_ventas, tamano_trabajadores, tamano, formalidad, seccion, nombre, publica,
            procedencia, geom)
    SELECT :cut, :anio, md5(i::text)::char(16), 'puerta', t, t, t,
           (ARRAY['formal', 'formal', 'en_proceso', 'informal', 'indeterminado', 'inactivo'])[1 + i * 7 % 6],
           CASE WHEN i % 50 > 0 THEN chr(65 + i * 31 % 13 * (i % 2)) END, 'Escuela número ' || i, i % 400 = 0, '{}',
           ST_SetSRID(CASE i % 3 WHEN 0 THEN ST_MakePoint(-69.1 + i * 0.6180339 % 1, -23.0 + i * 0.7548776 % 1.8)
                ELSE ST_MakePoint(-68.93 + i * 0.6180339 % 0.01, -22.46 + i / 5 * 0.7548776 % 0.01) END, 4326)
      FROM generate_series(1, :cuantos) AS i, LATERAL (SELECT (ARRAY['micro', 'grande'])[1 + i % 2]) AS x (t)
    """
)


@pytest.fixture(scope="module")
def poblada(ciudad_comun: Any) -> Any:
    """The small city with nine thousand establishments more, and the tiles of its years."""
    with ciudad_comun.motor.begin() as conn:
        conn.execute(SEMBRAR, {"cut": CUT, "anio": ANIO, "cuantos": 9_000})
        conn.execute(text("SELECT catastro.rehacer_mosaico(cut, anio) FROM catastro.version"))
        conn.execute(text("UPDATE territorio.zona SET area_km2 = ST_Area(geom::geography) / 1e6"))
    with ciudad_comun.motor.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.execute(text("VACUUM ANALYZE catastro.mosaico, catastro.establecimiento_anio"))
    return ciudad_comun


@pytest.fixture(scope="module")
def motor_api(poblada: Any) -> Iterator[Engine]:
    """An engine with the API's own login."""
    engine = crear_engine(poblada.settings, "api")
    yield engine
    engine.dispose()


@pytest.fixture
def como(poblada: Any, lector: httpx.Client) -> Callable[..., httpx.Response]:
    """Asks a path under `/ogc` as a role."""

    def pedir(rol: Rol, ruta: str, **cabeceras: str) -> httpx.Response:
        llave = {} if rol is Rol.PUBLICO else {"X-API-Key": poblada.claves[rol]}
        return lector.get(f"/ogc{ruta}", headers={**llave, **cabeceras})

    return pedir


@pytest.fixture
def leer(tmp_path: Path) -> Callable[..., gpd.GeoDataFrame]:
    """Decodes a tile with GDAL: features in EPSG:3857, without those of its border unless they are asked for."""

    def abrir(cuerpo: bytes, t: Tesela, borde: bool = False) -> gpd.GeoDataFrame:
        archivo = tmp_path / "tesela.mvt"
        archivo.write_bytes(cuerpo)
        leida = pyogrio.read_dataframe(f"MVT:{archivo}", X=str(t.x), Y=str(t.y), Z=str(t.z), CLIP="NO")
        if borde:
            return leida
        # GDAL's own clip takes the eastern and the southern edge too, where the next tile begins.
        unidad = 2 * MERCATOR / 2**t.z / 4096
        x = ((leida.geometry.centroid.x + MERCATOR) / unidad).round() - 4096 * t.x
        y = ((MERCATOR - leida.geometry.centroid.y) / unidad).round() - 4096 * t.y
        return leida[(x >= 0) & (x < 4096) & (y >= 0) & (y < 4096)]

    return abrir
