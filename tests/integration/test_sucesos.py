"""Events out of a catastro on real PostGIS: who spoke, when, and from where each firm came."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from sqlalchemy import Connection, Engine, text

from archivos_de_oficinas import CUT, ENCUESTA, NOMINA, PATENTES, libro, listada, patente, subir, texto
from observatorio.catastro.lectura import leer_observaciones
from observatorio.catastro.sucesos import rehacer_sucesos
from observatorio.db.copia import leer
from observatorio.db.queries import cargas

ANIOS = (2021, 2022, 2023, 2024)
NACE, MUERE, SE_MUDA, LLEGA, SE_VA, VIEJA, PAUSA = range(76_500_001, 76_500_008)
# What each roll of patentes holds: the address of each firm by year.
ROL: Mapping[int, Mapping[int, str]] = {
    NACE: {2023: "Lira 1", 2024: "Lira 1"},
    MUERE: {2021: "Lira 2", 2022: "Lira 2"},
    SE_MUDA: {2021: "Ramirez 1234", 2022: "Ramírez Nº 1234", 2023: "Sotomayor 2020", 2024: "Sotomayor 2020"},
    LLEGA: {2023: "Lira 4", 2024: "Lira 4"},
    SE_VA: {2021: "Lira 5", 2022: "Lira 5", 2023: "Lira 5"},
    VIEJA: dict.fromkeys(ANIOS, "Lira 6"),
    PAUSA: {2021: "Lira 7", 2023: "Lira 7", 2024: "Lira 7"},
}


def rol(carpeta: Path, anio: int) -> Path:
    filas = [
        patente(rut, por_anio[anio], inicio="2021-03-01" if rut == VIEJA else "")
        for rut, por_anio in ROL.items()
        if anio in por_anio
    ]
    return libro(carpeta / f"patentes_{anio}.xlsx", PATENTES, *filas)


def nomina(carpeta: Path, anio: int, comunas: Mapping[int, str]) -> Path:
    filas = [listada(rut, comuna=comuna, anio=anio) for rut, comuna in comunas.items()]
    return texto(carpeta / f"nomina_{anio}.txt", NOMINA, *filas)


def observadas(conn: Connection) -> pl.DataFrame:
    """The live observations with the establishment that this test's `catastro.identidad` gives them."""
    tipos = {"carga": pl.Int64, "fila": pl.Int64, "parte": pl.Int16, "id": pl.Utf8, "enlazado": pl.Int32}
    consulta = """SELECT i.carga, i.fila, i.parte, i.id, e.rut FROM catastro.identidad i
                    LEFT JOIN catastro.establecimiento e ON (e.cut, e.id) = (i.cut, i.id)"""
    suyas = leer(conn, consulta, {}, tipos)
    return leer_observaciones(conn).join(suyas, on=["carga", "fila", "parte"], how="left")


@pytest.fixture
def ciudad(ingesta: Engine, tmp_path: Path) -> dict[tuple[str, int], int]:
    """Four years of files; the loads by source and year."""
    hechas: dict[tuple[str, int], int] = {}
    for anio in ANIOS:
        hechas["patentes", anio] = subir(ingesta, "patentes", rol(tmp_path, anio), anio=anio)
        # The head office of one firm was in Santiago until 2022; that of another is in Antofagasta since 2024.
        comunas = {LLEGA: "Santiago" if anio < 2023 else "Calama", SE_VA: "Antofagasta" if anio > 2023 else "Calama"}
        hechas["sii_nomina", anio] = subir(ingesta, "sii_nomina", nomina(tmp_path, anio, comunas), anio=anio)
    visto = [("Feria sin RUT", "", "Lira 8", "pan", "Calama", "si", "no", "no")]
    hechas["encuesta", 2022] = subir(
        ingesta, "encuesta_establecimientos", libro(tmp_path / "e.xlsx", ENCUESTA, *visto), anio=2022
    )
    consolidar(ingesta)
    return hechas


