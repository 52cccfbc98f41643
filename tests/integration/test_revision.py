"""Doubts as a person sees them, and answers as the linkage reads them: by the content of files, whatever the loads."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, text

from archivos_de_oficinas import CUT, FUENTES
from ingest.pipeline import cargar
from observatorio.db.engine import crear_engine, transaccion
from observatorio.db.queries import cargas, revision
from observatorio.db.queries.revision import DECISION, Cita
from observatorio.errors import ErrorConsulta
from observatorio.settings import Settings
from observatorio.vocabulario import Decision, Rol
from orden_observatorio import observatorio

GREMIO = """N°;Socio / Razón Social;RUT;Rubro;Dirección
1;Vista TI Ltda.;76.286.053-8;Informática;Ramírez 1950
2;Pedro Soto / Rosa Rojas;9.876.543-3 /;Comida;Latorre 20
"""
ENCUESTA = """nombre_local;rut;direccion;comuna;funcionando;trab_total;_uuid
Cocinería Pedro;;Latorre 20;Calama;si;2;u-1
Vista Computación;;Ramírez 1950;Calama;si;3;u-2
"""


@pytest.fixture
def citas(ingesta: Engine, tmp_path: Path) -> tuple[str, str]:
    """A gremio's file and a survey, loaded; the SHA-256 of each."""
    for fuente, contenido in (("gremio", GREMIO), ("encuesta_establecimientos", ENCUESTA)):
        ruta = tmp_path / f"{fuente}.csv"
        ruta.write_text(contenido, encoding="utf-8")
        cargar(ingesta, FUENTES[fuente], [ruta], cut=CUT, anio=2024)
    with ingesta.connect() as conn:
        sumas = {f.fuente: f.sha256 for f in conn.execute(text("SELECT fuente, sha256 FROM ingreso.carga"))}
    return sumas["gremio"], sumas["encuesta_establecimientos"]


def dudar(conn: Connection, duda: str, a: Cita, b: Cita, peso: float, motivo: str = "peso") -> None:
    """Write a doubt as a run of the linkage would."""
    conn.execute(
        text(
            """
            INSERT INTO catastro.duda (cut, duda, fuente_a, sha256_a, fila_a, parte_a, id_a,
                                       fuente_b, sha256_b, fila_b, parte_b, id_b, peso, motivo, detalle)
            VALUES (:cut, :duda, :fa, :sa, :ra, :pa, 'e1', :fb, :sb, :rb, :pb, 'e2', :peso, :motivo, 'nombre 2,1')
            """
        ),
        {
            **{"cut": CUT, "duda": duda, "peso": peso, "motivo": motivo},
            **{"fa": a.fuente, "sa": a.sha256, "ra": a.fila, "pa": a.parte},
            **{"fb": b.fuente, "sb": b.sha256, "rb": b.fila, "pb": b.parte},
        },
    )


@pytest.fixture
def dudosas(motor: Engine, citas: tuple[str, str]) -> tuple[tuple[Cita, Cita], tuple[Cita, Cita]]:
    """Two doubts, `d1` the likelier, and the records of each."""
    gremio, encuesta = citas
    uno = Cita("gremio", gremio, 2), Cita("encuesta_establecimientos", encuesta, 3)
    dos = Cita("encuesta_establecimientos", encuesta, 2), Cita("gremio", gremio, 3, 1)
    with motor.begin() as conn:
        dudar(conn, "d1", *uno, 0.5)
        dudar(conn, "d2", *dos, -2.0)
        conn.execute(
            text(
                "INSERT INTO catastro.duda_giro VALUES ('02201', 'COMIDA', '561000', 0.71, 12),"
                " ('02201', 'INFORMATICA', '620900', 0.65, 3), ('13101', 'COMIDA', '561000', 0.7, 900)"
            )
        )
    return uno, dos


Dudosas = tuple[tuple[Cita, Cita], tuple[Cita, Cita]]


def test_una_duda_muestra_lo_que_dicen_ambos(motor: Engine, dudosas: Dudosas) -> None:
    with motor.connect() as conn:
        primera, segunda = revision.dudas(conn, CUT)
    assert (primera.duda, primera.peso, primera.motivo, primera.detalle) == ("d1", 0.5, "peso", "nombre 2,1")
    assert (primera.a.nombre, primera.a.rut, primera.a.direccion) == ("Vista TI Ltda.", 76_286_053, "Ramírez 1950")
    assert (primera.b.nombre, primera.b.rut, primera.b.anio) == ("Vista Computación", None, 2024)
    assert (primera.a.archivo, primera.b.cita.fuente, primera.b.id) == ("gremio.csv", "encuesta_establecimientos", "e2")
    assert (segunda.b.nombre, segunda.b.cita) == ("Rosa Rojas", dudosas[1][1])
    assert not segunda.a.suprimida


