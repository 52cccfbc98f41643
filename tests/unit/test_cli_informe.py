"""The report of a load: why it was refused, where its list stops, and nothing of the file as markup."""

from __future__ import annotations

from pathlib import Path

import orjson
import polars as pl
import pytest

from ingest.fuentes.gore import FUENTE
from ingest.report import escribir_informe
from ingest.resultado import RECHAZOS_EN_MEMORIA, Resultado
from ingest.trabajo import ESQUEMA_RECHAZO
from observatorio.cli.ingreso import contar
from observatorio.vocabulario import EstadoCarga


def rechazos(cuantos: int) -> pl.DataFrame:
    """So many rows without a name."""
    filas = [{"fila": i, "regla": "requerido", "gravedad": "fila", "valor": "<i>"} for i in range(2, cuantos + 2)]
    return pl.DataFrame(filas, schema=ESQUEMA_RECHAZO)


def informe(carpeta: Path, resultado: Resultado) -> str:
    """The HTML of one result."""
    escribir_informe(carpeta / "informe.HTML", FUENTE, [resultado])
    return (carpeta / "informe.HTML").read_text(encoding="utf-8")


def test_dice_por_que_no_entro_y_donde_se_detiene(tmp_path: Path) -> None:
    largo = Resultado(
        "gore", "a.csv", None, EstadoCarga.FALLIDA, veredicto="Sobran filas.", rechazos=rechazos(RECHAZOS_EN_MEMORIA)
    )
    html = informe(tmp_path, largo)
    assert "No entró. Sobran filas." in html
    assert "se detiene en las primeras 10.000 observaciones" in html
    assert "<i>" not in html
    corto = Resultado("gore", "a.csv", 7, EstadoCarga.CONFIRMADA, rechazos=rechazos(3))
    html = informe(tmp_path, corto)
    assert "Entró como la carga 7." in html
    assert "se detiene" not in html
    assert "No entró" not in html


def test_el_json_dice_los_anios_y_si_esta_completo(tmp_path: Path) -> None:
    resultado = Resultado("gore", "a.csv", 7, EstadoCarga.CONFIRMADA, anios=(2024,), filas_por_anio={2024: 5})
    escribir_informe(tmp_path / "informe.json", FUENTE, [resultado])
    (datos,) = orjson.loads((tmp_path / "informe.json").read_bytes())["archivos"]
    assert (datos["anios"], datos["filas_por_anio"], datos["rechazos_completos"]) == ([2024], {"2024": 5}, True)


def test_sin_cambios_no_nombra_una_carga_que_no_hay(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    repetido = Resultado("gore", "a.csv", None, EstadoCarga.LISTA, sin_cambios=True)
    assert "ya estaba cargado." in informe(tmp_path, repetido)
    contar(repetido, simulacro=True)
    assert capsys.readouterr().out == "a.csv: sin cambios (ya estaba cargado).\n"
