"""The help of every command is in Spanish, its headings and the kinds of its values included."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import typer

from observatorio.cli import app, ejecutar

INGLES = re.compile(
    r"Usage|Options|Commands|Arguments|OPTIONS|ARGS|COMMAND|Show this|default:|required|<(list|int|float|str|path)\b"
)


def caminos(orden: object, camino: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every group and command, by the words that call it."""
    yield camino
    for nombre, hija in getattr(orden, "commands", {}).items():
        yield from caminos(hija, (*camino, nombre))


CAMINOS = list(caminos(typer.main.get_command(app)))


@pytest.mark.parametrize("camino", CAMINOS, ids=" ".join)
def test_la_ayuda_esta_en_castellano(camino: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert ejecutar([*camino, "--help"]) == 0
    ayuda = capsys.readouterr().out
    assert ayuda.startswith(" ".join(("Uso: observatorio", *camino, "[OPCIONES]")))
    assert re.search(r"^Opciones:$", ayuda, re.MULTILINE)
    assert "Muestra esta ayuda." in ayuda
    assert INGLES.findall(ayuda) == []


def test_la_ayuda_de_un_grupo_lista_sus_ordenes(capsys: pytest.CaptureFixture[str]) -> None:
    ejecutar(["cargas", "--help"])
    ayuda = capsys.readouterr().out
    assert "ORDEN [ARGUMENTOS]..." in ayuda
    assert re.findall(r"^  (\w+) ", ayuda.split("Órdenes:")[1], re.MULTILINE) == ["list", "show", "revert"]


def test_los_valores_dicen_que_son(capsys: pytest.CaptureFixture[str]) -> None:
    ejecutar(["ingest", "--help"])
    ayuda = capsys.readouterr().out
    assert "--anio <entero>" in ayuda
    assert "--report <ruta>" in ayuda
    assert "[obligatorio]" in ayuda