def test_las_paginas_siguen_donde_se_dejo(motor: Engine, dudosas: Dudosas) -> None:
    with motor.begin() as conn:
        dudar(conn, "d0", *dudosas[0], -2.0)
        assert [d.duda for d in revision.dudas(conn, CUT, 2)] == ["d1", "d0"], "of one weight, by their names"
        assert [d.duda for d in revision.dudas(conn, CUT, 2, "d0")] == ["d2"]
        assert revision.dudas(conn, CUT, 2, "d2") == []
        assert revision.dudas(conn, "13101") == []
        with pytest.raises(ErrorConsulta, match="No existe la duda «d9»"):
            revision.dudas(conn, CUT, desde="d9")


def test_lo_que_ya_no_esta_se_muestra_vacio(motor: Engine, dudosas: Dudosas) -> None:
    with motor.begin() as conn:
        conn.execute(
            text(
                "UPDATE observacion.registro SET suprimida = true, razon_social = NULL, direccion_texto = NULL,"
                " calle = NULL, numero = NULL, resto = NULL WHERE fuente = 'gremio' AND fila = 2"
            )
        )
        conn.execute(text("DELETE FROM observacion.registro WHERE fuente = 'encuesta_establecimientos'"))
        primera, _ = revision.dudas(conn, CUT)
    assert (primera.a.suprimida, primera.a.nombre, primera.a.direccion) == (True, None, None)
    assert (primera.b.suprimida, primera.b.nombre, primera.b.archivo, primera.b.anio) == (False, None, None, None)


def test_la_ultima_respuesta_vale_y_el_orden_del_par_no_importa(motor: Engine, dudosas: Dudosas) -> None:
    (a, b), _ = dudosas
    with motor.begin() as conn:
        assert revision.decisiones(conn).schema == DECISION
        primera = revision.decidir(conn, CUT, "d1", Decision.MISMA, "ana")
        assert [d.duda for d in revision.dudas(conn, CUT)] == ["d2"], "an answered doubt waits for nobody"
        segunda = revision.decidir_registros(conn, b, a, Decision.DISTINTA, "ana")
        assert segunda > primera
        # As somebody else may have written it: the greater record first.
        conn.execute(
            text(
                "INSERT INTO catastro.decision (fuente_a, sha256_a, fila_a, parte_a, fuente_b, sha256_b, fila_b,"
                " parte_b, tomada, usuario) SELECT fuente_b, sha256_b, fila_b, parte_b, fuente_a, sha256_a, fila_a,"
                " parte_a, 'misma', 'otro' FROM catastro.decision WHERE decision = :d"
            ),
            {"d": primera},
        )
        revision.decidir(conn, CUT, "d2", Decision.DISTINTA, "ana")
        marco = revision.decisiones(conn)
    assert marco.schema == DECISION
    assert marco.select("fuente_a", "fila_a", "fuente_b", "fila_b", "parte_b", "tomada").rows() == [
        ("encuesta_establecimientos", 2, "gremio", 3, 1, "distinta"),
        ("encuesta_establecimientos", 3, "gremio", 2, 0, "misma"),
    ]


def test_una_respuesta_que_no_se_pudo_obedecer_se_sigue_viendo(motor: Engine, dudosas: Dudosas) -> None:
    (a, b), _ = dudosas
    with motor.begin() as conn:
        revision.decidir(conn, CUT, "d1", Decision.MISMA, "ana")
        dudar(conn, "d0", a, b, 0.0, "no_se_pudo")
        assert [(d.duda, d.motivo) for d in revision.dudas(conn, CUT)] == [("d0", "no_se_pudo"), ("d2", "peso")]


def test_una_respuesta_sobrevive_a_la_carga(motor: Engine, base: Settings, dudosas: Dudosas, tmp_path: Path) -> None:
    with motor.begin() as conn:
        revision.decidir(conn, CUT, "d1", Decision.MISMA, "ana")
        antes = revision.decisiones(conn)
        cargas.revertir(conn, 1)
    cargar(motor, FUENTES["gremio"], [tmp_path / "gremio.csv"], cut=CUT, anio=2024)
    with motor.connect() as conn:
        assert revision.decisiones(conn).equals(antes)
        assert [d.a.nombre for d in revision.dudas(conn, CUT)] == ["Cocinería Pedro"]


def test_no_se_responde_sobre_lo_que_no_hay(motor: Engine, dudosas: Dudosas) -> None:
    (a, b), _ = dudosas
    with motor.begin() as conn:
        with pytest.raises(ErrorConsulta, match="No existe la duda"):
            revision.decidir(conn, CUT, "d9", Decision.MISMA, "ana")
        with pytest.raises(ErrorConsulta, match="consigo mismo"):
            revision.decidir_registros(conn, a, a, Decision.MISMA, "ana")
        with pytest.raises(ErrorConsulta, match="la fila 77"):
            revision.decidir_registros(conn, a, Cita(b.fuente, b.sha256, 77), Decision.MISMA, "ana")
        assert revision.decisiones(conn).is_empty()


