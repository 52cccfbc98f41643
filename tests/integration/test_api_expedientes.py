"""The record of one establishment over HTTP: its fields with their origin, its years and its ids, as each role."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine, insert, select, text

from archivos_de_oficinas import CUT, FUENTES
from ingest.pipeline import cargar
from observatorio.catastro.consolidar import consolidar
from observatorio.catastro.origenes import origenes
from observatorio.db import tablas as t
from observatorio.db.claves import crear_clave
from observatorio.db.engine import crear_engine
from observatorio.db.queries.catastro import registros_de
from observatorio.settings import Settings
from observatorio.vocabulario import Rol

RUTA = "/api/v1/establecimientos"
ENCABEZADO = (
    "ROL PATENTE;TIPO PATENTE;R.U.T.;NOMBRE O RAZÓN SOCIAL;GIRO;DIRECCIÓN COMERCIAL;MONTO PATENTE;CAPITAL PROPIO;"
    "FECHA INICIO;ESTADO"
)
FIRMA = "2-1;COMERCIAL;76500001-0;PANADERIA SOL SPA;PANADERIA;{direccion};$ 90.000;$ 5.000.000;;DEFINITIVA"
PERSONA = "2-2;COMERCIAL;12345678-5;ROSA PERSONA;ALMACEN;LATORRE 900;$ 40.000;$ 1.000.000;;DEFINITIVA"
OCULTOS = {"patente_clp", "capital_clp", "telefono", "correo", "tramo_ventas", "impuestos_clp"}
Servir = Callable[[Settings], AbstractContextManager[httpx.Client]]
IDENTIFICAN = {"nombre", "razon_social", "nombre_fantasia", "rut"}


@dataclass(frozen=True)
class Mundo:
    """A client, the owner's engine, a key for each role, and the ids of a firm and of a person."""

    cliente: httpx.Client
    motor: Engine
    claves: dict[Rol, str]
    firma: str
    persona: str

    def ver(self, rol: Rol, ruta: str) -> httpx.Response:
        return self.cliente.get(f"{RUTA}/{ruta}", headers={"X-API-Key": self.claves[rol]})


def _subir(engine: Engine, carpeta: Path, nombre: str, anio: int, direccion: str) -> None:
    ruta = carpeta / f"{nombre}.csv"
    ruta.write_text("\n".join([ENCABEZADO, FIRMA.format(direccion=direccion), PERSONA, ""]), encoding="utf-8")
    (hecha,) = cargar(engine, FUENTES["patentes"], [ruta], cut=CUT, anio=anio, acepta_cambio=True)
    assert hecha.rechazadas == 0, hecha.rechazos.rows()
    with engine.begin() as conn:
        consolidar(conn, CUT)


@pytest.fixture(scope="module")
def mundo(base_modulo: Settings, tmp_path_factory: pytest.TempPathFactory, servidor_de: Servir) -> Iterator[Mundo]:
    """Two rolls of patentes of two years, loaded and consolidated as in earnest, and the application over them."""
    carpeta = tmp_path_factory.mktemp("patentes")
    ingesta, motor = crear_engine(base_modulo, "ingesta"), crear_engine(base_modulo, "propietario")
    _subir(ingesta, carpeta, "uno", 2023, "VARGAS 100")
    _subir(ingesta, carpeta, "dos", 2024, "VARGAS 100")
    with motor.begin() as conn:
        claves = {rol: crear_clave(conn, rol, f"prueba {rol}") for rol in Rol if rol is not Rol.PUBLICO}
        ids = dict(conn.execute(text("SELECT DISTINCT razon_social, id FROM catastro.establecimiento_anio")).all())
    with servidor_de(base_modulo) as cliente:
        yield Mundo(cliente, motor, claves, ids["PANADERIA SOL SPA"], ids["ROSA PERSONA"])
    ingesta.dispose()
    motor.dispose()


def test_cada_campo_con_su_origen_como_lo_dice_la_orden(mundo: Mundo) -> None:
    """The same fields, values, loads, rows and rules that the command prints."""
    respuesta = mundo.ver(Rol.MUNICIPAL, f"{mundo.firma}/procedencia")
    assert respuesta.headers["cache-control"] == "private, no-store"
    cuerpo = respuesta.json()
    with mundo.motor.connect() as conn:
        esperados = [f for f in origenes(conn, mundo.firma) if f["valor"] is not None]
        registros = registros_de(conn, mundo.firma)
    claves = ("anio", "campo", "fuente", "carga", "archivo", "fila", "regla")
    assert [[f[c] for c in claves] for f in cuerpo["datos"]] == [[f[c] for c in claves] for f in esperados]
    assert [str(f["valor"]) for f in cuerpo["datos"]] == [str(f["valor"]) for f in esperados]
    assert cuerpo["registros"] == [dict(r) for r in registros]
    nombre = next(f for f in cuerpo["datos"] if (f["anio"], f["campo"]) == (2024, "razon_social"))
    assert (nombre["valor"], nombre["fuente"], nombre["archivo"], nombre["fila"]) == (
        "PANADERIA SOL SPA",
        "patentes",
        "dos.csv",
        2,
    )
    assert nombre["momento"].startswith("20")


