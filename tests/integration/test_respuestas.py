"""What becomes of the answers of people: they follow the row that stays the same, can be seen, and taken back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, text

import ingest.fuentes
from ingest.contract import Fuente
from ingest.pipeline import cargar
from observatorio import catalogo
from observatorio.catastro.consolidar import consolidar
from observatorio.db import tablas
from observatorio.db.engine import crear_engine, transaccion
from observatorio.db.queries import cargas, respuestas, revision
from observatorio.db.queries.respuestas import buscar_cita
from observatorio.errors import ErrorCarga, ErrorConsulta
from observatorio.settings import Settings
from observatorio.vocabulario import Decision, Rol
from orden_observatorio import observatorio

FUENTES = catalogo.discover(ingest.fuentes, Fuente)
CUT = "02201"
ENCABEZADO = "N°;Socio / Razón Social;RUT;Rubro;Dirección;Fono\n"
BAZAR = "1;Bazar Rosita;;Bazar;Latorre 20;\n"
TALLER = "2;Taller Dos;;Bicicletas;Ramírez 5;\n"
SOCIOS = "3;Ana Rojas / Eva Luna;/;Modas;Abaroa 9;\n"
GREMIO = ENCABEZADO + BAZAR + TALLER + SOCIOS
CORREGIDO = ENCABEZADO + "9;Otra Socia;;Modas;Sotomayor 4;\n" + BAZAR + TALLER.replace("Dos", "Tres") + SOCIOS
ENCUESTA = """nombre_local;rut;direccion;comuna;funcionando;trab_total;_uuid
Cosas Varias;;Vargas 300;Calama;si;2;u-1
Bicis Calama;;Vargas 900;Calama;si;3;u-2
"""


def meter(engine: Engine, carpeta: Path, fuente: str, contenido: str, anio: int = 2024) -> int:
    """Load one file, written as its office would; the number of the load."""
    ruta = carpeta / f"{fuente}.csv"
    ruta.write_text(contenido, encoding="utf-8")
    (hecha,) = cargar(engine, FUENTES[fuente], [ruta], cut=CUT, anio=anio, acepta_cambio=True)
    assert hecha.carga is not None, hecha
    return hecha.carga


@pytest.fixture
def cargadas(motor: Engine, tmp_path: Path) -> tuple[int, int]:
    """The loads of a gremio's list and of a survey."""
    return meter(motor, tmp_path, "gremio", GREMIO), meter(motor, tmp_path, "encuesta_establecimientos", ENCUESTA)


def responder(conn: Connection, uno: tuple[int, int], otro: tuple[int, int], tomada: Decision) -> int:
    """Answer on two records, each by its load and row."""
    return revision.decidir_registros(conn, buscar_cita(conn, *uno), buscar_cita(conn, *otro), tomada, "ana")


def vigentes(engine: Engine) -> list[tuple[int, int, str]]:
    """The rows of the gremio and of the survey of each answer that the linkage obeys, and the answer."""
    with engine.connect() as conn:
        marco = revision.decisiones(conn)
    vivas = {uno.sha256 for uno in archivos_vivos(engine)}
    return [
        (f["fila_b"], f["fila_a"], f["tomada"])
        for f in marco.to_dicts()
        if f["sha256_a"] in vivas and f["sha256_b"] in vivas
    ]


def archivos_vivos(engine: Engine) -> list[revision.Cita]:
    with engine.connect() as conn:
        filas = conn.execute(text("SELECT fuente, sha256 FROM ingreso.v_viva"))
        return [revision.Cita(f.fuente, f.sha256, 0) for f in filas]


def juntos(engine: Engine) -> dict[str, int]:
    """Consolidate; how many records the establishment of each name holds."""
    with engine.begin() as conn:
        consolidar(conn, CUT)
        filas = conn.execute(
            text(
                """SELECT coalesce(r.nombre_fantasia, r.razon_social) AS nombre,
                          (SELECT count(*) FROM catastro.identidad o WHERE o.id = i.id) AS n
                     FROM catastro.identidad i JOIN observacion.registro r USING (anio, carga, fila, parte)"""
            )
        )
        return {f.nombre: f.n for f in filas}


def volcar(engine: Engine) -> dict[str, list[str]]:
    """Every row of every table of the catastro, as text."""
    nombres = sorted(t.name for t in tablas.metadata.tables.values() if t.schema == "catastro")
    with engine.connect() as conn:
        return {
            nombre: sorted(
                json.dumps(f, sort_keys=True)
                for f in conn.scalars(text(f"SELECT to_jsonb(t) FROM catastro.{nombre} t"))
            )
            for nombre in nombres
        }


