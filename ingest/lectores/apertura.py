"""From a path to the reader of what it holds.

Each reader is imported when a file of its kind appears: their libraries are large, and child processes that import this
package must stay small.
"""

from __future__ import annotations

import tempfile
import zipfile
from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from ingest.contract import Capa, Tabla
from ingest.lectores import zip_seguro
from ingest.lectores.deteccion import Formato, detectar
from ingest.lectores.encabezado import Requeridas
from observatorio.errors import ErrorArchivo

if TYPE_CHECKING:
    from ingest.lectores.capas import Origen
    from ingest.lectores.lectura import LecturaBase

PARTES_SHP = (".shp", ".shx", ".dbf")
"""Without these a Shapefile is not whole; `.prj` and `.cpg` help where they are."""


def abrir(ruta: Path, lector: Tabla | Capa, requeridas: Requeridas) -> LecturaBase:
    """Open a file of any known format for reading; its content decides which, never its extension.

    `requeridas`: canonical column -> compiled pattern of its header (see `emparejar.coincide`). Raises `ErrorArchivo`,
    in words for the sender, if the file is empty, broken, hostile, of an unknown kind or without those columns. The
    answer is a `contract.Lectura`: close it, or use it as a context manager.
    """
    with ExitStack() as cierres:
        apertura = _Apertura(ruta, lector, requeridas, cierres)
        lectura = apertura.abrir(ruta, dentro=False)
        lectura.cierres.push(cierres.pop_all().__exit__)
        return lectura


