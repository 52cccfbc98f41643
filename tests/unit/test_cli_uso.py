"""Wrong use is said in Spanish, with the usage line, before anything is opened; every command shows one example."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from bibliotecas_cargadas import cargadas
from observatorio.cli import app, ejecutar
from observatorio.cli.cifras import _formato
from observatorio.cli.uso import en_castellano

INGLES = (
    "Usage",
    "Error: I",
    "Input should",
    "Missing",
    "No such",
    "Invalid",
    "unexpected",
    "requires",
    "not one of",
    "Choose",
)


def hojas(orden: object, camino: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Path and help of every command below one."""
    hijas = getattr(orden, "commands", None)
    if hijas is None:
        yield " ".join(camino), getattr(orden, "help", None) or ""
        return
    for nombre, hija in hijas.items():
        yield from hojas(hija, (*camino, nombre))


ORDENES = dict(hojas(typer.main.get_command(app)))


def test_estan_todas_las_ordenes() -> None:
    assert {"ingest", "consolidate", "db up", "cargas show", "maps build", "keys create", "demo"} <= set(ORDENES)


@pytest.mark.parametrize("orden", ORDENES)
def test_cada_orden_muestra_un_ejemplo_de_si_misma(orden: str) -> None:
    ejemplos = [linea.strip() for linea in ORDENES[orden].splitlines() if "Ejemplo:" in linea]
    assert len(ejemplos) == 1
    assert f"{ejemplos[0]} ".startswith(f"Ejemplo: observatorio {orden} ")


@pytest.mark.parametrize(
    ("palabras", "dice"),
    [
        ("inventada", "No existe la orden «inventada»."),
        ("ingest", "Falta el argumento «fuente»."),
        ("ingest gore", "Falta el argumento «archivos»."),
        ("revision decidir 7", "Falta el argumento «decision». Use uno de: misma, distinta"),
        ("keys create", "Falta la opción «--rol». Use uno de: publico, socio, planificador"),
        ("ingest gore x --nada", "No existe la opción «--nada»."),
        ("ingest gore x --dry-ru", "¿Quiso decir --dry-run?"),
        ("ingest gore x --anio", "La opción «--anio» necesita un valor."),
        ("ingest gore x --dry-run=si", "La opción «--dry-run» no lleva valor."),
        ("ingest gore x --anio mil", "El valor de «--anio» no sirve: debe ser un número entero."),
        ("ingest gore x --anio 1989", "El valor de «--anio» no sirve: el mínimo es 1990."),
        ("ingest gore x --anio 2101", "el máximo es 2100."),
        ("ingest gore x --report informe.pdf", "«informe.pdf» debe terminar en .html o .json."),
        ("indicadores x --anio 0", "el mínimo es 1990."),
        ("indicadores x --formato rey", "«rey» no es ninguno de 'tabla', 'csv', 'json', 'xlsx', 'parquet'."),
        ("indicadores x --formato xlsx", "xlsx y parquet necesitan --salida ARCHIVO."),
        ("indicadores x --salida x.txt", "debe terminar en .csv o .json o .xlsx o .parquet."),
        ("indicadores x --formato csv --salida x.json", "«x.json» debe terminar en .csv."),
        ("maps build --anio 99999999999999999999", "el máximo es 2100."),
        ("zonas load x --nivel n --codigo c --anio 1", "el mínimo es 1990."),
        ("cargas show 0", "el mínimo es 1."),
        ("cargas show 9223372036854775808", "el máximo es 9223372036854775807."),
        ("cargas revert -- -1", "el mínimo es 1."),
        ("cargas list --limite 0", "el mínimo es 1."),
        ("cargas show 1 --limite -3", "el mínimo es 1."),
        ("keys revoke 99999999999999999999", "el máximo es 9223372036854775807."),
        ("keys create --rol socio", "Falta la opción «--nombre»."),
        ("keys create --rol rey --nombre x", "«rey» no es ninguno de 'publico'"),
        ("auditoria list --desde 2026-13-01", "«2026-13-01» no es un día"),
        ("keys create --rol socio --nombre x --dias 0", "el mínimo es 1."),
        ("keys create --rol socio --nombre x --dias 36501", "el máximo es 36500."),
        ("db up sobra", "Sobran palabras: sobra."),
    ],
)
def test_el_mal_uso_se_dice_en_castellano(
    palabras: str, dice: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert ejecutar(palabras.split()) == 2
    salida = capsys.readouterr()
    assert salida.out == ""
    # Typer does not say which command an option without its value belongs to.
    assert salida.err.startswith("Uso: observatorio") or "La opción" in dice
    assert dice in salida.err
    assert not any(palabra in salida.err for palabra in INGLES)
    assert list(tmp_path.iterdir()) == []


def test_un_grupo_sin_orden_muestra_su_ayuda(capsys: pytest.CaptureFixture[str]) -> None:
    assert ejecutar(["cargas"]) == 2
    assert "Versiones de lo cargado." in capsys.readouterr().err


def test_lo_que_no_se_conoce_queda_como_esta() -> None:
    assert en_castellano("«x» no sirve.") == "«x» no sirve."


def test_la_ayuda_no_espera_a_las_bibliotecas_pesadas() -> None:
    """What no command needs in order to be described; loading it took a second."""
    pesadas = ("polars", "sqlalchemy", "geopandas", "folium", "fastapi")
    assert cargadas("import observatorio.cli", *pesadas) == set()


def test_el_nombre_de_la_salida_decide_el_formato() -> None:
    assert _formato("tabla", None) == "tabla"
    assert _formato("tabla", Path("cifras.XLSX")) == "xlsx"
    assert _formato("csv", Path("cifras.csv")) == "csv"