def test_los_giros_se_responden_plegados(motor: Engine, dudosas: Dudosas) -> None:
    with motor.begin() as conn:
        assert [(g.giro, g.establecimientos) for g in revision.giros_dudosos(conn, CUT)] == [
            ("COMIDA", 12),
            ("INFORMATICA", 3),
        ]
        assert revision.decidir_giro(conn, " informática", "62090", "ana") == (1, "INFORMATICA", "062090")
        assert revision.decidir_giro(conn, "Informática", "620900", "ana") == (2, "INFORMATICA", "620900")
        assert revision.decidir_giro(conn, "comida", "561000", "ana") == (3, "COMIDA", "561000")
        assert revision.decidir_giro(conn, "Comida", None, "ana") == (4, "COMIDA", None)
        assert revision.decisiones_giro(conn).rows() == [("COMIDA", None), ("INFORMATICA", "620900")]
        assert revision.giros_dudosos(conn, CUT) == []
        for codigo in ("990", "340000", "comida"):
            with pytest.raises(ErrorConsulta, match=r"Los dos primeros|No es un código"):
                revision.decidir_giro(conn, "x", codigo, "ana")
        with pytest.raises(ErrorConsulta, match="vacío"):
            revision.decidir_giro(conn, " ", "620900", "ana")


def test_la_municipalidad_puede_preguntar_y_responder(base: Settings, dudosas: Dudosas) -> None:
    api = crear_engine(base, "api")
    try:
        with transaccion(api, Rol.MUNICIPAL) as conn:
            assert [d.duda for d in revision.dudas(conn, CUT)] == ["d1", "d2"]
            assert len(revision.giros_dudosos(conn, CUT)) == 2
            assert revision.decidir(conn, CUT, "d1", Decision.MISMA, "ana")
            assert revision.decidir_giro(conn, "comida", "561000", "ana")
    finally:
        api.dispose()


def test_las_ordenes(base: Settings, motor: Engine, dudosas: Dudosas) -> None:
    lista = observatorio(base, "revision", "list")
    assert lista.returncode == 0, lista.stderr
    for dice in ("d1", "Vista TI Ltda.", "Vista Computación", "Latorre 20", "gremio.csv", "-2,0", "nombre 2,1"):
        assert dice in lista.stdout
    assert "d2" not in observatorio(base, "revision", "list", "--limite", "1").stdout
    decidida = observatorio(base, "revision", "decidir", "d1", "misma")
    assert decidida.returncode == 0, decidida.stderr
    assert "observatorio consolidate" in decidida.stdout
    assert "d1" not in observatorio(base, "revision", "list").stdout
    giros = observatorio(base, "revision", "giros", "--limite", "1")
    assert "COMIDA" in giros.stdout
    assert "Y otros 1" in giros.stdout
    for palabras in (("comida", "561000"), ("Informática", "ninguno")):
        hecho = observatorio(base, "revision", "giro", *palabras)
        assert hecho.returncode == 0, hecho.stderr
        assert "observatorio consolidate" in hecho.stdout
    assert "No hay giros" in observatorio(base, "revision", "giros").stdout
    with motor.connect() as conn:
        lineas = conn.execute(
            text("SELECT rol, accion, detalle FROM auditoria.registro WHERE accion ~ 'deci' ORDER BY registro")
        ).all()
        assert [(f.rol, f.accion) for f in lineas] == [
            ("ingesta", "decidir_duda"),
            ("ingesta", "decidir_giro"),
            ("ingesta", "decidir_giro"),
        ]
        assert lineas[0].detalle == {"decision": 1, "duda": "d1", "tomada": "misma", "usuario": "cli"}
        assert revision.decisiones_giro(conn).rows() == [("COMIDA", "561000"), ("INFORMATICA", None)]


@pytest.mark.parametrize(
    ("palabras", "codigo", "dice"),
    [
        (("list",), 0, "No hay dudas"),
        (("giros",), 0, "No hay giros"),
        (("decidir", "d9", "misma"), 1, "No existe la duda «d9»"),
        (("decidir", "d9", "quizas"), 2, "quizas"),
        (("giro", "comida", "99"), 1, "seis dígitos"),
        (("giro", "comida", "340000"), 1, "lista de actividades del SII"),
        (("list", "--desde", "d9"), 1, "No existe la duda «d9»"),
    ],
)
def test_que_dice_y_con_que_termina(base: Settings, palabras: tuple[str, ...], codigo: int, dice: str) -> None:
    salida = observatorio(base, "revision", *palabras)
    assert salida.returncode == codigo, salida.stderr
    assert dice in salida.stdout + salida.stderr
    assert "Traceback" not in salida.stderr
