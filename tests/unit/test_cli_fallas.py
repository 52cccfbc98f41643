"""What the system refuses is a sentence: settings, state folder, outputs, and the last line of defence."""

from __future__ import annotations

import io
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console
from sqlalchemy.exc import OperationalError

from observatorio.cli import fallas, salida, sesion
from observatorio.cli.destino import escribiendo, exigir_archivo, exigir_carpeta
from observatorio.db.cluster import Cluster
from observatorio.errors import ErrorArchivo, ErrorBase, ErrorObservatorio
from observatorio.settings import Settings, leer_ajustes

SOLO_LECTURA = Path("/proc")
"""A folder that takes nothing from anybody, root included."""


@pytest.mark.parametrize(
    ("contenido", "dice"),
    [
        (b'comuna = "Calama"\ncut == 3\n', "línea 2"),
        (b'comuna = "Calama', "mal escrito"),
        (b'comuna = "Ca\xf1ete"\n', "no está en UTF-8"),
        (b'cut = "22"\n', "cut"),
        (b"sobra = 1\n", "sobra"),
    ],
)
def test_un_archivo_de_ajustes_roto_se_nombra(
    contenido: bytes, dice: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "observatorio.toml").write_bytes(contenido)
    with pytest.raises(ErrorObservatorio) as error:
        leer_ajustes()
    assert dice in error.value.mensaje
    assert str(tmp_path / "observatorio.toml") in str(error.value)


def test_los_ajustes_buenos_se_leen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "observatorio.toml").write_text('comuna = "Tocopilla"\n', encoding="utf-8")
    assert leer_ajustes().comuna == "Tocopilla"


def test_una_carpeta_de_estado_imposible_se_nombra(tmp_path: Path) -> None:
    ocupada = tmp_path / "ocupada"
    ocupada.write_text("un archivo", encoding="utf-8")
    for carpeta in (SOLO_LECTURA / "observatorio", ocupada, ocupada / "dentro"):
        with pytest.raises(ErrorBase, match=str(carpeta)):
            Cluster(carpeta).asegurar()


def test_una_salida_imposible_se_dice_antes(tmp_path: Path) -> None:
    exigir_archivo(None)
    exigir_archivo(tmp_path / "informe.html")
    exigir_carpeta(tmp_path / "a" / "b")
    assert [p.name for p in tmp_path.iterdir()] == ["a"]
    for destino in (tmp_path / "no_esta" / "x.html", tmp_path / "a", SOLO_LECTURA / "x.html"):
        with pytest.raises(ErrorArchivo, match="No se puede escribir"):
            exigir_archivo(destino)
    (tmp_path / "archivo").touch()
    for carpeta in (tmp_path / "archivo", SOLO_LECTURA / "mapas"):
        with pytest.raises(ErrorArchivo, match="No se puede escribir"):
            exigir_carpeta(carpeta)


def test_un_disco_lleno_es_una_frase() -> None:
    with pytest.raises(ErrorArchivo, match="no queda espacio en el disco"), escribiendo(Path("/dev/full")):
        Path("/dev/full").write_bytes(b"x")


@pytest.fixture
def estado(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder of this test's own."""
    monkeypatch.setattr(fallas, "ajustes", lambda: Settings(state_dir=tmp_path / "estado"))
    return tmp_path / "estado"


def test_lo_que_falla_fuera_de_casa_queda_en_un_registro(estado: Path) -> None:
    error = OperationalError("SELECT 1", {}, Exception("server closed the connection"))
    assert isinstance(error, fallas.externas())
    frase = fallas.en_palabras(error)
    registro = estado / fallas.REGISTRO
    assert str(registro) in frase.consejo
    assert "server closed" not in str(frase)
    assert "server closed the connection" in registro.read_text(encoding="utf-8")
    assert stat.S_IMODE(registro.stat().st_mode) == 0o600
    otra = fallas.en_palabras(FileNotFoundError(2, "No such file", "x.csv"))
    assert "«x.csv»" in otra.mensaje
    assert "FileNotFoundError" in registro.read_text(encoding="utf-8")


def test_sin_donde_anotar_la_frase_sale_igual(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fallas, "ajustes", lambda: Settings(state_dir=SOLO_LECTURA / "estado"))
    assert "no se pudo guardar" in fallas.en_palabras(OSError(28, "No space left")).consejo


def test_una_falla_nuestra_no_se_disfraza() -> None:
    assert not issubclass(KeyError, fallas.externas())
    assert not issubclass(ValueError, fallas.externas())


def test_los_nombres_con_corchetes_no_son_instrucciones(monkeypatch: pytest.MonkeyPatch) -> None:
    nombre = "datos [/2024] :smile: [red].csv"
    pantalla = Console(
        file=io.StringIO(), force_terminal=True, width=200, markup=salida.consola._markup, emoji=salida.consola._emoji
    )
    monkeypatch.setattr(salida, "consola", pantalla)
    salida.decir(nombre)
    salida.tabla(("Archivo",), [(nombre,)], titulo=nombre)
    with salida.BarraDeCarga() as barra:
        barra.empezar(nombre, 10)
        barra.avanzar(5, 1)
        barra._barra.refresh()
        barra.terminar()
    assert isinstance(pantalla.file, io.StringIO)
    assert pantalla.file.getvalue().count(nombre) >= 4


def test_lo_que_no_se_puede_mostrar_no_corta_la_orden(tmp_path: Path) -> None:
    """A file name in Latin-1, as old archives unpack them."""
    orden = [sys.executable, "-m", "observatorio.cli", "ingest", "inventada", os.fsdecode(b"patentes a\xf1o.csv")]
    hecho = subprocess.run(orden, capture_output=True, cwd=tmp_path, check=False)
    assert hecho.returncode == 1
    assert b"Traceback" not in hecho.stderr


def test_sesion_no_repite_la_lectura() -> None:
    assert sesion.ajustes() is sesion.ajustes()
