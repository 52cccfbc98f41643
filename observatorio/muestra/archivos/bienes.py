"""Bienes Nacionales: fiscal parcels as a zipped Shapefile in UTM 19S; one year comes in another datum."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pyogrio.raw
import shapely

from observatorio.muestra import suciedad
from observatorio.muestra.archivos.filas import conoce, fechas
from observatorio.muestra.azar import Reales, elegir, textos
from observatorio.muestra.lugares import EPSG_UTM, a_metros
from observatorio.muestra.manos import Mano, Renglones
from observatorio.muestra.mundo import Mundo
from observatorio.muestra.verdad import Bitacora

COLUMNAS = (
    "EXPEDIENTE",
    "RUT",
    "TITULAR",
    "TIPO_ACTO",
    "USO",
    "COMUNA",
    "FECHA_ACTO",
    "FECHA_TERM",
    "SUP_M2",
)
_LADO = {"industrial": 45.0, "ruta": 120.0, "mina": 900.0, "aldea": 60.0}


def escribir(m: Mundo, mano: Mano, destino: Path, k: int, bitacora: Bitacora) -> None:
    """Write `bienes_nacionales/predios_<anio>.zip`."""
    anio, rng, s = m.anios[k], m.rng("bienes", k), m.par.suciedad
    vistos = m.patente[:, k] & m.aqui[:, k] & np.isin(m.loc.zona, list(_LADO))
    vistos &= conoce(m, "bienes_nacionales", len(m.loc), m.par.cobertura["bienes_nacionales"])
    vistos |= (m.loc.faena >= 0) & m.aqui[:, k] & m.sitio.activo[:, k]
    est = np.flatnonzero(vistos)
    emp = m.loc.empresa[est]
    falla = textos([""] * len(est))
    r = Renglones("bienes_nacionales", k, est, emp, m.sitio.lugar[est, k], falla)
    corrido = int(s.datum[0]) == anio
    if corrido:
        suciedad.anotar(falla, np.arange(len(est)), s.datum_nombre)
    lugares = m.lugares.tomar(r.lugar)
    centros = a_metros(lugares.lon, lugares.lat)
    lado = np.array([_LADO[z] for z in m.loc.zona[est]]) * rng.uniform(0.7, 1.3, len(est))
    poligonos = _rectangulos(
        centros + (np.array(s.datum[1:]) if corrido else 0.0), lado, rng.uniform(0.6, 1.4, len(est))
    )
    rut, dv = mano.ruts(rng, r, m.emp.rut[emp], m.emp.dv[emp])
    dv = suciedad.sin_digito(rng, dv, falla, s.sin_dv["bienes_nacionales"])
    titular = mano.nombres(rng, r, m.emp.razon[emp], s.nombre["bienes_nacionales"], s.corte_planilla)
    acto = m.vida.inicio[emp] + np.timedelta64(90, "D")
    columnas = {
        "EXPEDIENTE": textos([f"2CT{e:05d}" for e in est]),
        "RUT": suciedad.unir_rut(rut, dv),
        "TITULAR": titular,
        "TIPO_ACTO": elegir(rng, ["CONCESION", "ARRIENDO"], len(est), np.array([0.6, 0.4])),
        "USO": m.emp.giro[emp],
        "COMUNA": textos(["CALAMA"] * len(est)),
        "FECHA_ACTO": fechas(acto, anio, "a-m-d"),
        "FECHA_TERM": fechas(acto + np.timedelta64(3650 * 4, "D"), anio + 60, "a-m-d"),
        "SUP_M2": np.round(shapely.area(poligonos)),
    }
    nombre = f"bienes_nacionales/predios_{anio}.zip"
    _guardar(destino / nombre, f"predios_{anio}", poligonos, columnas)
    bitacora.anotar(nombre, np.arange(1, len(est) + 1), est, emp, falla)


def _rectangulos(centros: Reales, lado: Reales, forma: Reales) -> np.ndarray:
    x, y = centros.T
    rectangulos: np.ndarray = shapely.box(x - lado / 2, y - lado * forma / 2, x + lado / 2, y + lado * forma / 2)
    return rectangulos


def _guardar(ruta: Path, capa: str, poligonos: np.ndarray, columnas: dict[str, np.ndarray]) -> None:
    """A zip with the Shapefile's parts, with fixed dates inside."""
    ruta.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as carpeta:
        pyogrio.raw.write(
            Path(carpeta) / f"{capa}.shp",
            shapely.to_wkb(poligonos),
            [columnas[c] for c in COLUMNAS],
            list(COLUMNAS),
            geometry_type="Polygon",
            crs=f"EPSG:{EPSG_UTM}",
            driver="ESRI Shapefile",
            encoding="ISO-8859-1",
            layer_options={"DBF_DATE_LAST_UPDATE": "2025-01-02"},
        )
        with zipfile.ZipFile(ruta, "w", zipfile.ZIP_DEFLATED) as paquete:
            for parte in sorted(Path(carpeta).iterdir()):
                paquete.writestr(zipfile.ZipInfo(parte.name, (2025, 1, 2, 0, 0, 0)), parte.read_bytes())
