"""Local content out of the lists of the tractoras, on real PostGIS."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, text

from archivos_de_oficinas import CUT, FAENAS, PROVEEDORES, compra, faena, subir, texto
from observatorio.catastro.consolidar import consolidar
from observatorio.catastro.proveedores import contar
from observatorio.indicadores.proveedores import Compras, ContenidoLocal, contenido_local

MINERA = 61_704_000
MATRIZ, LOCAL, CALLA, FUERA, LEJANA = range(76_500_001, 76_500_006)


@pytest.fixture
def red(ingesta: Engine, motor: Engine, tmp_path: Path) -> Engine:
    """A tractora that buys from four; of one of them no source tells where it is, and another one buys from a fifth."""
    subir(ingesta, "faenas_tractora", texto(tmp_path / "f.csv", FAENAS, faena(MINERA, "NORTE"), separador=";"))
    compras = [
        *(compra(MINERA, MATRIZ, "CALAMA"), compra(MINERA, MATRIZ, "CALAMA", categoria="ASEO")),
        *(compra(MINERA, LOCAL, "SANTIAGO"), compra(MINERA, CALLA, ""), compra(MINERA, FUERA, "SANTIAGO")),
        compra(FUERA, LEJANA, "ANTOFAGASTA"),
    ]
    subir(ingesta, "proveedores_tractora", texto(tmp_path / "p.csv", PROVEEDORES, *compras, separador=";"), anio=None)
    with ingesta.begin() as conn:
        consolidar(conn, CUT)
    with motor.begin() as conn:
        _situar(conn)
    return ingesta


def _situar(conn: Connection) -> None:
    """Head offices, and a premises here of which nobody says whether it has a patente."""
    conn.execute(
        text(
            """
            INSERT INTO catastro.empresa (rut, tipo_persona, cut_casa_matriz, procedencia)
            VALUES (:rut, 'juridica', :cut, '{}')
                ON CONFLICT (rut) DO UPDATE SET cut_casa_matriz = excluded.cut_casa_matriz
            """
        ),
        [{"rut": rut, "cut": cut} for rut, cut in ((MATRIZ, CUT), (LOCAL, "13101"), (CALLA, None), (FUERA, "13101"))],
    )
    conn.execute(text("UPDATE catastro.nivel_proveedor SET n1 = true WHERE rut = :rut"), {"rut": MATRIZ})
    conn.execute(
        text(
            """
            INSERT INTO catastro.establecimiento_anio (cut, anio, id, rut, precision, tamano_ventas,
                   tamano_trabajadores, tamano, formalidad, senal_patente, procedencia)
            VALUES (:cut, 2024, 'e' || :rut, :rut, 'puerta', 'micro', 'micro', 'micro', 'indeterminado', NULL, '{}')
            """
        ),
        {"cut": CUT, "rut": LOCAL},
    )


def medido(engine: Engine, **opciones: object) -> dict[str, ContenidoLocal]:
    with engine.connect() as conn:
        hechos = contenido_local(conn, CUT, 2024, **opciones)  # type: ignore[arg-type]
    return {h.criterio: h for h in hechos if h.rut == MINERA}


def test_lo_que_no_se_sabe_de_un_proveedor_no_es_ser_de_fuera(red: Engine) -> None:
    por = medido(red)
    assert {c: (h.proveedores, h.sabidos, h.locales) for c, h in por.items()} == {
        # Head offices are known of three, one of them here.
        "N1": (5, 3, 1),
        # Only of the premises without a word on its patente is it not known.
        "N2": (5, 4, 0),
        # Nobody says where one of them is.
        "N3": (5, 4, 1),
        "N4": (5, 4, 2),
    }
    assert por["N4"].contenido == 50
    assert por["N4"].contenido_directo == pytest.approx(100 / 3)


def test_las_mismas_cuentas_que_la_red(red: Engine) -> None:
    for fecha in (date(2024, 6, 1), None):
        por = medido(red, fecha=fecha)
        for criterio, h in por.items():
            with red.connect() as conn:
                (suya,), _ = contar(conn, CUT, 2024, criterio, fecha=fecha)  # type: ignore[arg-type]
            assert (h.directos, h.indirectos, h.locales) == (suya.directos, suya.indirectos, suya.distintos)


def test_por_gasto_solo_si_se_pide(red: Engine) -> None:
    assert medido(red)["N1"].compras is None
    # Two lines of a thousand to the local one; a thousand to each of the others.
    assert medido(red, con_montos=True)["N1"].compras == Compras(5_000, 4_000, 2_000, 50.0, 4, 4)


def test_sin_tractoras_no_hay_cuadro(red: Engine) -> None:
    with red.connect() as conn:
        assert contenido_local(conn, CUT, 2019) == []
