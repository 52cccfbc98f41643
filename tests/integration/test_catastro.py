"""What the catastro says of a business, from files of its offices: nothing is guessed, nobody is mixed up."""

from __future__ import annotations

import threading
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from archivos_de_oficinas import (
    CUT,
    DIRECCIONES,
    ENCUESTA,
    NOMINA,
    PATENTES,
    PROVEEDORES,
    compra,
    con_dv,
    domicilio,
    dv,
    libro,
    listada,
    patente,
    subir,
    texto,
)
from observatorio.catastro.consolidar import Consolidado, consolidar
from observatorio.db.queries import cargas

FIRMA, OTRA = 76_500_001, 76_500_002


def rehacer(engine: Engine, anio: int = 2024) -> Consolidado | None:
    """Consolidate all years; what became of one of them, None where no load speaks of it."""
    with engine.begin() as conn:
        hecho = consolidar(conn, CUT)
    return next((uno for uno in hecho.anios if uno.anio == anio), None)


CONSULTAS = {
    "locales": """SELECT direccion, formalidad FROM catastro.establecimiento_anio
                   WHERE anio = 2024 ORDER BY direccion NULLS LAST""",
    "empleo": "SELECT rut, direccion, empleo_total FROM catastro.establecimiento_anio ORDER BY rut, direccion",
    "ids": "SELECT anio, id, coalesce(nombre, '') FROM catastro.establecimiento_anio ORDER BY 1, 3",
    "senal": """SELECT senal_sii, procedencia -> 'senal_sii' ->> 2 FROM catastro.establecimiento_anio""",
    "sanitaria": "SELECT giro_texto, sanitaria_exigida, formalidad FROM catastro.establecimiento_anio ORDER BY 1",
    "proveedor": """SELECT p.rut_proveedor, v.rut_proveedor, p.monto_clp
                      FROM catastro.proveedor p
                      LEFT JOIN observacion.vinculo v ON (v.carga, v.fila) = (p.carga, p.fila)
                     ORDER BY 1""",
    "nombres": """SELECT a.razon_social, a.capital_clp, e.razon_social
                    FROM catastro.establecimiento_anio a JOIN catastro.empresa e USING (rut)""",
    "rol": "SELECT id, direccion, formalidad FROM catastro.establecimiento_anio",
}


def ver(engine: Engine, consulta: str) -> list[tuple[Any, ...]]:
    with engine.connect() as conn:
        return [tuple(fila) for fila in conn.execute(text(CONSULTAS[consulta]))]


def test_una_comuna_que_no_se_sabe_no_es_esta(ingesta: Engine, tmp_path: Path) -> None:
    nomina = texto(tmp_path / "n.txt", NOMINA, listada(FIRMA, comuna="Sin Información"), listada(OTRA))
    lejos = domicilio(76_500_003, "AGUSTINAS", "SUCURSAL", comuna="NO SE LEE")
    subir(ingesta, "sii_nomina", nomina)
    subir(ingesta, "sii_direcciones", texto(tmp_path / "d.txt", DIRECCIONES, lejos, domicilio(OTRA, "VARGAS")))
    rehacer(ingesta)
    assert ver(ingesta, "locales") == [("VARGAS 100", "indeterminado")]


@pytest.mark.parametrize("comuna", ["Santiago", "Sin Información"])
def test_los_trabajadores_de_una_firma_de_afuera_no_se_reparten_aqui(
    ingesta: Engine, tmp_path: Path, comuna: str
) -> None:
    subir(ingesta, "sii_nomina", texto(tmp_path / "n.txt", NOMINA, listada(FIRMA, 5000, comuna), listada(OTRA, 8)))
    subir(
        ingesta, "patentes", libro(tmp_path / "p.xlsx", PATENTES, patente(FIRMA, "Ramirez 1"), patente(OTRA, "Lira 2"))
    )
    rehacer(ingesta)
    assert ver(ingesta, "empleo") == [(FIRMA, "Ramirez 1", None), (OTRA, "Lira 2", 8)]


