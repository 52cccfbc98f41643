"""The year of a file whose rows bring none: read in the file where it is stated once, asked for otherwise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import xlsxwriter
from sqlalchemy import Engine, text

from ingest.fuentes.gore import FUENTE as GORE
from ingest.fuentes.gremio import FUENTE as GREMIO
from ingest.pipeline import cargar
from ingest.resultado import Resultado
from observatorio.db.queries import cargas
from observatorio.errors import ErrorArchivo
from observatorio.vocabulario import EstadoCarga

ENCABEZADO = ("N°", "Socio", "RUT", "Rubro")
Subir = Callable[..., list[Resultado]]


@pytest.fixture
def subir(ingesta: Engine) -> Subir:
    """Loads member lists of a trade body."""
    return lambda *rutas, **opciones: cargar(ingesta, GREMIO, rutas, cut="02201", **opciones)


def socios(ruta: Path, *titulos: str, hoja: str = "Socios", nombre: str = "Uno Ltda.") -> Path:
    """A member list with these rows above its header."""
    with xlsxwriter.Workbook(ruta) as libro:
        pagina = libro.add_worksheet(hoja)
        filas: Sequence[Sequence[str]] = [*((t,) for t in titulos), ENCABEZADO, ("1", nombre, "76.286.053-8", "Bazar")]
        for numero, celdas in enumerate(filas):
            pagina.write_row(numero, 0, celdas)
    return ruta


def anios_guardados(engine: Engine) -> list[int]:
    with engine.connect() as conn:
        return list(conn.scalars(text("SELECT anio FROM observacion.registro ORDER BY anio")))


@pytest.mark.parametrize(
    ("archivo", "titulos", "hoja", "nota"),
    [
        ("socios.xlsx", ("CÁMARA DE COMERCIO", "Nómina al 31-12-2023"), "Socios", "el título de la hoja"),
        ("gremio_2023.xlsx", (), "Socios", "el nombre del archivo"),
        ("socios.xlsx", (), "Año 2023", "el nombre de la hoja"),
        ("socios 2023 S1.xlsx", ("Nómina de socios 2023",), "Socios", "el título de la hoja"),
    ],
)
def test_el_anio_es_el_que_dice_el_archivo(
    subir: Subir,
    ingesta: Engine,
    tmp_path: Path,
    archivo: str,
    titulos: tuple[str, ...],
    hoja: str,
    nota: str,
) -> None:
    [resultado] = subir(socios(tmp_path / archivo, *titulos, hoja=hoja))
    assert resultado.anios == (2023,)
    assert resultado.nota == f"Año 2023, según {nota}."
    assert anios_guardados(ingesta) == [2023]


@pytest.mark.parametrize(
    ("archivo", "titulos", "dice"),
    [
        ("gremio_2024.xlsx", ("Socios 2023",), "el título de la hoja dice 2023; el nombre del archivo dice 2024"),
        ("gremio.xlsx", ("Socios 2022", "y 2023"), "el título de la hoja dice 2022 y 2023"),
        ("gremio.xlsx", ("Ley 1985, folio 120231",), "No dice de qué año es"),
        ("gremio.xlsx", ("Plan 2099",), "No dice de qué año es"),
    ],
)
def test_sin_un_anio_y_solo_uno_no_entra_nada(
    subir: Subir, ingesta: Engine, tmp_path: Path, archivo: str, titulos: tuple[str, ...], dice: str
) -> None:
    with pytest.raises(ErrorArchivo, match=dice) as rechazo:
        subir(socios(tmp_path / archivo, *titulos))
    assert rechazo.value.mensaje.startswith(f"{archivo}: ")
    assert "--anio" in rechazo.value.consejo
    assert anios_guardados(ingesta) == []
    with ingesta.connect() as conn:
        [intento] = cargas.listar(conn)
    assert (intento.estado, intento.archivo) == (EstadoCarga.FALLIDA, archivo)


def test_el_anio_indicado_vale_y_lo_que_lo_contradice_se_advierte(subir: Subir, tmp_path: Path) -> None:
    archivo = socios(tmp_path / "gremio_2024.xlsx", "Nómina de socios 2023")
    [resultado] = subir(archivo, anio=2024)
    assert resultado.anios == (2024,)
    assert resultado.nota == "Atención: se usó el año 2024, pero el título de la hoja dice 2023."
    [callado] = subir(socios(tmp_path / "gremio_2022.xlsx", "Socios 2022"), anio=2022)
    assert callado.nota == ""


def test_cada_archivo_de_una_llamada_entra_en_su_anio(subir: Subir, ingesta: Engine, tmp_path: Path) -> None:
    """Equal files of two years are one file by content, and two loads with a name and a year each."""
    viejo = socios(tmp_path / "gremio_2022.xlsx")
    nuevo = tmp_path / "gremio_2023.xlsx"
    nuevo.write_bytes(viejo.read_bytes())
    subir(viejo, nuevo)
    assert anios_guardados(ingesta) == [2022, 2023]
    with ingesta.connect() as conn:
        listadas = {(c.archivo, tuple(c.anios)) for c in cargas.listar(conn)}
        assert listadas == {("gremio_2022.xlsx", (2022,)), ("gremio_2023.xlsx", (2023,))}
        assert cargas.buscar(conn, max(c.carga for c in cargas.listar(conn))).archivo == "gremio_2023.xlsx"
    repetidos = subir(viejo, nuevo)
    assert [r.sin_cambios for r in repetidos] == [True, True]
    assert [r.anios for r in repetidos] == [(2022,), (2023,)]


def test_las_filas_que_traen_su_anio_no_miran_el_nombre(ingesta: Engine, tmp_path: Path) -> None:
    ruta = tmp_path / "beneficiarios_2019.csv"
    ruta.write_text("AÑO;RUT BENEFICIARIO;NOMBRE BENEFICIARIO\n2023;76.286.053-8;Uno Ltda.\n", encoding="utf-8")
    [resultado] = cargar(ingesta, GORE, [ruta], cut="02201")
    assert (resultado.anios, resultado.nota) == ((2023,), "")
