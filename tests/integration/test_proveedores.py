"""The network of the tractoras from their own files, against tiers and criteria counted by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import Connection, Engine, text

from archivos_de_oficinas import (
    CUT,
    DIRECCIONES,
    FAENAS,
    NOMINA,
    PROVEEDORES,
    compra,
    con_dv,
    domicilio,
    faena,
    listada,
    subir,
    texto,
)
from observatorio.catastro.enlace.ruts import con_clave
from observatorio.catastro.lectura import leer_observaciones, vigentes_en
from observatorio.catastro.proveedores import Conteo, Criterio, contar, presencias, rehacer_niveles
from observatorio.db.queries import cargas
from observatorio.settings import Settings
from orden_observatorio import observatorio

UNO, DOS = 61_704_000, 76_700_001
A, B, C, D, E, F = range(76_500_001, 76_500_007)


def presentes(conn: Connection, anio: int) -> pl.DataFrame:
    return presencias(vigentes_en(con_clave(leer_observaciones(conn)), anio), anio)


def _consolidar(conn: Connection) -> None:
    """What the consolidation knows of these firms: two premises with a patente, one of them closed; head offices."""
    conn.execute(text("SELECT catastro.asegurar_anio(2024)"))
    for rut, formalidad in ((B, "formal"), (D, "inactivo")):
        conn.execute(
            text(
                """
                INSERT INTO catastro.establecimiento_anio (cut, anio, id, rut, precision, tamano_ventas,
                       tamano_trabajadores, tamano, formalidad, senal_patente, procedencia)
                VALUES (:cut, 2024, 'e' || :rut, :rut, 'puerta', 'micro', 'micro', 'micro', :formalidad, 'si', '{}')
                """
            ),
            {"cut": CUT, "rut": rut, "formalidad": formalidad},
        )
    conn.execute(
        text(
            "INSERT INTO catastro.version (cut, anio, version, huella, establecimientos) VALUES (:cut, :anio, 1, '', 2)"
        ),
        [{"cut": CUT, "anio": anio} for anio in (2023, 2024)],
    )
    firmas = [{"rut": rut, "n": f"MINERA {rut}", "cut": None} for rut in (UNO, DOS)]
    firmas += [{"rut": A, "n": "A", "cut": CUT}, {"rut": C, "n": "C", "cut": "02101"}]
    conn.execute(
        text(
            """
            INSERT INTO catastro.empresa (rut, razon_social, tipo_persona, cut_casa_matriz, procedencia)
            VALUES (:rut, :n, 'juridica', :cut, '{}')
            """
        ),
        firmas,
    )


@pytest.fixture
def red(ingesta: Engine, motor: Engine, tmp_path: Path) -> Engine:
    """Two tractoras, the first with two sites; a cycle, an ended link, and a firm that both buy from."""
    subir(
        ingesta,
        "faenas_tractora",
        texto(tmp_path / "f1.csv", FAENAS, faena(UNO, "NORTE"), faena(UNO, "SUR"), separador=";"),
    )
    subir(
        ingesta,
        "faenas_tractora",
        texto(tmp_path / "f2.csv", FAENAS, faena(DOS, "UNICA", "SIERRA GORDA"), separador=";"),
    )
    compras = [
        *(compra(UNO, A, "CALAMA"), compra(UNO, A, "CALAMA", categoria="ASEO"), compra(UNO, B, "SANTIAGO")),
        *(compra(DOS, B, "SANTIAGO"), compra(DOS, UNO, ""), compra(A, C, "ANTOFAGASTA"), compra(A, A, "CALAMA")),
        *(compra(C, UNO, ""), compra(C, D, "SAN PEDRO DE ATACAMA"), compra(UNO, F, "CALAMA")),
    ]
    antes = [compra(UNO, E, "CALAMA", 2023), compra(UNO, C, "ANTOFAGASTA", 2023)]
    compradas = texto(tmp_path / "p.csv", PROVEEDORES, *compras, *antes, separador=";")
    subir(ingesta, "proveedores_tractora", compradas, anio=None)
    subir(ingesta, "sii_nomina", texto(tmp_path / "n.txt", NOMINA, listada(A), listada(C, comuna="Antofagasta")))
    abierta = domicilio(C, "LATORRE", "SUCURSAL")
    cerrada = domicilio(C, "LATORRE", "SUCURSAL", vigencia="N", desde="2024-02-01")
    subir(ingesta, "sii_direcciones", texto(tmp_path / "d23.txt", DIRECCIONES, abierta), anio=2023)
    subir(ingesta, "sii_direcciones", texto(tmp_path / "d24.txt", DIRECCIONES, cerrada))
    # A list of members that gives somebody else's RUT places nobody in the comuna.
    socios = texto(
        tmp_path / "s.csv",
        ("Socio", "RUT", "Rubro", "Dirección"),
        ("Otro", con_dv(C), "Pan", "Lira 1"),
        separador=";",
    )
    subir(ingesta, "gremio", socios)
    with motor.begin() as conn:
        conn.execute(text("UPDATE observacion.vinculo SET hasta = '2023-12-31' WHERE rut_proveedor = :f"), {"f": F})
    with ingesta.begin() as conn:
        _consolidar(conn)
        for anio in (2023, 2024):
            rehacer_niveles(conn, CUT, anio, presentes(conn, anio))
    return ingesta


def filas(engine: Engine, anio: int) -> list[tuple[int, int, int, str]]:
    """Tractora, supplier, tier, and the criteria that it meets."""
    consulta = text(
        """
        SELECT tractora, rut, nivel, concat(CASE WHEN n1 THEN '1' END, CASE WHEN n2 THEN '2' END,
               CASE WHEN n3 THEN '3' END, CASE WHEN n4 THEN '4' END)
          FROM catastro.nivel_proveedor WHERE anio = :anio ORDER BY 1, 2
        """
    )
    with engine.connect() as conn:
        return [tuple(fila) for fila in conn.execute(consulta, {"anio": anio})]


def test_niveles_y_criterios_contados_a_mano(red: Engine) -> None:
    assert filas(red, 2024) == [
        (UNO, A, 1, "134"),
        (UNO, B, 1, "234"),
        (UNO, C, 2, "4"),
        (UNO, D, 3, "34"),
        (DOS, UNO, 1, "34"),
        (DOS, A, 2, "134"),
        (DOS, B, 1, "234"),
        (DOS, C, 3, "4"),
        (DOS, D, 4, "34"),
    ]


def test_sin_lista_de_faenas_no_hay_tractora(red: Engine) -> None:
    assert filas(red, 2023) == []
    with red.connect() as conn:
        assert contar(conn, CUT, 2023) == ([], Conteo(None, None, 0, 0, 0))


def test_una_historia_vale_por_la_version_del_anio(red: Engine, tmp_path: Path) -> None:
    """In 2023 the branch of C was open here: only then is it a firm of the province."""
    antes = texto(tmp_path / "f23.csv", FAENAS, faena(UNO, "NORTE"), separador=";")
    subir(red, "faenas_tractora", antes, anio=2023)
    with red.begin() as conn:
        assert rehacer_niveles(conn, CUT, 2023, presentes(conn, 2023)) == 2
    assert filas(red, 2023) == [(UNO, C, 1, "34"), (UNO, E, 1, "34")]


def cuentas(engine: Engine, *criterio: object) -> list[tuple[int, int, int]]:
    with engine.connect() as conn:
        cada_una, juntas = contar(conn, CUT, 2024, *criterio)  # type: ignore[arg-type]
    assert [c.rut for c in cada_una] == [UNO, DOS]
    return [(c.directos, c.indirectos, c.distintos) for c in (*cada_una, juntas)]


def test_cada_empresa_se_cuenta_una_vez(red: Engine) -> None:
    assert cuentas(red) == [(2, 2, 4), (2, 3, 5), (3, 2, 5)]
    assert cuentas(red, "N1") == [(1, 0, 1), (0, 1, 1), (1, 0, 1)]
    assert cuentas(red, "N2") == [(1, 0, 1), (1, 0, 1), (1, 0, 1)]
    assert cuentas(red, "N3") == [(2, 1, 3), (2, 2, 4), (3, 1, 4)]
    assert cuentas(red, "N4") == [(2, 2, 4), (2, 3, 5), (3, 2, 5)]
    assert cuentas(red, None, 1) == [(2, 0, 2), (2, 0, 2), (3, 0, 3)]
    assert cuentas(red, "N3", 2) == [(2, 0, 2), (2, 1, 3), (3, 0, 3)]


def test_a_una_fecha_cuentan_los_vinculos_de_ese_dia(red: Engine, motor: Engine) -> None:
    """B sold to the first tractora until June, and what A bought of C began in July."""
    with motor.begin() as conn:
        conn.execute(
            text(
                "UPDATE observacion.vinculo SET hasta = '2024-06-30'"
                " WHERE anio = 2024 AND rut_comprador = :c AND rut_proveedor = :p"
            ),
            {"c": UNO, "p": B},
        )
        conn.execute(
            text(
                "UPDATE observacion.vinculo SET desde = '2024-07-01'"
                " WHERE anio = 2024 AND rut_comprador = :c AND rut_proveedor = :p"
            ),
            {"c": A, "p": C},
        )

    def el(dia: date | None, criterio: Criterio | None = None) -> list[tuple[int, int]]:
        with red.connect() as conn:
            cada_una, juntas = contar(conn, CUT, 2024, criterio, None, dia)
        return [(c.directos, c.indirectos) for c in (*cada_una, juntas)]

    # The first tractora: A and B; then A, and through it C and D. The second: B and the first, with all of its own.
    assert el(date(2024, 6, 30)) == [(2, 0), (2, 1), (3, 0)]
    assert el(date(2024, 7, 1)) == [(1, 2), (2, 3), (3, 2)]
    assert el(date(2024, 6, 30), "N2") == [(1, 0), (1, 0), (1, 0)]
    assert el(date(2024, 7, 1), "N2") == [(0, 0), (1, 0), (1, 0)]
    assert el(None) == el(date(2024, 12, 31)) == el(date(2024, 7, 1))


def test_los_criterios_se_contienen(red: Engine) -> None:
    with red.connect() as conn:
        fuera = conn.scalar(
            text("SELECT count(*) FROM catastro.nivel_proveedor WHERE ((n1 OR n2) AND NOT n3) OR (n3 AND NOT n4)")
        )
    assert fuera == 0


def test_revertir_una_lista_la_borra_de_la_red_y_rehacer_no_cambia_nada(red: Engine, tmp_path: Path) -> None:
    antes = filas(red, 2024)
    nueva = texto(tmp_path / "p2.csv", PROVEEDORES, compra(DOS, E, "CALAMA"), separador=";")
    carga = subir(red, "proveedores_tractora", nueva, anio=None)
    with red.begin() as conn:
        rehacer_niveles(conn, CUT, 2024, presentes(conn, 2024))
    assert (DOS, E, 1, "34") in filas(red, 2024)
    with red.begin() as conn:
        cargas.revertir(conn, carga)
        rehacer_niveles(conn, CUT, 2024, presentes(conn, 2024))
    assert filas(red, 2024) == antes


def test_la_orden_muestra_cada_tractora_y_el_total(base: Settings, red: Engine) -> None:
    hecho = observatorio(base, "tractoras", "--fecha", "2024-10-01", "--criterio", "n3")
    assert hecho.returncode == 0, hecho.stderr
    lineas = [linea.split() for linea in hecho.stdout.splitlines() if "N3" in linea]
    assert [linea[-3:] for linea in lineas] == [["2", "1", "3"], ["2", "2", "4"], ["3", "1", "4"]]
    assert f"MINERA {UNO}" in hecho.stdout
    assert "61.704.000-K" in hecho.stdout
    todas = observatorio(base, "tractoras", "--anio", "2024", "--nivel-max", "1").stdout
    assert sum("Todas, cada empresa una vez" in linea for linea in todas.splitlines()) == 5
    assert "Directos" in todas
    assert "Indirectos" not in todas


def test_la_orden_dice_que_falta(base: Settings, red: Engine) -> None:
    hecho = observatorio(base, "tractoras", "--anio", "2023")
    assert hecho.returncode == 1
    assert "Ninguna tractora entregó la lista de sus faenas de 2023." in hecho.stderr
    hecho = observatorio(base, "tractoras", "--anio", "2019")
    assert hecho.returncode == 1
    assert "Los años que hay: 2023, 2024." in hecho.stderr
