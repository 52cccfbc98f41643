"""An id that changed still leads to its establishment: in the database, on the command line and over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, insert, text
from typer.testing import CliRunner

import ingest.fuentes
from ingest.contract import Fuente
from ingest.pipeline import cargar
from observatorio import catalogo
from observatorio.catastro.consolidar import consolidar
from observatorio.cli import app
from observatorio.db import tablas as t
from observatorio.db.queries import cargas
from observatorio.db.queries.relevos import sucesor
from observatorio.settings import Settings
from observatorio.vocabulario import Rol

FUENTES = catalogo.discover(ingest.fuentes, Fuente)
CUT = "02201"
ENCABEZADO = "ROL PATENTE;TIPO PATENTE;R.U.T.;NOMBRE O RAZÓN SOCIAL;GIRO;DIRECCIÓN COMERCIAL;FECHA INICIO;ESTADO"
Llave = Callable[[Rol], dict[str, str]]


def subir(engine: Engine, carpeta: Path, nombre: str, *direcciones: str) -> int:
    """Load a roll of patentes of one firm, of which each address has a rol of its own, and consolidate."""
    filas = [
        f"2-{i};COMERCIAL;76500001-0;PANADERIA SOL SPA;PANADERIA;{direccion};;DEFINITIVA"
        for i, direccion in enumerate(direcciones)
    ]
    ruta = carpeta / f"{nombre}.csv"
    ruta.write_text("\n".join([ENCABEZADO, *filas, ""]), encoding="utf-8")
    (hecha,) = cargar(engine, FUENTES["patentes"], [ruta], cut=CUT, anio=2024, acepta_cambio=True)
    assert hecha.carga is not None
    assert hecha.rechazadas == 0, hecha.rechazos.rows()
    rehacer(engine)
    return hecha.carga


def rehacer(engine: Engine) -> None:
    with engine.begin() as conn:
        consolidar(conn, CUT)


def ids(engine: Engine) -> dict[str, str]:
    with engine.connect() as conn:
        filas = conn.execute(text("SELECT direccion, id FROM catastro.establecimiento_anio"))
        return {f.direccion: f.id for f in filas}


def lleva(engine: Engine, *identificadores: str) -> list[str | None]:
    with engine.connect() as conn:
        return [sucesor(conn, i) for i in identificadores]


def test_una_direccion_corregida_lleva_al_id_nuevo_y_al_volver_no_queda_nada(ingesta: Engine, tmp_path: Path) -> None:
    subir(ingesta, tmp_path, "a", "VARGAS 100", "LATORRE 900")
    primero = ids(ingesta)
    assert lleva(ingesta, *primero.values()) == [None, None]
    segunda = subir(ingesta, tmp_path, "b", "RAMIREZ 555", "LATORRE 900")
    segundo = ids(ingesta)
    assert segundo["LATORRE 900"] == primero["LATORRE 900"]
    viejo, medio = primero["VARGAS 100"], segundo["RAMIREZ 555"]
    assert lleva(ingesta, viejo, primero["LATORRE 900"], medio) == [medio, None, None]
    tercera = subir(ingesta, tmp_path, "c", "SOTOMAYOR 321", "LATORRE 900")
    nuevo = ids(ingesta)["SOTOMAYOR 321"]
    assert lleva(ingesta, viejo, medio) == [nuevo, nuevo], "a chain is followed to its end"
    for carga in (tercera, segunda):
        with ingesta.begin() as conn:
            cargas.revertir(conn, carga)
        rehacer(ingesta)
    assert ids(ingesta) == primero
    assert lleva(ingesta, viejo, medio, nuevo) == [None, viejo, viejo]


def test_sin_nadie_que_tome_sus_registros_no_lleva_a_nada(ingesta: Engine, tmp_path: Path) -> None:
    subir(ingesta, tmp_path, "a", "LATORRE 900", "VARGAS 100")
    ido = ids(ingesta)["VARGAS 100"]
    subir(ingesta, tmp_path, "b", "LATORRE 900")
    assert lleva(ingesta, ido, "ffffffffffffffff") == [None, None]


def test_procedencia_dice_adonde_paso(
    base: Settings, ingesta: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subir(ingesta, tmp_path, "a", "VARGAS 100")
    (viejo,) = ids(ingesta).values()
    subir(ingesta, tmp_path, "b", "RAMIREZ 555")
    (nuevo,) = ids(ingesta).values()
    monkeypatch.setattr("observatorio.cli.catastro.ajustes", lambda: base)
    monkeypatch.setattr("observatorio.cli.sesion.ajustes", lambda: base)
    hecho = CliRunner().invoke(app, ["procedencia", viejo])
    assert hecho.exit_code == 0, hecho.output
    assert f"Ese identificador pasó a ser {nuevo}." in hecho.output
    assert "RAMIREZ 555" in hecho.output


def test_por_http_un_id_viejo_responde_308(ciudad: Any, cliente: httpx.Client, llave: Llave) -> None:
    cadena = {"viejo": "medio", "medio": "e001"}
    with ciudad.motor.begin() as conn:
        conn.execute(insert(t.relevo), [{"cut": CUT, "id": i, "sucesor": s} for i, s in cadena.items()])
    ruta = "/api/v1/establecimientos"
    assert cliente.get(f"{ruta}/e001").status_code == 401
    for rol in (Rol.PLANIFICADOR, Rol.MUNICIPAL):
        ficha = cliente.get(f"{ruta}/e001", headers=llave(rol)).json()
        assert (ficha["id"], ficha["anio"]) == ("e001", 2024)
        assert ("telefono" in ficha) == (rol is Rol.MUNICIPAL)
        for viejo in ("viejo", "medio"):
            respuesta = cliente.get(f"{ruta}/{viejo}", params={"anio": "2024"}, headers=llave(rol))
            assert (respuesta.status_code, respuesta.headers["location"]) == (308, f"{ruta}/e001?anio=2024")
        assert cliente.get(f"{ruta}/nadie", headers=llave(rol)).status_code == 404
        assert cliente.get(f"{ruta}/e001", params={"anio": "2023"}, headers=llave(rol)).status_code == 404
    with ciudad.motor.connect() as conn:
        vistos = conn.scalars(text("SELECT detalle ->> 'id' FROM auditoria.registro WHERE detalle ? 'id'")).all()
    assert vistos == ["e001"], "the look of the municipality alone is written down, once"
