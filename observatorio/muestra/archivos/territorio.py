"""The synthetic neighbourhoods and industrial districts as GeoJSON (EPSG:4326)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from observatorio.muestra.azar import Reales
from observatorio.muestra.lugares import a_grados, a_metros, puntos
from observatorio.muestra.parametros import tabla

_LADO_ALDEA = 900.0


def escribir(destino: Path) -> None:
    """Write `territorio/barrios.geojson` (with population) and `territorio/distritos_industriales.geojson`."""
    barrios = [
        _rasgo(puntos(f["contorno"]), codigo=f["codigo"], nombre=f["nombre"], poblacion=int(f["poblacion"]))
        for f in tabla("barrios")
    ]
    for f in tabla("localidades"):
        centro = a_metros(np.array([float(f["lon"])]), np.array([float(f["lat"])]))[0]
        esquinas = centro + _LADO_ALDEA * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
        barrios.append(_rasgo(esquinas, codigo=f["codigo"], nombre=f["nombre"], poblacion=int(f["poblacion"])))
    distritos = [_rasgo(puntos(f["contorno"]), codigo=f["codigo"], nombre=f["nombre"]) for f in tabla("distritos")]
    _guardar(destino / "territorio" / "barrios.geojson", "barrios", barrios)
    _guardar(destino / "territorio" / "distritos_industriales.geojson", "distritos_industriales", distritos)


def _rasgo(esquinas: Reales, **propiedades: str | int) -> dict[str, object]:
    lon, lat = a_grados(np.vstack([esquinas, esquinas[:1]]))
    anillo = [[x, y] for x, y in zip(lon.tolist(), lat.tolist(), strict=True)]
    return {
        "type": "Feature",
        "properties": {**propiedades, "sintetico": True},
        "geometry": {"type": "Polygon", "coordinates": [anillo]},
    }


def _guardar(ruta: Path, nombre: str, rasgos: list[dict[str, object]]) -> None:
    ruta.parent.mkdir(parents=True, exist_ok=True)
    coleccion = {"type": "FeatureCollection", "name": nombre, "features": rasgos}
    ruta.write_text(json.dumps(coleccion, ensure_ascii=False, indent=1) + "\n", "utf-8")