def test_lo_que_no_queda_por_repartir_no_es_cero(ingesta: Engine, tmp_path: Path) -> None:
    subir(ingesta, "sii_nomina", texto(tmp_path / "n.txt", NOMINA, listada(FIRMA, 3), listada(OTRA, 0)))
    filas = (patente(FIRMA, "Ramirez 1", 4), patente(FIRMA, "Lira 2"), patente(OTRA, "Lira 3"))
    subir(ingesta, "patentes", libro(tmp_path / "p.xlsx", PATENTES, *filas))
    rehacer(ingesta)
    assert ver(ingesta, "empleo") == [(FIRMA, "Lira 2", None), (FIRMA, "Ramirez 1", 4), (OTRA, "Lira 3", 0)]


def test_una_firma_viva_con_su_sucursal_cerrada_conserva_su_casa_matriz(ingesta: Engine, tmp_path: Path) -> None:
    subir(ingesta, "sii_nomina", texto(tmp_path / "n.txt", NOMINA, listada(FIRMA)))
    filas = (domicilio(FIRMA, "RAMIREZ"), domicilio(FIRMA, "LATORRE", "SUCURSAL", vigencia="N"))
    subir(ingesta, "sii_direcciones", texto(tmp_path / "d.txt", DIRECCIONES, *filas))
    rehacer(ingesta)
    assert ver(ingesta, "locales") == [("LATORRE 100", "inactivo"), ("RAMIREZ 100", "indeterminado")]


def test_dos_negocios_de_dos_archivos_no_comparten_id(ingesta: Engine, tmp_path: Path) -> None:
    columnas = ("Socio", "RUT", "Rubro", "Dirección")
    uno = libro(tmp_path / "1.xlsx", columnas, ("Panadería Uno", "", "Pan", ""))
    dos = libro(tmp_path / "2.xlsx", columnas, ("Taller Dos", "", "Taller", ""))
    antes = libro(tmp_path / "3.xlsx", columnas, ("Zapatero", "", "Z", ""), ("Taller Dos", "", "Taller", ""))
    subir(ingesta, "gremio", uno, dos)
    subir(ingesta, "gremio", antes, anio=2023)
    rehacer(ingesta)
    filas = ver(ingesta, "ids")
    por_negocio = {(nombre, id) for _, id, nombre in filas}
    assert len(filas) == 4
    assert len({id for _, id in por_negocio}) == len(por_negocio) == 3, (
        "the workshop keeps its id, and is alone with it"
    )


def test_muchos_locales_de_una_firma_no_se_multiplican_entre_si(ingesta: Engine, tmp_path: Path) -> None:
    calles = [domicilio(FIRMA, f"CALLE {i}", "SUCURSAL") for i in range(2_500)]
    subir(ingesta, "sii_direcciones", texto(tmp_path / "d.txt", DIRECCIONES, *calles))
    hecho = rehacer(ingesta)
    assert hecho is not None
    assert hecho.establecimientos == 2_500
    with ingesta.connect() as conn:
        sabido = conn.execute(
            text(
                """SELECT count(*), count(DISTINCT id), count(DISTINCT direccion) FROM catastro.establecimiento_anio"""
            )
        ).one()
        registros = conn.execute(
            text("SELECT count(*), count(DISTINCT (carga, fila, parte)), count(DISTINCT id) FROM catastro.identidad")
        ).one()
    assert tuple(sabido) == tuple(registros) == (2_500, 2_500, 2_500)


def test_dos_consolidaciones_a_la_vez(ingesta: Engine, tmp_path: Path) -> None:
    for anio, rut in ((2023, FIRMA), (2024, OTRA)):
        filas = [(anio, *listada(rut + 10 * i)[1:]) for i in range(1_500)]
        subir(ingesta, "sii_nomina", texto(tmp_path / f"{anio}.txt", NOMINA, *filas), anio=anio)
    hechos: dict[int, Consolidado | None] = {}
    juntas = threading.Barrier(2)

    def correr(anio: int) -> None:
        juntas.wait()
        hechos[anio] = rehacer(ingesta, anio)

    for _ in range(2):
        hilos = [threading.Thread(target=correr, args=(anio,)) for anio in (2023, 2024)]
        for hilo in hilos:
            hilo.start()
        for hilo in hilos:
            hilo.join()
    assert {anio: hecho and hecho.establecimientos for anio, hecho in hechos.items()} == {2023: 1_500, 2024: 1_500}
    with ingesta.connect() as conn:
        assert conn.scalar(text("SELECT count(*) FROM catastro.version")) == 2
        assert conn.scalar(text("SELECT count(*) FROM catastro.empresa")) == 3_000


