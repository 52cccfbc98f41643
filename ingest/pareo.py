"""Which header of a file is which column of its source."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from ingest.contract import Campo, Fuente
from ingest.lectores.emparejar import coincide
from observatorio.errors import ErrorArchivo


@dataclass(frozen=True)
class Emparejamiento:
    """Which header of a file is which canonical column or measure, and which headers are left for `extra`.

    `unidos` holds, for each column that several headers make together, the name under which `unir` adds it to a batch,
    the headers, and the text between them.
    """

    columnas: dict[str, str]
    medidas: dict[str, str]
    sobrantes: tuple[str, ...]
    letras: Mapping[str, str]
    unidos: Mapping[str, tuple[tuple[str, ...], str]] = field(default_factory=dict)

    def unir(self, lote: pl.DataFrame) -> pl.DataFrame:
        """Add the columns that several headers make together; empty cells take no part."""
        return lote.with_columns(
            pl.concat_str(list(partes), separator=entre, ignore_nulls=True).replace("", None).alias(nombre)
            for nombre, (partes, entre) in self.unidos.items()
        )


def emparejar(encabezados: Sequence[str], fuente: Fuente, letras: Mapping[str, str]) -> Emparejamiento:
    """Match the headers of a file to the columns of a source; a pattern must hit exactly one, unless it joins several.

    Raises `ErrorArchivo` naming the columns that are missing or the headers between which it cannot choose.
    """
    columnas: dict[str, str] = {}
    unidos: dict[str, tuple[tuple[str, ...], str]] = {}
    usadas: set[str] = set()
    faltan: list[str] = []
    for nombre, campo in fuente.campos.items():
        halladas = _halladas(encabezados, campo, nombre)
        usadas.update(halladas)
        if len(halladas) > 1:
            columnas[nombre] = " + ".join(halladas)
            unidos[columnas[nombre]] = (tuple(halladas), campo.unir)
        elif halladas:
            columnas[nombre] = halladas[0]
        elif campo.requerido:
            faltan.append(nombre)
    medidas: dict[str, str] = {}
    for medida, patron in fuente.medidas.items():
        if halladas := _halladas(encabezados, Campo(patron=patron), medida):
            medidas[medida] = halladas[0]
    if fuente.medidas and not medidas:
        faltan.extend(fuente.medidas)
    if faltan:
        raise ErrorArchivo(
            f"Faltan columnas que la fuente «{fuente.id}» necesita: {', '.join(faltan)}.",
            f"El archivo trae: {', '.join(encabezados)}. Agregue las columnas o use la plantilla de la fuente.",
        )
    usadas.update(medidas.values())
    return Emparejamiento(columnas, medidas, tuple(h for h in encabezados if h not in usadas), letras, unidos)


def _halladas(encabezados: Sequence[str], campo: Campo, nombre: str) -> list[str]:
    patron = re.compile(campo.patron)
    halladas = [h for h in encabezados if coincide(patron, h)]
    if len(halladas) > 1 and not campo.unir:
        raise ErrorArchivo(
            f"Más de una columna podría ser «{nombre}»: {', '.join(halladas)}.",
            "Deje una sola de ellas, o cambie el nombre de las otras.",
        )
    return halladas