def consolidar(engine: Engine) -> None:
    """The catastro as the consolidation leaves it: a premises for each firm of the rolls, one for the survey's."""
    with engine.begin() as conn:
        conn.execute(text("DELETE FROM catastro.establecimiento_anio"))
        conn.execute(text("DELETE FROM catastro.establecimiento"))
        conn.execute(text("DELETE FROM catastro.identidad"))
        for anio in ANIOS:
            conn.execute(text("SELECT catastro.asegurar_anio(:anio)"), {"anio": anio})
        conn.execute(
            text(
                """
                INSERT INTO catastro.identidad (carga, fila, parte, cut, anio, id, regla)
                SELECT r.carga, r.fila, r.parte, :cut, r.anio, coalesce('e' || r.rut, 'feria'), 'prueba'
                  FROM observacion.registro r
                  JOIN ingreso.v_viva v ON v.carga = r.carga AND v.anio = r.anio
                 WHERE r.cut = :cut AND r.tipo_sitio IS DISTINCT FROM 'casa_matriz'
                """
            ),
            {"cut": CUT},
        )
        conn.execute(
            text(
                """
                INSERT INTO catastro.establecimiento_anio (cut, anio, id, rut, direccion, precision, tamano_ventas,
                       tamano_trabajadores, tamano, formalidad, procedencia)
                SELECT i.cut, i.anio, i.id, r.rut, r.direccion_texto, 'calle', 'micro', 'micro', 'micro', 'formal', '{}'
                  FROM catastro.identidad i
                  JOIN observacion.registro r USING (anio, carga, fila, parte)
                """
            )
        )
        conn.execute(
            text(
                """
                INSERT INTO catastro.establecimiento (cut, id, rut, clave_lugar, primer_anio, ultimo_anio)
                SELECT cut, id, rut, '', min(anio), max(anio) FROM catastro.establecimiento_anio GROUP BY cut, id, rut
                """
            )
        )
        rehacer_sucesos(conn, CUT, observadas(conn))


def hechos(engine: Engine) -> list[tuple[Any, ...]]:
    with engine.connect() as conn:
        filas = conn.execute(text("SELECT id, anio, tipo, provisorio FROM catastro.suceso ORDER BY id, anio, tipo"))
        return [tuple(fila) for fila in filas]


ESPERADO = [
    (f"e{NACE}", 2023, "nacimiento", False),
    (f"e{MUERE}", 2023, "muerte", True),
    (f"e{SE_MUDA}", 2023, "mudanza", False),
    (f"e{LLEGA}", 2023, "llegada", False),
    (f"e{SE_VA}", 2024, "salida", True),
    # Its patente began in the first year of all.
    (f"e{VIEJA}", 2021, "nacimiento", False),
    (f"e{PAUSA}", 2022, "muerte", False),
    (f"e{PAUSA}", 2023, "reactivacion", False),
]


def test_lo_que_le_paso_a_cada_uno(ingesta: Engine, ciudad: dict[tuple[str, int], int]) -> None:
    assert hechos(ingesta) == ESPERADO


def test_las_cuentas_cuadran_con_los_activos(ingesta: Engine, ciudad: dict[tuple[str, int], int]) -> None:
    consulta = text(
        """
        SELECT a.anio, count(*) - lag(count(*)) OVER (ORDER BY a.anio) AS cambio,
               (SELECT count(*) FILTER (WHERE s.tipo IN ('nacimiento', 'reactivacion', 'llegada'))
                       - count(*) FILTER (WHERE s.tipo IN ('muerte', 'salida'))
                  FROM catastro.suceso s WHERE s.anio = a.anio) AS sucesos
          FROM catastro.establecimiento_anio a
         WHERE a.id <> 'feria'
         GROUP BY a.anio ORDER BY a.anio
        """
    )
    with ingesta.connect() as conn:
        (_, *siguientes) = conn.execute(consulta).all()
    assert [(f.anio, f.cambio) for f in siguientes] == [(f.anio, f.sucesos) for f in siguientes]
    assert len(siguientes) == 3


