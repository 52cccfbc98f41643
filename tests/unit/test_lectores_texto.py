"""Delimited text: encodings, separators, quotes, ragged rows and row numbers."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ingest.contract import Tabla
from ingest.lectores import abrir, flujo
from ingest.lectores.contract import FILA, Irregular
from observatorio.errors import ErrorArchivo

RUT = {"rut": re.compile("rut")}


def leer(ruta: Path, requeridas: dict[str, re.Pattern[str]] = RUT, **lector: Any) -> tuple[pl.DataFrame, Any]:
    """All rows, and the reading itself for what it noted."""
    with abrir(ruta, Tabla(**lector), requeridas) as lectura:
        lotes = list(lectura.lotes())
        esquema = {FILA: pl.Int64} | dict.fromkeys(lectura.columnas, pl.String)
        assert lectura.leidos() == lectura.total_bytes
        return pl.concat(lotes) if lotes else pl.DataFrame(schema=esquema), lectura


def escribir(carpeta: Path, datos: bytes | str, codificacion: str = "utf-8") -> Path:
    ruta = carpeta / "tabla.csv"
    ruta.write_bytes(datos if isinstance(datos, bytes) else datos.encode(codificacion))
    return ruta


@pytest.mark.parametrize("codificacion", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"])
@pytest.mark.parametrize("separador", [",", ";", "\t", "|"])
@pytest.mark.parametrize("salto", ["\n", "\r\n", "\r"])
def test_codificacion_y_separador(tmp_path: Path, codificacion: str, separador: str, salto: str) -> None:
    filas = [["RUT", "Razón social", "Año"], ["1-9", "Peñablanca; Ñandú, «sur»|norte\t", "2024"], ["2-7", "", "2023"]]
    texto = io.StringIO()
    csv.writer(texto, delimiter=separador, lineterminator=salto).writerows(filas)
    tabla, lectura = leer(escribir(tmp_path, texto.getvalue(), codificacion))
    assert lectura.columnas == ["RUT", "Razón social", "Año"]
    assert tabla.rows() == [(2, "1-9", filas[1][1].strip(), "2024"), (3, "2-7", None, "2023")]


def test_titulos_y_filas_en_blanco_se_cuentan(tmp_path: Path) -> None:
    tabla, lectura = leer(escribir(tmp_path, "Nómina de socios\n\n;;\nN°;RUT;Nombre\n1;1-9;Uno\n\n;;\n2;2-7;Dos\n"))
    assert (lectura.fila_encabezado, lectura.letras) == (4, {"N°": "A", "RUT": "B", "Nombre": "C"})
    assert tabla.rows() == [(5, "1", "1-9", "Uno"), (8, "2", "2-7", "Dos")]
    assert lectura.irregulares == []


def test_filas_irregulares(tmp_path: Path) -> None:
    texto = (
        "rut;nombre;comuna\n1-9;Uno;Calama\n2-7;Dos\n3-5;Tres;Calama;\n4-3;Cua;tro;Calama\n\n"
        "Total: 4\n5-1;Cinco;Calama\n"
    )
    tabla, lectura = leer(escribir(tmp_path, texto))
    assert tabla[FILA].to_list() == [2, 4, 8]
    assert lectura.irregulares == [
        Irregular(3, "2-7;Dos"), Irregular(5, "4-3;Cua;tro;Calama"), Irregular(7, "Total: 4"),
    ]  # fmt: skip
    assert tabla["comuna"].to_list() == ["Calama"] * 3


def test_columnas_vacias_al_final(tmp_path: Path) -> None:
    tabla, lectura = leer(escribir(tmp_path, "rut,nombre,,\n1-9,Uno,,\n2-7,Dos,,nota\n3-5,Tres,,\n"))
    assert lectura.columnas == ["rut", "nombre"]
    assert tabla["nombre"].to_list() == ["Uno", "Tres"]
    assert lectura.irregulares == [Irregular(3, "2-7,Dos,,nota")]


def test_celda_de_varias_lineas_es_una_fila(tmp_path: Path) -> None:
    texto = 'rut,"direccion\ncomercial",nota\n1-9,"Calle 1\nCalama",a\n2-7,"dijo ""no, gracias""",b\n3-5,,c\n'
    tabla, lectura = leer(escribir(tmp_path, texto))
    assert lectura.columnas == ["rut", "direccion comercial", "nota"]
    assert tabla.rows() == [
        (2, "1-9", "Calle 1\nCalama", "a"),
        (3, "2-7", 'dijo "no, gracias"', "b"),
        (4, "3-5", None, "c"),
    ]


def test_una_comilla_suelta_no_se_come_el_archivo(tmp_path: Path) -> None:
    filas = [f"{i}\tSociedad {i}\tCalama\t2024" for i in range(5000)]
    filas[10] = '10\t"SOCIEDAD DE INVERSIONES Y ASES\tCalama\t2024'
    filas[2000] = '2000\tTUBO 5" LTDA\tCalama\t2024'
    filas[3000] = '3000\tCOMERCIAL "DON PEPE"\tCalama\t2024'
    filas[4000] = '4000\tDON PEPE"\tCalama\t2024'
    tabla, lectura = leer(escribir(tmp_path, "rut\tnombre\tcomuna\tanio\n" + "\n".join(filas)))
    assert (tabla.height, lectura.irregulares) == (5000, [])
    assert tabla[FILA].to_list() == list(range(2, 5002))
    assert tabla["nombre"][10] == '"SOCIEDAD DE INVERSIONES Y ASES'
    assert [tabla["nombre"][i] for i in (2000, 3000, 4000)] == ['TUBO 5" LTDA', 'COMERCIAL "DON PEPE"', 'DON PEPE"']


