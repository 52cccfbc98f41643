"""The formulas of the derived indicators, beside a few independent lines, and what must hold of any numbers."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatorio import catalogo
from observatorio.errors import ErrorCatalogo
from observatorio.indicadores import derivados
from observatorio.indicadores.definitions.establecimientos import INDICADOR as ESTABLECIMIENTOS
from observatorio.indicadores.derivado import Derivado, Grupo
from observatorio.indicadores.derivados.shift_share import DERIVADO as SHIFT_SHARE
from observatorio.indicadores.dimensiones import TODAS
from observatorio.indicadores.formulas import (
    COMPONENTES,
    cociente_localizacion,
    equidad,
    hhi,
    por_territorio,
    proporcion,
    shannon,
    shift_share,
)
from observatorio.indicadores.region import es_region

DERIVADOS = catalogo.discover(derivados, Derivado)
LETRAS = st.sampled_from("ABCDEFGHIJKLMNOPQRSTU")
CANTIDADES = st.dictionaries(LETRAS, st.integers(1, 50_000).map(float), min_size=1, max_size=21)
CON_HUECOS = st.dictionaries(LETRAS, st.none() | st.integers(0, 50_000).map(float), max_size=21)


@pytest.mark.parametrize("derivado", DERIVADOS.values(), ids=DERIVADOS)
def test_el_ejemplo_de_cada_derivado_da_lo_calculado_a_mano(derivado: Derivado) -> None:
    assert derivado.calculo(derivado.ejemplo.grupo) == pytest.approx(derivado.ejemplo.cifras)


@given(CANTIDADES, CANTIDADES)
def test_cociente_de_localizacion(aqui: dict[str, float], region: dict[str, float]) -> None:
    """Equal to the quotient of the shares in two arrays; the mean weighted by the region's shares is 1."""
    obtenido = cociente_localizacion(Grupo(ahora=aqui, region=region))
    comunes = sorted(set(aqui) & set(region))
    assert {c for c, _ in obtenido} == set(comunes)
    if not comunes:
        return
    e, r = np.array([aqui[c] for c in comunes]), np.array([region[c] for c in comunes])
    pesos = r / sum(region.values())
    esperado = e / e.sum() / pesos
    valores = np.array([obtenido[c, ""] for c in comunes], dtype=float)
    assert valores == pytest.approx(esperado)
    assert float((valores * pesos).sum()) == pytest.approx(1)


@given(CANTIDADES)
def test_concentracion_y_diversidad(figuras: dict[str, float]) -> None:
    """Equal to three lines of numpy, within their bounds, and blind to how the categories are called."""
    p = np.array(list(figuras.values())) / sum(figuras.values())
    grupo = Grupo(ahora=figuras)
    indice, diversidad, reparto = (f(grupo)["", ""] for f in (hhi, shannon, equidad))
    assert indice == pytest.approx(float(np.sum((100 * p) ** 2)))
    assert diversidad == pytest.approx(float(-np.sum(p * np.log(p))), abs=1e-9)
    assert 10_000 / len(p) - 1e-6 <= indice <= 10_000 + 1e-6
    assert -1e-9 <= diversidad <= math.log(len(p)) + 1e-9
    if len(p) == 1:
        assert (indice, diversidad, reparto) == (pytest.approx(10_000), 0, None)
        assert math.copysign(1, diversidad) == 1
    else:
        assert reparto == pytest.approx(diversidad / math.log(len(p)), abs=1e-9)
    vueltas = dict(zip(sorted(figuras), reversed([figuras[c] for c in sorted(figuras)]), strict=True))
    assert hhi(Grupo(ahora=vueltas))["", ""] == pytest.approx(indice)


@given(CON_HUECOS, CON_HUECOS, CON_HUECOS, CON_HUECOS)
def test_las_partes_suman_el_cambio(
    antes: dict[str, float | None],
    ahora: dict[str, float | None],
    region_antes: dict[str, float | None],
    region: dict[str, float | None],
) -> None:
    """Whatever is missing: in each category that can be compared NS + IM + RS is its change, and in no other is any."""
    cifras = shift_share(Grupo(ahora=ahora, antes=antes, region=region, region_antes=region_antes))
    comparables = {
        c
        for c in set(antes) | set(ahora)
        if antes.get(c, 0.0) is not None
        and ahora.get(c, 0.0) is not None
        and region_antes.get(c)
        and region.get(c) is not None
    }
    assert {c for c, _ in cifras} == comparables
    for c in comparables:
        cambio = (ahora.get(c) or 0) - (antes.get(c) or 0)
        assert sum(cifras[c, k] or 0 for k in COMPONENTES) == pytest.approx(cambio, abs=1e-6)


