"""The methodology that people read is what the definitions say."""

from __future__ import annotations

from observatorio.indicadores.lista import definiciones
from observatorio.indicadores.metodologia import ARCHIVO, metodologia


def test_el_documento_es_el_de_las_definiciones() -> None:
    escrito = ARCHIVO.read_text(encoding="utf-8")
    assert escrito == metodologia(), "ejecute «python -m observatorio.indicadores.metodologia»"


def test_cada_indicador_dice_como_se_hace_y_como_se_lee() -> None:
    texto = metodologia()
    for definicion in definiciones().values():
        assert definicion.fuentes, definicion.id
        assert definicion.notas, definicion.id
        for frase in (definicion.nombre, definicion.formula, definicion.fuentes, *definicion.notas):
            assert frase in texto, definicion.id
