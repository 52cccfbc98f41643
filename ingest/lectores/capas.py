"""Layers of features: GeoJSON, GeoPackage, Shapefile and KML, read by GDAL in a child process."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pyarrow as pa

from ingest.lectores import encabezado as enc
from ingest.lectores.contract import FILA, LAT, LON
from ingest.lectores.lectura import LecturaBase
from ingest.lectores.proceso import SIN_RED, SIN_SISTEMA, entrada, lanzar, salida, terminar
from observatorio.errors import ErrorArchivo

TROZO = 1 << 20


@dataclass(frozen=True)
class Origen:
    """A file that GDAL can open, the name by which its sender knows it, and its encoding if it states none."""

    ruta: Path
    nombre: str = ""
    codificacion: str = ""


class Archivo:
    """A file of features in its child process: its layers with their fields, and their features one after the other."""

    def __init__(self, origen: Origen) -> None:
        self.origen = origen
        self.capas = [Estrato(self, capa["nombre"], capa["campos"], capa["elementos"]) for capa in self._iniciar()]

    def _iniciar(self) -> list[dict[str, Any]]:
        self._a_medias = False
        self._proceso = lanzar("ingest.lectores.proceso_capas", str(self.origen.ruta), entorno=SIN_RED)
        linea = salida(self._proceso).readline()
        if not linea.endswith(b"\n"):
            raise self._rechazo()
        capas: list[dict[str, Any]] = orjson.loads(linea)
        return capas

    def leer(self, capa: str, epsg: int) -> Iterator[pl.DataFrame]:
        """A layer's features in batches; a stream that stops without its end mark is refused."""
        if self._a_medias:
            # What is still in the pipe belongs to a reading that was given up.
            self.cerrar()
            self._iniciar()
        pedido = {"capa": capa, "epsg": epsg, "codificacion": self.origen.codificacion}
        self._a_medias = True
        try:
            entrada(self._proceso).write(orjson.dumps(pedido) + b"\n")
            entrada(self._proceso).flush()
            with pa.ipc.open_stream(salida(self._proceso)) as lotes:
                for lote in lotes:
                    yield pl.DataFrame(pl.from_arrow(lote))
        except (pa.ArrowInvalid, OSError) as error:
            raise self._rechazo() from error
        self._a_medias = False

    def cerrar(self) -> None:
        """End the child process."""
        terminar(self._proceso)

    def _rechazo(self) -> ErrorArchivo:
        if terminar(self._proceso) == SIN_SISTEMA:
            return ErrorArchivo(
                "El sistema de coordenadas de la capa no se reconoce.",
                "Guárdela en EPSG:4326 o en UTM 19S (EPSG:32719), con su archivo .prj.",
            )
        return ErrorArchivo(
            "La capa está incompleta o dañada.", "Ábrala en QGIS, expórtela de nuevo y envíela otra vez."
        )


@dataclass(frozen=True)
class Estrato:
    """A layer of a file: its name there, its fields, and how many features it has (-1 if it does not say)."""

    archivo: Archivo
    nombre: str
    campos: list[str]
    elementos: int

    @property
    def titulo(self) -> str:
        """The name that its sender knows."""
        return self.archivo.origen.nombre or self.nombre


class LecturaCapa(LecturaBase):
    """The features of a layer, each with a point in longitude and latitude. They count from 1.

    Of several layers the first with the required fields is read; of a KML, where a layer is but a folder, all of them.
    """

    def __init__(
        self, original: Path, formato: str, origenes: list[Origen], epsg: int, requeridas: enc.Requeridas
    ) -> None:
        with ExitStack() as cierres:
            archivos = []
            for origen in origenes:
                archivos.append(Archivo(origen))
                cierres.callback(archivos[-1].cerrar)
            capas = _elegir(archivos, requeridas, todas=formato == "kml")
            procesos = cierres.pop_all()
        self._capas = capas
        self._epsg = epsg
        campos = list(dict.fromkeys(campo for capa in capas for campo in capa.campos))
        columnas = enc.nombrar([campo or "campo sin nombre" for campo in campos])
        self._nombres = dict(zip(campos, columnas, strict=True))
        super().__init__(
            original,
            formato,
            columnas,
            0,
            hoja=capas[0].titulo,
            letras={columna: columna for columna in columnas},
        )
        self.cierres.push(procesos)

    def lotes(self) -> Iterator[pl.DataFrame]:
        """Batches of text with `LON` and `LAT`; see `contract.Lectura`."""
        self.irregulares.clear()
        fila = 1
        total = sum(max(capa.elementos, 0) for capa in self._capas)
        for capa in self._capas:
            for lote in capa.archivo.leer(capa.nombre, self._epsg):
                yield self.revisar(self._completar(lote, fila))
                fila += lote.height
                self.avance.bytes = self.total_bytes * fila // max(total, fila)
        self.avance.bytes = self.total_bytes

    def _completar(self, lote: pl.DataFrame, fila: int) -> pl.DataFrame:
        """The batch with the fields of all layers, under their unique names, and the row numbers."""
        lote = lote.rename({campo: nombre for campo, nombre in self._nombres.items() if campo in lote.columns})
        faltan = [pl.lit(None, pl.String).alias(nombre) for nombre in self.columnas if nombre not in lote.columns]
        lugares = [lugar for lugar in (LON, LAT) if lugar in lote.columns]
        numeros = pl.int_range(fila, fila + lote.height, dtype=pl.Int64).alias(FILA)
        return lote.with_columns(*faltan).select(numeros, *self.columnas, *lugares)


def _elegir(archivos: list[Archivo], requeridas: enc.Requeridas, *, todas: bool) -> list[Estrato]:
    capas = [capa for archivo in archivos for capa in archivo.capas]
    if not capas:
        raise ErrorArchivo(
            "El archivo no trae ninguna capa con elementos.",
            "Si es un KML que solo enlaza a otro, envíe el archivo enlazado.",
        )
    buenas = [capa for capa in capas if not enc.ausentes(capa.campos, requeridas)]
    if not buenas:
        mejor = min(capas, key=lambda capa: len(enc.ausentes(capa.campos, requeridas)))
        raise enc.faltan(
            enc.ausentes(mejor.campos, requeridas), mejor.campos, f"entre sus campos la capa «{mejor.titulo}»"
        )
    return buenas if todas else buenas[:1]


def codificacion_dbf(dbf: Path) -> str:
    """The encoding of a table without .cpg: UTF-8 if all of it is, else Windows-1252, which holds Latin-1."""
    decodificador = codecs.getincrementaldecoder("utf-8")()
    with dbf.open("rb") as archivo:
        cabeza = archivo.read(32)
        archivo.seek(int.from_bytes(cabeza[8:10], "little"))
        try:
            while trozo := archivo.read(TROZO):
                decodificador.decode(trozo)
        except UnicodeDecodeError:
            return "CP1252"
    return "UTF-8"