def test_shift_share_es_el_de_los_libros() -> None:
    """Against the formulas as they are printed, in arrays."""
    antes, ahora = np.array([120.0, 80.0, 40.0]), np.array([150.0, 70.0, 50.0])
    region0, region1 = np.array([900.0, 1500.0, 600.0]), np.array([990.0, 1500.0, 750.0])
    g, gi, gir = region1.sum() / region0.sum() - 1, region1 / region0 - 1, ahora / antes - 1
    esperado = {"ns": antes * g, "im": antes * (gi - g), "rs": antes * (gir - gi)}

    def por_letra(v: np.ndarray) -> dict[str, float | None]:
        return dict(zip("BGI", v.tolist(), strict=True))

    cifras = shift_share(
        Grupo(
            ahora=por_letra(ahora),
            antes=por_letra(antes),
            region=por_letra(region1),
            region_antes=por_letra(region0),
        )
    )
    for k, valores in esperado.items():
        assert [cifras[c, k] for c in "BGI"] == pytest.approx(valores.tolist())


def test_lo_que_no_se_sabe_no_es_cero() -> None:
    assert hhi(Grupo(ahora={})) == shannon(Grupo(ahora={"G": None})) == equidad(Grupo(ahora={})) == {("", ""): None}
    assert proporcion(Grupo(ahora={"micro": None})) == {}
    assert proporcion(Grupo(ahora={"micro": 3.0, "grande": None})) == {("micro", ""): 100.0}
    assert cociente_localizacion(Grupo(ahora={"G": 5.0})) == {}
    # What the office hid leaves the whole too: here G is all that can be compared.
    reservado = Grupo(ahora={"B": 5.0, "G": 5.0}, region={"B": None, "G": 10.0})
    assert cociente_localizacion(reservado) == {("G", ""): 1.0}
    assert por_territorio(1000)(Grupo(ahora={"": 3.0})) == {("", ""): None}
    assert por_territorio(1000)(Grupo(ahora={"": 3.0}, territorio=0.0)) == {("", ""): None}
    assert por_territorio(1000)(Grupo(ahora={"": 0.0}, territorio=10.0)) == {("", ""): 0.0}
    assert shift_share(Grupo(ahora={"G": 1.0}, region={"G": 1.0}, region_antes={"G": 1.0})) == {}


@pytest.mark.parametrize(
    ("texto", "nombre", "es"),
    [
        ("Región de Antofagasta", "Antofagasta", True),
        ("II REGION DE ANTOFAGASTA", "Antofagasta", True),
        ("Antofagasta", "Antofagasta", False),
        ("Región de Atacama", "Antofagasta", False),
        ("Región de Los Lagos", "Los Ríos", False),
        ("Región Metropolitana de Santiago", "Metropolitana de Santiago", True),
        ("Región Aisén del Gral.Carlos Ibáñez del Campo", "Aysén del General Carlos Ibáñez del Campo", True),
        ("Región del Libertador Gral. Bernardo O’Higgins", "Libertador General Bernardo O'Higgins", True),
        ("Región de Magallanes y de la Antártica Chilena", "Magallanes y de la Antártica Chilena", True),
        ("Sin Información", "Antofagasta", False),
    ],
)
def test_como_escribe_cada_oficina_una_region(texto: str, nombre: str, es: bool) -> None:
    assert es_region(texto, nombre) is es


def test_un_derivado_mal_declarado_se_rechaza() -> None:
    """It cannot be asked for by what its base has not, nor demand what it may not be asked by."""
    with pytest.raises(ErrorCatalogo, match="exige"):
        replace(SHIFT_SHARE, dimensiones=TODAS - {"seccion", "division"}, exige=frozenset({"seccion"}))
    with pytest.raises(ErrorCatalogo, match="dimensiones que no tiene"):
        replace(SHIFT_SHARE, base=replace(ESTABLECIMIENTOS, dimensiones=frozenset({"tamano"})))
