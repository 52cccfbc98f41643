"""What a map declares, how its classes are cut, how its numbers are written."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maps import definitions
from maps.clases import clase, cortes, tramos
from maps.contract import Mapa, TipoMapa
from maps.escritura import con_unidad, numero, porcentaje
from maps.familias import FAMILIAS, NOMBRES
from observatorio import catalogo, referencia
from observatorio.db.queries.mapas import Caja, Rejilla
from observatorio.errors import ErrorCatalogo

MAPAS = catalogo.discover(definitions, Mapa)
VALORES = st.lists(st.floats(0, 100, allow_nan=False), min_size=1, max_size=600).map(lambda v: tuple(sorted(v)))


@pytest.mark.parametrize("mapa", MAPAS.values(), ids=MAPAS.keys())
def test_an_example_says_what_the_map_should_draw(mapa: Mapa) -> None:
    assert mapa.ejemplo.total == len(mapa.ejemplo.establecimientos)
    assert bool(mapa.ejemplo.valores) == (mapa.tipo is TipoMapa.HEXAGONOS)


@pytest.mark.parametrize(
    ("cambio", "dice"),
    [
        ({"titulo": ""}, "titulo"),
        ({"clases": "MaxP"}, "MaxP"),
        ({"filtros": ("rut",)}, "rut"),
        ({"paleta": ("red",)}, "#rrggbb"),
        ({"paleta": ()}, "necesita indicador"),
        ({"nivel": "h3_5"}, "necesita indicador"),
        ({"indicador": ""}, "necesita indicador"),
    ],
)
def test_a_declaration_that_cannot_be_drawn_is_refused(cambio: dict[str, Any], dice: str) -> None:
    with pytest.raises(ErrorCatalogo, match=dice):
        dataclasses.replace(MAPAS["informalidad"], **cambio)


def test_every_section_has_one_colour_and_a_name() -> None:
    oficiales = {s.seccion for s in referencia.secciones()} | {"sin_dato"}
    con_color = [s for f in FAMILIAS for s in f.secciones]
    assert sorted(con_color) == sorted(oficiales)
    assert set(NOMBRES) == oficiales
    assert len({f.color for f in FAMILIAS}) == len(FAMILIAS)


def test_fisher_jenks_separates_groups_that_the_eye_sees() -> None:
    valores = (1.0, 2.0, 3.0, 20.0, 21.0, 22.0, 50.0, 51.0, 70.0, 71.0, 95.0, 96.0)
    limites = cortes(valores, "FisherJenks", 5)
    assert limites == (3.0, 22.0, 51.0, 71.0, 96.0)
    assert tramos(valores, limites) == [(1, 3), (20, 22), (50, 51), (70, 71), (95, 96)]


def test_few_different_values_make_as_many_classes() -> None:
    assert cortes((5.0, 5.0, 5.0), "FisherJenks", 5) == (5.0,)
    assert cortes((0.0, 0.0, 40.0), "FisherJenks", 5) == (0.0, 40.0)
    assert cortes((), "FisherJenks", 5) == ()


@given(VALORES)
def test_every_value_has_exactly_one_class_and_classes_rise(valores: tuple[float, ...]) -> None:
    limites = cortes(valores, "FisherJenks", 5)
    assert list(limites) == sorted(set(limites))
    assert 1 <= len(limites) <= 5
    clases = [clase(v, limites) for v in valores]
    assert clases == sorted(clases)
    assert max(valores) <= limites[-1] + 1e-9


@pytest.mark.parametrize(
    ("valor", "decimales", "texto"),
    [(1234567, 0, "1.234.567"), (12.34, 1, "12,3"), (-0.5, 1, "−0,5"), (0, 0, "0"), (None, 0, "—")],
)
def test_numbers_are_written_as_in_chile(valor: float | None, decimales: int, texto: str) -> None:
    assert numero(valor, decimales) == texto


def test_units_and_shares_are_written_with_the_figure() -> None:
    assert con_unidad(25.04, "%", 1) == "25,0 %"
    assert con_unidad(1500, "establecimientos") == "1.500"
    assert con_unidad(None, "%") == "—"
    assert porcentaje(0.856) == "86 %"


@given(st.integers(8, 18), st.floats(-69.1, -68.0), st.floats(-23.1, -21.1))
def test_a_box_grown_to_whole_cells_holds_the_box_and_no_more_than_a_cell_beyond(
    zoom: int, lon: float, lat: float
) -> None:
    rejilla = Rejilla.de_zoom(zoom, -22.46)
    caja = Caja(lon, lat, lon + 0.05, lat + 0.04)
    grande = rejilla.ajustar(caja)
    assert grande.oeste <= caja.oeste < caja.este <= grande.este
    assert grande.sur <= caja.sur < caja.norte <= grande.norte
    assert grande.este - caja.este <= rejilla.ancho * 1.0001
    assert caja.sur - grande.sur <= rejilla.alto * 1.0001
