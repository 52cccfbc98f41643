"""JSON: an array of objects, alone or inside an object, streamed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import ijson
import polars as pl

from ingest.contract import Tabla
from ingest.lectores import encabezado as enc
from ingest.lectores.celdas import texto_celda
from ingest.lectores.contract import Avance
from ingest.lectores.lectura import Fila, LecturaBase
from observatorio.errors import ErrorArchivo

MAX_OBJETO = 32 << 20
"""Bytes of one object: a thousand texts of the longest length. Beyond, the file is no list of records."""
MAX_NIVELES = 100
"""Objects inside objects: real ones have five."""
COLCHON = 1 << 16


class _Medido:
    """A file that counts what is read, and refuses to read on when one object has grown absurdly."""

    def __init__(self, archivo: BinaryIO, avance: Avance) -> None:
        self._archivo = archivo
        self._avance = avance
        self._limite = MAX_OBJETO
        if archivo.read(3) != b"\xef\xbb\xbf":
            archivo.seek(0)
        avance.bytes = archivo.tell()

    def read(self, cuantos: int = -1) -> bytes:
        """What `ijson` calls."""
        datos = self._archivo.read(cuantos)
        self._avance.bytes += len(datos)
        if self._avance.bytes > self._limite:
            raise ErrorArchivo(
                f"El JSON tiene un objeto de más de {MAX_OBJETO >> 20} millones de caracteres.",
                "Envíe una lista de registros, cada uno con sus campos.",
            )
        return datos

    def avanzar(self) -> None:
        """The object is complete: the next one begins here."""
        self._limite = self._avance.bytes + MAX_OBJETO


@dataclass
class Lista:
    """Where the objects are (a prefix of `ijson`), and their fields in order of appearance."""

    prefijo: str = ""
    campos: dict[str, None] = field(default_factory=dict)


def explorar(ruta: Path) -> Lista:
    """Find the one array of objects and all its fields. Raises `ErrorArchivo` if there is none, or a second one."""
    lista = Lista()
    nivel = 0
    posible = anterior = ""
    with ruta.open("rb") as crudo:
        archivo = _Medido(crudo, Avance())
        for prefijo, evento, valor in _sin_fallas(ijson.parse(archivo, buf_size=COLCHON)):
            if evento == "start_map" and anterior == "start_array" and posible and posible == prefijo:
                _unica(lista, posible)
            if evento in ("start_map", "start_array"):
                nivel += 1
                if nivel > MAX_NIVELES:
                    raise ErrorArchivo(f"El JSON tiene más de {MAX_NIVELES} niveles.", "Envíe una lista de registros.")
                if evento == "start_array" and nivel <= 2:
                    posible = f"{prefijo}.item".lstrip(".")
            elif evento in ("end_map", "end_array"):
                nivel -= 1
                if prefijo == lista.prefijo:
                    archivo.avanzar()
            elif evento == "map_key" and prefijo == lista.prefijo and lista.prefijo:
                _agregar(lista, valor)
            anterior = evento
    if not lista.prefijo:
        raise ErrorArchivo(
            "El JSON no contiene una lista de registros.", "Envíe una lista de objetos, cada uno con los mismos campos."
        )
    return lista


def _unica(lista: Lista, prefijo: str) -> None:
    if lista.prefijo:
        raise ErrorArchivo("El JSON contiene más de una lista de registros.", "Envíe cada lista en un archivo aparte.")
    lista.prefijo = prefijo


def _agregar(lista: Lista, campo: str) -> None:
    lista.campos[campo] = None
    if len(lista.campos) > enc.MAX_COLUMNAS:
        raise ErrorArchivo("Los objetos del JSON tienen demasiados campos distintos.", "Envíe una lista de registros.")


def _sin_fallas(eventos: Iterator[Any]) -> Iterator[Any]:
    """The same events, with our words for what is not JSON."""
    try:
        yield from eventos
    except (ijson.JSONError, UnicodeDecodeError, RecursionError) as error:
        raise ErrorArchivo(
            "El JSON está incompleto o mal escrito.", "Vuelva a exportarlo en UTF-8 y envíelo otra vez."
        ) from error


class LecturaJson(LecturaBase):
    """An array of objects; what is no object goes to `irregulares`. Objects count from 1."""

    def __init__(self, ruta: Path, lector: Tabla, requeridas: enc.Requeridas) -> None:
        self._lista = explorar(ruta)
        campos = list(self._lista.campos)
        faltantes = enc.ausentes(campos, requeridas)
        if faltantes:
            raise enc.faltan(faltantes, campos, "entre sus campos el JSON")
        columnas = enc.nombrar([campo or "campo sin nombre" for campo in campos])
        super().__init__(ruta, "json", columnas, 0, letras={columna: columna for columna in columnas})

    def lotes(self) -> Iterator[pl.DataFrame]:
        """Batches of text; see `contract.Lectura`."""
        self.irregulares.clear()
        yield from self.agrupar(self._filas())

    def _filas(self) -> Iterator[Fila]:
        campos = list(self._lista.campos)
        with self.ruta.open("rb") as crudo:
            archivo = _Medido(crudo, self.avance)
            objetos = ijson.items(archivo, self._lista.prefijo, buf_size=COLCHON)
            for fila, objeto in enumerate(_sin_fallas(objetos), start=1):
                archivo.avanzar()
                if isinstance(objeto, dict):
                    yield fila, [texto_celda(objeto.get(campo)) for campo in campos]
                else:
                    self.anotar_irregular(fila, str(texto_celda(objeto)))


def es_geojson(ruta: Path) -> bool:
    """Whether a JSON is a GeoJSON FeatureCollection: its `type` says so, or `features` is its first list."""
    nivel = 0
    clave = ""
    with ruta.open("rb") as crudo:
        for evento, valor in _sin_fallas(ijson.basic_parse(_Medido(crudo, Avance()), buf_size=COLCHON)):
            if evento == "map_key" and nivel == 1:
                clave = valor
            elif evento in ("start_map", "start_array"):
                if nivel == 0 and evento == "start_array":
                    return False
                if nivel == 1 and evento == "start_array":
                    return clave == "features"
                nivel += 1
            elif evento in ("end_map", "end_array"):
                nivel -= 1
            elif nivel == 1 and clave == "type":
                return bool(valor == "FeatureCollection")
    return False