def test_la_fila_de_un_proveedor_es_suya(ingesta: Engine, tmp_path: Path) -> None:
    una, otra = (compra(61_704_000, rut) for rut in (FIRMA, OTRA))
    primero = texto(tmp_path / "1.csv", PROVEEDORES, otra, otra, una, separador=";")
    segundo = texto(tmp_path / "2.csv", PROVEEDORES, una, separador=";")
    # A list of suppliers alone speaks of no business of the year.
    subir(ingesta, "sii_nomina", texto(tmp_path / "n.txt", NOMINA, listada(FIRMA)))
    subir(ingesta, "proveedores_tractora", primero)
    subir(ingesta, "proveedores_tractora", segundo)
    rehacer(ingesta)
    assert ver(ingesta, "proveedor") == [(FIRMA, FIRMA, 2000), (OTRA, OTRA, 2000)]


def test_una_senal_que_sale_de_un_termino_lo_dice(ingesta: Engine, tmp_path: Path) -> None:
    subir(ingesta, "sii_nomina", texto(tmp_path / "n.txt", NOMINA, listada(FIRMA, termino="2024-06-30")))
    rehacer(ingesta)
    assert ver(ingesta, "senal") == [("no", "empresa:sii:termino")]


def test_el_orden_de_las_cargas_no_decide(ingesta: Engine, tmp_path: Path) -> None:
    columnas = (
        *("ID", "RUT", "Razon Social", "Fecha de actuacion (1era firma)", "Anio", "Comuna Tributaria", "Capital"),
    )
    subir(ingesta, "sii_nomina", texto(tmp_path / "n.txt", NOMINA, (2024, FIRMA, dv(FIRMA), *listada(FIRMA)[3:])))
    rutas = [
        texto(
            tmp_path / f"{n}.csv", columnas, (1, con_dv(OTRA), f"NOMBRE {n}", "02-05-2024", 2024, "CALAMA", 1000 + n),
            separador=";",
        )
        for n in range(3)
    ]  # fmt: skip
    subir(ingesta, "patentes", libro(tmp_path / "p.xlsx", PATENTES, patente(OTRA, "Lira 2")))
    vistos = set()
    for orden in permutations(rutas):
        for ruta in orden:
            subir(ingesta, "res", ruta)
        rehacer(ingesta)
        vistos |= set(ver(ingesta, "nombres"))
        with ingesta.begin() as conn:
            for carga in conn.scalars(text("SELECT carga FROM ingreso.v_viva WHERE fuente = 'res'")).all():
                cargas.revertir(conn, carga)
    assert len([v for v in vistos if v[0] != f"FIRMA {FIRMA} SA"]) == 1


def test_sin_codigo_las_palabras_dicen_si_hace_falta_resolucion(ingesta: Engine, tmp_path: Path) -> None:
    giros = ("RESTORÁN", "FERRETERÍA", "ALMACENAMIENTO DE ÁRIDOS", "Almacenes", "")
    filas = [patente(FIRMA + i, f"Lira {i}", giro=giro) for i, giro in enumerate(giros)]
    subir(ingesta, "patentes", libro(tmp_path / "p.xlsx", PATENTES, *filas))
    rehacer(ingesta)
    assert {giro: (exigida, formalidad) for giro, exigida, formalidad in ver(ingesta, "sanitaria")} == {
        "RESTORÁN": (True, "indeterminado"),
        "FERRETERÍA": (False, "formal"),
        "ALMACENAMIENTO DE ÁRIDOS": (False, "formal"),
        "Almacenes": (True, "indeterminado"),
        None: (False, "formal"),
    }