def test_comilla_abierta_en_la_ultima_fila(tmp_path: Path) -> None:
    tabla, _ = leer(escribir(tmp_path, 'rut;nombre\n1-9;Uno\n2-7;"Dos'))
    assert tabla.rows() == [(2, "1-9", "Uno"), (3, "2-7", '"Dos')]


def test_el_primer_acento_llega_tarde(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flujo, "TAMANO", 4096)
    lineas = [f"{i};Nombre {i}".encode() for i in range(2000)]
    lineas[1500] = "1500;Ñandú".encode("cp1252")
    lineas[1800] = "1800;Ñandú".encode()
    tabla, _ = leer(escribir(tmp_path, b"rut;nombre\n" + b"\n".join(lineas) + b"\n"))
    assert tabla.height == 2000
    assert (tabla["nombre"][1500], tabla["nombre"][1800]) == ("Ñandú", "Ñandú")


def test_numeros_de_fila_a_traves_de_los_bloques(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flujo, "TAMANO", 1000)
    with (tmp_path / "tabla.csv").open("w", newline="") as archivo:
        escritor = csv.writer(archivo, lineterminator="\r\n")
        escritor.writerow(["rut", "nota"])
        for i in range(2, 1500):
            escritor.writerow([i, ["simple", "dos\nlíneas", 'con "comillas"', "coma, aquí"][i % 4]])
    tabla, lectura = leer(tmp_path / "tabla.csv")
    assert lectura.irregulares == []
    assert tabla[FILA].cast(pl.String).to_list() == tabla["rut"].to_list()
    assert set(tabla["nota"].to_list()) == {"simple", "dos\nlíneas", 'con "comillas"', "coma, aquí"}


def test_leer_dos_veces_da_lo_mismo(tmp_path: Path) -> None:
    ruta = escribir(tmp_path, "rut;nombre\n1-9;Uno\n2-7\n")
    with abrir(ruta, Tabla(), RUT) as lectura:
        primera, irregulares = pl.concat(lectura.lotes()), list(lectura.irregulares)
        assert pl.concat(lectura.lotes()).equals(primera)
        assert lectura.irregulares == irregulares


def test_una_sola_columna_con_comas(tmp_path: Path) -> None:
    tabla, _ = leer(escribir(tmp_path, "RUT\n1-9, de Uno\n\n2-7; 3-5\n"))
    assert tabla.rows() == [(2, "1-9, de Uno"), (4, "2-7; 3-5")]


def test_el_separador_no_lo_deciden_los_decimales(tmp_path: Path) -> None:
    tabla, lectura = leer(escribir(tmp_path, "rut;lat;lon\n1-9;-22,46;-68,93\n2-7;-22,4;-68,9\n"))
    assert lectura.columnas == ["rut", "lat", "lon"]
    assert tabla["lat"].to_list() == ["-22,46", "-22,4"]


def test_falta_una_columna(tmp_path: Path) -> None:
    ruta = escribir(tmp_path, "Informe\nRUT;Nombre\n1-9;Uno\n")
    with pytest.raises(ErrorArchivo, match=r"«comuna».*fila 2.*«RUT», «Nombre»"):
        abrir(ruta, Tabla(), RUT | {"comuna": re.compile("comuna")})


TEXTO = st.text(st.sampled_from('abÑé ;,\t|"\n0'), max_size=12)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    filas=st.integers(1, 5).flatmap(lambda n: st.lists(st.lists(TEXTO, min_size=n, max_size=n), max_size=8)),
    separador=st.sampled_from(";,\t|"),
    codificacion=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    todas=st.booleans(),
    tamano=st.sampled_from([1 << 20, 64]),
)
def test_ida_y_vuelta(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, filas: list[list[str]], separador: str, codificacion: str,
    todas: bool, tamano: int,
) -> None:  # fmt: skip
    ancho = len(filas[0]) if filas else 1
    # Rows whose every line looks like a whole row by itself are read as such (see `registros`): quotes lost there.
    assume(ancho < 4 or not any("\n" in (todo := "".join(fila)) and separador in todo for fila in filas))
    texto = io.StringIO()
    forma = csv.QUOTE_ALL if todas else csv.QUOTE_MINIMAL
    escritor = csv.writer(texto, delimiter=separador, lineterminator="\n", quoting=forma)
    escritor.writerows([["rut", *(f"c{i}" for i in range(1, ancho))], *filas])
    monkeypatch.setattr(flujo, "TAMANO", tamano)
    tabla, lectura = leer(escribir(tmp_path, texto.getvalue(), codificacion))
    esperadas = [
        (numero, *(celda.strip() or None for celda in fila))
        for numero, fila in enumerate(filas, start=2)
        if any(celda.strip() for celda in fila)
    ]
    assert lectura.irregulares == []
    assert tabla.rows() == esperadas
