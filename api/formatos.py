"""The same rows as JSON, CSV, Excel, GeoJSON or Parquet."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

MEDIOS: Final[Mapping[str, str]] = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "geojson": "application/geo+json",
    "parquet": "application/vnd.apache.parquet",
    "gpkg": "application/geopackage+sqlite3",
}
_PELIGROSOS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_ENTEROS: Final = frozenset({"anio", "n", "redondeo"})
_DECIMALES: Final = frozenset({"valor", "anterior", "variacion", "cobertura"})

Registro = Mapping[str, object]


def a_json(cuerpo: object) -> bytes:
    """An answer as JSON. Column names that come from the database are text of a subclass, which has to be allowed."""
    return orjson.dumps(cuerpo, option=orjson.OPT_NON_STR_KEYS)


def a_csv(registros: Iterable[Registro], columnas: Sequence[str], separador: str = ",") -> bytes:
    """Rows as CSV in UTF-8. With `;` it is what a Chilean Excel opens by itself: byte order mark and decimal comma.

    A text that a spreadsheet would take for a formula gets an apostrophe before it; numbers stay numbers.
    """
    marca = codecs.BOM_UTF8 if separador == ";" else b""
    return marca + b"".join(lineas_csv(registros, columnas, separador))


def lineas_csv(registros: Iterable[Registro], columnas: Sequence[str], separador: str = ",") -> Iterator[bytes]:
    """The same, piece by piece and without the mark, for selections of any size."""
    salida = io.StringIO(newline="")
    escritor = csv.writer(salida, delimiter=separador)
    escritor.writerow(columnas)
    for numero, registro in enumerate(registros, start=1):
        escritor.writerow([_celda_csv(registro.get(c), separador == ";") for c in columnas])
        if numero % 500 == 0:
            yield salida.getvalue().encode()
            salida.seek(0)
            salida.truncate()
    yield salida.getvalue().encode()


def _celda_csv(valor: object, coma: bool) -> str:
    """One value as text: nothing is the empty cell."""
    if valor is None:
        return ""
    if isinstance(valor, bool):
        return "true" if valor else "false"
    if isinstance(valor, int | float):
        texto = str(valor)
        return texto.replace(".", ",") if coma else texto
    return neutral(str(valor))


def neutral(texto: str) -> str:
    """The text, with an apostrophe before what a spreadsheet would execute."""
    return f"'{texto}" if texto.startswith(_PELIGROSOS) else texto


def a_xlsx(
    registros: Iterable[Registro], encabezados: Mapping[str, str], acerca: Mapping[str, str], hoja: str = "Datos"
) -> bytes:
    """Rows as a workbook: one sheet with the data under `encabezados` (column -> title), one that says what they are.
    Texts are written as texts: none becomes a formula or a link."""
    salida = io.BytesIO()
    with xlsxwriter.Workbook(salida, {"in_memory": True}) as libro:
        negrita = libro.add_format({"bold": True, "bottom": 1})
        datos = libro.add_worksheet(hoja)
        datos.freeze_panes(1, 0)
        for j, titulo in enumerate(encabezados.values()):
            datos.write_string(0, j, titulo, negrita)
        for i, registro in enumerate(registros, start=1):
            for j, columna in enumerate(encabezados):
                valor = registro.get(columna)
                if isinstance(valor, int | float):
                    datos.write_number(i, j, valor)
                elif valor is not None:
                    datos.write_string(i, j, str(valor))
        datos.autofit()
        notas = libro.add_worksheet("Acerca de")
        for i, (nombre, texto) in enumerate(acerca.items()):
            notas.write_string(i, 0, nombre, negrita)
            notas.write_string(i, 1, texto)
        notas.autofit()
    return salida.getvalue()


def a_parquet(registros: Sequence[Registro], columnas: Sequence[str], acerca: Mapping[str, str]) -> bytes:
    """Rows as Parquet; what they are travels in the file's metadata."""
    tipos = {c: _tipo(c, registros) for c in columnas}
    esquema = pa.schema(tipos.items(), metadata=dict(acerca))
    arreglos = [
        pa.array([_real(r.get(c)) if pa.types.is_float64(tipos[c]) else r.get(c) for r in registros], tipos[c])
        for c in columnas
    ]
    salida = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arreglos, schema=esquema), salida)
    return salida.getvalue()


def _tipo(columna: str, registros: Iterable[Registro]) -> pa.DataType:
    """The type of a column: that of its name, or else numbers where something in it is one."""
    if columna in _ENTEROS:
        return pa.int64()
    numeros = columna in _DECIMALES or any(isinstance(r.get(columna), int | float) for r in registros)
    return pa.float64() if numeros else pa.string()


def _real(valor: object) -> float | None:
    """A number as a float, whole or not."""
    return float(valor) if isinstance(valor, int | float) else None


def a_geojson(
    registros: Iterable[Registro], geometrias: Mapping[str, str | None], nombres: Mapping[str, str], acerca: Registro
) -> bytes:
    """Rows with a `zona` as GeoJSON features (EPSG:4326). The geometry is the text that PostGIS wrote, passed through;
    rows without a place, such as `sin_ubicacion`, have a null one."""
    rasgos = []
    for registro in registros:
        zona = str(registro["zona"])
        geometria = geometrias.get(zona)
        rasgos.append(
            {
                "type": "Feature",
                "id": zona,
                "properties": {**registro, "nombre": nombres.get(zona)},
                "geometry": orjson.Fragment(geometria) if geometria else None,
            }
        )
    return a_json({"type": "FeatureCollection", **acerca, "features": rasgos})