def test_un_rol_que_falta_no_mata_a_nadie(ingesta: Engine, ciudad: dict[tuple[str, int], int], tmp_path: Path) -> None:
    """Without the roll of 2023 nothing is known of most that year; taken back and loaded again, all is as before."""
    with ingesta.begin() as conn:
        cargas.revertir(conn, ciudad["patentes", 2023])
    consolidar(ingesta)
    sin_rol = hechos(ingesta)
    assert [f for f in sin_rol if f[1] == 2023 and f[2] in ("muerte", "salida")] == []
    assert (f"e{NACE}", 2024, "nacimiento", False) in sin_rol
    assert (f"e{MUERE}", 2024, "muerte", True) in sin_rol
    subir(ingesta, "patentes", rol(tmp_path, 2023), anio=2023)
    consolidar(ingesta)
    assert hechos(ingesta) == ESPERADO


def test_otra_comuna_no_se_toca(ingesta: Engine, ciudad: dict[tuple[str, int], int]) -> None:
    with ingesta.begin() as conn:
        conn.execute(text("INSERT INTO catastro.suceso VALUES ('02203', 2022, 'x', 'muerte', false)"))
        assert rehacer_sucesos(conn, CUT, observadas(conn)) == len(ESPERADO)
        assert rehacer_sucesos(conn, "13101", observadas(conn)) == 0
    assert ("x", 2022, "muerte", False) in hechos(ingesta)


def test_una_resolucion_no_es_un_inicio(conexion: Connection) -> None:
    """The date of a sanitary resolution says nothing of when the business began; that of a patente does."""
    for fuente, actor, carga in (("sanitaria", "salud", 901), ("patente", "municipalidad", 902)):
        conexion.execute(
            text(
                """
                INSERT INTO ingreso.fuente (fuente, nombre, actor, describe, destino, cobertura, licencia, periodicidad)
                VALUES (:f, :f, :actor, 'establecimiento', 'registro', 'censo', '', '')
                """
            ),
            {"f": f"prueba_{fuente}", "actor": actor},
        )
        conexion.execute(text("INSERT INTO ingreso.archivo (sha256, nombre, bytes) VALUES (:s, :s, 1)"), {"s": fuente})
        conexion.execute(
            text(
                """
                INSERT INTO ingreso.carga (carga, fuente, sha256, nombre, anios, estado, licencia, conjunto)
                OVERRIDING SYSTEM VALUE VALUES (:c, :f, :s, :s, '{2024}', 'confirmada', '', :c)
                """
            ),
            {"c": carga, "f": f"prueba_{fuente}", "s": fuente},
        )
        conexion.execute(
            text("INSERT INTO ingreso.vigencia (conjunto, anio, fuente, filas) VALUES (:c, 2024, :f, 1)"),
            {"c": carga, "f": f"prueba_{fuente}"},
        )
        conexion.execute(text("SELECT observacion.asegurar_anio('registro', 2024), catastro.asegurar_anio(2024)"))
        conexion.execute(
            text("INSERT INTO observacion.registro (carga, fila, fuente, anio, desde) VALUES (:c, 1, :f, 2024, :d)"),
            {"c": carga, "f": f"prueba_{fuente}", "d": date(2024, 5, 1)},
        )
        conexion.execute(
            text(
                "INSERT INTO catastro.identidad (carga, fila, parte, cut, anio, id, regla) "
                "VALUES (:c, 1, 0, :cut, 2024, :id, 'prueba')"
            ),
            {"c": carga, "cut": CUT, "id": fuente},
        )
        conexion.execute(
            text(
                """
                INSERT INTO catastro.establecimiento_anio (cut, anio, id, precision, tamano_ventas, tamano_trabajadores,
                       tamano, formalidad, procedencia)
                VALUES (:cut, 2024, :id, 'calle', 'micro', 'micro', 'micro', 'formal', '{}')
                """
            ),
            {"cut": CUT, "id": fuente},
        )
    rehacer_sucesos(conexion, CUT, observadas(conexion))
    assert conexion.scalars(text("SELECT id FROM catastro.suceso WHERE cut = :cut"), {"cut": CUT}).all() == ["patente"]