def test_la_respuesta_sigue_a_la_fila_que_no_cambio(motor: Engine, cargadas: tuple[int, int], tmp_path: Path) -> None:
    gremio, encuesta = cargadas
    with motor.begin() as conn:
        responder(conn, (gremio, 2), (encuesta, 2), Decision.MISMA)
        responder(conn, (gremio, 3), (encuesta, 3), Decision.MISMA)
    assert juntos(motor)["Bazar Rosita"] == 2
    antes = volcar(motor)
    corregida = meter(motor, tmp_path, "gremio", CORREGIDO)
    assert vigentes(motor) == [(3, 2, "misma")], "the shop is in the row below; the workshop is another record now"
    hoy = juntos(motor)
    assert (hoy["Bazar Rosita"], hoy["Taller Tres"]) == (2, 1)
    with motor.connect() as conn:
        dadas = {r.decision: (r.vale, r.porque) for r in respuestas.respuestas(conn)}
    assert dadas == {1: (True, None), 2: (False, "ninguna carga vigente trae uno de los dos registros")}
    with motor.begin() as conn:
        cargas.revertir(conn, corregida)
    juntos(motor)
    assert volcar(motor) == antes


def test_lo_respondido_del_corregido_vuelve_con_el_anterior(
    motor: Engine, cargadas: tuple[int, int], tmp_path: Path
) -> None:
    _, encuesta = cargadas
    corregida = meter(motor, tmp_path, "gremio", CORREGIDO)
    with motor.begin() as conn:
        responder(conn, (corregida, 3), (encuesta, 2), Decision.MISMA)
        cargas.revertir(conn, corregida)
    assert vigentes(motor) == [(2, 2, "misma")]
    with motor.begin() as conn:
        responder(conn, (cargadas[0], 2), (encuesta, 2), Decision.DISTINTA)
    assert vigentes(motor) == [(2, 2, "distinta")], "the newest on what is one pair today"


def test_filas_iguales_se_distinguen_por_su_orden(motor: Engine, tmp_path: Path) -> None:
    encuesta = meter(motor, tmp_path, "encuesta_establecimientos", ENCUESTA)
    gemela = BAZAR.replace("1;", ";", 1)
    gremio = meter(motor, tmp_path, "gremio", ENCABEZADO + gemela + TALLER + gemela)
    with motor.begin() as conn:
        responder(conn, (gremio, 4), (encuesta, 2), Decision.MISMA)
    meter(motor, tmp_path, "gremio", ENCABEZADO + gemela + gemela + TALLER)
    assert vigentes(motor) == [(3, 2, "misma")]
    meter(motor, tmp_path, "gremio", ENCABEZADO + TALLER + gemela)
    assert vigentes(motor) == [], "there is no second one any more"


def test_no_sigue_a_otro_anio_ni_a_otra_fuente(motor: Engine, cargadas: tuple[int, int], tmp_path: Path) -> None:
    gremio, encuesta = cargadas
    with motor.begin() as conn:
        responder(conn, (gremio, 2), (encuesta, 2), Decision.MISMA)
    meter(motor, tmp_path, "gremio", CORREGIDO, 2023)
    assert vigentes(motor) == [(2, 2, "misma")], "while the record itself is live nothing else takes its place"
    with motor.begin() as conn:
        cargas.revertir(conn, gremio)
    assert vigentes(motor) == []


def test_deshacer_el_mismo_archivo_de_otro_anio_no_deja_huella(
    motor: Engine, cargadas: tuple[int, int], tmp_path: Path
) -> None:
    gremio, encuesta = cargadas
    with motor.begin() as conn:
        responder(conn, (gremio, 2), (encuesta, 2), Decision.MISMA)
    meter(motor, tmp_path, "gremio", CORREGIDO)
    meter(motor, tmp_path, "gremio", CORREGIDO + "7;Una Más;;Modas;Vargas 4;\n", 2023)
    antes = vigentes(motor)
    with motor.begin() as conn:
        cargas.revertir(conn, meter(motor, tmp_path, "gremio", GREMIO, 2023))
    assert vigentes(motor) == antes == [(3, 2, "misma")]


def test_lo_suprimido_no_sigue_a_nada(motor: Engine, cargadas: tuple[int, int], tmp_path: Path) -> None:
    gremio, encuesta = cargadas
    with motor.begin() as conn:
        responder(conn, (gremio, 2), (encuesta, 2), Decision.MISMA)
        conn.execute(
            text("UPDATE observacion.registro SET suprimida = true WHERE carga = :c AND fila = 2"), {"c": gremio}
        )
    meter(motor, tmp_path, "gremio", CORREGIDO)
    assert vigentes(motor) == []


