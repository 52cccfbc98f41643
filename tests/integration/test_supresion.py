"""What a person asked to have erased is nowhere in the database, and does not come back with any file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from archivos_de_oficinas import FUENTES
from ingest.contract import Tolerancia
from ingest.pipeline import cargar
from ingest.resultado import Resultado
from observatorio.db.engine import crear_engine
from observatorio.db.huellas import Huellas
from observatorio.db.queries import cargas, supresion
from observatorio.db.queries.supresion_alcance import Alcance, apuntar_registro, apuntar_rut, nombres_apuntados
from observatorio.errors import ErrorCarga, ErrorConsulta
from observatorio.settings import Settings
from persona_suprimida import ENCUESTA, PROVEEDORES, restos, volcar

SECRETO = b"un secreto de treinta y dos letras o mas"
HUELLAS = Huellas(SECRETO)
RUT = 12_345_678

PATENTES = """ROL PATENTE;TIPO PATENTE;R.U.T.;NOMBRE O RAZÓN SOCIAL;GIRO;DIRECCIÓN COMERCIAL;MONTO PATENTE;ESTADO
2-001;COMERCIAL;76.286.053-8;VISTA TI LTDA;SOFTWARE;RAMIREZ 1950;$ 67.294;DEFINITIVA
5-010;PERMISO;12.345.678-5;QUISPE JACINTA;FERIA;PASAJE LOS CHAÑARES 1234;$ 40.000;DEFINITIVA
5-011;PERMISO;12.345.678-9;QUISPE JACINTA;FERIA;PASAJE LOS CHAÑARES 1234;no consta;MOROSA
5-012;PERMISO;9.876.543-3;SOTO PEDRO;FERIA;LATORRE 20;$ 40.000;DEFINITIVA
2-002;COMERCIAL;;BAZAR ROSITA;BAZAR;LATORRE 1;$ 1.234;MOROSA
7-001;COMERCIAL;;KIOSCO AZUL;KIOSCO;SOTOMAYOR 7;$ 100;DEFINITIVA
7-001;COMERCIAL;;KIOSCO VERDE;KIOSCO;SOTOMAYOR 9;$ 100;DEFINITIVA
"""
GREMIO = """N°;Socio / Razón Social;RUT;Rubro;Dirección;Fono;E-mail;Observaciones
1;Vista TI Ltda.;76.286.053-8;Informática;Ramírez 1950;552123456;hola@vista.cl;avisar a 12345678-5
2;Uno Spa / Jacinta Quispe;76.000.000-0 / 12.345.678-5;Arriendos;Abaroa 500;7111 2223 00;jacinta@mal;x
3;Jacinta Quispe;123456785;Comida;Pasaje Los Chañares 1234;987654321;jacinta@feria.cl;
4;Pedro Soto;9.876.543-3;Comida;Latorre 20;911112222;pedro@feria.cl;
"""
MUNDO = {
    "patentes": PATENTES,
    "gremio": GREMIO,
    "encuesta_establecimientos": ENCUESTA,
    "proveedores_tractora": PROVEEDORES,
}


def meter(
    engine: Engine, carpeta: Path, fuente: str, contenido: str, anio: int = 2024, secreto: bytes | None = SECRETO
) -> Resultado:
    """Load one file, written as its office would."""
    carpeta.mkdir(exist_ok=True)
    ruta = carpeta / f"{fuente}_{anio}.csv"
    ruta.write_text(contenido, encoding="utf-8")
    pedido = anio if "anio" not in FUENTES[fuente].columnas else None
    # In files of five rows one that falls is a fifth of them.
    paciente = replace(FUENTES[fuente], tolerancia=Tolerancia(rechazo=0.5))
    (hecho,) = cargar(engine, paciente, [ruta], cut="02201", anio=pedido, acepta_cambio=True, secreto=secreto)
    return hecho


def meter_mundo(engine: Engine, carpeta: Path) -> dict[str, int]:
    """Load every file; source -> load."""
    hechas = {fuente: meter(engine, carpeta, fuente, contenido).carga for fuente, contenido in MUNDO.items()}
    return {fuente: carga for fuente, carga in hechas.items() if carga is not None}


def suprimir_rut(engine: Engine, rut: int = RUT) -> Alcance:
    with engine.begin() as conn:
        return _cerrar(conn, apuntar_rut(conn, HUELLAS, rut))


def suprimir_registro(engine: Engine, carga: int, fila: int, parte: int | None = None) -> Alcance:
    with engine.begin() as conn:
        return _cerrar(conn, apuntar_registro(conn, HUELLAS, carga, fila, parte))


def _cerrar(conn: Connection, alcance: Alcance) -> Alcance:
    supresion.vaciar(conn)
    supresion.enterrar(conn, HUELLAS, alcance, "solicitud 1", "prueba")
    return alcance


def observado(engine: Engine) -> list[tuple[object, ...]]:
    """What the observations and the rejections say, without the numbers of their loads."""
    with engine.connect() as conn:
        return [
            tuple(fila)
            for consulta in (
                """SELECT c.fuente, c.sha256, to_jsonb(r) - 'carga' - 'extra', r.extra::text
                     FROM observacion.registro r JOIN ingreso.carga c USING (carga) ORDER BY 1, 2, r.fila, r.parte""",
                """SELECT c.fuente, c.sha256, to_jsonb(v) - 'carga' - 'extra', v.extra::text
                     FROM observacion.vinculo v JOIN ingreso.carga c USING (carga) ORDER BY 1, 2, v.fila, v.parte""",
                """SELECT c.fuente, c.sha256, to_jsonb(r) - 'carga' FROM ingreso.rechazo r
                     JOIN ingreso.carga c USING (carga) ORDER BY 1, 2, r.fila, r.columna, r.regla""",
            )
            for fila in conn.execute(text(consulta))
        ]


def sembrar_catastro(conn: Connection, carga: int) -> None:
    """The person's firm and premises as a consolidation would leave them, beside another's."""
    conn.execute(text("SELECT catastro.asegurar_anio(2024)"))
    for orden in (
        "INSERT INTO catastro.empresa (rut, razon_social, tipo_persona, procedencia)"
        " VALUES (12345678, 'QUISPE JACINTA', 'natural', '{}'), (9876543, 'SOTO PEDRO', 'natural', '{}')",
        "INSERT INTO catastro.establecimiento (cut, id, rut, clave_lugar, primer_anio, ultimo_anio)"
        " VALUES ('02201', 'e1', NULL, 'CHANARES 1234', 2024, 2024),"
        " ('02201', 'e2', 9876543, 'LATORRE 20', 2024, 2024)",
        "INSERT INTO catastro.establecimiento_anio (cut, anio, id, rut, nombre, precision, tamano_ventas,"
        " tamano_trabajadores, tamano, formalidad, procedencia)"
        " VALUES ('02201', 2024, 'e1', NULL, 'QUISPE JACINTA', 'puerta', 'micro', 'micro', 'micro', 'formal', '{}'),"
        " ('02201', 2024, 'e2', 9876543, 'SOTO PEDRO', 'puerta', 'micro', 'micro', 'micro', 'formal', '{}')",
        "INSERT INTO catastro.proveedor (rut_comprador, rut_proveedor, anio, monto_clp, carga, fila)"
        " VALUES (61704000, 12345678, 2024, 876543210, 1, 2)",
        "INSERT INTO catastro.nivel_proveedor VALUES ('02201', 2024, 61704000, 12345678, 1, true, true, true, true)",
        "INSERT INTO catastro.version VALUES ('02201', 2024, 1, 'x', 2)",
    ):
        conn.execute(text(orden))
    conn.execute(text("INSERT INTO catastro.identidad VALUES (:c, 4, 0, '02201', 2024, 'e1', 'x', NULL)"), {"c": carga})


def test_nada_de_la_persona_queda_en_la_base(motor: Engine, ingesta: Engine, tmp_path: Path) -> None:
    hechas = meter_mundo(ingesta, tmp_path)
    # A load that counts no more holds her too.
    assert meter(ingesta, tmp_path / "antes", "gremio", GREMIO + "5;Otro Ltda.;;Comida;Abaroa 1;;;\n").carga
    with motor.begin() as conn:
        sembrar_catastro(conn, hechas["patentes"])
        conn.execute(text("ANALYZE"))
    antes = volcar(motor)
    assert {x.split(":")[0].rsplit("_", 1)[0] for x in restos(antes)} >= {
        *("observacion.registro", "observacion.vinculo", "catastro.establecimiento_anio", "pg"),
        *("ingreso.rechazo", "catastro.empresa", "catastro.proveedor", "catastro.establecimiento"),
    }
    alcance = suprimir_rut(motor)
    assert dict(alcance.por_fuente) == {
        "encuesta_establecimientos": 1,
        "gremio": 4,
        "patentes": 2,
        "proveedores_tractora": 1,
    }
    assert (alcance.filas, alcance.menciones, len(alcance.cargas)) == (8, 4, 5)
    assert alcance.rechazos > 0
    supresion.limpiar_disco(motor)
    despues = volcar(motor)
    assert restos(despues) == []
    with motor.connect() as conn:
        tumbas = conn.scalars(
            text("SELECT to_jsonb(r) FROM observacion.registro r WHERE suprimida ORDER BY carga, fila, parte")
        ).all()
        assert len(tumbas) == 7, "and one of the links"
        for tumba in tumbas:
            llenas = {campo for campo, valor in tumba.items() if valor is not None}
            assert llenas == {"carga", "fila", "parte", "fuente", "anio", "suprimida"}
        assert conn.scalar(text("SELECT count(*) FROM observacion.vinculo WHERE suprimida")) == 1
        assert conn.scalar(text("SELECT huella FROM catastro.version")) == ""
        vivos = conn.execute(
            text(
                "SELECT razon_social FROM catastro.empresa UNION ALL SELECT id FROM"
                " catastro.establecimiento UNION ALL SELECT nombre FROM catastro.establecimiento_anio"
            )
        )
        assert list(vivos.scalars()) == ["SOTO PEDRO", "e2", "SOTO PEDRO"]


def test_los_demas_quedan_como_estaban(motor: Engine, ingesta: Engine, tmp_path: Path) -> None:
    meter_mundo(ingesta, tmp_path)
    with motor.connect() as conn:
        consulta = text(
            """SELECT to_jsonb(r) - 'extra' FROM observacion.registro r
                WHERE NOT suprimida AND coalesce(rut, 0) <> 12345678 ORDER BY carga, fila, parte"""
        )
        # One row of the roll is hers by the raw text of a RUT whose digit is wrong.
        otros = [o for o in conn.execute(consulta).scalars() if o["razon_social"] != "QUISPE JACINTA"]
    assert len(otros) == 9
    suprimir_rut(motor)
    with motor.connect() as conn:
        assert list(conn.execute(consulta).scalars()) == otros
        extra = conn.scalar(text("SELECT extra FROM observacion.registro WHERE razon_social = 'Pedro Soto'"))
        assert extra is not None


def test_da_lo_mismo_suprimir_antes_o_despues_de_cargar(
    motor: Engine, ingesta: Engine, base_modulo: Settings, tmp_path: Path
) -> None:
    meter_mundo(ingesta, tmp_path)
    alcance = suprimir_rut(motor)
    otra, otra_ingesta = crear_engine(base_modulo, "propietario"), crear_engine(base_modulo, "ingesta")
    try:
        with otra.begin() as conn:
            supresion.enterrar(conn, HUELLAS, alcance, "solicitud 1", "prueba")
        meter_mundo(otra_ingesta, tmp_path)
        assert restos(volcar(otra)) == []
        assert observado(otra) == observado(motor)
    finally:
        otra_ingesta.dispose()
        otra.dispose()


def test_no_vuelve_con_ningun_archivo(motor: Engine, ingesta: Engine, tmp_path: Path) -> None:
    hechas = meter_mundo(ingesta, tmp_path)
    suprimir_rut(motor)
    igual = meter(ingesta, tmp_path, "gremio", GREMIO)
    assert igual.sin_cambios
    assert igual.carga == hechas["gremio"]
    with ingesta.begin() as conn:
        assert cargas.revertir(conn, hechas["gremio"]) == [2024]
    assert not meter(ingesta, tmp_path, "gremio", GREMIO).sin_cambios
    # Another year, another spelling, and a row that does not enter for want of a name.
    nuevo = GREMIO.replace("12.345.678-5", "012345678-5") + "5;;12.345.678-5;Comida;Abaroa 1;;jacinta@@;\n"
    hecho = meter(ingesta, tmp_path, "gremio", nuevo, 2025)
    assert hecho.rechazadas == 1
    assert "jacinta" not in str(hecho.rechazos.to_dicts()).lower()
    for fuente in ("patentes", "encuesta_establecimientos"):
        meter(ingesta, tmp_path, fuente, MUNDO[fuente], 2025)
    meter(ingesta, tmp_path, "proveedores_tractora", PROVEEDORES.replace("2024", "2025"))
    assert restos(volcar(motor)) == []
    with motor.connect() as conn:
        tumbas = conn.execute(
            text("SELECT anio, count(*) FROM observacion.registro WHERE suprimida GROUP BY anio ORDER BY anio")
        ).all()
        assert [tuple(t) for t in tumbas] == [(2024, 7), (2025, 5)]
        pedro = conn.execute(text("SELECT DISTINCT razon_social FROM observacion.registro WHERE rut = 9876543"))
        assert {"Pedro Soto", "SOTO PEDRO"} <= set(pedro.scalars())


def test_una_linea_ilegible_tampoco_la_cita(motor: Engine, ingesta: Engine, tmp_path: Path) -> None:
    meter_mundo(ingesta, tmp_path)
    suprimir_rut(motor)
    buenas = "".join(f"9-{i:03d};COMERCIAL;;TIENDA {i};BAZAR;LATORRE {i};$ 1;DEFINITIVA\n" for i in range(60))
    # One separator too many.
    mala = "5-010;PERMISO;12.345.678-5;QUISPE JACINTA;FERIA;PASAJE;LOS;CHAÑARES;1234;$ 1;DEFINITIVA\n"
    hecho = meter(ingesta, tmp_path, "patentes", PATENTES.splitlines()[0] + "\n" + buenas + mala, 2025)
    assert hecho.rechazos["regla"].to_list() == ["fila_irregular"]
    assert hecho.rechazos["valor"].to_list() == [None]
    assert restos(volcar(motor)) == []


def test_un_registro_sin_rut(motor: Engine, ingesta: Engine, tmp_path: Path) -> None:
    hechas = meter_mundo(ingesta, tmp_path)
    bazar = ("rosita",)
    assert restos(volcar(motor), bazar)
    alcance = suprimir_registro(motor, hechas["patentes"], 6)
    assert (alcance.filas, len(alcance.huellas["registro"])) == (1, 2), "its place in the file, and its identifier"
    meter(ingesta, tmp_path, "patentes", PATENTES, 2025)
    meter(ingesta, tmp_path, "patentes", PATENTES.replace("BAZAR ROSITA", "ROSITA Y CIA"), 2026)
    assert restos(volcar(motor), bazar) == []
    # Two stalls share one identifier: the second one stays when the first is erased, this year and the next.
    alcance = suprimir_registro(motor, hechas["patentes"], 7)
    assert len(alcance.huellas["registro"]) == 1
    with motor.connect() as conn:
        quedan = conn.execute(
            text("SELECT anio, razon_social FROM observacion.registro WHERE razon_social LIKE 'KIOSCO%' ORDER BY 1, 2")
        ).all()
        assert [tuple(q) for q in quedan] == [
            *((2024, "KIOSCO VERDE"), (2025, "KIOSCO VERDE"), (2026, "KIOSCO AZUL"), (2026, "KIOSCO VERDE"))
        ], "the file of 2025 is that of 2024; that of 2026 is another one"


def test_una_parte_de_una_fila(motor: Engine, ingesta: Engine, tmp_path: Path) -> None:
    hechas = meter_mundo(ingesta, tmp_path)
    assert suprimir_registro(motor, hechas["gremio"], 3, 1).filas == 1
    with motor.connect() as conn:
        partes = conn.execute(
            text("SELECT parte, suprimida FROM observacion.registro WHERE carga = :c AND fila = 3 ORDER BY 1"),
            {"c": hechas["gremio"]},
        ).all()
    assert [tuple(p) for p in partes] == [(0, False), (1, True)]


def test_una_fila_que_no_entro_tambien_se_calla(motor: Engine, ingesta: Engine, tmp_path: Path) -> None:
    contenido = GREMIO + "5;;;Comida;Abaroa 1;;jacinta@@;\n"
    carga = meter(ingesta, tmp_path, "gremio", contenido).carga
    assert carga is not None
    with motor.connect() as conn:
        citas = text("SELECT count(valor) FROM ingreso.rechazo WHERE carga = :c AND fila = 6")
        assert conn.scalar(citas, {"c": carga})
    assert suprimir_registro(motor, carga, 6).filas == 0
    meter(ingesta, tmp_path, "gremio", contenido, 2025)
    with motor.connect() as conn:
        assert conn.scalar(text("SELECT count(valor) FROM ingreso.rechazo WHERE fila = 6")) == 0


def test_lo_que_no_existe_se_dice(motor: Engine, ingesta: Engine, tmp_path: Path) -> None:
    hechas = meter_mundo(ingesta, tmp_path)
    with pytest.raises(ErrorCarga, match="No existe la carga"):
        suprimir_registro(motor, 999, 2)
    with pytest.raises(ErrorConsulta, match="no tiene nada de la fila 900"):
        suprimir_registro(motor, hechas["gremio"], 900)
    with motor.begin() as conn:
        assert apuntar_rut(conn, HUELLAS, 10_000_013).vacio
    with motor.begin() as conn:
        apuntar_rut(conn, HUELLAS, RUT)
        assert nombres_apuntados(conn) == ["Cocinería Jacinta", "JACINTA QUISPE", "Jacinta Quispe", "QUISPE JACINTA"]


def test_sin_la_clave_no_se_carga(motor: Engine, ingesta: Engine, tmp_path: Path) -> None:
    meter(ingesta, tmp_path, "patentes", PATENTES, secreto=None)
    suprimir_rut(motor)
    otro = b"otro secreto de treinta y dos letras o mas"
    with pytest.raises(ErrorCarga, match="la clave de supresión falta o es otra"):
        meter(ingesta, tmp_path, "gremio", GREMIO, secreto=otro)
    assert meter(ingesta, tmp_path, "patentes", PATENTES, secreto=otro).sin_cambios
    with motor.begin() as conn:
        assert supresion.renovar_clave(conn, Huellas(otro), "se quemó el disco", "prueba")
        assert not supresion.renovar_clave(conn, Huellas(otro), "otra vez", "prueba")
    assert meter(ingesta, tmp_path, "gremio", GREMIO, secreto=otro).carga


def test_suprimir_espera_a_las_cargas_en_curso(motor: Engine, ingesta: Engine) -> None:
    with ingesta.begin() as una, ingesta.begin() as otra:
        assert supresion.tumbas(una) == supresion.tumbas(otra) == {}, "loads do not wait for each other"
        with motor.begin() as conn:
            conn.execute(text("SET LOCAL lock_timeout = '100ms'"))
            with pytest.raises(OperationalError, match="LockNotAvailable"):
                supresion.esperar_cargas(conn)
    with motor.begin() as conn:
        supresion.esperar_cargas(conn)


def test_las_huellas_no_dicen_el_rut(motor: Engine, ingesta: Engine, tmp_path: Path) -> None:
    meter(ingesta, tmp_path, "patentes", PATENTES)
    suprimir_rut(motor)
    with motor.connect() as conn:
        clases = {f.clase: f.huella for f in conn.execute(text("SELECT clase, huella FROM ingreso.supresion"))}
    assert set(clases) == {"rut", "clave"}
    assert clases["rut"] == HUELLAS.de_rut(RUT)
    assert clases["rut"] != Huellas(b"otro").de_rut(RUT)
    assert len(set(clases.values())) == 2