def test_la_procedencia_no_dice_al_planificador_lo_que_no_ve(mundo: Mundo) -> None:
    """Neither the value nor that there is one: restricted columns of anybody, and who a natural person is."""
    for quien, ocultos in ((mundo.firma, OCULTOS), (mundo.persona, OCULTOS | IDENTIFICAN)):
        respuesta = mundo.ver(Rol.PLANIFICADOR, f"{quien}/procedencia")
        campos = {f["campo"] for f in respuesta.json()["datos"]}
        assert not campos & ocultos
        assert {"direccion", "formalidad"} <= campos
        for secreto in ("90000", "5000000", "40000", "1000000", "ROSA", "12345678"):
            assert secreto not in respuesta.text
    municipal = {f["campo"] for f in mundo.ver(Rol.MUNICIPAL, f"{mundo.persona}/procedencia").json()["datos"]}
    assert {"patente_clp", "capital_clp", "razon_social", "nombre"} <= municipal
    assert "PANADERIA" in mundo.ver(Rol.PLANIFICADOR, f"{mundo.firma}/procedencia").text


def test_la_historia_cuenta_sus_anios_y_sucesos(mundo: Mundo) -> None:
    """Each year as its own record shows it, newest first, and what the catastro says that happened."""
    for rol in (Rol.PLANIFICADOR, Rol.MUNICIPAL):
        cuerpo = mundo.ver(rol, f"{mundo.firma}/historia").json()
        assert [f["anio"] for f in cuerpo["datos"]] == [2024, 2023]
        for anio in cuerpo["datos"]:
            assert anio == mundo.ver(rol, f"{mundo.firma}?anio={anio['anio']}").json()
        with mundo.motor.connect() as conn:
            suyos = conn.execute(
                select(t.suceso.c.anio, t.suceso.c.tipo, t.suceso.c.provisorio).where(t.suceso.c.id == mundo.firma)
            )
            assert [tuple(s.values()) for s in cuerpo["sucesos"]] == sorted(map(tuple, suyos), key=lambda s: -s[0])
        assert cuerpo["identificadores_anteriores"] == []
        assert ("telefono" in cuerpo["datos"][0]) == (rol is Rol.MUNICIPAL)


def test_un_id_que_paso_a_otro_lleva_a_el_y_este_recuerda_los_que_tuvo(mundo: Mundo) -> None:
    """Along the chain, on every one of the three addresses."""
    with mundo.motor.begin() as conn:
        cadena = [("ido-1", "ido-2"), ("ido-2", mundo.firma)]
        conn.execute(insert(t.relevo), [{"cut": CUT, "id": a, "sucesor": b} for a, b in cadena])
    for rol in (Rol.PLANIFICADOR, Rol.MUNICIPAL):
        for resto in ("", "/procedencia", "/historia"):
            respuesta = mundo.ver(rol, f"ido-1{resto}")
            assert (respuesta.status_code, respuesta.headers["location"]) == (308, f"{RUTA}/{mundo.firma}{resto}")
        historia = mundo.ver(rol, f"{mundo.firma}/historia").json()
        assert historia["identificadores_anteriores"] == ["ido-1", "ido-2"]


@pytest.mark.parametrize("resto", ["", "/procedencia", "/historia"])
def test_quien_no_puede_no_ve_nada_y_lo_que_no_hay_no_existe(mundo: Mundo, resto: str) -> None:
    """401 without a key, 403 with another's, 404 for an id that never was, whatever it holds."""
    assert mundo.cliente.get(f"{RUTA}/{mundo.firma}{resto}").status_code == 401
    for rol in (Rol.SOCIO, Rol.ADMIN):
        assert mundo.ver(rol, f"{mundo.firma}{resto}").status_code == 403
    for malo in ("no-hay", "%27%3B%20DROP", "%3Cscript%3E", "..%2F..%2Fetc", "=cmd%7C", "a" * 40):
        respuesta = mundo.ver(Rol.MUNICIPAL, f"{malo}{resto}")
        assert respuesta.status_code == 404, malo
    for malo in ("%00", "a" * 41):
        assert mundo.ver(Rol.MUNICIPAL, f"{malo}{resto}").status_code == 400, malo


def test_lo_que_mira_el_municipio_queda_escrito(mundo: Mundo) -> None:
    """Which of the three, and of whom; a planner's looks at what is not restricted are not."""
    with mundo.motor.begin() as conn:
        desde = conn.scalar(text("SELECT max(registro) FROM auditoria.registro"))
    for rol in (Rol.PLANIFICADOR, Rol.MUNICIPAL):
        for resto in ("", "/procedencia", "/historia"):
            mundo.ver(rol, f"{mundo.persona}{resto}")
    with mundo.motor.begin() as conn:
        lineas = conn.execute(
            text("SELECT rol, accion, detalle FROM auditoria.registro WHERE registro > :desde ORDER BY registro"),
            {"desde": desde},
        ).all()
    assert [(f.rol, f.accion) for f in lineas] == [
        ("municipal", a) for a in ("ver_establecimientos", "ver_procedencia", "ver_historia")
    ]
    assert {f.detalle["id"] for f in lineas} == {mundo.persona}
