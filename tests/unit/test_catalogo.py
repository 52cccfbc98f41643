"""The discoverer of definitions fails loudly, and what it finds is whole."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

from observatorio import catalogo
from observatorio.errors import ErrorCatalogo
from observatorio.indicadores import definitions
from observatorio.indicadores.contract import Indicador

TIPO = "from observatorio.catalogo_de_prueba import Cosa\n"


@dataclass(frozen=True)
class Cosa:
    """What the packages of these tests hold."""

    id: str


@pytest.fixture
def paquete(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., ModuleType]]:
    """Makes a package whose modules have the given texts; `Cosa` can be imported in them."""
    prestado = ModuleType("observatorio.catalogo_de_prueba")
    prestado.__dict__["Cosa"] = Cosa
    monkeypatch.setitem(sys.modules, prestado.__name__, prestado)
    monkeypatch.syspath_prepend(tmp_path)

    def hacer(**modulos: str) -> ModuleType:
        carpeta = tmp_path / "definiciones_de_prueba"
        carpeta.mkdir()
        (carpeta / "__init__.py").touch()
        for nombre, texto in modulos.items():
            (carpeta / f"{nombre}.py").write_text(TIPO + texto)
        return importlib.import_module(carpeta.name)

    yield hacer
    for nombre in [n for n in sys.modules if n.startswith("definiciones_de_prueba")]:
        del sys.modules[nombre]


def test_encuentra_por_archivo_y_en_orden(paquete: Callable[..., ModuleType]) -> None:
    """One file, one definition; nothing else to edit."""
    hallado = catalogo.discover(paquete(beta='B = Cosa("beta")', alfa='A = Cosa("alfa")'), Cosa)
    assert list(hallado) == ["alfa", "beta"]
    assert hallado["alfa"] == Cosa("alfa")


@pytest.mark.parametrize(
    ("texto", "dice"),
    [
        ("", "define 0 objetos Cosa"),
        ('A = Cosa("alfa")\nB = Cosa("otra")', "define 2 objetos Cosa"),
        ('A = Cosa("otra")', "debe ser el nombre de su archivo, «alfa»"),
    ],
)
def test_una_definicion_mal_hecha_se_nombra(paquete: Callable[..., ModuleType], texto: str, dice: str) -> None:
    """The module at fault and what it should be are in the message."""
    with pytest.raises(ErrorCatalogo, match=dice) as error:
        catalogo.discover(paquete(alfa=texto), Cosa)
    assert "definiciones_de_prueba.alfa" in str(error.value)


def test_cada_indicador_se_explica_entero() -> None:
    """Name, unit, formula, notes and an example that is not trivial: nobody has to read the code to defend a figure."""
    hallados = catalogo.discover(definitions, Indicador)
    assert {"establecimientos", "empleo", "tasa_informalidad"} <= set(hallados)
    for indicador in hallados.values():
        for texto in (indicador.nombre, indicador.descripcion, indicador.unidad, indicador.formula, *indicador.notas):
            assert texto.strip()
        assert indicador.notas
        assert len(indicador.ejemplo.filas) > 1
        assert indicador.dimensiones >= {"seccion", "tamano", "zona"}
