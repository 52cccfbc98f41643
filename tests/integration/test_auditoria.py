"""The audit: what is written, what chains it, and whatever somebody does to it with the database in hand, by name."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import orjson
import pytest
from sqlalchemy import Connection, Engine, exc, text

from aplicacion_servida import servir
from observatorio.db.claves import crear_clave, revocar_clave
from observatorio.db.engine import crear_engine, transaccion
from observatorio.db.queries.auditoria import anotar, listar, sellar
from observatorio.db.sellos import Falla, Verificacion, leer_ancla, verificar
from observatorio.errors import ErrorConsulta
from observatorio.settings import Settings
from observatorio.vocabulario import Rol
from orden_observatorio import hasta, observatorio


def _revisar(motor: Engine, ancla: tuple[int, str] | None = None) -> Verificacion:
    return verificar(motor, ancla)


def _sellar(motor: Engine) -> int | None:
    with transaccion(motor, Rol.ADMIN) as conn:
        sello = sellar(conn)
    return None if sello is None else leer_ancla(sello)[0]


@contextmanager
def _linea_abierta(motor: Engine, accion: str) -> Iterator[Connection]:
    """A transaction that has added a line and has not ended."""
    with motor.connect() as conn:
        anotar(conn, "ingesta", accion, {})
        yield conn


def _lineas(motor: Engine, *acciones: str) -> list[int]:
    with motor.begin() as conn:
        for accion in acciones:
            anotar(conn, "municipal", accion, {"filtro": {"seccion": "G", "ñ": 1.50}}, clave=7)
        return list(conn.scalars(text("SELECT registro FROM auditoria.registro ORDER BY registro")))


@pytest.fixture
def tres(motor: Engine) -> list[int]:
    """Three sealed lines, under two seals."""
    _lineas(motor, "una", "dos")
    assert _sellar(motor) == 1
    numeros = _lineas(motor, "tres")
    assert _sellar(motor) == 2
    assert _sellar(motor) is None, "nothing new, no seal"
    return numeros


def test_lo_que_nadie_toco_cuadra(motor: Engine, tres: list[int]) -> None:
    """Sealed lines agree, later ones wait."""
    _lineas(motor, "cuatro")
    hecha = _revisar(motor)
    assert (hecha.selladas, hecha.pendientes, hecha.sellos, hecha.fallas) == (3, 1, 2, [])
    assert hecha.ultimo is not None
    assert _revisar(motor, (2, hecha.ultimo.huella)).fallas == []
    assert len(tres) == 3


@pytest.mark.parametrize(
    ("orden", "fallas"),
    [
        ("UPDATE auditoria.registro SET rol = 'socio' WHERE accion = 'dos'", [("registro", 1, "alterado")]),
        ("UPDATE auditoria.registro SET detalle = '{}' WHERE accion = 'dos'", [("registro", 1, "alterado")]),
        (
            "UPDATE auditoria.registro SET momento = momento + interval '1 microsecond' WHERE accion = 'una'",
            [("registro", 0, "alterado")],
        ),
        (
            "UPDATE auditoria.registro SET transaccion = transaccion + 1 WHERE accion = 'una'",
            [("registro", 0, "alterado")],
        ),
        ("DELETE FROM auditoria.registro WHERE accion = 'dos'", [("registro", 1, "eliminado")]),
        (
            "DELETE FROM auditoria.registro WHERE accion IN ('una', 'tres')",
            [("registro", 0, "eliminado"), ("registro", 2, "eliminado")],
        ),
        (
            "DELETE FROM auditoria.eslabon WHERE registro = (SELECT min(registro) FROM auditoria.eslabon)",
            [("sello", 1, "alterado"), ("registro", 0, "agregado")],
        ),
        ("UPDATE auditoria.sello SET momento = now() WHERE sello = 1", [("sello", 1, "alterado")]),
        (
            "UPDATE auditoria.sello SET huella = sha256('x') WHERE sello = 1",
            [("sello", 1, "alterado"), ("sello", 2, "alterado")],
        ),
    ],
)
def test_lo_que_alguien_cambio_se_nombra(
    motor: Engine, tres: list[int], orden: str, fallas: list[tuple[Any, int, Any]]
) -> None:
    """By its number: altered or removed, a line or a seal."""
    with motor.begin() as conn:
        conn.execute(text(orden))
    esperadas = [Falla(cosa, tres[numero] if cosa == "registro" else numero, hecho) for cosa, numero, hecho in fallas]
    assert _revisar(motor).fallas == esperadas


_AGREGAR = (
    "INSERT INTO auditoria.registro (registro, momento, rol, accion, transaccion) OVERRIDING SYSTEM VALUE "
    "SELECT {registro}, {momento}, 'admin', 'falsa', {transaccion} FROM auditoria.registro WHERE accion = 'dos'"
)


@pytest.mark.parametrize(
    ("registro", "momento", "transaccion"),
    [
        ("registro + 1000", "momento", "transaccion"),
        ("registro + 1000", "momento - interval '1 day'", "pg_current_xact_id()::text::bigint"),
        ("registro - 1000", "now()", "pg_current_xact_id()::text::bigint"),
    ],
)
def test_una_linea_puesta_despues_entre_las_selladas_se_nombra(
    motor: Engine, tres: list[int], registro: str, momento: str, transaccion: str
) -> None:
    """Whatever it borrows of a sealed line: its transaction, an older moment, a lower number."""
    with motor.begin() as conn:
        conn.execute(text(_AGREGAR.format(registro=registro, momento=momento, transaccion=transaccion)))
        falsa = conn.scalar(text("SELECT registro FROM auditoria.registro WHERE accion = 'falsa'"))
    assert _revisar(motor).fallas == [Falla("registro", falsa, "agregado")]
    assert falsa not in tres


def test_numeros_que_faltan_y_lineas_que_llegan_tarde_no_son_faltas(motor: Engine) -> None:
    """A rolled-back transaction leaves a gap; one that was open during a seal has its line under the next."""
    with _linea_abierta(motor, "deshecha"):
        pass
    with _linea_abierta(motor, "tardia") as tarde, _linea_abierta(motor, "mas_tardia") as mas:
        _lineas(motor, "rapida")
        assert _sellar(motor) == 1
        tarde.commit()
        hecha = _revisar(motor)
        assert (hecha.selladas, hecha.pendientes, hecha.fallas) == (1, 1, [])
        assert _sellar(motor) == 2
        mas.commit()
    hecha = _revisar(motor)
    assert (hecha.selladas, hecha.pendientes, hecha.fallas) == (2, 1, [])
    assert _sellar(motor) == 3
    assert _revisar(motor).selladas == 3


def test_quien_sella_a_la_vez_no_estorba(motor: Engine) -> None:
    """The second finds the first at it and leaves; lines of the same transaction are sealed with it or not at all."""
    with motor.connect() as conn:
        anotar(conn, "ingesta", "publicar", {})
        assert (sellar(conn) or "").startswith("1:")
        assert _sellar(motor) is None
        conn.rollback()
    assert _revisar(motor) == Verificacion()
    with motor.begin() as conn:
        anotar(conn, "ingesta", "publicar", {})
        assert (sellar(conn) or "").startswith("1:")
    assert _revisar(motor).selladas == 1


def test_una_cadena_cortada_o_rehecha_no_tiene_el_sello_que_se_guardo(motor: Engine, tres: list[int]) -> None:
    """Whoever owns the database can cut off its end or make it anew: the digest that was kept elsewhere tells."""
    ultimo = _revisar(motor).ultimo
    assert ultimo is not None
    ancla = leer_ancla(f"{ultimo.sello}:{ultimo.huella}")
    with motor.begin() as conn:
        conn.execute(text("DELETE FROM auditoria.eslabon WHERE sello = 2"))
        conn.execute(text("DELETE FROM auditoria.sello WHERE sello = 2"))
        conn.execute(text("DELETE FROM auditoria.registro WHERE accion = 'tres'"))
    assert _revisar(motor).fallas == []
    assert _revisar(motor, ancla).fallas == [Falla("sello", 2, "eliminado")]
    _lineas(motor, "otra")
    assert _sellar(motor) == 2
    assert _revisar(motor).fallas == []
    assert _revisar(motor, ancla).fallas == [Falla("sello", 2, "alterado")]
    for mala in ("2", "x:00", "2:zz", "2:" + "g" * 64):
        with pytest.raises(ErrorConsulta):
            leer_ancla(mala)
    assert len(tres) == 3


def test_otro_servidor_numera_de_nuevo_sus_transacciones(motor: Engine, tres: list[int]) -> None:
    """After a restoration elsewhere, lines that wait are not taken for false ones, and the next seal has them all."""
    _lineas(motor, "traida")
    with motor.begin() as conn:
        # What the chain says of itself was true on the other server: the whole chain is made there, with its name.
        conn.execute(text("TRUNCATE auditoria.sello, auditoria.eslabon"))
        conn.execute(text("UPDATE auditoria.registro SET transaccion = 1 WHERE accion = 'traida'"))
    assert _sellar(motor) == 1
    with motor.begin() as conn:
        conn.execute(text("UPDATE auditoria.sello SET sistema = '1'"))
        anotar(conn, "ingesta", "nueva", {})
        conn.execute(text("UPDATE auditoria.registro SET transaccion = 2 WHERE accion = 'nueva'"))
    hecha = _revisar(motor)
    # The name of its server is part of the seal.
    assert (hecha.pendientes, hecha.fallas) == (1, [Falla("sello", 1, "alterado")])
    assert _sellar(motor) == 2
    assert _revisar(motor).selladas == 5
    assert len(tres) == 3


@pytest.mark.parametrize("rol", ["obs_api", "obs_ingesta", "obs_municipal", "obs_admin"])
def test_quien_agrega_lineas_no_puede_tocar_un_sello(motor: Engine, tres: list[int], rol: str) -> None:
    """Nor a line, nor its number, its moment or its transaction."""
    for orden in (
        "UPDATE auditoria.sello SET huella = ''",
        "DELETE FROM auditoria.sello",
        "INSERT INTO auditoria.sello VALUES (3, now(), '', '', 0, 0, '')",
        "DELETE FROM auditoria.eslabon",
        "INSERT INTO auditoria.eslabon VALUES (0, 1, '')",
        "UPDATE auditoria.registro SET rol = 'x'",
        "DELETE FROM auditoria.registro",
        "TRUNCATE auditoria.registro",
        "INSERT INTO auditoria.registro (rol, accion, momento) VALUES ('x', 'x', now())",
        "INSERT INTO auditoria.registro (rol, accion, transaccion) VALUES ('x', 'x', 1)",
        "INSERT INTO auditoria.registro (rol, accion, sujeto) VALUES ('x', 'x', 'otra persona')",
        "INSERT INTO auditoria.registro (registro, rol, accion) OVERRIDING SYSTEM VALUE VALUES (1, 'x', 'x')",
    ):
        with motor.connect() as conn:
            conn.execute(text(f"SET LOCAL ROLE {rol}"))
            with pytest.raises(exc.ProgrammingError, match="permission denied"):
                conn.execute(text(orden))
    assert _revisar(motor).selladas == len(tres)


def test_la_api_y_los_trabajos_sellan_con_lo_suyo(base: Settings, motor: Engine) -> None:
    """Their own logins are enough, without any role."""
    for login in ("api", "ingesta"):
        engine = crear_engine(base, login)
        with transaccion(engine) as conn:
            anotar(conn, login, "prueba", {})
            assert sellar(conn) is not None
        engine.dispose()
    assert _revisar(motor).selladas == 2


def test_las_claves_dejan_su_linea_y_la_lista_se_filtra(conexion: Connection) -> None:
    """Made and revoked; never the key itself."""
    texto = crear_clave(conexion, Rol.SOCIO, "Universidad", dias=3)
    numero = conexion.scalar(text("SELECT max(clave) FROM auditoria.clave"))
    revocar_clave(conexion, numero)
    ultimas = listar(conexion, limite=2)
    assert [f.accion for f in ultimas] == ["revocar_clave", "crear_clave"]
    assert ultimas[1].detalle == {"prefijo": texto.split("_")[1], "rol": "socio", "dias": 3}
    assert texto.split("_", 2)[2] not in str(ultimas)
    assert listar(conexion, accion="revocar_clave", limite=1)[0].detalle == {"clave": numero}
    hoy = ultimas[0].momento.date()
    assert listar(conexion, desde=hoy, hasta=hoy, limite=1)
    assert listar(conexion, hasta=hoy.replace(year=2020)) == []


def test_las_ordenes(base: Settings, motor: Engine) -> None:
    """`keys` writes, `list` shows, `seal` seals, `verify` ends in 1 and names the line."""
    observatorio(base, "keys", "create", "--rol", "planificador", "--nombre", "Secplan")
    observatorio(base, "keys", "revoke", "1")
    (revocada, creada) = orjson.loads(observatorio(base, "auditoria", "list", "--formato", "json").stdout)
    assert (creada["accion"], revocada["accion"], creada["rol"]) == ("crear_clave", "revocar_clave", "propietario")
    assert "todavía sin sello" in observatorio(base, "auditoria", "verify").stdout
    assert "Sello 1" in observatorio(base, "auditoria", "seal").stdout
    buena = observatorio(base, "auditoria", "verify")
    assert (buena.returncode, buena.stderr) == (0, "")
    assert "Líneas selladas y sin cambios: 2, en 1 sello(s)." in buena.stdout
    with motor.begin() as conn:
        conn.execute(
            text("UPDATE auditoria.registro SET accion = 'nada' WHERE registro = :n"), {"n": creada["registro"]}
        )
    mala = observatorio(base, "auditoria", "verify")
    assert mala.returncode == 1
    assert f"La línea {creada['registro']} fue alterada." in mala.stderr


def test_una_negativa_y_una_vista_restringida_dejan_su_linea(
    cliente: httpx.Client, llave: Callable[[Rol], dict[str, str]], motor: Engine
) -> None:
    """Who was refused and where, by the route's pattern; who looked at restricted data and with which filters."""
    cliente.get("/api/v1/establecimientos?q=Juana", headers=llave(Rol.SOCIO))
    cliente.get("/api/v1/establecimientos/e001", headers=llave(Rol.ADMIN))
    cliente.get("/api/v1/establecimientos?q=Juana")
    cliente.get("/api/v1/indicadores/impuestos", headers=llave(Rol.PLANIFICADOR))
    cliente.get("/api/v1/establecimientos?seccion=G", headers=llave(Rol.MUNICIPAL))
    with motor.connect() as conn:
        lineas = [f for f in reversed(listar(conn)) if f.accion not in ("crear_clave", "publicar")]
    assert [(f.rol, f.accion, f.detalle.get("ruta")) for f in lineas] == [
        ("socio", "negar", "/api/v1/establecimientos"),
        ("admin", "negar", "/api/v1/establecimientos/{identificador}"),
        ("planificador", "negar", "/api/v1/indicadores/{id}"),
        ("municipal", "ver_establecimientos", None),
    ]
    assert "Juana" not in str([f.detalle for f in lineas])
    assert all(f.clave for f in lineas)


def test_el_servicio_que_termina_espera_su_sello(base: Settings, motor: Engine) -> None:
    """A seal that is being made is finished first, and no connection outlives the service."""
    en_espera = text(
        "SELECT count(*) FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database "
        "WHERE datname = current_database())"
    )
    abiertas = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND application_name = 'observatorio-api'"
    )
    _lineas(motor, "una")
    with motor.connect() as conn:
        conn.execute(text("LOCK TABLE auditoria.registro IN ACCESS EXCLUSIVE MODE"))
        suelta = threading.Timer(0.5, conn.commit)
        with servir(base.model_copy(update={"sello_s": 1})):
            assert hasta(lambda: conn.scalar(en_espera) == 1)
            suelta.start()
        suelta.join()
        assert hasta(lambda: conn.scalar(abiertas) == 0)
    assert _revisar(motor).selladas == 1
