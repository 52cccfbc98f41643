"""Layers: a point in degrees for every feature, whatever the format, the shape and the reference system."""

from __future__ import annotations

import json
import re
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import geopandas
import polars as pl
import pytest
from pyproj import Transformer
from shapely import LineString, Point, Polygon, box

from ingest.contract import Capa, Tabla
from ingest.lectores import abrir
from ingest.lectores.contract import FILA, LAT, LON
from observatorio.errors import ErrorArchivo

REQ = {"expediente": re.compile("expediente|name")}
X, Y = Transformer.from_crs(4326, 32719, always_xy=True).transform(-68.9294, -22.4624)

KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document>
<NetworkLink><Link><href>http://127.0.0.1:9/otro.kml</href></Link></NetworkLink>
<Folder><name>Ferias</name><Placemark><name>Feria Ñandú</name>
<ExtendedData><Data name="giro"><value>frutas</value></Data></ExtendedData>
<Point><coordinates>-68.93,-22.46,0</coordinates></Point></Placemark></Folder>
<Folder><name>Pueblos</name><Placemark><name>Lasana</name><Polygon><outerBoundaryIs><LinearRing><coordinates>
-68.64,-22.28 -68.62,-22.28 -68.62,-22.26 -68.64,-22.26 -68.64,-22.28</coordinates></LinearRing>
</outerBoundaryIs></Polygon></Placemark>
<Placemark><name>Sin lugar</name></Placemark></Folder></Document></kml>"""


def leer(ruta: Path, lector: Any = None) -> tuple[pl.DataFrame, Any]:
    """All features, and the reading itself."""
    with abrir(ruta, lector or Capa(), REQ) as lectura:
        tabla = pl.concat(lectura.lotes())
        assert lectura.leidos() == lectura.total_bytes
        return tabla, lectura


def escribir_shp(
    carpeta: Path, crs: int | None = 32719, codificacion: str = "ISO-8859-1", quitar: tuple[str, ...] = ()
) -> Path:
    """A zipped Shapefile of parcels in UTM 19S; the parts in `quitar` are left out."""
    capa = geopandas.GeoDataFrame(
        {"EXPEDIENTE": ["A1", "A2", "A3"], "TITULAR": ["Ñuñez", None, "Péndola"], "SUP_M2": [400.0, 12.5, 0.0]},
        geometry=[box(X - 10, Y - 10, X + 10, Y + 10), None, box(X - 5, Y - 5, X + 5, Y + 5)],
        crs=crs,
    )
    capa.to_file(carpeta / "predios.shp", encoding=codificacion)
    with zipfile.ZipFile(carpeta / "predios_2024.zip", "w") as archivo:
        for parte in sorted(carpeta.glob("predios.*")):
            if parte.suffix not in quitar:
                archivo.write(parte, f"Predios fiscales/{parte.name.upper()}")
    return carpeta / "predios_2024.zip"


def test_shapefile_en_zip(tmp_path: Path) -> None:
    tabla, lectura = leer(escribir_shp(tmp_path))
    assert (lectura.formato, lectura.hoja, lectura.fila_encabezado) == ("shp", "PREDIOS", 0)
    assert lectura.letras == {"EXPEDIENTE": "EXPEDIENTE", "TITULAR": "TITULAR", "SUP_M2": "SUP_M2"}
    assert tabla.columns == [FILA, "EXPEDIENTE", "TITULAR", "SUP_M2", LON, LAT]
    assert tabla.schema[LON] == pl.Float64
    assert tabla.drop(LON, LAT).rows() == [
        (1, "A1", "Ñuñez", "400"), (2, "A2", None, "12,5"), (3, "A3", "Péndola", "0"),
    ]  # fmt: skip
    assert tabla[LON].to_list() == [pytest.approx(-68.9294, abs=1e-4), None, pytest.approx(-68.9294, abs=1e-4)]
    assert tabla[LAT][0] == pytest.approx(-22.4624, abs=1e-4)


@pytest.mark.parametrize("codificacion", ["ISO-8859-1", "UTF-8"])
def test_shapefile_sin_prj_ni_cpg(tmp_path: Path, codificacion: str) -> None:
    ruta = escribir_shp(tmp_path, codificacion=codificacion, quitar=(".prj", ".cpg"))
    tabla, _ = leer(ruta, Capa(epsg=32719))
    assert tabla["TITULAR"].to_list() == ["Ñuñez", None, "Péndola"]
    assert tabla[LAT][0] == pytest.approx(-22.4624, abs=1e-4)


def test_shapefile_incompleto(tmp_path: Path) -> None:
    with pytest.raises(ErrorArchivo, match=r"le falta su archivo \.dbf"):
        abrir(escribir_shp(tmp_path, quitar=(".dbf",)), Capa(), REQ)


def test_geopackage(tmp_path: Path) -> None:
    formas = [Point(X, Y), LineString([(X, Y), (X + 100, Y)]), Polygon([(X, Y), (X + 9, Y), (X, Y + 9)]), None]
    capa = geopandas.GeoDataFrame(
        {"expediente": ["a", "b", "c", "d"], "n": [1, 2, 3, 4], "si": [True, False, True, True]},
        geometry=formas,
        crs=32719,
    )
    capa[["n", "geometry"]].to_file(tmp_path / "c.gpkg", layer="aparte")
    capa.to_file(tmp_path / "c.gpkg", layer="predios")
    (tmp_path / "c.gpkg").rename(tmp_path / "c.xlsx")
    with abrir(tmp_path / "c.xlsx", Capa(), REQ) as lectura:
        assert (lectura.formato, lectura.hoja) == ("gpkg", "predios")
        # A reading that is given up half-way does no harm to the next one.
        next(lectura.lotes())
        tabla = pl.concat(lectura.lotes())
    assert tabla["expediente"].to_list() == ["a", "b", "c", "d"]
    assert tabla["n"].to_list() == ["1", "2", "3", "4"]
    assert tabla["si"].to_list() == ["si", "no", "si", "si"]
    assert tabla[LON].null_count() == tabla[LAT].null_count() == 1


def test_geojson(tmp_path: Path) -> None:
    elementos = [
        {"type": "Feature", "properties": {"expediente": "01", "fecha": "2024/05/01", "lista": [1, 2]},
         "geometry": {"type": "Point", "coordinates": [-68.93, -22.46]}},
        {"type": "Feature", "properties": {"expediente": 7, "monto": 1.5}, "geometry": None},
    ]  # fmt: skip
    ruta = tmp_path / "capa.csv"
    ruta.write_text(json.dumps({"features": elementos, "type": "FeatureCollection"}), encoding="utf-8")
    tabla, lectura = leer(ruta, Tabla())
    assert lectura.formato == "geojson"
    assert tabla["expediente"].to_list() == ["01", "7"]
    assert tabla["monto"].to_list() == [None, "1,5"]
    assert tabla.select(LON, LAT).rows() == [(-68.93, -22.46), (None, None)]


@pytest.mark.parametrize("comprimido", [False, True])
def test_kml_y_kmz(tmp_path: Path, comprimido: bool) -> None:
    ruta = tmp_path / "mapa.kml"
    ruta.write_text(KML, encoding="utf-8")
    if comprimido:
        with zipfile.ZipFile(tmp_path / "mapa.kmz", "w") as archivo:
            archivo.write(ruta, "doc.kml")
            archivo.writestr("images/icono.png", b"\x89PNG")
        ruta = tmp_path / "mapa.kmz"
    tabla, lectura = leer(ruta)
    assert lectura.formato == "kml"
    nombre = next(columna for columna in lectura.columnas if columna.lower() == "name")
    assert tabla[FILA].to_list() == [1, 2, 3]
    assert tabla[nombre].to_list() == ["Feria Ñandú", "Lasana", "Sin lugar"]
    assert tabla["giro"].to_list() == ["frutas", None, None]
    assert tabla[LON].to_list() == [-68.93, pytest.approx(-68.63, abs=0.01), None]


def test_falta_un_campo_y_tabla_donde_se_espera_capa(tmp_path: Path) -> None:
    with pytest.raises(ErrorArchivo, match=r"«rol».*la capa «PREDIOS» dice «EXPEDIENTE», «TITULAR», «SUP_M2»"):
        abrir(escribir_shp(tmp_path), Capa(), {"rol": re.compile("rol")})
    (tmp_path / "t.csv").write_text("expediente;b\n1;2\n")
    with pytest.raises(ErrorArchivo, match="Se espera una capa"):
        abrir(tmp_path / "t.csv", Capa(), REQ)


def test_lo_descomprimido_se_borra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    temporal = tmp_path / "temporal"
    temporal.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporal))
    ruta = escribir_shp(tmp_path)
    with abrir(ruta, Capa(), REQ):
        assert list(temporal.iterdir())
    assert not list(temporal.iterdir())
    with pytest.raises(ErrorArchivo):
        abrir(ruta, Capa(), {"rol": re.compile("rol")})
    assert not list(temporal.iterdir())
