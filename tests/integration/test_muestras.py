"""A survey's estimates from its own file on real PostGIS, against figures worked out by hand."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from archivos_de_oficinas import CUT, libro, subir
from observatorio.catastro.muestras import Estimadas, rehacer_estimaciones
from observatorio.db.queries import cargas

ENCUESTA = (
    *("nombre_local", "giro", "comuna", "funcionando", "inicio_sii", "patente", "trab_total", "trab_local"),
    *("trab_conmutante", "factor_expansion", "ola"),
)
FILAS = (
    ("Uno", "ferreteria", "Calama", "si", "si", "si", 10, 6, 4, 10, "1"),
    ("Dos", "ferreteria", "Calama", "si", "no", "no", 2, 2, 0, 5, "1"),
    ("Tres", "restoran", "Calama", "si", "si", "si", 4, "", "", 10, "1"),
    ("Cuatro", "ferreteria", "Calama", "si", "si", "no", 3, 1, 2, 5, "1"),
    # Closed, of another comuna, and without a weight.
    ("Cinco", "ferreteria", "Calama", "cerrado", "", "", "", "", "", 5, "1"),
    ("Seis", "ferreteria", "Antofagasta", "si", "no", "no", 100, 50, 50, 5, "1"),
    ("Siete", "ferreteria", "Calama", "si", "no", "no", 100, 50, 50, "", "1"),
)


def subir_encuesta(engine: Engine, carpeta: Path, anio: int = 2024) -> int:
    ruta = libro(carpeta / f"encuesta_{anio}.xlsx", ENCUESTA, *FILAS)
    return subir(engine, "encuesta_establecimientos", ruta, anio=anio)


@pytest.fixture
def encuesta(ingesta: Engine, tmp_path: Path) -> int:
    """The load of the survey, whose first two premises were linked to establishments of sections G and C."""
    carga = subir_encuesta(ingesta, tmp_path)
    with ingesta.begin() as conn:
        conn.execute(text("SELECT catastro.asegurar_anio(2024)"))
        for nombre, seccion in (("Uno", "G"), ("Dos", "C")):
            conn.execute(
                text(
                    """
                    INSERT INTO catastro.identidad (carga, fila, parte, cut, anio, id, regla)
                    SELECT carga, fila, parte, :cut, anio, :n, 'prueba' FROM observacion.registro
                     WHERE nombre_fantasia = :n
                    """
                ),
                {"cut": CUT, "n": nombre},
            )
            conn.execute(
                text(
                    """
                    INSERT INTO catastro.establecimiento_anio (cut, anio, id, seccion, precision, tamano_ventas,
                           tamano_trabajadores, tamano, formalidad, procedencia)
                    VALUES (:cut, 2024, :n, :s, 'gps', 'micro', 'micro', 'micro', 'formal', '{}')
                    """
                ),
                {"cut": CUT, "n": nombre, "s": seccion},
            )
        assert rehacer_estimaciones(conn, CUT, 2024) == Estimadas(filas=6, sin_peso=1, estimaciones=28)
    return carga


Estimada = tuple[float | None, float | None, int]


def estimaciones(engine: Engine, medida: str, dimension: str = "") -> dict[str, Estimada]:
    consulta = text(
        """
        SELECT categoria, estimado, error_estandar, n FROM indicador.estimacion
         WHERE cut = :cut AND anio = 2024 AND fuente = 'encuesta_establecimientos' AND medida = :m AND dimension = :d
        """
    )
    with engine.connect() as conn:
        filas = conn.execute(consulta, {"cut": CUT, "m": medida, "d": dimension}).all()
    return {f.categoria: (f.estimado, f.error_estandar, f.n) for f in filas}


def cerca(estimado: float, error: float, n: int) -> Estimada:
    return pytest.approx(estimado), pytest.approx(error), n


def test_los_totales_a_mano(ingesta: Engine, encuesta: int) -> None:
    assert estimaciones(ingesta, "establecimientos") == {"": cerca(30, math.sqrt(250), 4)}
    # z = 100, 10, 40, 15.
    assert estimaciones(ingesta, "empleo_total") == {"": cerca(165, math.sqrt(11_925), 4)}


def test_la_informalidad_es_la_que_se_contesto(ingesta: Engine, encuesta: int) -> None:
    # Formal 10, informal 5, in process 5; the restaurant says nothing of its sanitary resolution. R = 1/4.
    residuos = (10 * -0.25, 5 * 0.75, 5 * -0.25)
    error = math.sqrt(3 / 2 * sum(r**2 for r in residuos)) / 20
    assert estimaciones(ingesta, "tasa_informalidad") == {"": cerca(25, 100 * error, 3)}
    por_formalidad = estimaciones(ingesta, "establecimientos", "formalidad")
    assert {c: e[0] for c, e in por_formalidad.items()} == {
        "formal": 10,
        "informal": 5,
        "en_proceso": 5,
        "indeterminado": 10,
    }
    assert estimaciones(ingesta, "tasa_informalidad", "formalidad") == {}


def test_los_conmutantes_de_quienes_se_sabe(ingesta: Engine, encuesta: int) -> None:
    # y = 4, 0, 2 of x = 10, 2, 3 with weights 10, 5, 5: 50 of 125.
    residuos = (10 * (4 - 0.4 * 10), 5 * (0 - 0.4 * 2), 5 * (2 - 0.4 * 3))
    error = math.sqrt(3 / 2 * sum(r**2 for r in residuos)) / 125
    assert estimaciones(ingesta, "parte_conmutante") == {"": cerca(40, 100 * error, 3)}


def test_la_seccion_es_la_del_establecimiento_enlazado(ingesta: Engine, encuesta: int) -> None:
    assert estimaciones(ingesta, "empleo_total", "seccion") == {
        "G": (100, None, 1),
        "C": (10, None, 1),
        "sin_dato": cerca(55, math.sqrt(40**2 + 15**2), 2),
    }


def test_nada_se_suma_al_catastro_y_revertir_lo_borra(ingesta: Engine, encuesta: int) -> None:
    with ingesta.begin() as conn:
        assert conn.scalar(text("SELECT count(*) FROM catastro.establecimiento_anio")) == 2
        cargas.revertir(conn, encuesta)
        assert rehacer_estimaciones(conn, CUT, 2024) == Estimadas(0, 0, 0)
        assert conn.scalar(text("SELECT count(*) FROM indicador.estimacion")) == 0


def test_cada_anio_y_comuna_por_su_cuenta(ingesta: Engine, encuesta: int, tmp_path: Path) -> None:
    antes = estimaciones(ingesta, "empleo_total")
    subir_encuesta(ingesta, tmp_path, 2023)
    with ingesta.begin() as conn:
        rehacer_estimaciones(conn, CUT, 2023)
        rehacer_estimaciones(conn, "02101", 2024)
        anios = conn.execute(
            text("SELECT cut, anio FROM indicador.estimacion WHERE medida = 'establecimientos' AND n > 0")
        )
        assert {tuple(f) for f in anios} == {(CUT, 2024), (CUT, 2023), ("02101", 2024)}
    assert estimaciones(ingesta, "empleo_total") == antes