class _Apertura:
    """One opening: what it unpacks lies in a folder that `cierres` removes."""

    def __init__(self, ruta: Path, lector: Tabla | Capa, requeridas: Requeridas, cierres: ExitStack) -> None:
        self._ruta = ruta
        self._lector = lector
        self._requeridas = requeridas
        self._cierres = cierres

    def abrir(self, ruta: Path, *, dentro: bool) -> LecturaBase:
        """The reader of a file, or of what a zip holds (`dentro`: it came out of one)."""
        formato = detectar(ruta)
        match formato:
            case Formato.ZIP:
                return self._zip(ruta, dentro=dentro)
            case Formato.GPKG:
                return self._capa("gpkg", [self._con_extension(ruta, "gpkg")])
            case Formato.KML:
                return self._kml(ruta)
            case Formato.JSON:
                return self._json(ruta)
            case Formato.XLS:
                return self._hoja(ruta, "xls")
        tabla = self._tabla()
        if formato is Formato.XML_HOJA:
            from ingest.lectores.xml_hojas import LecturaXml

            return LecturaXml(ruta, tabla, self._requeridas)
        from ingest.lectores.texto import LecturaTexto

        return LecturaTexto(ruta, tabla, self._requeridas)

    def _tabla(self) -> Tabla:
        if isinstance(self._lector, Tabla):
            return self._lector
        raise ErrorArchivo(
            "Se espera una capa con ubicaciones, y el archivo es una tabla.",
            "Envíe un GeoJSON, un GeoPackage, un KML o un Shapefile dentro de un zip.",
        )

    def _carpeta(self) -> Path:
        return Path(self._cierres.enter_context(tempfile.TemporaryDirectory(prefix="observatorio-")))

    def _con_extension(self, ruta: Path, extension: str) -> Origen:
        """The file under the extension by which GDAL knows its format, whatever its sender called it."""
        from ingest.lectores.capas import Origen

        enlace = self._carpeta() / f"capa.{extension}"
        enlace.symlink_to(ruta.resolve())
        return Origen(enlace)

    def _capa(self, formato: str, origenes: list[Origen]) -> LecturaBase:
        from ingest.lectores.capas import LecturaCapa

        epsg = self._lector.epsg if isinstance(self._lector, Capa) else 4326
        return LecturaCapa(self._ruta, formato, origenes, epsg, self._requeridas)

    def _hoja(self, ruta: Path, formato: str) -> LecturaBase:
        from ingest.lectores.hojas import LecturaHoja

        return LecturaHoja(ruta, formato, self._tabla(), self._requeridas)

    def _kml(self, ruta: Path) -> LecturaBase:
        from ingest.lectores.contract import Avance
        from ingest.lectores.xml_hojas import eventos

        # The first event comes after the document type, where entities would be.
        next(eventos(ruta, Avance()), None)
        return self._capa("kml", [self._con_extension(ruta, "kml")])

    def _json(self, ruta: Path) -> LecturaBase:
        from ingest.lectores.json_filas import LecturaJson, es_geojson

        if es_geojson(ruta):
            return self._capa("geojson", [self._con_extension(ruta, "geojson")])
        return LecturaJson(ruta, self._tabla(), self._requeridas)

    def _zip(self, ruta: Path, *, dentro: bool) -> LecturaBase:
        with zip_seguro.abrir_zip(ruta) as archivo:
            nombres = set(archivo.namelist())
            for libro, formato in (("xl/workbook.xml", "xlsx"), ("xl/workbook.bin", "xlsb")):
                if libro in nombres:
                    return self._libro(ruta, archivo, formato)
            if "content.xml" in nombres and "mimetype" in nombres:
                return self._ods(ruta, archivo)
            if "word/document.xml" in nombres:
                raise ErrorArchivo(
                    "El archivo es un documento de Word.", "Copie la tabla a una planilla y guárdela como xlsx."
                )
            if dentro:
                raise ErrorArchivo("El zip contiene otro zip.", "Envíe un zip con el archivo de datos directamente.")
            return self._contenido(archivo)

    def _libro(self, ruta: Path, archivo: zipfile.ZipFile, formato: str) -> LecturaBase:
        zip_seguro.revisar_tamano(archivo.infolist(), zip_seguro.MAX_PLANILLA)
        zip_seguro.comprobar(archivo)
        return self._hoja(ruta, formato)

    def _ods(self, ruta: Path, archivo: zipfile.ZipFile) -> LecturaBase:
        tipo = b"application/vnd.oasis.opendocument.spreadsheet"
        if zip_seguro.inicio(archivo, "mimetype", len(tipo)) != tipo:
            raise ErrorArchivo(
                "El archivo es un documento de LibreOffice, no una planilla.", "Guarde la tabla como ods o xlsx."
            )
        return self._libro(ruta, archivo, "ods")

    def _contenido(self, archivo: zipfile.ZipFile) -> LecturaBase:
        """A Shapefile, a KML (with its pictures, if it is a KMZ) or a single file."""
        miembros = zip_seguro.datos(archivo)
        shp = [m for m in miembros if m.filename.lower().endswith(".shp")]
        if shp:
            return self._capa("shp", [self._shapefile(archivo, m) for m in shp])
        kml = [m for m in miembros if m.filename.lower().endswith(".kml")]
        elegidos = kml[:1] or miembros
        if len(elegidos) != 1:
            nombres = ", ".join(f"«{m.filename[:60]}»" for m in miembros[:10]) or "ninguno"
            raise ErrorArchivo(
                f"El zip debe traer un solo archivo de datos, y trae: {nombres}.",
                "Envíe cada archivo por separado, o un Shapefile completo en un zip.",
            )
        return self.abrir(zip_seguro.extraer(archivo, elegidos[0], self._carpeta() / "datos"), dentro=True)

    def _shapefile(self, archivo: zipfile.ZipFile, shp: zipfile.ZipInfo) -> Origen:
        """Unpack a Shapefile's parts under a name of ours."""
        from ingest.lectores.capas import Origen, codificacion_dbf

        raiz = shp.filename[: -len(".shp")]
        partes = {
            m.filename[len(raiz) :].lower(): m for m in zip_seguro.datos(archivo) if m.filename.startswith(f"{raiz}.")
        }
        faltan = [parte for parte in PARTES_SHP if parte not in partes]
        if faltan:
            raise ErrorArchivo(
                f"Al Shapefile le falta su archivo {' y su archivo '.join(faltan)}.",
                "Ponga en el zip los archivos .shp, .shx, .dbf y .prj de la capa.",
            )
        carpeta = self._carpeta()
        for extension in (*PARTES_SHP, ".prj", ".cpg"):
            if extension in partes:
                zip_seguro.extraer(archivo, partes[extension], carpeta / f"capa{extension}")
        codificacion = "" if ".cpg" in partes else codificacion_dbf(carpeta / "capa.dbf")
        return Origen(carpeta / "capa.shp", PurePosixPath(raiz).name, codificacion)
