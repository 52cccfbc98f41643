"""Years come with their loads and go with them."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from archivos_de_oficinas import FUENTES
from ingest.pipeline import cargar
from observatorio.cli.ciudad import rehusar_datos_reales
from observatorio.cli.consolidacion import consolidar_todo
from observatorio.db.queries import cargas
from observatorio.errors import ErrorCarga
from observatorio.settings import Settings


def socios(carpeta: Path, *nombres: str) -> Path:
    ruta = carpeta / "socios.csv"
    filas = [f"{nombre};;Taller;Ramirez {i}" for i, nombre in enumerate(nombres, start=1)]
    ruta.write_text("\n".join(["Socio;RUT;Rubro;Direccion", *filas, ""]), encoding="utf-8")
    return ruta


def anios(engine: Engine, tabla: str) -> list[int]:
    consultas = {
        "catastro": "SELECT DISTINCT anio FROM catastro.establecimiento_anio ORDER BY 1",
        "publicacion": "SELECT anio FROM publicacion.publicacion WHERE vigente ORDER BY 1",
    }
    with engine.connect() as conn:
        return list(conn.execute(text(consultas[tabla])).scalars())


def test_un_anio_sin_cargas_se_retira(base: Settings, ingesta: Engine, tmp_path: Path) -> None:
    ruta = socios(tmp_path, "Uno Ltda.", "Dos Ltda.")
    for anio in (2023, 2024):
        cargar(ingesta, FUENTES["gremio"], [ruta], cut=base.cut, anio=anio)
    consolidar_todo(ingesta, base)
    assert anios(ingesta, "catastro") == anios(ingesta, "publicacion") == [2023, 2024]
    with ingesta.begin() as conn:
        assert cargas.revertir(conn, 2) == [2024]
    consolidar_todo(ingesta, base)
    assert anios(ingesta, "catastro") == anios(ingesta, "publicacion") == [2023]


def test_que_cargas_hacen_un_anio(base: Settings, ingesta: Engine, tmp_path: Path) -> None:
    """A list of the year does, and so does a history of addresses; suppliers and beneficiaries speak of no premises."""
    proveedores = tmp_path / "proveedores.csv"
    encabezado = "RUT COMPRADOR;RUT PROVEEDOR;RAZON SOCIAL PROVEEDOR;AÑO;CATEGORIA;MONTO;REGION;COMUNA"
    proveedores.write_text(f"{encabezado}\n61704000-K;76500001-7;V;2021;TI;1000;II;CALAMA\n", encoding="utf-8")
    beneficiarios = tmp_path / "gore.csv"
    encabezado = "AÑO;PROGRAMA;RUT BENEFICIARIO;NOMBRE BENEFICIARIO;COMUNA;ACTIVIDAD;MONTO ($);FECHA RESOLUCIÓN"
    beneficiarios.write_text(f"{encabezado}\n2022;S;76.500.001-7;X;CALAMA;;1.000;01/02/2022\n", encoding="utf-8")
    direcciones = tmp_path / "direcciones.txt"
    encabezado = "RUT DV VIGENCIA FECHA TIPO_DIRECCION CALLE NUMERO BLOQUE DEPARTAMENTO VILLA_POBLACION CIUDAD COMUNA"
    fila = "76500001 7 S 2016-01-01 SUCURSAL VARGAS 500     CALAMA"
    direcciones.write_text("\n".join([encabezado, fila, ""]).replace(" ", "\t"), encoding="utf-8")
    for fuente, ruta, anio in (
        ("proveedores_tractora", proveedores, 2021),
        ("gore", beneficiarios, 2022),
        ("sii_direcciones", direcciones, 2023),
        ("gremio", socios(tmp_path, "Uno Ltda."), 2024),
    ):
        cargar(ingesta, FUENTES[fuente], [ruta], cut=base.cut, anio=anio)
    consolidar_todo(ingesta, base)
    assert anios(ingesta, "catastro") == [2023, 2024]


def test_la_ciudad_sintetica_no_entra_donde_hay_datos_reales(base: Settings, ingesta: Engine, tmp_path: Path) -> None:
    rehusar_datos_reales(base)
    cargar(ingesta, FUENTES["gremio"], [socios(tmp_path, "Uno Ltda.")], cut=base.cut, anio=2024)
    with pytest.raises(ErrorCarga, match="datos reales"):
        rehusar_datos_reales(base)


def test_lo_sintetico_se_reconoce_por_su_carpeta(base: Settings, ingesta: Engine, tmp_path: Path) -> None:
    (tmp_path / "DATOS_SINTETICOS.txt").write_text("nada es real", encoding="utf-8")
    (tmp_path / "gremio").mkdir()
    cargar(ingesta, FUENTES["gremio"], [socios(tmp_path / "gremio", "Uno Ltda.")], cut=base.cut, anio=2024)
    rehusar_datos_reales(base)
    with ingesta.connect() as conn:
        assert conn.execute(text("SELECT sintetico FROM publicacion.v_origen")).scalar_one()
