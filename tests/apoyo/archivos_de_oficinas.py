"""Files as the offices write them, a row at a time, and the loads made of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl
import xlsxwriter
from sqlalchemy import Engine

import ingest.fuentes
from ingest.contract import Fuente
from ingest.pipeline import cargar
from observatorio import catalogo
from observatorio.normalizar.rut import dv_de

FUENTES = catalogo.discover(ingest.fuentes, Fuente)
CUT = "02201"
NOMINA = (
    *("Año comercial", "RUT", "DV", "Razón social", "Tramo según ventas", "Número de trabajadores dependie"),
    *("Fecha inicio de actividades vige", "Fecha término de giro", "Comuna"),
)
DIRECCIONES = (
    *("RUT", "DV", "VIGENCIA", "FECHA", "TIPO_DIRECCION", "CALLE", "NUMERO", "BLOQUE", "DEPARTAMENTO"),
    *("VILLA_POBLACION", "CIUDAD", "COMUNA", "REGION"),
)
PATENTES = (
    *("ROL PATENTE", "TIPO PATENTE", "R.U.T.", "NOMBRE O RAZÓN SOCIAL", "GIRO", "DIRECCIÓN COMERCIAL"),
    *("FECHA INICIO", "ESTADO", "Nº TRABAJADORES"),
)
ENCUESTA = ("nombre_local", "rut", "direccion", "giro", "comuna", "funcionando", "inicio_sii", "patente")
PROVEEDORES = (
    *("RUT COMPRADOR", "RUT PROVEEDOR", "RAZON SOCIAL PROVEEDOR", "AÑO", "CATEGORIA", "MONTO", "REGION", "COMUNA"),
)
FAENAS = ("RUT", "RAZON SOCIAL", "FAENA", "COMUNA", "LATITUD", "LONGITUD", "TRABAJADORES PROPIOS", "CONTRATISTAS")


def dv(rut: int) -> str:
    """The check digit of a RUT."""
    return str(dv_de(pl.Series([rut]))[0])


def con_dv(rut: int) -> str:
    """A RUT as it is written, without points."""
    return f"{rut}-{dv(rut)}"


def texto(ruta: Path, encabezado: Sequence[str], *filas: Sequence[object], separador: str = "\t") -> Path:
    """Write a delimited text in UTF-8, without quotes; its path."""
    lineas = [encabezado, *filas]
    ruta.write_text("\n".join([*(separador.join(map(str, fila)) for fila in lineas), ""]), encoding="utf-8")
    return ruta


def libro(ruta: Path, encabezado: Sequence[str], *filas: Sequence[object]) -> Path:
    """Write a workbook of one sheet in which every cell is a text; its path."""
    with xlsxwriter.Workbook(ruta) as abierto:
        hoja = abierto.add_worksheet("Hoja")
        for i, fila in enumerate([encabezado, *filas]):
            hoja.write_row(i, 0, [str(celda) for celda in fila])
    return ruta


def listada(
    rut: int, gente: object = 10, comuna: str = "Calama", termino: str = "", anio: int = 2024
) -> tuple[object, ...]:
    """A row of `NOMINA`."""
    return (anio, rut, dv(rut), f"FIRMA {rut} SA", 4, gente, "2010-01-01", termino, comuna)


def domicilio(
    rut: int,
    calle: str,
    tipo: str = "DOMICILIO",
    *,
    vigencia: str = "S",
    desde: str = "2010-01-01",
    comuna: str = "CALAMA",
) -> tuple[object, ...]:
    """A row of `DIRECCIONES`: number 100 of a street."""
    return (rut, dv(rut), vigencia, desde, tipo, calle, 100, "", "", "", "", comuna, "")


def patente(
    rut: int, direccion: str, gente: object = "", estado: str = "DEFINITIVA", giro: str = "VENTA", inicio: str = ""
) -> tuple[object, ...]:
    """A row of `PATENTES`, whose number is of the firm and the address."""
    rol = f"2-{rut}-{direccion}"
    return (rol, "COMERCIAL", con_dv(rut), f"FIRMA {rut} SA", giro, direccion, inicio, estado, gente)


def compra(
    comprador: int, proveedor: int, comuna: str = "CALAMA", anio: int = 2024, categoria: str = "TI"
) -> tuple[object, ...]:
    """A row of `PROVEEDORES`: a thousand pesos."""
    return (con_dv(comprador), con_dv(proveedor), f"FIRMA {proveedor} SA", anio, categoria, 1000, "", comuna)


def faena(rut: int, nombre: str, comuna: str = "CALAMA") -> tuple[object, ...]:
    """A row of `FAENAS` without a point."""
    return (con_dv(rut), f"MINERA {rut}", nombre, comuna, "", "", 100, 200)


def subir(engine: Engine, fuente: str, *rutas: Path, anio: int | None = 2024) -> int:
    """Load files of a source together, of which no row may be rejected; the number of the first one's load."""
    hechas = cargar(engine, FUENTES[fuente], rutas, cut=CUT, anio=anio)
    for hecha in hechas:
        assert hecha.rechazadas == 0, hecha.rechazos.rows()
    assert hechas[0].carga is not None
    return hechas[0].carga