def test_retirar_deja_el_par_sin_decidir(motor: Engine, cargadas: tuple[int, int]) -> None:
    gremio, encuesta = cargadas
    with motor.begin() as conn:
        antes = responder(conn, (gremio, 2), (encuesta, 2), Decision.DISTINTA)
        ultima = responder(conn, (encuesta, 2), (gremio, 2), Decision.MISMA)
        with pytest.raises(ErrorConsulta, match=rf"ya no vale: la reemplazó la {ultima}"):
            respuestas.retirar(conn, antes, "ana")
    assert juntos(motor)["Bazar Rosita"] == 2
    with motor.begin() as conn:
        retiro = respuestas.retirar(conn, ultima, "eva")
        assert revision.decisiones(conn).is_empty(), "neither the answer nor the one before it"
        assert [(r.decision, r.usuario, r.vale, r.porque) for r in respuestas.respuestas(conn)] == [
            (ultima, "ana", False, f"la retiró la {retiro}"),
            (antes, "ana", False, f"la retiró la {retiro}"),
        ]
        for numero in (ultima, retiro, 99):
            with pytest.raises(ErrorConsulta, match=r"ya no vale|No existe la respuesta"):
                respuestas.retirar(conn, numero, "ana")
    assert juntos(motor)["Bazar Rosita"] == 1
    with motor.begin() as conn:
        responder(conn, (gremio, 2), (encuesta, 2), Decision.MISMA)
    assert juntos(motor)["Bazar Rosita"] == 2, "who took an answer back may answer again"


def test_una_duda_retirada_vuelve_a_la_lista(base: Settings, motor: Engine, cargadas: tuple[int, int]) -> None:
    gremio, encuesta = cargadas
    with motor.begin() as conn:
        a, b = buscar_cita(conn, gremio, 2), buscar_cita(conn, encuesta, 2)
        for duda, peso, (uno, otro) in (("d1", 0.5, (a, b)), ("d2", -1.0, (b, a)), ("d3", -2.0, (a, a))):
            conn.execute(
                text(
                    """INSERT INTO catastro.duda (cut, duda, fuente_a, sha256_a, fila_a, parte_a, id_a,
                                                  fuente_b, sha256_b, fila_b, parte_b, id_b, peso, motivo)
                       VALUES (:cut, :duda, :fa, :sa, :ra, 0, 'e1', :fb, :sb, :rb, 0, 'e2', :peso, 'peso')"""
                ),
                {
                    **{"cut": CUT, "duda": duda, "peso": peso, "fa": uno.fuente, "sa": uno.sha256, "ra": uno.fila},
                    **{"fb": otro.fuente, "sb": otro.sha256, "rb": otro.fila},
                },
            )
        assert (revision.quedan_dudas(conn, CUT), revision.quedan_dudas(conn, CUT, "d1")) == (3, 2)
    lista = observatorio(base, "revision", "list", "--limite", "1")
    assert "Quedan 2 dudas; siga con --desde d1" in lista.stdout
    assert "Queda 1 duda;" in observatorio(base, "revision", "list", "--limite", "1", "--desde", "d1").stdout
    assert "Queda" not in observatorio(base, "revision", "list").stdout
    with motor.begin() as conn:
        hecha = revision.decidir(conn, CUT, "d1", Decision.MISMA, "ana")
        assert [d.duda for d in revision.dudas(conn, CUT)] == ["d3"], "whichever record stands first"
        respuestas.retirar(conn, hecha, "ana")
        assert [d.duda for d in revision.dudas(conn, CUT)] == ["d1", "d2", "d3"]
    api = crear_engine(base, "api")
    try:
        with transaccion(api, Rol.MUNICIPAL) as conn:
            assert revision.quedan_dudas(conn, CUT) == 3
    finally:
        api.dispose()


def test_una_fila_se_nombra_por_su_carga(motor: Engine, cargadas: tuple[int, int]) -> None:
    gremio, _ = cargadas
    with motor.connect() as conn:
        assert buscar_cita(conn, gremio, 4, 1).parte == 1
        with pytest.raises(ErrorConsulta, match="trae 2 registros") as error:
            buscar_cita(conn, gremio, 4)
        assert error.value.consejo == f"Indique uno: {gremio}:4:0, {gremio}:4:1."
        with pytest.raises(ErrorConsulta, match="ningún registro en la fila 77"):
            buscar_cita(conn, gremio, 77)
        with pytest.raises(ErrorCarga, match="No existe la carga 99"):
            buscar_cita(conn, 99, 2)


