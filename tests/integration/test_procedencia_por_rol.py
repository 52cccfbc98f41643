"""Where a field came from, as the database tells each role: of what one may not read, not even that it is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import Engine, exc, insert, select, text

from observatorio import modelo
from observatorio.catastro.origenes import origenes
from observatorio.catastro.reglas import REGLAS
from observatorio.db import tablas as t
from observatorio.db.engine import transaccion
from observatorio.vocabulario import Rol

RESTRINGIDAS = {c.nombre for c in modelo.REGISTRO if c.restringida}
IDENTIFICAN = {"rut", "nombre", "razon_social", "nombre_fantasia"}
PERSONAS = {"firma": ("juridica", False), "persona": ("natural", False), "nadie": (None, False), "posta": (None, True)}
NO_SE_CALLAN = {"firma", "posta"}
ANIO = 2024


@pytest.fixture
def con_filas(motor: Engine) -> Engine:
    """Premises of each kind of person, all of whose fields came from the fifth row of one load."""
    fuente = dict.fromkeys(("fuente", "nombre", "actor", "describe", "licencia", "periodicidad"), "sii")
    with motor.begin() as conn:
        conn.execute(select(text("catastro.asegurar_anio(2024)")))
        conn.execute(insert(t.fuente).values(**fuente, destino="registro", cobertura="censo"))
        conn.execute(insert(t.archivo).values(sha256="a", nombre="a.csv", bytes=1))
        carga = conn.scalar(
            insert(t.carga)
            .values(fuente="sii", sha256="a", nombre="a.csv", estado="confirmada", licencia="", filas_aceptadas=1)
            .returning(t.carga.c.carga)
        )
        campos = {*REGLAS, *RESTRINGIDAS, *IDENTIFICAN}
        comunes: Mapping[str, Any] = {
            **{"cut": "02201", "anio": ANIO, "precision": "gps", "formalidad": "formal", "rut": 12_345_678},
            **dict.fromkeys(("nombre", "razon_social", "nombre_fantasia"), "Rosa"),
            **{
                "tramo_ventas": 3,
                "impuestos_clp": 1,
                "patente_clp": 1,
                "capital_clp": 1,
                "telefono": "1",
                "correo": "a",
            },
            **{"tamano_ventas": "micro", "tamano_trabajadores": "sin_dato", "tamano": "micro"},
            **{"tamano_criterio": "ventas", "direccion": "LATORRE 900", "acteco": "471100", "seccion": "G"},
            "procedencia": {campo: [carga, 5, "sii"] for campo in campos},
        }
        for id_, (tipo, publica) in PERSONAS.items():
            conn.execute(insert(t.establecimiento_anio).values(**comunes, id=id_, tipo_persona=tipo, publica=publica))
    return motor


@pytest.mark.parametrize("id_", PERSONAS)
def test_la_vista_no_nombra_lo_que_el_planificador_no_lee(con_filas: Engine, id_: str) -> None:
    """No restricted field of anybody, nor who it is that a person's premises belong to; all others, as they were."""
    claves = text("SELECT jsonb_object_keys(procedencia) FROM catastro.v_establecimiento WHERE id = :id")
    with transaccion(con_filas, Rol.PLANIFICADOR) as conn:
        dichas = set(conn.scalars(claves, {"id": id_}))
    ocultas = RESTRINGIDAS if id_ in NO_SE_CALLAN else RESTRINGIDAS | IDENTIFICAN
    assert dichas == ({*REGLAS, *IDENTIFICAN} - ocultas) | {"tamano_ventas"}


def test_ni_la_tabla_ni_otra_vista_la_dicen_entera(con_filas: Engine) -> None:
    """The table's own column, which holds all, is the municipality's."""
    consulta = text("SELECT procedencia FROM catastro.establecimiento_anio WHERE id = 'persona'")
    with transaccion(con_filas, Rol.MUNICIPAL) as conn:
        assert conn.scalar(consulta).keys() >= RESTRINGIDAS | IDENTIFICAN
    with pytest.raises(exc.ProgrammingError), transaccion(con_filas, Rol.PLANIFICADOR) as conn:
        conn.execute(consulta)


def test_quien_no_la_pide_no_la_paga(con_filas: Engine) -> None:
    """The other columns are read as they stand: what is taken away is reckoned where it is asked for."""
    plan = "EXPLAIN (VERBOSE, COSTS OFF) SELECT {} FROM catastro.v_establecimiento WHERE cut = '02201' AND anio = 2024"
    with transaccion(con_filas, Rol.PLANIFICADOR) as conn:
        sin, con = ("\n".join(conn.scalars(text(plan.format(c)))) for c in ("id, nombre, geom", "id, procedencia"))
    assert "procedencia" not in sin
    assert "capital_clp" in con


def test_de_donde_salio_el_tamano_se_dice_a_todos(con_filas: Engine) -> None:
    """The municipality reads that it follows from the sales' bracket; a planner the same load and row."""
    with transaccion(con_filas, Rol.MUNICIPAL) as conn:
        suyos = {f["campo"]: f for f in origenes(conn, "firma", Rol.MUNICIPAL)}
    with transaccion(con_filas, Rol.PLANIFICADOR) as conn:
        otros = {f["campo"]: f for f in origenes(conn, "firma", Rol.PLANIFICADOR)}
        persona = {f["campo"] for f in origenes(conn, "persona", Rol.PLANIFICADOR)}
    assert suyos.keys() - otros.keys() == RESTRINGIDAS
    assert not persona & (RESTRINGIDAS | IDENTIFICAN)
    assert suyos["tamano"]["regla"] == "de tramo_ventas"
    for campo, regla in {"tamano": "de tamano_ventas", "tamano_ventas": "sii"}.items():
        assert (otros[campo]["valor"], otros[campo]["regla"]) == ("micro", regla)
        assert [otros[campo][c] for c in ("carga", "fila")] == [suyos[campo][c] for c in ("carga", "fila")]
    iguales = suyos.keys() & otros.keys() - {"tamano", "tamano_ventas", "tamano_criterio"}
    assert {c: otros[c] for c in iguales} == {c: suyos[c] for c in iguales}


def test_sin_ventas_el_tamano_sale_de_la_gente(con_filas: Engine) -> None:
    """Where the bracket says that the sales are not known, a planner does not read that there is a bracket."""
    with con_filas.begin() as conn:
        conn.execute(
            text(
                "UPDATE catastro.establecimiento_anio SET tramo_ventas = 1, tamano_ventas = 'sin_dato',"
                " tamano_trabajadores = 'pequena', tamano = 'pequena',"
                " tamano_criterio = 'trabajadores', trabajadores = 20"
            )
        )
    with transaccion(con_filas, Rol.PLANIFICADOR) as conn:
        otros = {f["campo"]: f["regla"] for f in origenes(conn, "firma", Rol.PLANIFICADOR)}
    assert (otros["tamano"], otros["tamano_ventas"]) == ("de trabajadores", "de lo que no se sabe")
