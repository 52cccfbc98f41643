"""What the attacker can say of the tables that the SII really publishes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cuadros_sii import MEDIDAS, cotas, informe, tablas

ANIOS = list(range(2005, 2025))


@pytest.fixture(scope="module")
def sii(datos_reales: Path) -> Path:
    return datos_reales / "sii"


def test_de_los_cuadros_del_sii_se_leen_ceros_que_estan_tapados(sii: Path) -> None:
    """It never hides one cell alone in a region; but where the other table hides nothing, what is left of a region is
    the ceiling of each. In 2012 and 2014 nothing is left of the region that nobody knows: five hidden sales are zero.
    """
    print(informe(sii, ANIOS))
    exactas = []
    con_tope = 0
    for medida in MEDIDAS:
        for anio in ANIOS:
            for clave, cota in cotas(tablas(sii, anio, medida)).items():
                assert cota.minimo == pytest.approx(0, abs=1e-6)
                con_tope += cota.maximo < float("inf")
                if cota.maximo < 1e-6:
                    exactas.append((medida, anio, dict(clave)["region"]))
    assert con_tope == 3 * 43
    assert exactas == [("ventas", 2012, "Sin Información")] * 3 + [("ventas", 2014, "Sin Información")] * 2


def test_con_una_celda_mas_se_sabria_la_otra(sii: Path) -> None:
    """In Arica and Parinacota in 2024 two classes are hidden: whoever is one of them knows the other."""
    detalle, otra, totales = tablas(sii, 2024, "ventas")
    arica = [c for c, x in detalle.celdas.items() if x is None and "Arica" in c[0]]
    assert len(arica) == 2
    una, dos = ({("region", r), ("trabajadores", t)} for r, t in arica)
    libre = cotas([detalle, otra, totales])
    tope = libre[frozenset(una)].maximo
    assert tope < float("inf")
    sabida = replace(detalle, celdas={**detalle.celdas, arica[0]: tope / 4})
    cota = cotas([sabida, otra, totales])[frozenset(dos)]
    assert cota.minimo == pytest.approx(cota.maximo)
    assert cota.minimo == pytest.approx(0.75 * tope)