def test_una_cadena_que_se_contradice_se_dice(motor: Engine, cargadas: tuple[int, int]) -> None:
    gremio, encuesta = cargadas
    with motor.begin() as conn:
        for uno, otro in (((gremio, 2), (encuesta, 2)), ((encuesta, 2), (gremio, 3))):
            hecha = responder(conn, uno, otro, Decision.MISMA)
            assert respuestas.chocar(conn, CUT, hecha).contradichas == ()
        separa = responder(conn, (gremio, 2), (gremio, 3), Decision.DISTINTA)
        assert respuestas.chocar(conn, CUT, separa).contradichas == (separa,)
        ajena = responder(conn, (encuesta, 3), (gremio, 3), Decision.DISTINTA)
        assert respuestas.chocar(conn, CUT, ajena).contradichas == ()
        cierra = responder(conn, (encuesta, 3), (gremio, 2), Decision.MISMA)
        assert respuestas.chocar(conn, CUT, cierra).contradichas == (separa, ajena)
    juntos(motor)
    with motor.connect() as conn:
        negadas = [r for r in respuestas.respuestas(conn) if r.porque is not None]
        assert {d.motivo for d in revision.dudas(conn, CUT)} >= {"no_se_pudo"}
    assert negadas
    assert all("se respondió «misma», pero otra respuesta los separa" in (r.porque or "") for r in negadas)


def test_las_ordenes(base: Settings, motor: Engine, cargadas: tuple[int, int]) -> None:
    gremio, encuesta = cargadas
    assert "No hay respuestas" in observatorio(base, "revision", "decisiones").stdout
    uno = observatorio(base, "revision", "par", f"{gremio}:2", f"{encuesta}:2", "misma")
    assert uno.returncode == 0, uno.stderr
    assert "Decisión 1: misma" in uno.stdout
    assert "Atención" not in uno.stdout
    dos = observatorio(base, "revision", "par", f"{gremio}:3", f"{encuesta}:3", "misma")
    assert "Decisión 2: misma" in dos.stdout
    juntos(motor)
    # Both shops hold a record of the survey by now: one of them would lose its own.
    mueve = observatorio(base, "revision", "par", f"{gremio}:2", f"{gremio}:3", "misma")
    assert mueve.returncode == 0, mueve.stderr
    for dice in ("Atención", "«Cosas Varias» (2 registros)", "«Bicis Calama» (2 registros)", "revision retirar 3"):
        assert dice in mueve.stdout
    choca = observatorio(base, "revision", "par", f"{encuesta}:2", f"{encuesta}:3", "distinta")
    assert "Atención: esta respuesta dice «distinta»" in choca.stdout
    lista = observatorio(base, "revision", "decisiones", "--limite", "3")
    for dice in ("Bazar Rosita", "Taller Dos", "Bicis Calama", "distinta", "sí", "siga con --desde 2"):
        assert dice in lista.stdout
    retirada = observatorio(base, "revision", "retirar", "4")
    assert retirada.returncode == 0, retirada.stderr
    assert "no: la retiró la 5" in observatorio(base, "revision", "decisiones").stdout
    with motor.connect() as conn:
        lineas = conn.execute(
            text("SELECT accion, detalle FROM auditoria.registro WHERE accion ~ 'deci' ORDER BY registro")
        ).all()
    assert [f.accion for f in lineas] == [*["decidir_par"] * 4, "retirar_decision"]
    assert lineas[0].detalle["registros"] == [f"{gremio}:2", f"{encuesta}:2"]
    assert lineas[-1].detalle == {"decision": 5, "retirada": 4, "usuario": "cli"}


@pytest.mark.parametrize(
    ("palabras", "codigo", "dice"),
    [
        (("par", "uno", "1:2", "misma"), 2, "no es CARGA:FILA"),
        (("par", "8:1", "8:2", "misma"), 1, "No existe la carga 8"),
        (("par", "8:1", "8:2", "retirada"), 2, "retirada"),
        (("retirar", "7"), 1, "No existe la respuesta 7"),
        (("giros", "--respondidos"), 0, "No hay giros respondidos"),
    ],
)
def test_que_dice_y_con_que_termina(base: Settings, palabras: tuple[str, ...], codigo: int, dice: str) -> None:
    salida = observatorio(base, "revision", *palabras)
    assert salida.returncode == codigo, salida.stderr
    assert dice in salida.stdout + salida.stderr
    assert "Traceback" not in salida.stderr


def test_los_giros_respondidos_se_ven(base: Settings, motor: Engine) -> None:
    with motor.begin() as conn:
        revision.decidir_giro(conn, "Bazar", "475909", "ana")
        revision.decidir_giro(conn, "Varios", None, "ana")
    dicho = observatorio(base, "revision", "giros", "--respondidos").stdout
    assert all(palabra in dicho for palabra in ("BAZAR", "475909", "VARIOS", "ninguno"))