def test_lo_visto_en_terreno_va_antes_que_una_patente_al_dia(ingesta: Engine, tmp_path: Path) -> None:
    subir(ingesta, "patentes", libro(tmp_path / "p.xlsx", PATENTES, patente(FIRMA, "Lira 1"), patente(OTRA, "Lira 2")))
    visto = ("X", con_dv(FIRMA), "Lira 1", "", "Calama", "cerrado", "", "")
    subir(ingesta, "encuesta_establecimientos", libro(tmp_path / "e.xlsx", ENCUESTA, visto))
    # The register of addresses closes no premises that pays its patente.
    cerrada = domicilio(OTRA, "LIRA", "SUCURSAL", vigencia="N")
    cerrada = (*cerrada[:6], 2, *cerrada[7:])
    subir(ingesta, "sii_direcciones", texto(tmp_path / "d.txt", DIRECCIONES, cerrada))
    rehacer(ingesta)
    assert ver(ingesta, "locales") == [("Lira 1", "inactivo"), ("Lira 2", "formal")]


def test_de_una_historia_vale_la_ultima_version(ingesta: Engine, tmp_path: Path) -> None:
    subir(ingesta, "sii_nomina", texto(tmp_path / "n.txt", NOMINA, listada(FIRMA)))
    antes = texto(tmp_path / "23.txt", DIRECCIONES, domicilio(FIRMA, "RAMIREZ"))
    ahora = texto(
        tmp_path / "24.txt", DIRECCIONES,
        domicilio(FIRMA, "RAMIREZ", vigencia="N"), domicilio(FIRMA, "LATORRE", desde="2009-05-01"),
    )  # fmt: skip
    subir(ingesta, "sii_direcciones", antes, anio=2023)
    subir(ingesta, "sii_direcciones", ahora, anio=2024)
    rehacer(ingesta)
    assert ver(ingesta, "locales") == [("LATORRE 100", "indeterminado")]


def test_un_cierre_posterior_anula_la_direccion(ingesta: Engine, tmp_path: Path) -> None:
    filas = (
        domicilio(FIRMA, "RAMIREZ", "SUCURSAL", desde="2010-01-01"),
        domicilio(FIRMA, "RAMIREZ", "SUCURSAL", vigencia="N", desde="2015-01-01"),
        domicilio(OTRA, "VARGAS", "SUCURSAL", vigencia="N", desde="2010-01-01"),
        domicilio(OTRA, "VARGAS", "SUCURSAL", desde="2015-01-01"),
    )
    subir(ingesta, "sii_direcciones", texto(tmp_path / "d.txt", DIRECCIONES, *filas))
    rehacer(ingesta)
    assert ver(ingesta, "locales") == [("RAMIREZ 100", "inactivo"), ("VARGAS 100", "indeterminado")]


def test_quien_termina_y_vuelve_a_empezar_en_la_misma_lista_vive(ingesta: Engine, tmp_path: Path) -> None:
    filas = (listada(FIRMA, termino="2024-03-31"), listada(FIRMA), listada(OTRA, termino="2024-03-31"))
    subir(ingesta, "sii_nomina", texto(tmp_path / "n.txt", NOMINA, *filas))
    subir(ingesta, "patentes", libro(tmp_path / "p.xlsx", PATENTES, patente(FIRMA, "Lira 1"), patente(OTRA, "Lira 2")))
    rehacer(ingesta)
    assert ver(ingesta, "locales") == [("Lira 1", "formal"), ("Lira 2", "inactivo")]


def test_dos_patentes_de_un_local_se_suman(ingesta: Engine, tmp_path: Path) -> None:
    columnas = (*PATENTES, "MONTO PATENTE")
    filas = [(f"2-{n}", *patente(FIRMA, "Lira 1")[1:], f"$ {n}00.000") for n in (1, 9)]
    subir(ingesta, "patentes", libro(tmp_path / "p.xlsx", columnas, *filas))
    rehacer(ingesta)
    with ingesta.connect() as conn:
        assert conn.scalar(text("SELECT patente_clp FROM catastro.establecimiento_anio")) == 1_000_000
