"""What `ingest` prints: the year and where it was read, one row in the singular, and a missing file in Spanish."""

from __future__ import annotations

from pathlib import Path

import pytest

from observatorio.settings import Settings
from orden_observatorio import observatorio


def test_el_anio_se_dice_con_el_archivo_y_una_fila_es_una_fila(base: Settings, tmp_path: Path) -> None:
    archivo = tmp_path / "socios.csv"
    archivo.write_text("Nómina de socios 2023\nSocio;RUT;Rubro\nUno Ltda.;76.286.053-8;Bazar\n", encoding="utf-8")
    hecho = observatorio(base, "ingest", "gremio", str(archivo))
    assert hecho.returncode == 0, hecho.stderr
    assert hecho.stdout.splitlines()[1:] == [
        "socios.csv: carga 1; 1 fila leída, 1 aceptada, 0 rechazadas, 0 valores observados; año 2023.",
        "  Año 2023, según el título de la hoja.",
    ]
    archivo.write_text("Socio;RUT;Rubro\nUno Ltda.;76.286.053-8;Bazar\n", encoding="utf-8")
    mudo = observatorio(base, "ingest", "gremio", str(archivo))
    assert mudo.returncode == 1
    assert mudo.stdout == ""
    assert "socios.csv: No dice de qué año es" in mudo.stderr
    assert "--anio 2023" in mudo.stderr


@pytest.mark.parametrize("fuente", ["gremio", "gore"])
def test_de_un_archivo_que_no_esta_se_dice_solo_eso(base: Settings, tmp_path: Path, fuente: str) -> None:
    ausente = tmp_path / "no_esta.xlsx"
    hecho = observatorio(base, "ingest", fuente, str(ausente))
    assert hecho.returncode == 1
    assert hecho.stdout == ""
    assert hecho.stderr.splitlines() == [
        f"No se puede leer «{ausente}»: no existe el archivo o su carpeta.",
        "Revise la ruta y los permisos del archivo.",
    ]
