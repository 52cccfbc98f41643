"""The catastro is a function of what is loaded: not of the order, not of what was loaded and taken back in between.

And every value in it leads back to a load and a row.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text

from archivos_de_oficinas import CUT, FUENTES
from ingest.pipeline import cargar
from observatorio.catastro.consolidar import consolidar
from observatorio.catastro.origenes import origenes
from observatorio.catastro.reglas import DERIVADOS
from observatorio.cli.ciudad import ARCHIVOS
from observatorio.db import tablas
from observatorio.db.engine import crear_engine
from observatorio.db.queries import cargas
from observatorio.muestra import generar
from observatorio.settings import Settings

ANIOS = (2022, 2023, 2024)
TABLAS = sorted(t.name for t in tablas.metadata.tables.values() if t.schema == "catastro")
# What names a version holds the numbers of the loads, and of a decision nothing is derived.
SIN_CARGAS = {"version"}

Archivo = tuple[str, int, tuple[Path, ...]]


@pytest.fixture(scope="module")
def archivos(tmp_path_factory: pytest.TempPathFactory) -> list[Archivo]:
    """The files of a small city as `(source, year, paths)`, in the order in which the demonstration loads them."""
    carpeta = tmp_path_factory.mktemp("ciudad")
    generar(carpeta, semilla=5, tamano=600, anios=ANIOS)
    salida: list[Archivo] = []
    for fuente, patron in ARCHIVOS:
        for anio in ANIOS if "{anio}" in patron else (max(ANIOS),):
            rutas = sorted(carpeta.glob(patron.format(anio=anio)))
            salida.append((fuente, anio, tuple(r for r in rutas if ("ACTECOS" in r.name) == (fuente == "sii_actecos"))))
    return salida


@pytest.fixture
def tres_bases(otra_base: Callable[[], Settings]) -> Iterator[list[Engine]]:
    motores = [crear_engine(otra_base(), "ingesta") for _ in range(3)]
    yield motores
    for engine in motores:
        engine.dispose()


def subir(engine: Engine, archivo: Archivo) -> int:
    fuente, anio, rutas = archivo
    hechas = cargar(engine, FUENTES[fuente], rutas, cut=CUT, anio=anio, acepta_cambio=True)
    assert hechas[0].carga is not None
    return hechas[0].carga


def rehacer(engine: Engine) -> list[int]:
    """Consolidate; the years that were written."""
    with engine.begin() as conn:
        return [uno.anio for uno in consolidar(conn, CUT).anios if uno.rehecho]


def volcar(engine: Engine, nombres: dict[int, str] | None = None) -> dict[str, list[str]]:
    """Every row of every table of the catastro as text, sorted; loads by `nombres` where it is given."""
    salida = {}
    with engine.connect() as conn:
        for tabla in TABLAS:
            if nombres is not None and tabla in SIN_CARGAS:
                continue
            filas = conn.scalars(text(f"SELECT to_jsonb(t) FROM catastro.{tabla} t")).all()
            salida[tabla] = sorted(json.dumps(_sin_numeros(f, nombres), sort_keys=True) for f in filas)
    return salida


def _sin_numeros(fila: dict[str, Any], nombres: dict[int, str] | None) -> dict[str, Any]:
    if nombres is None:
        return fila
    if "carga" in fila:
        fila["carga"] = nombres[fila["carga"]]
    if "procedencia" in fila:
        fila["procedencia"] = {k: [nombres[int(c)], f, r] for k, (c, f, r) in fila["procedencia"].items()}
    return fila


def nombres(engine: Engine) -> dict[int, str]:
    """Each load by its source, year and file; two years of a list may be the same file."""
    with engine.connect() as conn:
        filas = conn.execute(text("SELECT carga, fuente, anio, sha256 FROM ingreso.carga"))
        return {f.carga: f"{f.fuente}/{f.anio}/{f.sha256}" for f in filas}


def test_una_carga_que_se_deshace_no_deja_huella(ingesta: Engine, archivos: Sequence[Archivo]) -> None:
    ultimos = [
        a for a in archivos if a[:2] in {("encuesta_establecimientos", 2024), ("patentes", 2023), ("gremio", 2022)}
    ]
    assert len(ultimos) == 3
    for archivo in archivos:
        if archivo not in ultimos:
            subir(ingesta, archivo)
    assert rehacer(ingesta) == list(ANIOS)
    antes = volcar(ingesta)
    assert len(antes["establecimiento_anio"]) > 1000
    assert rehacer(ingesta) == [], "what did not change is not written again"
    for archivo in ultimos:
        carga = subir(ingesta, archivo)
        assert archivo[1] in rehacer(ingesta)
        assert volcar(ingesta) != antes
        with ingesta.begin() as conn:
            cargas.revertir(conn, carga)
        rehacer(ingesta)
        despues = volcar(ingesta)
        assert {t: despues[t] == antes[t] for t in TABLAS} == dict.fromkeys(TABLAS, True)


def test_de_un_anio_que_se_deshace_no_queda_nada(ingesta: Engine, archivos: Sequence[Archivo]) -> None:
    """Neither of a year of its own, nor of a list of suppliers, which alone makes no year."""
    por_nombre = {(fuente, anio): (fuente, anio, rutas) for fuente, anio, rutas in archivos}
    for base in (("patentes", 2023), ("sii_actecos", 2024)):
        subir(ingesta, por_nombre[base])
    rehacer(ingesta)
    antes = volcar(ingesta)
    fuente, _, rutas = por_nombre["patentes", 2022]
    solas = [(fuente, 2021, rutas), por_nombre["proveedores_tractora", 2024], por_nombre["faenas_tractora", 2024]]
    hechas = [subir(ingesta, archivo) for archivo in solas]
    rehacer(ingesta)
    durante = volcar(ingesta)
    crecen = ("actividad", "establecimiento_anio", "proveedor", "nivel_proveedor")
    assert {t: len(durante[t]) > len(antes[t]) for t in crecen} == dict.fromkeys(crecen, True)
    for carga in hechas:
        with ingesta.begin() as conn:
            cargas.revertir(conn, carga)
        rehacer(ingesta)
    assert volcar(ingesta) == antes


def test_el_orden_y_los_pasos_no_deciden(tres_bases: list[Engine], archivos: Sequence[Archivo]) -> None:
    de_una_vez, *por_pasos = tres_bases
    for archivo in archivos:
        subir(de_una_vez, archivo)
    rehacer(de_una_vez)
    esperado = volcar(de_una_vez, nombres(de_una_vez))
    for semilla, engine in enumerate(por_pasos):
        orden = sorted(archivos, key=lambda archivo: hashlib.sha256(f"{semilla}{archivo}".encode()).digest())
        for i, archivo in enumerate(orden):
            subir(engine, archivo)
            if i % 9 == semilla:
                rehacer(engine)
        rehacer(engine)
        hecho = volcar(engine, nombres(engine))
        assert {t: hecho[t] == esperado[t] for t in esperado} == dict.fromkeys(esperado, True), semilla


def test_cada_valor_lleva_a_una_carga_y_una_fila(ingesta: Engine, archivos: Sequence[Archivo]) -> None:
    for archivo in archivos:
        subir(ingesta, archivo)
    rehacer(ingesta)
    with ingesta.connect() as conn:
        dichas = {
            (f.carga, f.fila): f.anio
            for f in conn.execute(
                text(
                    """SELECT DISTINCT r.carga, r.fila, r.anio FROM observacion.registro r
                         JOIN ingreso.v_viva v ON v.carga = r.carga AND v.anio = r.anio"""
                )
            )
        }
        valores = sum(_seguir_anio(conn, dichas)) + sum(_seguir_firmas(conn, dichas))
        _seguir_tablas(conn, dichas)
        _seguir_lo_que_se_muestra(conn)
    assert valores > 20_000


# Keys, what a row is told apart by, and what PostgreSQL works out of the row itself.
CALCULADAS = {columna.name for columna in tablas.establecimiento_anio.c if columna.computed}
CLAVES = {"cut", "anio", "id", "rut", "publica", "procedencia"} | CALCULADAS
# A category of what is not known is no value.
VACIOS = {"tamano": "sin_dato", "tamano_ventas": "sin_dato", "tamano_trabajadores": "sin_dato"}


def _seguir_anio(conn: Connection, dichas: dict[tuple[int, int], int]) -> Iterator[int]:
    """Every value of every establishment, year by year: how many were followed."""
    for fila in conn.execute(text("SELECT * FROM catastro.establecimiento_anio")).mappings():
        origenes = fila["procedencia"]
        propias = conn.scalar(text("SELECT count(*) FROM catastro.identidad WHERE id = :id"), {"id": fila["id"]})
        assert propias, "somebody spoke of it"
        for campo, (carga, numero, regla) in origenes.items():
            assert (int(carga), int(numero)) in dichas, (campo, carga, numero)
            assert regla, campo
        for columna, valor in fila.items():
            nombre = "punto" if columna == "geom" else columna
            if columna in CLAVES or valor is None or VACIOS.get(columna) == valor:
                continue
            if nombre in origenes:
                yield 1
                continue
            bases = DERIVADOS.get(nombre, ())
            # Without a signal, the formality is undecided, and no place is known: those follow from nobody's word.
            callada = (nombre, valor) in {("formalidad", "indeterminado"), ("precision", "sin_ubicacion"),
                                          ("sanitaria_exigida", False)}  # fmt: skip
            suyas = callada or nombre == "indeterminado_por" or any(b in origenes for b in bases)
            assert suyas, (fila["id"], fila["anio"], columna, valor, sorted(origenes))
            yield 1


def _seguir_lo_que_se_muestra(conn: Connection) -> None:
    """What a person is shown of an establishment is every field that has a value, and each has a rule."""
    for anio, id in conn.execute(text("SELECT anio, id FROM catastro.establecimiento_anio ORDER BY id LIMIT 40")):
        mostrados = {f["campo"]: f for f in origenes(conn, id) if f["anio"] == anio}
        fila = conn.execute(
            text("SELECT * FROM catastro.establecimiento_anio WHERE anio = :anio AND id = :id"),
            {"anio": anio, "id": id},
        ).mappings().one()  # fmt: skip
        con_valor = {"punto" if c == "geom" else c for c, v in fila.items() if v is not None} - CLAVES
        assert con_valor <= mostrados.keys(), id
        assert all(f["regla"] for f in mostrados.values())


def _seguir_firmas(conn: Connection, dichas: dict[tuple[int, int], int]) -> Iterator[int]:
    for fila in conn.execute(text("SELECT * FROM catastro.empresa")).mappings():
        for columna, valor in fila.items():
            # The kind of person is read off the RUT.
            if valor is None or columna in {"rut", "procedencia", "tipo_persona"}:
                continue
            carga, numero, _ = fila["procedencia"][columna]
            assert (int(carga), int(numero)) in dichas, columna
            yield 1


def _seguir_tablas(conn: Connection, dichas: dict[tuple[int, int], int]) -> None:
    """The tables whose rows cite a row, and those that speak of establishments and firms which do."""
    for tabla in ("identidad", "actividad"):
        citas = {tuple(f) for f in conn.execute(text(f"SELECT carga, fila FROM catastro.{tabla}"))}
        assert citas
        assert citas <= dichas.keys(), tabla
    vinculos = {tuple(f) for f in conn.execute(text("SELECT carga, fila FROM observacion.vinculo"))}
    citados = {tuple(f) for f in conn.execute(text("SELECT carga, fila FROM catastro.proveedor"))}
    assert citados
    assert citados <= vinculos
    ids = set(conn.scalars(text("SELECT id FROM catastro.identidad")))
    for tabla in ("establecimiento", "establecimiento_anio", "suceso"):
        assert set(conn.scalars(text(f"SELECT id FROM catastro.{tabla}"))) <= ids, tabla
    ruts = set(
        conn.scalars(
            text("SELECT rut_comprador FROM observacion.vinculo UNION SELECT rut_proveedor FROM observacion.vinculo")
        )
    )
    assert set(conn.scalars(text("SELECT rut FROM catastro.nivel_proveedor"))) <= ruts
